package org.claviger.remote;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.claviger.jose.JwkSet;
import org.claviger.jose.KeysAwayException;
import org.claviger.jose.VerificationKey;
import org.jspecify.annotations.Nullable;

/**
 * The JWK set of the issuer (RFC 7517 section 5), in memory. It is read again in the background before it is old, and out of turn for a key
 * that is not there, however many are asked for: once in a while. What is known stays until another set can be read.
 */
final class RemoteKeys {
    /** At most one reading out of turn in this time; who asks meanwhile is answered by what is known. */
    static final Duration BETWEEN_FORCED = Duration.ofSeconds(10);

    static final IssuerConnection.Limits LIMITS = new IssuerConnection.Limits(Duration.ofSeconds(5), 256 * 1024);

    private static final String WHAT = "/jwks";
    private static final Duration SOONEST = Duration.ofSeconds(5);
    private static final Duration LATEST = Duration.ofMinutes(15);
    private static final Duration AFTER_FAILURE = Duration.ofSeconds(2);
    private static final Pattern MAX_AGE = Pattern.compile("(?:^|[,\\s])max-age=([0-9]{1,9})(?:$|[,\\s])");

    private final IssuerConnection issuer;
    private final Contact contact;
    private final LongSupplier nanoTime;
    private final AtomicLong forcedAt;
    private volatile long dueAt;
    private volatile long readAt;
    private volatile boolean wanted;
    private volatile @Nullable JwkSet known;

    RemoteKeys(IssuerConnection issuer, Contact contact, LongSupplier nanoTime) {
        this.issuer = issuer;
        this.contact = contact;
        this.nanoTime = nanoTime;
        this.dueAt = nanoTime.getAsLong();
        this.forcedAt = new AtomicLong(nanoTime.getAsLong() - BETWEEN_FORCED.toNanos());
    }

    /** Whether there was ever a set. */
    boolean isKnown() {
        return known != null;
    }

    /** Why no token can be judged, if none can. */
    Optional<String> problem() {
        return isKnown()
                ? Optional.empty()
                : Optional.of("the issuer has not given its keys yet"
                        + contact.problem(WHAT).map(": "::concat).orElse(""));
    }

    /**
     * A key that verifies; for one that is not there the set may be read again first.
     *
     * @throws KeysAwayException if it is not there, and the set too old to say that there is none
     */
    Optional<VerificationKey> find(String kid) {
        JwkSet now = known;
        if (now == null) {
            return Optional.empty();
        }
        Optional<VerificationKey> found = now.find(kid);
        if (found.isEmpty() && mayForce()) {
            read();
            found = Objects.requireNonNull(known).find(kid);
        }
        if (found.isEmpty() && nanoTime.getAsLong() - readAt >= BETWEEN_FORCED.toNanos()) {
            throw new KeysAwayException();
        }
        return found;
    }

    private boolean mayForce() {
        long last = forcedAt.get();
        long now = nanoTime.getAsLong();
        return now - last >= BETWEEN_FORCED.toNanos() && forcedAt.compareAndSet(last, now);
    }

    /** Reads the set if it is time to; called every second. */
    void refreshIfDue() {
        if (wanted || nanoTime.getAsLong() - dueAt >= 0) {
            read();
        }
    }

    /** With the next look: a key was revoked, so there is another. */
    void refreshSoon() {
        wanted = true;
    }

    private synchronized void read() {
        long begun = nanoTime.getAsLong();
        wanted = false;
        try {
            IssuerConnection.Answer answer = issuer.get(WHAT, LIMITS);
            JwkSet read = JwkSet.parse(answer.text());
            readAt = begun;
            known = read;
            dueAt = begun + life(answer.cacheControl()).toNanos();
            contact.succeeded(WHAT);
        } catch (IssuerAwayException away) {
            failed(begun, away);
        } catch (IllegalArgumentException unusable) {
            failed(begun, new IssuerAwayException(WHAT + " is " + unusable.getMessage()));
        }
    }

    private void failed(long begun, IssuerAwayException away) {
        contact.failed(WHAT, away);
        dueAt = begun + AFTER_FAILURE.toNanos();
    }

    /** Four fifths of what the issuer says (RFC 9111 section 5.2.2.1), within limits. */
    private static Duration life(String cacheControl) {
        Matcher maxAge = MAX_AGE.matcher(cacheControl);
        Duration said = maxAge.find()
                ? Duration.ofSeconds(Long.parseLong(maxAge.group(1)))
                        .multipliedBy(4)
                        .dividedBy(5)
                : SOONEST;
        return said.compareTo(SOONEST) < 0 ? SOONEST : said.compareTo(LATEST) > 0 ? LATEST : said;
    }
}
