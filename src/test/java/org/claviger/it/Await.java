package org.claviger.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/** Waits for what another process will do, and goes on as soon as it has. */
final class Await {
    /** So that asking does not keep the machine busy that is to do it. */
    private static final Duration BETWEEN = Duration.ofMillis(20);

    private Await() {}

    /** Asks until it is so; fails when it is not after that time, which is for a busy machine and proves nothing. */
    static void until(String what, Duration longest, Callable<Boolean> condition) throws Exception {
        long begin = System.nanoTime();
        while (!condition.call()) {
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).as(what).isLessThan(longest);
            TimeUnit.NANOSECONDS.sleep(BETWEEN.toNanos());
        }
    }
}
