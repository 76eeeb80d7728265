package org.claviger;

import jakarta.servlet.Servlet;
import java.lang.System.Logger.Level;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.claviger.database.Database;
import org.claviger.database.DatabaseAwayException;
import org.claviger.database.WatchedClock;
import org.claviger.guard.BearerGate;
import org.claviger.push.Push;
import org.claviger.settings.Settings;
import org.claviger.settings.SettingsException;
import org.jspecify.annotations.Nullable;

/**
 * Opens the service as soon as its database can be reached, at the start or later. Until then there are no endpoints, and the
 * gates are closed.
 */
final class Opening implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger("org.claviger");
    private static final long SECONDS_BETWEEN_TRIES = 2;
    private static final long POLL_MILLIS = 500;

    final Settings settings;
    final BearerGate applicationGate = new BearerGate();
    final BearerGate adminGate = new BearerGate();

    private final Database database;
    private final ScheduledExecutorService executor;
    private final WatchedClock clock;
    private final List<ScheduledFuture<?>> jobs = new ArrayList<>();
    private volatile @Nullable Claviger parts;
    private @Nullable Push push;
    private boolean closed;
    private String said = "";

    Opening(Settings settings, DataSource dataSource, ScheduledExecutorService executor) {
        this(settings, dataSource, executor, Settings.clock());
    }

    /** The same by another clock, for a test. */
    Opening(Settings settings, DataSource dataSource, ScheduledExecutorService executor, Clock clock) {
        this.settings = settings;
        this.database = Database.prepare(dataSource, settings.database());
        this.executor = executor;
        this.clock = new WatchedClock(clock, database);
    }

    /** The parts, once the service is open. */
    Optional<Claviger> parts() {
        return Optional.ofNullable(parts);
    }

    /** The settings now; as they are configured until it can be known what administrators say. */
    Settings settings() {
        Claviger opened = parts;
        return opened == null ? settings : opened.settings.get();
    }

    /** Whether the database has been reached since the start. */
    boolean isOpen() {
        return parts != null;
    }

    /** From now on the server can be relied on. */
    void unlock() {
        applicationGate.unlock();
        adminGate.unlock();
    }

    /** The endpoint on this path, once the service is open; nobody signs in by a clock that is wrong, and would be ahead of revocations. */
    Optional<Servlet> endpoint(String path) {
        return Optional.ofNullable(parts)
                .filter(opened -> clock.problem().isEmpty() || !Claviger.PATHS_THAT_BEGIN.contains(path))
                .map(opened -> opened.endpoints.get(path));
    }

    /**
     * Opens the service now, or later if the database is away.
     *
     * @throws SettingsException if something is wrong that waiting does not mend
     */
    synchronized void start() {
        try {
            open();
        } catch (DatabaseAwayException away) {
            LOG.log(Level.ERROR, "CLAVIGER-0203 {0}; everything answers 503 until it is there", away.getMessage());
            tryLater();
        }
    }

    private void tryLater() {
        jobs.add(executor.schedule(this::tryAgain, SECONDS_BETWEEN_TRIES, TimeUnit.SECONDS));
    }

    private synchronized void tryAgain() {
        if (closed) {
            return;
        }
        try {
            open();
        } catch (DatabaseAwayException stillAway) {
            tryLater();
        } catch (SettingsException unusable) {
            sayOnce("CLAVIGER-0101 " + unusable.getMessage(), null);
            tryLater(); // what is in the database, in files and in its server's configuration can be mended meanwhile
        } catch (RuntimeException fault) {
            sayOnce("CLAVIGER-0102 cannot start: " + fault.getMessage(), fault);
            tryLater();
        }
    }

    private void sayOnce(String message, @Nullable Throwable fault) {
        if (!message.equals(said)) {
            LOG.log(Level.ERROR, message, fault);
        }
        said = message;
    }

    private void open() {
        database.migrate();
        clock.refresh();
        if (clock.problem().isPresent()) { // the log says so; by that clock no key would be good on another node
            tryLater();
            return;
        }
        Claviger ready = new Claviger(settings, database, clock, Settings.random());
        jobs.clear();
        String unheard =
                "CLAVIGER-0204 what other nodes have changed cannot be read; this node goes on with what it knows";
        Refresh feed = new Refresh(unheard, ready.feed::poll);
        // Twice a second and on its own, so that every change is known within one.
        jobs.add(executor.scheduleWithFixedDelay(feed, POLL_MILLIS, POLL_MILLIS, TimeUnit.MILLISECONDS));
        push = Push.start(settings, database, ready.node, executor, feed);
        everySecond(new Refresh(
                unheard,
                clock::refresh,
                ready::forgetRevocations,
                ready.verifiedTokens::prune,
                ready::checkClassifications,
                ready.throttle::refresh,
                ready.firstAdministrator::refresh));
        // On its own, for to make a key may take seconds.
        everySecond(new Refresh("CLAVIGER-0208 keys cannot be renewed", ready::rotateKeys, ready::rewrapKeys));
        // On its own, so that nothing that has to be known waits for it.
        everySecond(new Refresh("CLAVIGER-0603 expired rows cannot be removed", ready.cleanup::run));
        parts = ready;
        applicationGate.open(ready.applicationGuard);
        adminGate.open(ready.adminGuard);
        LOG.log(
                Level.INFO,
                "CLAVIGER-0001 ready as {0}; changes are pushed by {1}",
                settings.issuer(),
                push.kinds().isEmpty() ? "nothing" : String.join(", ", push.kinds()));
    }

    private void everySecond(Runnable work) {
        jobs.add(executor.scheduleWithFixedDelay(work, 1, 1, TimeUnit.SECONDS));
    }

    /** Ends what runs; a job that is not cancelled would go on after the application is gone. */
    @Override
    public synchronized void close() {
        closed = true;
        jobs.forEach(job -> job.cancel(true));
        if (push != null) {
            push.close();
        }
        database.close();
    }
}
