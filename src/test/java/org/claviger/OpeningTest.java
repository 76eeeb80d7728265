package org.claviger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.claviger.settings.Settings;
import org.claviger.settings.SettingsException;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OpeningTest {
    private static final Logger LOGGER = Logger.getLogger("org.claviger");
    private static final String AWAY = "08001";
    private static final String REFUSED = "28P01";

    private final List<String> logged = new ArrayList<>();
    private final Handler handler = new Handler() {
        @Override
        public void publish(LogRecord record) {
            String number = record.getMessage().substring(0, 13);
            if (number.matches("CLAVIGER-(0001|0[12]..)")) {
                logged.add(number);
            }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };

    /** The ways in which the database fails before it is there. */
    private final Queue<String> failures = new ArrayDeque<>();

    private final JdbcDataSource h2 = new JdbcDataSource();
    private final DataSource database = (DataSource) Proxy.newProxyInstance(
            OpeningTest.class.getClassLoader(), new Class<?>[] {DataSource.class}, (proxy, method, arguments) -> {
                if (method.getName().equals("toString")) {
                    return "a database";
                }
                String failure = failures.poll();
                if (failure != null) {
                    throw new SQLException("state " + failure, failure);
                }
                return h2.getConnection();
            });

    /** Runs nothing by itself. */
    private static final class Later extends ScheduledThreadPoolExecutor {
        private final Queue<Runnable> tries = new ArrayDeque<>();
        private final List<Runnable> repeated = new ArrayList<>();
        private int jobs;

        Later() {
            super(0);
        }

        @Override
        public ScheduledFuture<?> schedule(Runnable command, long delay, TimeUnit unit) {
            tries.add(command);
            return super.schedule(() -> {}, 1, TimeUnit.DAYS);
        }

        @Override
        public ScheduledFuture<?> scheduleWithFixedDelay(Runnable command, long first, long delay, TimeUnit unit) {
            jobs++;
            repeated.add(command);
            return super.scheduleWithFixedDelay(command, 1, 1, TimeUnit.DAYS);
        }

        void tryNow() {
            tries.remove().run();
        }
    }

    private final Later executor = new Later();
    private Opening opening;

    private static Settings settings(Path folder) {
        Map<String, String> values = Map.of(
                "claviger.issuer", "https://id.example.org/api/v2/auth",
                "claviger.database.url", "jdbc:h2:mem:opening",
                "claviger.data-directory", folder.toString(),
                "claviger.key-encryption-key", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
        return Settings.read(key -> Optional.ofNullable(values.get(key)));
    }

    @BeforeEach
    void prepare(@TempDir Path folder) {
        opening = new Opening(settings(folder), database, executor);
        h2.setURL("jdbc:h2:mem:opening;DB_CLOSE_DELAY=-1");
        LOGGER.addHandler(handler);
    }

    @AfterEach
    void clean() throws SQLException {
        LOGGER.removeHandler(handler);
        opening.close();
        executor.shutdownNow();
        failures.clear();
        try (Connection connection = h2.getConnection()) {
            connection.createStatement().execute("shutdown");
        }
    }

    private void assertOpen(boolean open) {
        assertThat(opening.endpoint("/token").isPresent()).isEqualTo(open);
        assertThat(executor.jobs).isEqualTo(open ? 4 : 0);
    }

    @Test
    void with_its_database_it_opens_at_once() {
        opening.start();

        assertOpen(true);
        assertThat(executor.tries).isEmpty();
        assertThat(logged).containsExactly("CLAVIGER-0001");
    }

    @Test
    void by_a_clock_that_goes_wrong_nobody_signs_in_and_the_rest_goes_on(@TempDir Path folder) {
        Ahead clock = new Ahead();
        opening = new Opening(settings(folder), database, executor, clock);
        opening.start();
        assertThat(Claviger.PATHS_THAT_BEGIN)
                .allMatch(path -> opening.endpoint(path).isPresent());

        clock.by = Duration.ofHours(1);
        executor.repeated.forEach(Runnable::run);

        assertThat(Claviger.PATHS_THAT_BEGIN)
                .noneMatch(path -> opening.endpoint(path).isPresent());
        assertThat(opening.endpoint("/revoke")).isPresent();
        assertThat(opening.endpoint("/signout")).isPresent();
        assertThat(logged).contains("CLAVIGER-0205");
    }

    /** The right clock, or one that is ahead of it. */
    private static final class Ahead extends Clock {
        private Duration by = Duration.ZERO;

        @Override
        public Instant instant() {
            return Settings.clock().instant().plus(by);
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }

    @Test
    void a_database_that_is_away_is_waited_for() {
        failures.addAll(List.of(AWAY, AWAY));

        opening.start();
        assertOpen(false);
        executor.tryNow();
        assertOpen(false);
        executor.tryNow();

        assertOpen(true);
        assertThat(executor.tries).isEmpty();
        assertThat(logged).containsExactly("CLAVIGER-0203", "CLAVIGER-0001");
    }

    @Test
    void a_database_that_refuses_us_is_not_waited_for() {
        failures.add(REFUSED);

        assertThatExceptionOfType(SettingsException.class)
                .isThrownBy(opening::start)
                .withMessage("claviger.database.url: the database cannot be used: state 28P01");

        assertOpen(false);
        assertThat(executor.tries).isEmpty();
    }

    @Test
    void one_that_came_late_and_refuses_us_is_said_once_and_can_be_mended() {
        failures.addAll(List.of(AWAY, REFUSED, REFUSED, AWAY));

        opening.start();
        for (int i = 0; i < 4; i++) {
            assertOpen(false);
            executor.tryNow();
        }

        assertOpen(true);
        assertThat(logged).containsExactly("CLAVIGER-0203", "CLAVIGER-0101", "CLAVIGER-0001");
    }

    @Test
    void after_its_end_it_tries_no_more() {
        failures.add(AWAY);
        opening.start();

        opening.close();
        executor.tryNow();

        assertOpen(false);
        assertThat(executor.tries).isEmpty();
    }
}
