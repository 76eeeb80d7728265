package org.claviger;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class JobsTest {
    private static final long LONGEST = Jobs.LONGEST.toSeconds();
    private static final String STUCK = "what has to run all the time has not come round for 30 minutes: feed";

    private final ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(2);
    private final AtomicBoolean waiting = new AtomicBoolean();
    private final Jobs jobs = new Jobs(executor, waiting::get);
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch end = new CountDownLatch(1);

    @AfterEach
    void stop() {
        end.countDown();
        jobs.close();
        executor.shutdownNow();
    }

    private void hang() {
        begun.countDown();
        try {
            end.await();
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    /** Its own thread counts a second now and then besides. */
    private void seconds(long count) {
        for (long i = 0; i < count; i++) {
            jobs.countSecond();
        }
    }

    private static void await(Map<String, Long> ages) {
        assertThat(ages).isNotEmpty();
        Thread.onSpinWait();
    }

    @Test
    void one_that_hangs_is_told_when_no_run_can_take_that_long_and_not_before() throws InterruptedException {
        jobs.every("feed", 0, 1, this::hang);
        jobs.every("keys", 0, 1, () -> {});
        begun.await();

        seconds(LONGEST - 120);
        assertThat(jobs.problem()).isEmpty();
        assertThat(jobs.ages().get("feed")).isGreaterThanOrEqualTo(LONGEST - 120);
        seconds(120);
        while (jobs.ages().get("keys") > 60) { // it comes round
            await(jobs.ages());
        }

        assertThat(jobs.problem()).hasValue(STUCK);
    }

    @Test
    void when_nobody_counts_the_seconds_any_more_only_a_restart_helps() throws InterruptedException {
        try (Jobs uncounted = new Jobs(executor, () -> {
            throw new OutOfMemoryError("of a test");
        })) {
            uncounted.every("keys", 0, 1, () -> {});
            assertThat(uncounted.problem()).isEmpty();

            Parallel.await(() -> uncounted.problem().isPresent());

            assertThat(uncounted.problem()).hasValue("one that has to run all the time has ended");
        }
    }

    @Test
    void one_that_comes_round_after_all_is_well_again() throws InterruptedException {
        jobs.every("feed", 0, 1, this::hang);
        begun.await();
        seconds(LONGEST);
        assertThat(jobs.problem()).hasValue(STUCK);

        end.countDown();

        while (jobs.problem().isPresent()) {
            await(jobs.ages());
        }
        assertThat(jobs.problem()).isEmpty();
    }

    @Test
    void while_the_database_is_away_nobody_is_to_blame_for_waiting() throws InterruptedException {
        jobs.every("feed", 0, 1, this::hang);
        begun.await();
        waiting.set(true);
        seconds(100 * LONGEST);
        assertThat(jobs.problem()).isEmpty();

        waiting.set(false);
        seconds(LONGEST - 120);
        assertThat(jobs.problem()).isEmpty();
        seconds(120);
        assertThat(jobs.problem()).hasValue(STUCK);
    }

    @Test
    void its_thread_counts_and_goes_with_it() throws InterruptedException {
        jobs.every("feed", 1, 1, this::hang);
        begun.await();

        while (jobs.ages().get("feed") == 0) {
            await(jobs.ages());
        }
        jobs.close();

        end.countDown();
        executor.shutdown();
        assertThat(executor.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
    }
}
