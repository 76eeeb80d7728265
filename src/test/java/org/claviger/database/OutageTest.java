package org.claviger.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.claviger.Postgres;
import org.claviger.settings.DatabaseSettings;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OutageTest {
    private static final Logger LOGGER = Logger.getLogger("org.claviger");
    private static final long SECOND = 1_000_000_000;

    private final List<String> logged = new ArrayList<>();
    private final Handler handler = new Handler() {
        @Override
        public void publish(LogRecord record) {
            logged.add(record.getMessage().substring(0, 13));
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };

    @BeforeEach
    void listen() {
        LOGGER.addHandler(handler);
    }

    @AfterEach
    void listen_no_more() {
        LOGGER.removeHandler(handler);
    }

    /** A pool of that one connection. */
    private static DataSource pool(Connection connection) {
        Connection unclosed = (Connection) Proxy.newProxyInstance(
                OutageTest.class.getClassLoader(),
                new Class<?>[] {Connection.class},
                (proxy, method, arguments) ->
                        method.getName().equals("close") ? null : invoke(connection, method, arguments));
        return (DataSource) Proxy.newProxyInstance(
                OutageTest.class.getClassLoader(),
                new Class<?>[] {DataSource.class},
                (proxy, method, arguments) -> method.getName().equals("toString") ? "a pool" : unclosed);
    }

    private static Object invoke(Object target, Method method, Object[] arguments) throws Throwable {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException thrown) {
            throw thrown.getCause();
        }
    }

    @Test
    void nobody_tries_while_it_is_known_and_one_looks_each_second() {
        AtomicLong time = new AtomicLong();
        int[] looks = {0};
        boolean[] there = {false};
        Connection connection = LastingConnection.of(
                () -> {
                    looks[0]++;
                    if (!there[0]) {
                        throw new SQLException("nobody there", "08001");
                    }
                    return DriverManager.getConnection("jdbc:h2:mem:");
                },
                time::get);
        Outage outage = new Outage(pool(connection), "claviger.database.url", time::get);
        RuntimeException fault = new IllegalStateException("other");

        outage.refuse();
        assertThat(outage.notice(fault)).isSameAs(fault);
        outage.refuse();
        assertThat(looks[0]).isZero();

        outage.notice(new RuntimeException(new SQLException("broken", "08006")));
        for (int i = 0; i < 3; i++) {
            assertThatExceptionOfType(DatabaseAwayException.class)
                    .isThrownBy(outage::refuse)
                    .withMessageEndingWith(": broken");
        }
        assertThat(looks[0]).isEqualTo(1);
        time.addAndGet(SECOND);
        assertThatExceptionOfType(DatabaseAwayException.class).isThrownBy(outage::refuse);
        outage.notice(new RuntimeException(new SQLException("broken", "08006")));
        assertThat(looks[0]).isEqualTo(2);

        there[0] = true;
        assertThatExceptionOfType(DatabaseAwayException.class).isThrownBy(outage::refuse);
        time.addAndGet(SECOND);
        outage.refuse();
        outage.refuse();
        assertThat(looks[0]).isEqualTo(3);
        assertThat(logged).containsExactly("CLAVIGER-0201", "CLAVIGER-0202");
    }

    @Test
    void a_database_that_was_stopped_is_used_again_when_it_is_back() {
        try (Postgres postgres = new Postgres("outage")) {
            Map<String, String> environment = postgres.newDatabase();
            ConfiguredDataSource source = new ConfiguredDataSource(new DatabaseSettings(
                    environment.get("CLAVIGER_DATABASE_URL"),
                    environment.get("CLAVIGER_DATABASE_USER"),
                    environment.get("CLAVIGER_DATABASE_PASSWORD")));
            try (Connection connection = source.getConnection();
                    Database database = Database.open(pool(connection))) {
                count(database);
                postgres.stop();
                for (int i = 0; i < 5; i++) {
                    assertThatExceptionOfType(DatabaseAwayException.class).isThrownBy(() -> count(database));
                }

                postgres.start();
                long deadline = System.nanoTime() + 10 * SECOND;
                while (!isUp(database)) {
                    assertThat(System.nanoTime()).isLessThan(deadline);
                    Thread.onSpinWait();
                }
                assertThat(logged).containsExactly("CLAVIGER-0201", "CLAVIGER-0202");
                assertThat(database.outages()).isEqualTo(1);
            } catch (SQLException broken) {
                throw new IllegalStateException(broken);
            }
        }
    }

    private static long count(Database database) {
        return database.transact(entities -> entities.createQuery("select count(*) from VersionNumberRow", Long.class)
                .getSingleResult());
    }

    private static boolean isUp(Database database) {
        try {
            return count(database) > 0;
        } catch (DatabaseAwayException notYet) {
            return false;
        }
    }
}
