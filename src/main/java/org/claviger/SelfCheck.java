package org.claviger;

import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.claviger.guard.ServerCheck;
import org.claviger.guard.ServerCheck.Problem;
import org.jspecify.annotations.Nullable;

/** Keeps the guarded applications closed until the server is known to enforce what the guard decides. */
final class SelfCheck implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger("org.claviger");
    private static final long MILLISECONDS_BETWEEN_LOOKS = 250;

    private final ServerCheck server;
    private final Runnable unlock;
    private volatile List<Problem> problems = List.of(new Problem("the server is still starting", "to wait"));
    private @Nullable ScheduledFuture<?> job;

    /** Unlocks what is to be served as soon as all is well. */
    SelfCheck(ServerCheck server, Runnable unlock) {
        this.server = server;
        this.unlock = unlock;
    }

    /** Looks now, and again until all is well. */
    void start(ScheduledExecutorService executor) {
        look();
        if (!problems.isEmpty()) {
            job = executor.scheduleWithFixedDelay(
                    this::lookAgain, MILLISECONDS_BETWEEN_LOOKS, MILLISECONDS_BETWEEN_LOOKS, TimeUnit.MILLISECONDS);
        }
    }

    private void lookAgain() {
        look();
        ScheduledFuture<?> repeated = job;
        if (problems.isEmpty() && repeated != null) {
            repeated.cancel(false);
        }
    }

    private void look() {
        if (!server.isTold()) {
            return;
        }
        List<Problem> found = server.problems();
        if (found.isEmpty()) {
            unlock.run();
        } else if (!found.equals(problems)) {
            found.forEach(SelfCheck::report);
        }
        problems = found;
    }

    private static void report(Problem problem) {
        LOG.log(
                Level.ERROR,
                "CLAVIGER-0401 guarded applications answer 503, because " + problem.what() + ". What mends it: "
                        + problem.remedy());
    }

    /** What is wrong, if anything is. */
    Optional<String> reason() {
        return problems.stream().map(Problem::what).findFirst();
    }

    @Override
    public void close() {
        if (job != null) {
            job.cancel(true);
        }
    }
}
