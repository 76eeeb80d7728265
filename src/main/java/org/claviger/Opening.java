package org.claviger;

import jakarta.servlet.Servlet;
import java.lang.System.Logger.Level;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
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
final class Opening implements Service {
    private static final System.Logger LOG = System.getLogger("org.claviger");
    private static final long SECONDS_BETWEEN_TRIES = 2;
    private static final long POLL_MILLIS = 500;
    private static final long COUNT_MILLIS = 5_000;
    private static final String AWAY = "the database has not been reached yet";

    final Settings settings;
    final BearerGate applicationGate = new BearerGate();
    final BearerGate adminGate = new BearerGate();

    private final Database database;
    private final ScheduledExecutorService executor;
    private final WatchedClock clock;
    private final Jobs jobs;
    private @Nullable ScheduledFuture<?> nextTry;
    private volatile @Nullable Claviger parts;
    private @Nullable Push push;
    private boolean closed;
    private String said = "";
    private volatile String waitsFor = AWAY;

    Opening(Settings settings, DataSource dataSource, ScheduledExecutorService executor) {
        this(settings, dataSource, executor, Settings.clock());
    }

    /** The same by another clock, for a test. */
    Opening(Settings settings, DataSource dataSource, ScheduledExecutorService executor, Clock clock) {
        this.settings = settings;
        this.database = Database.prepare(dataSource, settings.database());
        this.executor = executor;
        this.clock = new WatchedClock(clock, database);
        this.jobs = new Jobs(executor, database::isAway);
    }

    @Override
    public BearerGate applicationGate() {
        return applicationGate;
    }

    @Override
    public BearerGate adminGate() {
        return adminGate;
    }

    @Override
    public Map<String, Supplier<Optional<String>>> checks() {
        return Map.of(
                "clock",
                clock::problem,
                "database",
                this::databaseProblem,
                "keys",
                () -> opened(parts -> parts.signingKeys.problem(), "no key has been read yet"),
                "open",
                this::waitsFor,
                "revocation",
                () -> opened(parts -> parts.feed.freshness().problem(), "what has ended has not been read yet"),
                "settings",
                () -> parts().flatMap(opened -> opened.settings.problem()));
    }

    private Optional<String> opened(Function<Claviger, Optional<String>> problem, String notYet) {
        return parts().map(problem).orElse(Optional.of(notYet));
    }

    /** A database that goes away later takes no node down: others are no better off, and this one still judges by what it knows. */
    @Override
    public Set<String> onlyTold() {
        return isOpen() ? Set.of("database", "settings") : Set.of("settings");
    }

    @Override
    public Metrics metrics() {
        return new Metrics(this::parts, settings);
    }

    /** The parts, once the service is open. */
    @Override
    public Optional<Claviger> parts() {
        return Optional.ofNullable(parts);
    }

    /** The settings now; as they are configured until it can be known what administrators say. */
    @Override
    public Settings settings() {
        Claviger opened = parts;
        return opened == null ? settings : opened.settings.get();
    }

    /** Whether the database has been reached since the start. */
    boolean isOpen() {
        return parts != null;
    }

    /** What has to be there before the service opens; empty from then on. */
    @Override
    public Optional<String> waitsFor() {
        return isOpen() ? Optional.empty() : Optional.of(waitsFor);
    }

    /** Whether the database is away, as far as is known. */
    private Optional<String> databaseProblem() {
        if (!isOpen()) {
            return waitsFor().filter(AWAY::equals);
        }
        return database.isAway()
                ? Optional.of("the database cannot be reached; this node goes on with what it knows")
                : Optional.empty();
    }

    @Override
    public Jobs jobs() {
        return jobs;
    }

    /** From now on the server can be relied on. */
    @Override
    public void unlock() {
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
    @Override
    public synchronized void start() {
        try {
            open();
        } catch (DatabaseAwayException away) {
            LOG.log(Level.ERROR, "CLAVIGER-0203 {0}; everything answers 503 until it is there", away.getMessage());
            tryLater();
        }
    }

    private void tryLater() {
        nextTry = executor.schedule(this::tryAgain, SECONDS_BETWEEN_TRIES, TimeUnit.SECONDS);
    }

    private synchronized void tryAgain() {
        if (closed) {
            return;
        }
        try {
            open();
        } catch (DatabaseAwayException stillAway) {
            waitsFor = AWAY;
            tryLater();
        } catch (SettingsException unusable) {
            waitsFor = "what is configured or stored cannot be used, see CLAVIGER-0101 in the log";
            sayOnce("CLAVIGER-0101 " + unusable.getMessage(), null);
            tryLater(); // what is in the database, in files and in its server's configuration can be mended meanwhile
        } catch (RuntimeException | Error fault) {
            waitsFor = "it cannot start, see CLAVIGER-0102 in the log";
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
            waitsFor = clock.problem().get();
            tryLater();
            return;
        }
        Claviger ready = new Claviger(settings, database, clock, Settings.random());
        String unheard =
                "CLAVIGER-0204 what other nodes have changed cannot be read; this node goes on with what it knows";
        Refresh feed = new Refresh(unheard, ready.feed::poll);
        // Twice a second and on its own, so that every change is known within one.
        jobs.every("feed", POLL_MILLIS, POLL_MILLIS, feed);
        push = Push.start(settings, database, ready.node, executor, feed);
        everySecond(
                "memory",
                new Refresh(
                        unheard,
                        clock::refresh,
                        ready::forgetRevocations,
                        ready.verifiedTokens::prune,
                        ready::checkClassifications,
                        ready.throttle::refresh,
                        ready.firstAdministrator::refresh));
        // On its own, for to make a key may take seconds.
        everySecond("keys", new Refresh("CLAVIGER-0208 keys cannot be renewed", ready::rotateKeys, ready::rewrapKeys));
        // On its own, so that nothing that has to be known waits for it.
        everySecond("cleanup", new Refresh("CLAVIGER-0603 expired rows cannot be removed", ready.cleanup::run));
        // The same: nobody waits for what has happened already.
        everySecond("audit", new Refresh("CLAVIGER-0903 the audit cannot be sealed", ready.auditChain::run));
        jobs.every(
                "counts",
                COUNT_MILLIS,
                COUNT_MILLIS,
                new Refresh("CLAVIGER-0904 what was counted cannot be written", ready.auditCounts::flush));
        parts = ready;
        applicationGate.open(ready.applicationGuard, ready.guardedBrowsers);
        adminGate.open(ready.adminGuard);
        LOG.log(
                Level.INFO,
                "CLAVIGER-0001 ready as {0}; changes are pushed by {1}",
                settings.issuer(),
                push.kinds().isEmpty() ? "nothing" : String.join(", ", push.kinds()));
    }

    private void everySecond(String name, Runnable work) {
        jobs.every(name, 1_000, 1_000, work);
    }

    /** Ends what runs; a job that is not cancelled would go on after the application is gone. */
    @Override
    public synchronized void close() {
        closed = true;
        jobs.close();
        if (nextTry != null) {
            nextTry.cancel(true);
        }
        if (push != null) {
            push.close();
        }
        flushCounts();
        database.close();
    }

    private void flushCounts() {
        Claviger opened = parts;
        try {
            if (opened != null) {
                opened.auditCounts.flush();
            }
        } catch (RuntimeException lost) {
            LOG.log(Level.WARNING, "CLAVIGER-0905 what was counted in the last seconds is lost", lost);
        }
    }
}
