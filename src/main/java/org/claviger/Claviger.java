package org.claviger;

import java.security.SecureRandom;
import java.time.Clock;
import org.claviger.authorize.AuthorizationCodes;
import org.claviger.authorize.AuthorizeEndpoint;
import org.claviger.authorize.Browser;
import org.claviger.authorize.SignInEndpoint;
import org.claviger.client.Clients;
import org.claviger.database.Database;
import org.claviger.discovery.Document;
import org.claviger.discovery.DocumentEndpoint;
import org.claviger.discovery.Metadata;
import org.claviger.guard.BearerGuard;
import org.claviger.identity.ResourceOwners;
import org.claviger.identity.SignInSessions;
import org.claviger.jose.JwtVerifier;
import org.claviger.key.KeyWrap;
import org.claviger.key.MacKeys;
import org.claviger.key.SigningKeys;
import org.claviger.refresh.RefreshTokens;
import org.claviger.refresh.TokenFamilies;
import org.claviger.settings.RandomTokens;
import org.claviger.settings.Settings;
import org.claviger.settings.SettingsException;
import org.claviger.token.AccessTokens;
import org.claviger.token.AuthorizationCodeGrant;
import org.claviger.token.ClientCredentialsGrant;
import org.claviger.token.RefreshTokenGrant;
import org.claviger.token.TokenEndpoint;

/** All the parts, put together with plain constructors: what depends on what is to be read here, and a test needs no server. */
final class Claviger {
    /** How long verifiers and proxies may keep the JWK set and the metadata, in seconds. */
    private static final int DOCUMENT_MAX_AGE = 300;

    final Settings settings;
    final Clients clients;
    final BearerGuard applicationGuard;
    final BearerGuard adminGuard;
    final AuthorizeEndpoint authorizeEndpoint;
    final SignInEndpoint signInEndpoint;
    final TokenEndpoint tokenEndpoint;
    final DocumentEndpoint jwksEndpoint;
    final DocumentEndpoint metadataEndpoint;

    /** Throws {@link SettingsException} if the keys or a file that a setting names cannot be used. */
    Claviger(Settings settings, Database database, Clock clock, SecureRandom random) {
        this.settings = settings;
        RandomTokens tokens = new RandomTokens(random);

        KeyWrap keyWrap = new KeyWrap(settings.keyEncryptionKey(), random);
        MacKeys macKeys = MacKeys.load(database, keyWrap, random, clock);
        SigningKeys signingKeys = SigningKeys.load(database, keyWrap, random, clock);
        clients = new Clients(database, macKeys);
        ResourceOwners resourceOwners = new ResourceOwners(database, random);
        settings.importFile().ifPresent(new Import(database, macKeys, clients, resourceOwners)::read);
        clients.refresh();

        TokenFamilies families = new TokenFamilies(database, settings.lifetimes(), clock);
        RefreshTokens refreshTokens = new RefreshTokens(families, macKeys);
        AuthorizationCodes codes = new AuthorizationCodes(families, tokens);
        SignInSessions sessions = new SignInSessions(database, resourceOwners, tokens, settings.lifetimes(), clock);
        Browser browser = new Browser(settings.issuer(), sessions, macKeys, tokens);
        authorizeEndpoint = new AuthorizeEndpoint(settings.issuer(), clients, browser, codes);
        signInEndpoint = new SignInEndpoint(settings.issuer(), clients, resourceOwners, browser);

        AccessTokens accessTokens = new AccessTokens(settings, resourceOwners, signingKeys, tokens, clock);
        tokenEndpoint = new TokenEndpoint(
                clients,
                new AuthorizationCodeGrant(codes, refreshTokens, accessTokens),
                new RefreshTokenGrant(refreshTokens, accessTokens),
                new ClientCredentialsGrant(accessTokens));

        Document jwks = new Document(signingKeys.published().toJson());
        jwksEndpoint = new DocumentEndpoint(() -> jwks, DOCUMENT_MAX_AGE);
        Document metadata = new Document(Metadata.of(settings.issuer()));
        metadataEndpoint = new DocumentEndpoint(() -> metadata, DOCUMENT_MAX_AGE);

        JwtVerifier verifier = new JwtVerifier(settings.issuer().value(), signingKeys::published, clock);
        applicationGuard = new BearerGuard(verifier, clients, settings.audience());
        adminGuard = new BearerGuard(verifier, clients, settings.issuer().adminAudience());
    }
}
