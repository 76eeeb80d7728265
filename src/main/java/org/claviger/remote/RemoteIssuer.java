package org.claviger.remote;

import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.claviger.guard.LiveTokens;
import org.claviger.jose.InvalidTokenException;
import org.claviger.jose.JwtVerifier;
import org.claviger.jose.VerifiedJwt;
import org.claviger.jose.VerifiedTokens;
import org.claviger.oauth.OAuthException;
import org.claviger.settings.ResourceServerSettings;
import org.claviger.settings.Settings;

/**
 * An issuer that is elsewhere: its keys, and what has ended of what it signed. A token is judged by the same verifier as there. Of two
 * rules of the issuer one is left to it: whether there is such a client was decided when the token was signed, and has changed only
 * where the issuer says so; and of the two types of an access token a client has that which it is configured for, which only
 * the issuer knows. Both are nothing but access tokens, for the issuer signs nothing else under either.
 */
public final class RemoteIssuer {
    private static final Duration RETRY_AFTER = Duration.ofSeconds(5);

    private final RemoteKeys keys;
    private final Knowledge knowledge;
    private final VerifiedTokens verified;
    private final LiveTokens tokens;

    /** @param settings of a resource server */
    public RemoteIssuer(Settings settings, Clock clock, LongSupplier nanoTime) {
        ResourceServerSettings own = settings.resourceServer().orElseThrow();
        IssuerConnection issuer = new IssuerConnection(settings.issuer(), own);
        Contact contact = new Contact(settings.issuer());
        Duration maxStaleness = settings.feed().maxStaleness();
        keys = new RemoteKeys(issuer, contact, nanoTime);
        knowledge = own.feed()
                ? new Follower(issuer, contact, clock, nanoTime, maxStaleness, keys::refreshSoon)
                : new Introspection(issuer, contact, clock, nanoTime, maxStaleness, own.introspectionCache());
        verified = new VerifiedTokens(new JwtVerifier(settings.issuer().value(), keys::find, clock), clock);
        tokens = new LiveTokens(verified, new Rule(keys, knowledge));
    }

    /** The rule of its knowledge, once there are keys. */
    private record Rule(RemoteKeys keys, Knowledge knowledge) implements LiveTokens.Rule {
        @Override
        public void requireFresh() throws OAuthException {
            if (!keys.isKnown()) {
                throw OAuthException.unavailable("the keys of the issuer are not known yet", RETRY_AFTER);
            }
            knowledge.requireFresh();
        }

        @Override
        public void check(VerifiedJwt jwt) throws InvalidTokenException, OAuthException {
            knowledge.check(jwt);
        }
    }

    /** Judges its tokens. */
    public LiveTokens tokens() {
        return tokens;
    }

    /** Reads its keys when it is time to; called every second, and may take five. */
    public void refreshKeys() {
        keys.refreshIfDue();
    }

    /** Learns what has ended; called twice a second, and may take a quarter of a minute. */
    public void follow() {
        knowledge.run();
    }

    /** Forgets what is over; called every second. */
    public void prune() {
        knowledge.prune();
        verified.prune();
    }

    /** Whether the issuer has been there, once. */
    public boolean hasBegun() {
        return keys.isKnown() && knowledge.hasBegun();
    }

    /** Why no token can be judged for want of keys, if none can. */
    public Optional<String> keyProblem() {
        return keys.problem();
    }

    /** Why no token can be judged because it may have ended, if none can. */
    public Optional<String> revocationProblem() {
        return knowledge.problem();
    }

    /** How many revocations it knows, or answers about tokens: a gauge. */
    public int size() {
        return knowledge.size();
    }

    /** How old what it knows may be: a gauge. */
    public Duration staleness() {
        return knowledge.staleness();
    }
}
