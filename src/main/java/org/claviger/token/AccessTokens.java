package org.claviger.token;

import static org.claviger.oauth.ErrorCode.INVALID_GRANT;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.claviger.client.Client;
import org.claviger.identity.LinkedPeople;
import org.claviger.identity.ResourceOwner;
import org.claviger.jose.JwtSigner;
import org.claviger.jose.SigningKey;
import org.claviger.key.SigningKeys;
import org.claviger.oauth.Authorization;
import org.claviger.oauth.FamilyId;
import org.claviger.oauth.OAuthException;
import org.claviger.oauth.Scope;
import org.claviger.oauth.Subject;
import org.claviger.revocation.RevocationRepository;
import org.claviger.revocation.RevocationView;
import org.claviger.settings.RandomTokens;
import org.claviger.settings.Settings;

/** Issues access tokens: JWTs as RFC 9068 section 2.2 and MicroProfile JWT 2.1 describe them. */
public final class AccessTokens {
    private final Supplier<Settings> settings;
    private final LinkedPeople people;
    private final SigningKeys keys;
    private final RevocationView revocations;
    private final RandomTokens tokens;
    private final Clock clock;
    private final JwtSigner signer = new JwtSigner();

    public AccessTokens(
            Supplier<Settings> settings,
            LinkedPeople people,
            SigningKeys keys,
            RevocationView revocations,
            RandomTokens tokens,
            Clock clock) {
        this.settings = settings;
        this.people = people;
        this.keys = keys;
        this.revocations = revocations;
        this.tokens = tokens;
        this.clock = clock;
    }

    /**
     * A token for what a resource owner granted, with the groups and rights that both have now.
     *
     * @throws OAuthException {@code invalid_grant} if the resource owner is gone or disabled, {@code temporarily_unavailable} if no key
     *     can sign now, or this node does not know what has ended lately
     */
    public AccessToken issue(Client client, Authorization authorization) throws OAuthException {
        ResourceOwner owner = people.find(authorization.subject())
                .orElseThrow(() -> new OAuthException(
                        INVALID_GRANT, "the grant is invalid, expired or revoked", "the user is gone or disabled"));
        Scope scope = authorization
                .scope()
                .only(token ->
                        client.scope().contains(token) && (owner.isAdministrator() || !Scope.isAdministrative(token)));
        if (scope.isEmpty() && !authorization.scope().isEmpty()) {
            throw new OAuthException(
                    INVALID_GRANT,
                    "the grant is invalid, expired or revoked",
                    "nothing of the scope may be had any more");
        }
        Map<String, Object> claims = new LinkedHashMap<>();
        claims.put("auth_time", authorization.authTime().getEpochSecond());
        claims.put("upn", owner.username());
        claims.put("preferred_username", owner.username());
        Set<String> groups = new TreeSet<>(owner.groups());
        // The reserved groups open Claviger only, and by scope: a co-deployed application must not see them.
        groups.removeIf(group -> group.startsWith(ResourceOwner.RESERVED_GROUPS));
        client.userGroups().ifPresent(groups::retainAll);
        putGroups(claims, groups);
        return sign(client, owner.subject(), authorization.family(), scope, claims);
    }

    /**
     * A token for the client itself (RFC 6749 section 4.4); its subject is the client (RFC 9068 section 2.2).
     *
     * @throws OAuthException {@code temporarily_unavailable} if no key can sign now or this node does not know what has
     *     ended lately, and in the second or two after everything of the
     *     client was revoked: the token could not be told from those that were
     */
    AccessToken issue(Client client, Scope scope) throws OAuthException {
        Instant now = clock.instant();
        if (revocations.isEnded(new Subject(client.id().value()), client.id(), now)) {
            throw OAuthException.unavailable(
                    "everything of this client has just been revoked", RevocationRepository.LONGEST_MOMENT);
        }
        Map<String, Object> claims = new LinkedHashMap<>();
        putGroups(claims, new TreeSet<>(client.groups()));
        return sign(client, new Subject(client.id().value()), new FamilyId(tokens.identifier()), scope, claims);
    }

    private void putGroups(Map<String, Object> claims, Set<String> groups) {
        claims.put("groups", List.copyOf(groups));
        settings.get().roleClaims().forEach(name -> claims.put(name, List.copyOf(groups)));
    }

    private AccessToken sign(Client client, Subject subject, FamilyId family, Scope scope, Map<String, Object> specific)
            throws OAuthException {
        revocations.requireFresh(); // the client or the key may have ended
        long issuedAt = clock.instant().getEpochSecond();
        Settings now = settings.get();
        long lifetime = now.classification(client.classification())
                .lifetimes()
                .accessToken()
                .toSeconds();
        Map<String, Object> claims = new LinkedHashMap<>();
        claims.put("iss", now.issuer().value());
        claims.put("sub", subject.value());
        claims.put("aud", audience(client, scope));
        claims.put("exp", issuedAt + lifetime);
        claims.put("iat", issuedAt);
        claims.put("jti", tokens.identifier());
        claims.put("client_id", client.id().value());
        if (!scope.isEmpty()) { // RFC 6749 section 3.3: a scope has at least one token
            claims.put("scope", scope.toString());
        }
        claims.putAll(specific);
        claims.put(FamilyId.CLAIM, family.value());
        SigningKey key = keys.current(client.signingAlgorithm());
        if (revocations.isKeyRevoked(key.kid())) {
            throw OAuthException.unavailable("the signing key was revoked", Duration.ofSeconds(5));
        }
        String jwt = signer.sign(client.accessTokenType(), claims, key);
        return new AccessToken(jwt, lifetime, scope, family);
    }

    /** What opens administration opens nothing else, and nothing else opens administration. */
    private String audience(Client client, Scope scope) {
        Settings now = settings.get();
        String admin = now.issuer().adminAudience();
        return scope.isAdministrative()
                ? admin
                : client.audience().filter(own -> !own.equals(admin)).orElse(now.audience());
    }
}
