package org.claviger;

import jakarta.servlet.Servlet;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.claviger.authorize.AuthorizationAnswer;
import org.claviger.authorize.AuthorizationCodes;
import org.claviger.authorize.AuthorizeEndpoint;
import org.claviger.authorize.Browser;
import org.claviger.authorize.ConsentEndpoint;
import org.claviger.authorize.ConsentForm;
import org.claviger.authorize.Consents;
import org.claviger.authorize.SignInEndpoint;
import org.claviger.authorize.SignInForm;
import org.claviger.authorize.SignOutEndpoint;
import org.claviger.client.Clients;
import org.claviger.database.Database;
import org.claviger.discovery.Metadata;
import org.claviger.guard.BearerGuard;
import org.claviger.http.Document;
import org.claviger.http.DocumentEndpoint;
import org.claviger.identity.ResourceOwners;
import org.claviger.identity.SignInSessions;
import org.claviger.jose.JwtVerifier;
import org.claviger.key.KeyWrap;
import org.claviger.key.MacKeys;
import org.claviger.key.SigningKeys;
import org.claviger.page.Pages;
import org.claviger.refresh.RefreshTokens;
import org.claviger.refresh.TokenFamilies;
import org.claviger.settings.RandomTokens;
import org.claviger.settings.Settings;
import org.claviger.settings.SettingsException;
import org.claviger.setup.FirstAdministrator;
import org.claviger.setup.Import;
import org.claviger.setup.SetupEndpoint;
import org.claviger.setup.SetupForm;
import org.claviger.throttle.Throttle;
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
    final Throttle throttle;
    final FirstAdministrator firstAdministrator;

    /** The paths of the endpoints, known before these are: servers add servlets only while they deploy. */
    static final Set<String> PATHS_FOR_PEOPLE = Set.of("/authorize", "/signin", "/consent", "/signout", "/setup");

    static final Set<String> PATHS_FOR_PROGRAMS = Set.of("/token", "/jwks", "/.well-known/oauth-authorization-server");

    /** Every endpoint by its path below the context root. */
    final Map<String, Servlet> endpoints = new LinkedHashMap<>();

    /** Throws {@link SettingsException} if the keys or a file that a setting names cannot be used. */
    Claviger(Settings settings, Database database, Clock clock, SecureRandom random) {
        this.settings = settings;
        RandomTokens tokens = new RandomTokens(random);

        KeyWrap keyWrap = new KeyWrap(settings.keyEncryptionKey(), random);
        MacKeys macKeys = MacKeys.load(database, keyWrap, random, clock);
        SigningKeys signingKeys = SigningKeys.load(database, keyWrap, random, clock);
        clients = new Clients(database, macKeys);
        TokenFamilies families = new TokenFamilies(database, settings.lifetimes(), clock);
        ResourceOwners resourceOwners = new ResourceOwners(
                database,
                random,
                (entities, subject) -> families.endAll(entities, subject, "the password was changed"));
        settings.importFile().ifPresent(new Import(database, macKeys, clients, resourceOwners, System.getenv())::read);
        clients.refresh();
        firstAdministrator = new FirstAdministrator(settings, database, clients, resourceOwners, tokens, clock);
        firstAdministrator.provide();

        RefreshTokens refreshTokens = new RefreshTokens(families, macKeys);
        AuthorizationCodes codes = new AuthorizationCodes(families, tokens);
        SignInSessions sessions = new SignInSessions(database, resourceOwners, tokens, settings.lifetimes(), clock);
        throttle = new Throttle(database, macKeys, clock);
        Pages pages = new Pages(settings);
        Browser browser = new Browser(settings.issuer(), sessions, macKeys, tokens);
        SignInForm signInForm = new SignInForm(pages, browser);
        ConsentForm consentForm = new ConsentForm(pages, browser, settings.lifetimes());
        Consents consents = new Consents(database, clock);
        AuthorizationAnswer answer = new AuthorizationAnswer(settings.issuer(), codes);
        endpoints.put(
                "/authorize",
                new AuthorizeEndpoint(clients, browser, signInForm, consentForm, consents, answer, clock));
        endpoints.put("/signin", new SignInEndpoint(clients, resourceOwners, throttle, browser, signInForm));
        endpoints.put("/consent", new ConsentEndpoint(clients, browser, consentForm, consents, answer));
        endpoints.put("/signout", new SignOutEndpoint(pages, browser, sessions, families, consents));
        endpoints.put("/setup", new SetupEndpoint(firstAdministrator, throttle, new SetupForm(pages, browser)));

        AccessTokens accessTokens = new AccessTokens(settings, resourceOwners, signingKeys, tokens, clock);
        endpoints.put(
                "/token",
                new TokenEndpoint(
                        settings.trustedProxies(),
                        clients,
                        throttle,
                        new AuthorizationCodeGrant(codes, refreshTokens, accessTokens),
                        new RefreshTokenGrant(refreshTokens, accessTokens),
                        new ClientCredentialsGrant(accessTokens)));

        endpoints.put("/jwks", document(Document.json(signingKeys.published().toJson())));
        endpoints.put(
                "/.well-known/oauth-authorization-server", document(Document.json(Metadata.of(settings.issuer()))));

        JwtVerifier verifier = new JwtVerifier(settings.issuer().value(), signingKeys::published, clock);
        applicationGuard = new BearerGuard(verifier, clients, settings.audience());
        adminGuard = new BearerGuard(verifier, clients, settings.issuer().adminAudience());

        Set<String> paths = new HashSet<>(PATHS_FOR_PEOPLE);
        paths.addAll(PATHS_FOR_PROGRAMS);
        if (!paths.equals(endpoints.keySet())) {
            throw new IllegalStateException("the paths are " + paths + " and the endpoints " + endpoints.keySet());
        }
    }

    static Servlet document(Document document) {
        return new DocumentEndpoint(() -> document, DOCUMENT_MAX_AGE);
    }
}
