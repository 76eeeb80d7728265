package org.claviger;

import jakarta.servlet.Servlet;
import java.lang.System.Logger.Level;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.claviger.database.Database;
import org.claviger.database.DatabaseAwayException;
import org.claviger.guard.BearerGate;
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

    final Settings settings;
    final BearerGate applicationGate = new BearerGate();
    final BearerGate adminGate = new BearerGate();

    private final Database database;
    private final ScheduledExecutorService executor;
    private volatile @Nullable Claviger parts;
    private @Nullable ScheduledFuture<?> job;
    private boolean closed;
    private String said = "";

    Opening(Settings settings, DataSource dataSource, ScheduledExecutorService executor) {
        this.settings = settings;
        this.database = Database.prepare(dataSource, settings.database());
        this.executor = executor;
    }

    /** The endpoint on this path, once the service is open. */
    Optional<Servlet> endpoint(String path) {
        return Optional.ofNullable(parts).map(opened -> opened.endpoints.get(path));
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
        job = executor.schedule(this::tryAgain, SECONDS_BETWEEN_TRIES, TimeUnit.SECONDS);
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
        Claviger ready = new Claviger(settings, database, Settings.clock(), Settings.random());
        job = executor.scheduleWithFixedDelay(
                new Refresh(ready.clients::refresh, ready.throttle::refresh, ready.firstAdministrator::refresh),
                1,
                1,
                TimeUnit.SECONDS);
        parts = ready;
        applicationGate.open(ready.applicationGuard);
        adminGate.open(ready.adminGuard);
        LOG.log(Level.INFO, "CLAVIGER-0001 ready as {0}", settings.issuer());
    }

    /** Ends what runs; a job that is not cancelled would go on after the application is gone. */
    @Override
    public synchronized void close() {
        closed = true;
        if (job != null) {
            job.cancel(true);
        }
        database.close();
    }
}
