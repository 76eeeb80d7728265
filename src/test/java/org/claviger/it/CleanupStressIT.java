package org.claviger.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.claviger.it.Flow.granted;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.claviger.Postgres;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A million expired rows are removed while clients refresh: {@code ./mvnw verify -Pstress}. Whoever runs it alone on a machine may
 * take its figures for what they are.
 */
@Tag("stress")
class CleanupStressIT {
    private static final int ROWS = 1_000_000;
    private static final int CLIENTS = 4;
    private static final boolean H2 = System.getProperty("it.database", "h2").equals("h2");
    private static final Path FOLDER = Path.of("target/it/cleanup").toAbsolutePath();

    private static final String FILL =
            "insert into token_family (family_id, client_id, subject, scope, auth_time, code_hash,"
                    + " redirect_uri, code_challenge, generation, idle_expires_at, expires_at)"
                    + " select 'expired' || lpad(cast(x as varchar), 15, '0'), 'web', 'nobody', 'profile', past, 'hash' || x,"
                    + " 'https://web.example.org/callback', 'challenge', x %% 3, past, past"
                    + " from %s cross join (select timestamp with time zone '2020-01-01 00:00:00+00' past) as times";

    @Test
    void the_tail_of_refreshes_stays_where_it_was() throws Exception {
        Map<String, String> database = H2
                ? Map.of("CLAVIGER_DATABASE_URL", "jdbc:h2:file:" + FOLDER.resolve("claviger"))
                : Postgres.shared().newDatabase();
        try (RunningClaviger claviger = new RunningClaviger(FOLDER, database)) {
            Flow flow = new Flow(claviger);
            refresh(flow, seconds(20));
            double quiet = p99(refresh(flow, seconds(40)));

            claviger.stop();
            fill(database);
            claviger.start();
            refresh(flow, seconds(60)); // as long as the lease keeps it from cleaning up
            long begun = System.nanoTime();
            List<Long> meanwhile = refresh(flow, () -> !isDone(claviger));
            double cleaning = p99(meanwhile);

            System.getLogger("it")
                    .log(
                            System.Logger.Level.INFO,
                            "{0}: p99 of a refresh {1} ms quiet, {2} ms while {3} rows were removed ({4} refreshes, {5} s)",
                            H2 ? "H2" : "PostgreSQL",
                            quiet,
                            cleaning,
                            ROWS,
                            meanwhile.size(),
                            TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begun));
            assertThat(cleaning).isLessThanOrEqualTo(2 * quiet);
        }
    }

    private static BooleanSupplier seconds(int seconds) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        return () -> System.nanoTime() < end;
    }

    private static boolean isDone(RunningClaviger claviger) {
        try {
            return claviger.log().contains("CLAVIGER-0604");
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    /** Nanoseconds of each refresh of several clients, as long as that holds. */
    private static List<Long> refresh(Flow flow, BooleanSupplier goOn) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(CLIENTS);
        List<Future<List<Long>>> running = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            String first = flow.tokens("web", "alice").getString("refresh_token");
            running.add(threads.submit(() -> {
                List<Long> times = new ArrayList<>();
                String token = first;
                while (goOn.getAsBoolean()) {
                    long begun = System.nanoTime();
                    token = granted(flow.refresh("web", token)).getString("refresh_token");
                    times.add(System.nanoTime() - begun);
                    TimeUnit.MILLISECONDS.sleep(20); // not more than a server of this size can do
                }
                return times;
            }));
        }
        List<Long> all = new ArrayList<>();
        for (Future<List<Long>> times : running) {
            all.addAll(times.get());
        }
        threads.shutdown();
        return all;
    }

    private static double p99(List<Long> times) {
        List<Long> sorted = times.stream().sorted().toList();
        return sorted.get((int) (sorted.size() * 0.99)) / 1e6;
    }

    private static void fill(Map<String, String> database) throws SQLException {
        try (Connection connection = DriverManager.getConnection(
                        database.get("CLAVIGER_DATABASE_URL"),
                        database.getOrDefault("CLAVIGER_DATABASE_USER", ""),
                        database.getOrDefault("CLAVIGER_DATABASE_PASSWORD", ""));
                Statement statement = connection.createStatement()) {
            int inserted = statement.executeUpdate(FILL.formatted(
                    H2 ? "system_range(1, " + ROWS + ")" : "generate_series(1, " + ROWS + ") as numbers(x)"));
            assertThat(inserted).isEqualTo(ROWS);
            // The server asks for the lease when it starts and a minute later; between the two it warms up.
            statement.execute("update cleanup_lease set holder = 'test',"
                    + " expires_at = current_timestamp + interval '70' second");
        }
    }
}
