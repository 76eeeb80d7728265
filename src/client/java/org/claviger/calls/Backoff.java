package org.claviger.calls;

import java.time.Duration;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * Why there is no new token, and until when nobody asks again: twice as long after each failure of a kind, less a random part of up to
 * half, so that those who were refused together do not come back together.
 */
record Backoff(TokenException failure, int failures, Clocks.Moment until) {
    private static final Duration AWAY = Duration.ofSeconds(1);
    private static final Duration AWAY_AT_MOST = Duration.ofMinutes(1);
    /** Longer, because wrong secrets are counted as guesses. */
    private static final Duration REFUSED = Duration.ofSeconds(10);

    private static final Duration REFUSED_AT_MOST = Duration.ofMinutes(10);
    private static final int DOUBLINGS = 10;

    /** All are told the same {@code Retry-After}: they come back in as much more of it, at most. */
    private static final double SPREAD = 0.25;

    static Backoff after(Optional<Backoff> before, TokenException failure, Clocks.Moment now, RandomGenerator random) {
        boolean refused = failure instanceof TokenRefusedException;
        int earlier = before.filter(backoff -> backoff.failure.getClass() == failure.getClass())
                .map(Backoff::failures)
                .orElse(0);
        Duration most = refused ? REFUSED_AT_MOST : AWAY_AT_MOST;
        Duration doubled = (refused ? REFUSED : AWAY).multipliedBy(1L << Math.min(earlier, DOUBLINGS));
        long pause = Math.min(doubled.toMillis(), most.toMillis());
        long jittered = pause - (long) (pause / 2.0 * random.nextDouble());
        if (failure instanceof TokenUnavailableException away) {
            long asked = away.retryAfter().toMillis();
            jittered = Math.max(jittered, asked + (long) (asked * SPREAD * random.nextDouble()));
        }
        return new Backoff(failure, earlier + 1, now.plus(Duration.ofMillis(jittered)));
    }

    boolean holds(Clocks.Moment now) {
        return !now.isSteadilyAfter(until);
    }

    /** Whether somebody who was told of this one need not be told of that. */
    boolean isLike(TokenException another) {
        return failure instanceof TokenRefusedException one
                ? another instanceof TokenRefusedException other && one.error().equals(other.error())
                : failure.getClass() == another.getClass();
    }
}
