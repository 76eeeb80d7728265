package org.claviger;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What has to run all the time, and whether it does. A job that has ended, or hangs for {@link #LONGEST}, comes back with the next start
 * only.
 *
 * <p>Time is counted second by second, by a thread of its own that waits for nothing, and only where a job could have come round. While this
 * process is stopped or its machine sleeps that thread counts nothing either, and while the database is known to be away, for which jobs may
 * have to wait, it does not count. So neither of these makes an orchestrator restart a node, or all of them.
 */
final class Jobs implements AutoCloseable {
    /**
     * No run takes that long that will ever end well: PostgreSQL ends a statement after 20 s, a connection ends after 30 s without an
     * answer, and then the database is away. The longest is the one that writes what was counted while the database was away for hours: some
     * 40,000 short statements, of which each would have to take 45 ms.
     */
    static final Duration LONGEST = Duration.ofMinutes(30);

    private final ScheduledExecutorService executor;
    private final BooleanSupplier waiting;
    private final List<Job> all = new CopyOnWriteArrayList<>();
    private final AtomicLong seconds = new AtomicLong();
    private final ScheduledExecutorService counter = new ScheduledThreadPoolExecutor(1, Startup::newThread);

    private volatile @Nullable Future<?> counting;

    private record Job(String name, ScheduledFuture<?> future, AtomicLong cameRound) {}

    /** @param waiting whether jobs may have to wait for something that no restart brings back */
    Jobs(ScheduledExecutorService executor, BooleanSupplier waiting) {
        this.executor = executor;
        this.waiting = waiting;
    }

    /** Runs this for the first time after so many milliseconds, and from then on so long after each time. */
    void every(String name, long first, long millis, Runnable work) {
        if (all.isEmpty()) {
            counting = counter.scheduleWithFixedDelay(this::countSecond, 1, 1, TimeUnit.SECONDS);
        }
        AtomicLong cameRound = new AtomicLong(seconds.get());
        Runnable watched = () -> {
            try {
                work.run();
            } finally {
                cameRound.set(seconds.get());
            }
        };
        all.add(new Job(
                name, executor.scheduleWithFixedDelay(watched, first, millis, TimeUnit.MILLISECONDS), cameRound));
    }

    /** Another second in which this process ran. */
    void countSecond() {
        if (!waiting.getAsBoolean()) {
            seconds.incrementAndGet();
        }
    }

    /** For how many seconds in which it could each has not come round. */
    Map<String, Long> ages() {
        Map<String, Long> ages = new TreeMap<>();
        all.forEach(job -> ages.put(job.name, Math.max(0, seconds.get() - job.cameRound.get())));
        return ages;
    }

    /** Why only a restart helps, if that is so. */
    Optional<String> problem() {
        Future<?> watch = counting;
        if ((watch != null && watch.isDone()) || all.stream().anyMatch(job -> job.future.isDone())) {
            return Optional.of("one that has to run all the time has ended");
        }
        String stuck = ages().entrySet().stream()
                .filter(job -> job.getValue() >= LONGEST.toSeconds())
                .map(Map.Entry::getKey)
                .collect(Collectors.joining(", "));
        return stuck.isEmpty()
                ? Optional.empty()
                : Optional.of("what has to run all the time has not come round for " + LONGEST.toMinutes()
                        + " minutes: " + stuck);
    }

    @Override
    public void close() {
        all.forEach(job -> job.future.cancel(true));
        counter.shutdownNow();
    }
}
