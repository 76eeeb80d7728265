package org.claviger.token;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.claviger.oauth.OAuthException;

/**
 * Reads from the database, out of turn, what other nodes make tokens with. The feed does so within half a second anyway, and this is
 * done no more often, however many unknown keys are named: anybody can make those up.
 */
public final class KeyReading {
    static final Duration BETWEEN = Duration.ofMillis(500);

    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private final Runnable read;
    private final LongSupplier nanoTime;
    private final AtomicLong begunAt;

    public KeyReading(Runnable read, LongSupplier nanoTime) {
        this.read = read;
        this.nanoTime = nanoTime;
        this.begunAt = new AtomicLong(nanoTime.getAsLong() - BETWEEN.toNanos());
    }

    /**
     * Reads now: what was stored before this call is known after it.
     *
     * @throws OAuthException {@code temporarily_unavailable} if it was read a moment ago; nobody waits for the next time
     */
    void require() throws OAuthException {
        long last = begunAt.get();
        long now = nanoTime.getAsLong();
        if (now - last < BETWEEN.toNanos() || !begunAt.compareAndSet(last, now)) {
            throw OAuthException.unavailable("the key of the token is not known yet", RETRY_AFTER);
        }
        read.run();
    }
}
