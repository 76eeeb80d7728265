package org.claviger.push;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.claviger.database.ConfiguredDataSource;
import org.claviger.database.Database;
import org.claviger.settings.DatabaseSettings;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

/**
 * {@code LISTEN} and {@code NOTIFY} of PostgreSQL. A node listens on a connection of its own, for a notification comes to a connection and
 * not to a pool; it notifies in a transaction of its own, because PostgreSQL commits transactions that notify one after the other.
 */
final class PostgresSignal implements ChangeSignal, Runnable {
    private static final String CHANNEL = "claviger_changes";
    private static final int HEARTBEAT = 10_000;
    private static final int SECONDS_TO_ANSWER = 5;
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

    private final Database database;
    private final DatabaseSettings settings;
    private final String node;
    private final Runnable wake;
    private @Nullable Connection listening;
    private boolean closed;
    private int failures;
    private int skip;

    PostgresSignal(Database database, DatabaseSettings settings, String node, Runnable wake) {
        this.database = database;
        this.settings = settings;
        this.node = node;
        this.wake = wake;
    }

    @Override
    public void send() {
        database.change(
                entities -> entities.createNativeQuery("select cast(pg_notify(:channel, :node) as text)", String.class)
                        .setParameter("channel", CHANNEL)
                        .setParameter("node", node)
                        .getSingleResult());
    }

    /**
     * Listens for as long as that works; called again a second after it has failed, and tries again after 1, 2, 4, … 30 s. It is in no log: a
     * database that is away is in it already, and a node that does not listen looks by itself.
     */
    @Override
    public void run() {
        if (skip > 0) {
            skip--;
            return;
        }
        try (Connection connection = connect()) {
            failures = 0;
            wake.run(); // by what it may have missed
            PGConnection notified = connection.unwrap(PGConnection.class);
            while (!Thread.interrupted()) {
                hear(notified.getNotifications(HEARTBEAT));
                if (!connection.isValid(SECONDS_TO_ANSWER)) {
                    return;
                }
            }
        } catch (SQLException lost) {
            skip = (int) Math.min(LONGEST_PAUSE.toSeconds(), 1L << Math.min(failures++, 5)) - 1;
        }
    }

    private Connection connect() throws SQLException {
        Connection connection = ConfiguredDataSource.connect(settings);
        try (Statement statement = connection.createStatement()) {
            statement.execute("listen " + CHANNEL);
        }
        synchronized (this) {
            listening = connection;
            if (closed) {
                connection.close();
            }
        }
        return connection;
    }

    private void hear(PGNotification @Nullable [] notifications) {
        for (PGNotification notification : notifications == null ? new PGNotification[0] : notifications) {
            if (!notification.getParameter().equals(node)) {
                wake.run();
                return;
            }
        }
    }

    /** From another thread, while this one waits. */
    @Override
    public synchronized void close() {
        closed = true;
        try {
            if (listening != null) {
                listening.abort(Runnable::run);
            }
        } catch (SQLException alreadyGone) {
            // nothing is left of it
        }
    }
}
