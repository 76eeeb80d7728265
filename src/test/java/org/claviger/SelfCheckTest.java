package org.claviger;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.claviger.guard.ServerCheck;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SelfCheckTest {
    private static final ServerCheck.Problem WRONG = new ServerCheck.Problem("it ignores annotations", "mend it");

    private final ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor();
    private final CountDownLatch unlocked = new CountDownLatch(1);
    private final AtomicBoolean told = new AtomicBoolean(true);
    private volatile List<ServerCheck.Problem> problems = List.of(WRONG);
    private final SelfCheck check = new SelfCheck(
            new ServerCheck() {
                @Override
                public boolean isTold() {
                    return told.get();
                }

                @Override
                public List<Problem> problems() {
                    return problems;
                }
            },
            unlocked::countDown);

    @AfterEach
    void stop() {
        check.close();
        executor.shutdownNow();
    }

    @Test
    void whereAllIsWellItIsOpenAtOnce() {
        problems = List.of();
        check.start(executor);
        assertThat(unlocked.getCount()).isZero();
        assertThat(check.reason()).isEmpty();
    }

    @Test
    void whatIsWrongIsSaidOnceAndKeepsEverythingClosedUntilItIsMended() throws InterruptedException {
        try (CapturedLog log = new CapturedLog("org.claviger")) {
            check.start(executor);
            assertThat(unlocked.getCount()).isOne();
            assertThat(check.reason()).hasValue("it ignores annotations");
            problems = List.of();
            assertThat(unlocked.await(10, TimeUnit.SECONDS)).isTrue();
            assertThat(log.lines())
                    .singleElement()
                    .asString()
                    .startsWith("CLAVIGER-0401 ")
                    .contains("mend it");
        }
    }

    @Test
    void nothingIsSaidWhileTheServerStarts() throws InterruptedException {
        told.set(false);
        try (CapturedLog log = new CapturedLog("org.claviger")) {
            check.start(executor);
            assertThat(check.reason()).hasValue("the server is still starting");
            assertThat(log.lines()).isEmpty();
        }
        problems = List.of();
        told.set(true);
        assertThat(unlocked.await(10, TimeUnit.SECONDS)).isTrue();
    }
}
