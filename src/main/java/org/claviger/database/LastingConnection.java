package org.claviger.database;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A connection that a pool may keep for as long as it likes. It connects when it is used, not when a pool asks what it is
 * like, and again when its server has gone
 * meanwhile, but never within a transaction: what is left of that fails. The pools of the servers can be told to test what they
 * hand out, but each in another way, and WildFly's not at all where a {@code @DataSourceDefinition} defines it.
 */
final class LastingConnection implements InvocationHandler {
    private static final int READ_COMMITTED = Connection.TRANSACTION_READ_COMMITTED;
    private static final long TRUSTED_FOR = TimeUnit.SECONDS.toNanos(1);
    private static final int SECONDS_TO_ANSWER = 5;

    private final Connector connector;
    private final LongSupplier nanoTime;
    private @Nullable Connection current;
    private boolean autoCommit = true;
    private boolean inTransaction;
    private boolean closed;
    private long usedAt;

    private LastingConnection(Connector connector, LongSupplier nanoTime) {
        this.connector = connector;
        this.nanoTime = nanoTime;
    }

    /** Makes the real connections. */
    @FunctionalInterface
    interface Connector {
        Connection connect() throws SQLException;
    }

    static Connection of(Connector connector, LongSupplier nanoTime) {
        return (Connection) Proxy.newProxyInstance(
                LastingConnection.class.getClassLoader(),
                new Class<?>[] {Connection.class},
                new LastingConnection(connector, nanoTime));
    }

    @Override
    @SuppressWarnings("ReferenceEquality") // what a proxy is
    public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments) throws Throwable {
        Object argument = arguments == null || arguments.length == 0 ? null : arguments[0];
        return switch (method.getName()) {
            case "equals" -> proxy == argument;
            case "hashCode" -> System.identityHashCode(proxy);
            case "toString" -> "LastingConnection[" + current + "]";
            case "isClosed" -> closed;
            case "getAutoCommit" -> autoCommit;
            case "setAutoCommit" -> setAutoCommit(Boolean.TRUE.equals(argument));
            case "close" -> close();
            case "isValid" -> isValid(argument instanceof Integer seconds ? seconds : SECONDS_TO_ANSWER);
            case "commit" -> end(method);
            case "rollback" -> argument == null ? end(method) : pass(method, arguments);
            // What a pool asks and sets to begin with: what PostgreSQL and H2 begin with too.
            case "isReadOnly" -> current == null ? false : pass(method, arguments);
            case "getTransactionIsolation" -> current == null ? READ_COMMITTED : pass(method, arguments);
            case "setTransactionIsolation" ->
                current == null && Integer.valueOf(READ_COMMITTED).equals(argument) ? null : pass(method, arguments);
            default -> pass(method, arguments);
        };
    }

    private @Nullable Object pass(Method method, Object @Nullable [] arguments) throws Throwable {
        Connection connection = inTransaction && current != null ? current : connected();
        inTransaction = !autoCommit;
        try {
            return method.invoke(connection, arguments);
        } catch (InvocationTargetException thrown) {
            throw thrown.getCause();
        } finally {
            usedAt = nanoTime.getAsLong();
        }
    }

    /** Looks whether the server is there where a transaction begins: before anything has happened in it. */
    private @Nullable Object setAutoCommit(boolean value) throws SQLException {
        if (autoCommit && !value) {
            connected().setAutoCommit(false);
        } else if (current != null && (inTransaction || !current.isClosed())) {
            current.setAutoCommit(value);
        }
        autoCommit = value;
        inTransaction = false;
        return null;
    }

    /** Commits or rolls back; whether that works or not, the next use belongs to another transaction. */
    private @Nullable Object end(Method method) throws Throwable {
        try {
            return inTransaction ? pass(method, null) : null;
        } finally {
            inTransaction = false;
        }
    }

    /** Whether the server answers, on another connection if need be. */
    private boolean isValid(int seconds) {
        try {
            if (inTransaction && current != null) {
                return current.isValid(seconds);
            }
            usedAt -= TRUSTED_FOR;
            connected();
            return true;
        } catch (SQLException away) {
            return false;
        }
    }

    private @Nullable Object close() throws SQLException {
        closed = true;
        if (current != null) {
            current.close();
        }
        return null;
    }

    private Connection connected() throws SQLException {
        if (closed) {
            throw new SQLException("the connection is closed", "08003");
        }
        Connection found = current;
        if (found == null || !isAlive(found)) {
            current = null;
            abandon(found);
            found = connector.connect();
            found.setAutoCommit(autoCommit);
            current = found;
            usedAt = nanoTime.getAsLong();
        }
        return found;
    }

    private static void abandon(@Nullable Connection lost) {
        try {
            if (lost != null) {
                lost.close();
            }
        } catch (SQLException alreadyGone) {
            // nothing is left of it
        }
    }

    private boolean isAlive(Connection connection) throws SQLException {
        return !connection.isClosed()
                && (nanoTime.getAsLong() - usedAt < TRUSTED_FOR || connection.isValid(SECONDS_TO_ANSWER));
    }
}
