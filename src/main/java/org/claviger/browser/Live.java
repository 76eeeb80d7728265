package org.claviger.browser;

import java.time.Instant;
import java.util.concurrent.locks.ReentrantLock;

/** A browser session in the memory of this node. */
final class Live {
    /** Held by the one thread that renews. */
    final ReentrantLock renewing = new ReentrantLock();

    /** When its use was last noted. */
    volatile Instant notedAt;

    volatile Stored stored;

    /** Until when a renewal that failed, or was waited for in vain, is not tried again. */
    volatile Instant retryAt = Instant.MIN;

    Live(Stored stored) {
        this.stored = stored;
        this.notedAt = stored.lastUsedAt();
    }

    /** Whether it is the caller who notes a use. */
    synchronized boolean note(Instant seen, Instant now) {
        boolean first = notedAt.equals(seen);
        if (first) {
            notedAt = now;
        }
        return first;
    }
}
