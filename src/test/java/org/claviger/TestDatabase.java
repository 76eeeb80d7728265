package org.claviger;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.claviger.database.Database;
import org.h2.jdbcx.JdbcDataSource;

/** One H2 database in memory with the real migrations, for all tests of this JVM: each begins with {@link #empty}. */
public final class TestDatabase {
    // Held, because loggers that nobody holds forget their level. What fails on purpose need not be in the output.
    private static final List<Logger> QUIET = Stream.of(
                    "org.flywaydb", "org.hibernate", "org.hibernate.engine.jdbc.spi.SqlExceptionHelper")
            .map(Logger::getLogger)
            .toList();

    static {
        QUIET.forEach(logger -> logger.setLevel(Level.OFF));
    }

    private static final AtomicInteger STATEMENTS = new AtomicInteger();
    private static final DataSource SOURCE = source();
    private static final Database DATABASE = Database.open(SOURCE);

    private TestDatabase() {}

    private static DataSource source() {
        JdbcDataSource h2 = new JdbcDataSource();
        h2.setURL("jdbc:h2:mem:claviger;DB_CLOSE_DELAY=-1;LOCK_TIMEOUT=20000");
        return counting(DataSource.class, h2);
    }

    /** The database as the last test left it. */
    public static Database database() {
        return DATABASE;
    }

    /** Empties all tables. */
    public static Database empty() {
        execute("set referential_integrity false");
        for (String table : tables()) {
            if (!table.equalsIgnoreCase("version_number")) { // the migration filled it, and numbers only grow
                execute("truncate table " + table);
            }
        }
        execute("set referential_integrity true");
        return DATABASE;
    }

    public static DataSource dataSource() {
        return SOURCE;
    }

    /** How many statements the services have prepared so far. */
    public static int statements() {
        return STATEMENTS.get();
    }

    public static int execute(String sql, Object... parameters) {
        try (Connection connection = SOURCE.getConnection();
                PreparedStatement statement = prepare(connection, sql, parameters)) {
            return statement.executeUpdate();
        } catch (SQLException broken) {
            throw new IllegalStateException(broken);
        }
    }

    /** What a database says that has ended a statement. */
    public static boolean late(boolean ended) throws SQLException {
        if (ended) {
            throw new SQLTimeoutException("canceling statement due to statement timeout", "57014", 57014);
        }
        return false;
    }

    /** Does that while no query of a table ends in time. */
    public static <T> T whileLate(String table, Supplier<T> work) {
        execute("create alias late for '" + TestDatabase.class.getName() + ".late'");
        execute("alter table " + table + " rename to away");
        execute("create view " + table
                + " as select away.* from (select 1 one where late(true)) left join away on one = 1");
        try {
            return work.get();
        } finally {
            execute("drop view " + table);
            execute("alter table away rename to " + table);
            execute("drop alias late");
        }
    }

    /** Returns when somebody waits for a row that somebody else has locked, or when the work is done. */
    public static void awaitBlocked(Future<?> work) {
        while (!work.isDone()
                && query("select session_id from information_schema.sessions where blocker_id is not null")
                        .isEmpty()) {
            Thread.onSpinWait();
        }
    }

    /** The first column of what the query finds. */
    public static List<String> query(String sql, Object... parameters) {
        try (Connection connection = SOURCE.getConnection();
                PreparedStatement statement = prepare(connection, sql, parameters);
                ResultSet found = statement.executeQuery()) {
            List<String> column = new ArrayList<>();
            while (found.next()) {
                column.add(found.getString(1));
            }
            return column;
        } catch (SQLException broken) {
            throw new IllegalStateException(broken);
        }
    }

    /** Everything that stands in the tables, as a thief of the database reads it. */
    public static String dump() {
        StringBuilder dump = new StringBuilder();
        try (Connection connection = SOURCE.getConnection()) {
            for (String table : tables()) {
                try (PreparedStatement statement = connection.prepareStatement("select * from " + table);
                        ResultSet rows = statement.executeQuery()) {
                    while (rows.next()) {
                        dump.append(table);
                        for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
                            dump.append('|').append(rows.getString(i));
                        }
                        dump.append('\n');
                    }
                }
            }
        } catch (SQLException broken) {
            throw new IllegalStateException(broken);
        }
        return dump.toString();
    }

    private static List<String> tables() {
        return query("select table_name from information_schema.tables where table_schema = 'PUBLIC'"
                + " and table_name <> 'flyway_schema_history'");
    }

    private static PreparedStatement prepare(Connection connection, String sql, Object... parameters)
            throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql);
        for (int i = 0; i < parameters.length; i++) {
            statement.setObject(i + 1, parameters[i]);
        }
        return statement;
    }

    /** Passes everything on and counts the statements that are prepared. */
    private static <T> T counting(Class<T> type, T real) {
        Object proxy =
                Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (self, method, arguments) -> {
                    if (method.getName().equals("prepareStatement")) {
                        STATEMENTS.incrementAndGet();
                    }
                    try {
                        Object result = method.invoke(real, arguments);
                        return result instanceof Connection connection
                                ? counting(Connection.class, connection)
                                : result;
                    } catch (InvocationTargetException thrown) {
                        throw thrown.getCause();
                    }
                });
        return type.cast(proxy);
    }
}
