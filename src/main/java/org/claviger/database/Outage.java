package org.claviger.database;

import java.lang.System.Logger.Level;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Whether the database is away. The first transaction that fails by it begins an outage; until it is over none is tried, so nobody
 * waits for what is known, and one request a second looks whether it is over. It is logged when it begins and when it ends.
 */
final class Outage {
    private static final System.Logger LOG = System.getLogger("org.claviger");
    private static final long LOOK_EVERY = TimeUnit.SECONDS.toNanos(1);
    private static final int SECONDS_TO_ANSWER = 5;

    private final DataSource dataSource;
    private final String key;
    private final LongSupplier nanoTime;
    private final ReentrantLock looking = new ReentrantLock();
    private volatile @Nullable DatabaseAwayException away;
    private volatile long begun;
    private long lookedAt;

    Outage(DataSource dataSource, String key, LongSupplier nanoTime) {
        this.dataSource = dataSource;
        this.key = key;
        this.nanoTime = nanoTime;
        this.lookedAt = nanoTime.getAsLong() - LOOK_EVERY;
    }

    /** Whether the last that was heard of the database is that it is away. */
    boolean isAway() {
        return away != null;
    }

    /** How many have begun. */
    long begun() {
        return begun;
    }

    /** Throws {@link DatabaseAwayException} while the database is known to be away. */
    void refuse() {
        DatabaseAwayException known = away;
        if (known != null && !isOver()) {
            throw new DatabaseAwayException(key, known);
        }
    }

    /** Answers what to throw: the fault, or that the database is away if that is what it says. */
    RuntimeException notice(RuntimeException fault) {
        return DatabaseAwayException.isCauseOf(fault) ? begin(fault) : fault;
    }

    /** Begins an outage, if this is not already one. */
    DatabaseAwayException begin(RuntimeException fault) {
        DatabaseAwayException noticed =
                fault instanceof DatabaseAwayException already ? already : new DatabaseAwayException(key, fault);
        synchronized (this) {
            if (away == null) {
                away = noticed;
                begun++;
                LOG.log(Level.ERROR, "CLAVIGER-0201 {0}; this node goes on with what it knows", noticed.getMessage());
            }
        }
        return noticed;
    }

    private boolean isOver() {
        if (!looking.tryLock()) {
            return false;
        }
        try {
            if (nanoTime.getAsLong() - lookedAt < LOOK_EVERY || !answers()) {
                return away == null;
            }
            synchronized (this) {
                if (away != null) {
                    away = null;
                    LOG.log(Level.INFO, "CLAVIGER-0202 the database is back");
                }
            }
            return true;
        } finally {
            looking.unlock();
        }
    }

    private boolean answers() {
        try (Connection connection = dataSource.getConnection()) {
            return connection.isValid(SECONDS_TO_ANSWER);
        } catch (SQLException stillAway) {
            return false;
        } finally {
            lookedAt = nanoTime.getAsLong();
        }
    }
}
