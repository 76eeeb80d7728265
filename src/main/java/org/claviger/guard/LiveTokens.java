package org.claviger.guard;

import java.time.Duration;
import java.util.Optional;
import org.claviger.client.Client;
import org.claviger.client.Clients;
import org.claviger.jose.InvalidTokenException;
import org.claviger.jose.InvalidTokenException.Check;
import org.claviger.jose.JwtVerifier;
import org.claviger.jose.KeysAwayException;
import org.claviger.jose.VerifiedJwt;
import org.claviger.jose.VerifiedTokens;
import org.claviger.oauth.ClientId;
import org.claviger.oauth.OAuthException;
import org.claviger.revocation.KnownRevocations;

/**
 * Whether an access token is good at this moment: signed by the issuer, in its time, and not ended since by the rule of who knows: at the
 * issuer itself from memory, at a resource server by what the issuer tells. Whom it is for is the business of who asks.
 */
public final class LiveTokens {
    private static final Duration RETRY_AFTER = Duration.ofSeconds(5);

    private final VerifiedTokens verified;
    private final Rule rule;

    /** What can have changed since a token was signed. */
    public interface Rule {
        /**
         * Whoever lets somebody in asks before and after: a process may be stopped at any point in between, for any time.
         *
         * @throws OAuthException {@code temporarily_unavailable} if too little is known to judge by
         */
        void requireFresh() throws OAuthException;

        /**
         * Whether a token that was signed by the issuer, and is in its time, has ended.
         *
         * @throws InvalidTokenException if it has
         * @throws OAuthException {@code temporarily_unavailable} if that cannot be told
         */
        void check(VerifiedJwt jwt) throws InvalidTokenException, OAuthException;

        /** Whether the token with this {@code jti} was revoked by it: asked at the issuer only, where tokens are renewed. */
        default boolean isRevokedByName(String jti) {
            return false;
        }
    }

    /** By a rule of somebody else. */
    public LiveTokens(VerifiedTokens verified, Rule rule) {
        this.verified = verified;
        this.rule = rule;
    }

    /** By that of the issuer: of a client that there is, in the type that this client is configured for, and not revoked. */
    public LiveTokens(VerifiedTokens verified, Clients clients, KnownRevocations revocations) {
        this(verified, new OfIssuer(clients, revocations));
    }

    /**
     * Proves a token.
     *
     * @throws InvalidTokenException if it is not good now, for the reason that it says
     * @throws OAuthException {@code temporarily_unavailable} if this node cannot tell
     */
    public VerifiedJwt prove(String token) throws InvalidTokenException, OAuthException {
        rule.requireFresh();
        VerifiedJwt jwt = verify(token);
        rule.check(jwt);
        rule.requireFresh();
        return jwt;
    }

    private VerifiedJwt verify(String token) throws InvalidTokenException, OAuthException {
        try {
            return verified.verify(token);
        } catch (KeysAwayException unknown) {
            throw OAuthException.unavailable("the keys of the issuer cannot be read", RETRY_AFTER);
        }
    }

    /**
     * Whether somebody has revoked this token itself, by its {@code jti}, and not only its key or what it came from; also if it has expired
     * since.
     *
     * @param token one of ours, as the caller knows: nothing of it is proven here
     */
    public boolean isRevokedByName(String token) {
        return JwtVerifier.unverifiedId(token).filter(rule::isRevokedByName).isPresent();
    }

    private record OfIssuer(Clients clients, KnownRevocations revocations) implements Rule {
        @Override
        public void requireFresh() throws OAuthException {
            revocations.requireFresh();
        }

        @Override
        public void check(VerifiedJwt jwt) throws InvalidTokenException {
            Optional<Client> client =
                    jwt.text("client_id").flatMap(ClientId::find).flatMap(clients::find);
            if (client.isEmpty()) {
                throw new InvalidTokenException(Check.CLIENT, "the client is gone");
            }
            if (client.get().accessTokenType() != jwt.type()) {
                throw new InvalidTokenException(Check.CLIENT, "the typ is not what the client is configured for");
            }
            if (revocations.isRevoked(jwt)) {
                throw new InvalidTokenException(Check.REVOCATION, "the token is revoked");
            }
        }

        @Override
        public boolean isRevokedByName(String jti) {
            return revocations.isRevokedByName(jti);
        }
    }
}
