package org.claviger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.io.StringReader;
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
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.claviger.NodeHealth.Check;
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
        private final List<ScheduledFuture<?>> running = new ArrayList<>();
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
            ScheduledFuture<?> job = super.scheduleWithFixedDelay(command, 1, 1, TimeUnit.DAYS);
            running.add(job);
            return job;
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
        assertThat(executor.jobs).isEqualTo(open ? 6 : 0);
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

    // --- How it is, as health says it ---

    private void halfAnHour() {
        for (long i = 0; i < Jobs.LONGEST.toSeconds(); i++) {
            opening.jobs().countSecond();
        }
    }

    @Test
    void a_node_whose_jobs_do_not_come_round_has_to_be_restarted() {
        opening.start();
        assertThat(opening.jobs().ages().keySet()).isEqualTo(MetricsTest.WORK);
        assertThat(health(NodeHealth::live)).isEqualTo("200");

        halfAnHour();
        assertThat(health(NodeHealth::live))
                .isEqualTo("503 jobs DOWN: what has to run all the time has not come round for 30 minutes:"
                        + " audit, cleanup, counts, feed, keys, memory");

        allJobs();
        assertThat(health(NodeHealth::live)).isEqualTo("200");
    }

    @Test
    void a_database_that_is_away_restarts_nobody_however_long_jobs_wait_for_it() {
        opening.start();
        failures.addAll(Collections.nCopies(1_000, AWAY));
        allJobs();

        for (int i = 0; i < 48; i++) {
            halfAnHour();
        }

        assertThat(health(NodeHealth::live)).isEqualTo("200");
    }

    private String health(Function<NodeHealth, List<Check>> kind) {
        NodeHealth health = new NodeHealth(opening, Optional::empty);
        Exchange answer = Exchange.get("").through(new Health(() -> kind.apply(health)));
        String told = Json.createReader(new StringReader(answer.body()))
                .readObject()
                .getJsonArray("checks")
                .getValuesAs(JsonObject.class)
                .stream()
                .filter(check -> check.containsKey("data"))
                .map(check -> " " + check.getString("name") + " " + check.getString("status") + ": "
                        + check.getJsonObject("data").getString("reason"))
                .collect(Collectors.joining());
        return answer.status() + told;
    }

    private void allJobs() {
        executor.repeated.forEach(Runnable::run);
    }

    @Test
    void before_it_is_open_it_says_what_it_waits_for_and_afterwards_it_has_started_for_ever(@TempDir Path folder) {
        Ahead clock = new Ahead();
        opening = new Opening(settings(folder), database, executor, clock);
        failures.addAll(List.of(AWAY, AWAY, REFUSED));
        opening.start();
        assertThat(health(NodeHealth::started)).isEqualTo("503 open DOWN: the database has not been reached yet");
        assertThat(health(NodeHealth::ready))
                .isEqualTo("503 database DOWN: the database has not been reached yet"
                        + " keys DOWN: no key has been read yet open DOWN: the database has not been reached yet"
                        + " revocation DOWN: what has ended has not been read yet");
        assertThat(health(NodeHealth::live)).isEqualTo("200");

        executor.tryNow();
        executor.tryNow();
        assertThat(health(NodeHealth::started))
                .isEqualTo("503 open DOWN: what is configured or stored cannot be used, see CLAVIGER-0101 in the log");

        clock.by = Duration.ofHours(1);
        executor.tryNow();
        assertThat(health(NodeHealth::started))
                .startsWith("503 open DOWN: the clock of this node is ")
                .endsWith("ms ahead of that of the database; it may differ by 1000 ms");
        assertThat(health(NodeHealth::ready)).startsWith("503 clock DOWN: the clock of this node is ");

        clock.by = Duration.ZERO;
        executor.tryNow();
        assertThat(health(NodeHealth::started)).isEqualTo("200");
        assertThat(health(NodeHealth::ready)).isEqualTo("200");

        clock.by = Duration.ofHours(1);
        allJobs();
        assertThat(health(NodeHealth::ready)).startsWith("503 clock DOWN: the clock of this node is ");
        assertThat(health(NodeHealth::started)).isEqualTo("200");
        assertThat(health(NodeHealth::live)).isEqualTo("200");
    }

    @Test
    void a_database_that_goes_away_is_told_and_takes_a_node_down_when_it_knows_too_little(@TempDir Path folder) {
        Ahead clock = new Ahead();
        opening = new Opening(settings(folder), database, executor, clock);
        opening.start();
        failures.addAll(Collections.nCopies(1_000, AWAY));
        allJobs();
        String told = " database UP: the database cannot be reached; this node goes on with what it knows";
        assertThat(health(NodeHealth::ready)).isEqualTo("200" + told);

        clock.by = Duration.ofMinutes(2);
        assertThat(health(NodeHealth::ready))
                .startsWith("503" + told + " revocation DOWN: what other nodes have changed was last read 12")
                .endsWith("s ago; after 60 s no token is accepted");

        clock.by = Duration.ofDays(90);
        assertThat(health(NodeHealth::ready)).contains(" keys DOWN: no key can sign ");
        assertThat(health(NodeHealth::live)).isEqualTo("200");
    }

    @Test
    void a_server_that_is_not_configured_takes_a_node_down() {
        opening.start();

        Exchange answer = Exchange.get("")
                .through(new Health(new NodeHealth(opening, () -> Optional.of("annotations are ignored"))::ready));

        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.body())
                .contains("\"name\":\"server\",\"status\":\"DOWN\",\"data\":{\"reason\":\"annotations are ignored\"}");
    }

    @Test
    void a_job_that_has_ended_is_mended_by_a_restart_only() {
        opening.start();
        assertThat(health(NodeHealth::live)).isEqualTo("200");

        executor.running.get(1).cancel(false);

        assertThat(health(NodeHealth::live)).isEqualTo("503 jobs DOWN: one that has to run all the time has ended");
    }
}
