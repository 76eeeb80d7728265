package org.claviger.database;

import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.claviger.oauth.OAuthException;

/**
 * Since when this node has not heard what other nodes have changed. To ask is a volatile read and a comparison. It goes by two clocks,
 * and the one that says more is right: the monotonic one, which nobody can set back and which runs on while a process is stopped, and
 * the wall clock, which runs on while a machine sleeps. So whoever has slept knows before its first answer.
 */
public final class Freshness {
    private static final Duration RETRY_AFTER = Duration.ofSeconds(5);

    private final Duration max;
    private final Clock clock;
    private final LongSupplier nanoTime;
    private volatile Moment last;
    private boolean renewed;

    /** A point in time by both clocks. */
    public record Moment(long nanos, long millis) {
        /** So long before. */
        public Moment minus(Duration age) {
            return new Moment(nanos - age.toNanos(), millis - age.toMillis());
        }
    }

    /** @param max for how long a node may go on with what it knows */
    public Freshness(Duration max, Clock clock, LongSupplier nanoTime) {
        this.max = max;
        this.clock = clock;
        this.nanoTime = nanoTime;
        this.last = now();
    }

    public Moment now() {
        return new Moment(nanoTime.getAsLong(), clock.millis());
    }

    /** Everything that was committed before that moment is known here; if that is no news, nothing is lost. */
    public synchronized void renew(Moment begun) {
        if (!renewed || begun.nanos - last.nanos >= 0) {
            last = begun;
            renewed = true;
        }
    }

    /** How old what this node knows may be: a gauge. */
    public Duration staleness() {
        return Duration.ofNanos(nanos());
    }

    private long nanos() {
        Moment known = last;
        return Math.max(nanoTime.getAsLong() - known.nanos, (clock.millis() - known.millis) * 1_000_000);
    }

    public boolean isStale() {
        return nanos() > max.toNanos();
    }

    /** Refuses with {@code temporarily_unavailable} who knows too little to judge. */
    public void require() throws OAuthException {
        if (isStale()) {
            throw OAuthException.unavailable("this node does not know what was revoked lately", RETRY_AFTER);
        }
    }

    /** Why this node is not ready, if it has known nothing new for too long. */
    public Optional<String> problem() {
        return isStale()
                ? Optional.of("what other nodes have changed was last read "
                        + staleness().toSeconds() + " s ago; after " + max.toSeconds() + " s no token is accepted")
                : Optional.empty();
    }
}
