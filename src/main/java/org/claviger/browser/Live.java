package org.claviger.browser;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.locks.ReentrantLock;

/** A browser session in the memory of this node. */
final class Live {
    /** Held by the one thread that renews. */
    final ReentrantLock renewing = new ReentrantLock();

    /** When its use was last noted. */
    volatile Instant notedAt;

    volatile Stored stored;

    /** When a renewal last failed, or was waited for in vain. */
    volatile Instant failedAt = Instant.MIN;

    Live(Stored stored) {
        this.stored = stored;
        this.notedAt = stored.lastUsedAt();
    }

    /** Whether a renewal failed no longer ago than that; never if by now it is to be in the future, for a clock was set back. */
    boolean hasFailedWithin(Duration moment, Instant now) {
        Instant failed = failedAt;
        return !now.isBefore(failed) && now.minus(moment).isBefore(failed);
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
