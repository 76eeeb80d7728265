package org.claviger.browser;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.claviger.audit.Audit;
import org.claviger.audit.AuditEvent;
import org.claviger.authorize.AuthorizationCodes;
import org.claviger.browser.SessionStore.Sealed;
import org.claviger.client.Client;
import org.claviger.oauth.ErrorCode;
import org.claviger.oauth.GrantType;
import org.claviger.oauth.OAuthException;
import org.claviger.oauth.Subject;
import org.claviger.refresh.RefreshTokens;
import org.claviger.settings.Lifetimes;
import org.claviger.settings.RandomTokens;
import org.claviger.settings.Settings;
import org.claviger.token.AccessToken;
import org.claviger.token.AccessTokens;

/**
 * What the token endpoint does for other clients, done for a session, by the same parts and without a request: a code for tokens, and
 * the next access token. There is no refresh token as a text: the session's row says which generation it holds.
 */
public final class SessionTokens {
    private final AuthorizationCodes codes;
    private final RefreshTokens refreshTokens;
    private final AccessTokens accessTokens;
    private final Supplier<Settings> settings;
    private final Clock clock;

    public SessionTokens(
            AuthorizationCodes codes,
            RefreshTokens refreshTokens,
            AccessTokens accessTokens,
            Supplier<Settings> settings,
            Clock clock) {
        this.codes = codes;
        this.refreshTokens = refreshTokens;
        this.accessTokens = accessTokens;
        this.settings = settings;
        this.clock = clock;
    }

    private record Issued(AccessToken token, Subject subject, Instant at) {}

    /** What is redeemed: a code, and how it was asked for. */
    record Redemption(String code, String redirectUri, String codeVerifier, Client client) {
        @Override
        public String toString() {
            return "Redemption[client=" + client.id() + "]";
        }
    }

    private record Begun(AccessToken token, Sealed session) {}

    /**
     * Redeems a code for a session that begins, written down in the transaction that consumes the code: no family lives without it.
     *
     * @param id of the session, a credential
     * @throws OAuthException as {@link AuthorizationCodes#redeem}
     */
    Stored redeem(Redemption redemption, String application, String id, SessionStore store) throws OAuthException {
        Client client = redemption.client;
        Begun begun = codes.redeem(
                redemption.code,
                client.id(),
                redemption.redirectUri,
                redemption.codeVerifier,
                (authorization, binding) -> {
                    Issued issued = issued(authorization.subject(), accessTokens.issue(client, authorization));
                    return new Begun(issued.token, store.seal(first(client, issued, application, id)));
                },
                (entities, prepared) -> SessionStore.insert(entities, prepared.session));
        record(client, begun.token, "authorization_code");
        return begun.session.session();
    }

    private Stored first(Client client, Issued issued, String application, String id) {
        return new Stored(
                RandomTokens.hash(id),
                application,
                client.id(),
                issued.subject,
                issued.token.family(),
                1,
                issued.token.value(),
                issued.at,
                expiry(issued),
                issued.at,
                issued.at,
                issued.at.plus(lifetimes(client).sessionAbsolute()));
    }

    /**
     * The next access token of a session, written into its row in the transaction that decides who is first.
     *
     * @return empty if another node was first
     * @throws OAuthException {@code invalid_grant} if there is none any more, or the client may not refresh
     */
    Optional<Stored> renew(Stored session, Client client, SessionStore store) throws OAuthException {
        if (!mayRenew(client)) {
            throw new OAuthException(ErrorCode.INVALID_GRANT, "the client may not use refresh_token");
        }
        Optional<Sealed> renewed = refreshTokens.renew(
                session.family(),
                session.generation(),
                session.client(),
                (authorization, binding) -> {
                    Issued issued = issued(authorization.subject(), accessTokens.issue(client, authorization));
                    return store.seal(session.renewed(issued.token.value(), issued.at, expiry(issued)));
                },
                SessionStore::update);
        renewed.ifPresent(next -> Audit.record(
                AuditEvent.TOKEN_ISSUED,
                Map.of("client", client.id(), "family", session.family(), "grant", "browser_session")));
        return renewed.map(Sealed::session);
    }

    private Issued issued(Subject subject, AccessToken token) {
        return new Issued(token, subject, now());
    }

    private Instant expiry(Issued issued) {
        // The token counts whole seconds, from the one in which it was made.
        return issued.at.truncatedTo(ChronoUnit.SECONDS).plusSeconds(issued.token.expiresIn());
    }

    private static void record(Client client, AccessToken token, String grant) {
        Audit.record(
                AuditEvent.TOKEN_ISSUED,
                Map.of("client", client.id(), "family", token.family(), "grant", grant, "scope", token.scope()));
    }

    /** How long a session of this client may be unused. */
    Duration idle(Client client) {
        return lifetimes(client).sessionIdle();
    }

    private static boolean mayRenew(Client client) {
        return client.grantTypes().contains(GrantType.REFRESH_TOKEN);
    }

    /** When an access token should be renewed; at its end, and in vain, if the client may not refresh. */
    Instant renewalDue(Stored session, Client client) {
        if (!mayRenew(client)) {
            return session.tokenExpiresAt();
        }
        int percent = settings.get().classification(client.classification()).renewalThreshold();
        Duration life = Duration.between(session.issuedAt(), session.tokenExpiresAt());
        return session.issuedAt().plus(life.multipliedBy(percent).dividedBy(100));
    }

    private Lifetimes lifetimes(Client client) {
        return settings.get().classification(client.classification()).lifetimes();
    }

    /** As the database keeps it. */
    Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }
}
