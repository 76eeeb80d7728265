package org.claviger.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.claviger.it.Person.refreshToken;
import static org.claviger.it.RunningClaviger.json;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.claviger.Postgres;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * What each operation costs PostgreSQL: statements, rows, write-ahead log, processor time; and what a session takes on disk. It prints
 * what {@code docs/scale.md} says, and asserts only that every operation worked:
 * {@code ./mvnw verify -Pstress -Dit.test=DatabaseCostIT -Dfailsafe.failIfNoSpecifiedTests=false}.
 */
@Tag("stress")
@Tag("postgresql")
class DatabaseCostIT {
    private static final int OPERATIONS = Integer.getInteger("it.operations", 1_000);

    /** Among how many other sessions. */
    private static final int OTHERS = Integer.getInteger("it.families", 500_000);

    /** Of one hash round, so that it is the database that is measured (RFC 7914 section 11). */
    private static final String PASSWORD = "passwd";

    private static final String PASSWORD_HASH = "pbkdf2-sha256$1$c2FsdA$VawEblbjCJ_sFpHCJUS2BflBhSFt3gRl5oudV8INrLw";

    private static Postgres postgres;
    private static Connection admin;
    private static RunningClaviger node;
    private static Meter idle;

    @BeforeAll
    static void start() throws Exception {
        postgres = new Postgres("cost");
        Map<String, String> database = postgres.newDatabase();
        admin = connect(database);
        execute("alter system set shared_preload_libraries = 'pg_stat_statements'");
        execute("alter system set pg_stat_statements.max = 10000");
        // Checkpoints only when the test says so, and nobody who writes besides.
        execute("alter system set checkpoint_timeout = '1d'");
        execute("alter system set max_wal_size = '64GB'");
        execute("alter system set autovacuum = off");
        execute("alter system set log_min_messages = 'fatal'"); // of one checkpoint after the other
        admin.close();
        postgres.stop();
        postgres.start();
        assertThat(List.of(postgres.show("fsync"), postgres.show("synchronous_commit")))
                .containsOnly("on");
        admin = connect(database);
        execute("create extension pg_stat_statements");
        node = new RunningClaviger(Path.of("target/it/cost"), database);
        execute("update resource_owner set password_hash = '" + PASSWORD_HASH + "' where username = 'alice'");
        Meter before = Meter.read();
        Thread.sleep(Duration.ofSeconds(10).toMillis()); // what is measured is that time
        idle = Meter.read().minus(before);
    }

    @AfterAll
    static void stop() throws SQLException {
        if (node != null) {
            node.close();
        }
        if (admin != null) {
            admin.close();
        }
        postgres.close();
    }

    private static Connection connect(Map<String, String> database) throws SQLException {
        return DriverManager.getConnection(database.get("CLAVIGER_DATABASE_URL"), "postgres", "");
    }

    private static void execute(String sql) throws SQLException {
        try (Statement statement = admin.createStatement()) {
            statement.execute(sql);
        }
    }

    private static double query(String sql) throws SQLException {
        try (Statement statement = admin.createStatement();
                ResultSet found = statement.executeQuery(sql)) {
            found.next();
            return found.getDouble(1);
        }
    }

    /** What has come together so far, or between two instants. */
    private record Meter(
            double statements,
            double transactions,
            double rows,
            double wal,
            double images,
            double cpu,
            double seconds) {
        private static final String OURS = " from pg_stat_statements where userid = 'claviger'::regrole and query ~* ";

        static Meter read() throws IOException, SQLException {
            return new Meter(
                    query("select sum(calls)" + OURS + "'^(select|insert|update|delete|with)'"),
                    query("select sum(calls)" + OURS + "'^begin'"),
                    query("select sum(rows)" + OURS + "'^(insert|update|delete)'"),
                    query("select pg_current_wal_insert_lsn() - '0/0'::pg_lsn"),
                    query("select sum(wal_fpi)" + OURS + "'^'"),
                    processorMillis(),
                    System.nanoTime() / 1e9);
        }

        Meter minus(Meter before) {
            return new Meter(
                    statements - before.statements,
                    transactions - before.transactions,
                    rows - before.rows,
                    wal - before.wal,
                    images - before.images,
                    cpu - before.cpu,
                    seconds - before.seconds);
        }

        Meter times(double factor) {
            return new Meter(
                    statements * factor,
                    transactions * factor,
                    rows * factor,
                    wal * factor,
                    images * factor,
                    cpu * factor,
                    seconds * factor);
        }

        /** Of each of so many operations, without what happens anyway. */
        Meter per(int operations) {
            return minus(idle.times(seconds / idle.seconds)).times(1.0 / operations);
        }
    }

    /** Of all processes of PostgreSQL that are there. */
    private static double processorMillis() throws IOException {
        long id = Long.parseLong(Files.readAllLines(Path.of("target/postgres/cost/postmaster.pid"))
                .get(0));
        ProcessHandle postmaster = ProcessHandle.of(id).orElseThrow();
        return Stream.concat(Stream.of(postmaster), postmaster.descendants())
                .flatMap(process -> process.info().totalCpuDuration().stream())
                .mapToDouble(Duration::toMillis)
                .sum();
    }

    @FunctionalInterface
    private interface Operation {
        void run() throws Exception;
    }

    private static Meter measure(Operation operation) throws Exception {
        execute("checkpoint");
        Meter before = Meter.read();
        for (int i = 0; i < OPERATIONS; i++) {
            operation.run();
        }
        return Meter.read().minus(before).per(OPERATIONS);
    }

    private static void imagesOfPages(boolean written) throws Exception {
        execute("alter system set full_page_writes = " + (written ? "on" : "off"));
        execute("select pg_reload_conf()");
        while (query("select count(*) from pg_settings where name = 'full_page_writes' and setting = '"
                        + (written ? "on" : "off") + "'")
                == 0) {
            Thread.sleep(20);
        }
    }

    /** Prints both: how it is long after a checkpoint, and how it is directly after one. */
    private static void print(String what, Operation operation) throws Exception {
        imagesOfPages(false);
        Meter usual = measure(operation);
        imagesOfPages(true);
        Meter afterCheckpoint = measure(operation);
        System.out.printf(
                Locale.ROOT,
                "| %s | %.1f | %.1f | %.1f | %.0f | %.0f (%.1f) | %.2f |%n",
                what,
                usual.statements,
                usual.transactions,
                usual.rows,
                usual.wal,
                afterCheckpoint.wal,
                afterCheckpoint.images,
                (usual.cpu + afterCheckpoint.cpu) / 2);
    }

    private static Person signedIn() throws Exception {
        Person person = new Person(node);
        HttpResponse<String> page = person.authorize(node);
        Person.location(person.submit(node, "signin", page, "username", "alice", "password", PASSWORD));
        return person;
    }

    private static String session(Person person) throws Exception {
        return refreshToken(Person.redeem(node, person.code(node)));
    }

    /** Other people's sessions, each opened and redeemed, ten at a time. */
    private static void fill(int families) throws SQLException {
        execute(FILL.formatted(
                families / 10,
                random("random()", 22),
                random("(random() * 100000)::int", 22),
                random("random()", 43),
                random("random()", 43)));
    }

    /** As ours look, so that they are spread over the indexes as ours are. */
    private static String random(String of, int length) {
        return "substr(translate(encode(sha256((" + of + ")::text::bytea), 'base64'), '+/=', '-_'), 1, " + length + ")";
    }

    private static final String FILL =
            """
            do $$ begin for i in 1..%d loop
              insert into token_family (family_id, client_id, subject, scope, auth_time, code_hash, redirect_uri,
                  code_challenge, generation, idle_expires_at, expires_at)
                select %s, 'web', %s, 'profile demo', now(), %s, 'https://web.example.org/callback', %s, 0,
                  now() + interval '60 s', now() + interval '30 d'
                from generate_series(1, 10);
              commit;
              update token_family set generation = 1, idle_expires_at = now() + interval '7 d', rotated_at = now(),
                  key_version = 0
                where ctid = any (array(select ctid from token_family where ctid >= (select ('(' ||
                  (pg_relation_size('token_family') / 8192 - 2) || ',0)')::tid) and generation = 0));
              commit;
            end loop; end $$""";

    /** So many refresh once, in another order for each word; and after how many there is a commit. */
    private static final String REFRESH =
            """
            do $$ declare family varchar; n int := 0; begin
              for family in select family_id from token_family order by md5(family_id || '%1$s') limit %2$d loop
                update token_family set generation = generation + 1, idle_expires_at = now() + interval '7 d',
                  rotated_at = now(), key_version = 1 where family_id = family;
                n := n + 1;
                if n %% %3$d = 0 then commit; end if;
              end loop;
            end $$""";

    @Test
    void print_what_everything_costs() throws Exception {
        Person person = signedIn();
        Flow flow = new Flow(node);
        session(person); // consents
        execute("set synchronous_commit = off");
        List<String> spread = new ArrayList<>();
        for (int i = 0; i < 2 * OPERATIONS; i++) {
            spread.add(session(person));
            fill(OTHERS / OPERATIONS / 2);
        }
        execute("vacuum analyze");
        Collections.shuffle(spread, new Random(1));
        Deque<String> tokens = new ArrayDeque<>(spread);
        System.out.printf(
                Locale.ROOT,
                "%d families: %.0f bytes each in the table (a row is %.0f), %.0f in its indexes; a node by itself: %.1f statements/s, %.0f bytes/s%n",
                (long) query("select count(*) from token_family"),
                query("select pg_table_size('token_family')::float8 / count(*) from token_family"),
                query("select avg(pg_column_size(f.*)) from token_family f"),
                query("select pg_indexes_size('token_family')::float8 / count(*) from token_family"),
                idle.statements / idle.seconds,
                idle.wal / idle.seconds);
        System.out.println(
                "| | statements | transactions | rows written | WAL | WAL after a checkpoint (images) | CPU ms |");
        print("login", () -> session(signedIn()));
        print("code and redemption of who is signed in", () -> session(person));
        print("client credentials", () -> flow.serviceToken("service"));
        List<String> accessTokens = new ArrayList<>();
        print("refresh", () -> {
            HttpResponse<String> answer = Person.refresh(node, tokens.removeFirst());
            tokens.addLast(refreshToken(answer));
            accessTokens.add(json(answer).getString("access_token"));
        });
        String one = tokens.removeFirst();
        print("introspection of a refresh token", () -> assertActive(flow.introspect("web", one)));
        print("introspection of an access token", () -> assertActive(flow.introspect("web", accessTokens.get(0))));
        print("call of a guarded application", () -> assertThat(
                        node.get("/demo/api/open", "Authorization", "Bearer " + accessTokens.get(0))
                                .statusCode())
                .isEqualTo(200));
        Deque<String> services = new ArrayDeque<>();
        for (int i = 0; i < 2 * OPERATIONS; i++) {
            services.add(flow.serviceToken("service"));
        }
        print("revocation of an access token", () -> assertThat(
                        flow.revoke("service", services.removeFirst()).statusCode())
                .isEqualTo(200));
        tokens.addFirst(one);
        print("revocation of a refresh token", () -> assertThat(
                        flow.revoke("web", tokens.removeFirst()).statusCode())
                .isEqualTo(200));
        printSizes();
        printSpread();
    }

    private static void assertActive(HttpResponse<String> answer) {
        assertThat(json(answer).getBoolean("active")).isTrue();
    }

    private static void printSizes() throws SQLException {
        for (String table : List.of("sign_in_session", "revocation", "change")) {
            System.out.printf(
                    Locale.ROOT,
                    "%s: %.0f rows, %.0f bytes each with indexes%n",
                    table,
                    query("select count(*) from " + table),
                    query("select pg_total_relation_size('" + table + "')::float8 / count(*) from " + table));
        }
    }

    /** At random among all, so that whoever refreshes is on a page of their own. */
    private static void printSpread() throws Exception {
        imagesOfPages(true);
        execute("checkpoint");
        double before = query("select pg_current_wal_insert_lsn() - '0/0'::pg_lsn");
        execute(REFRESH.formatted("spread", OPERATIONS, 1));
        System.out.printf(
                Locale.ROOT,
                "the update of a refresh and its commit, at random and directly after a checkpoint: %.0f bytes%n",
                (query("select pg_current_wal_insert_lsn() - '0/0'::pg_lsn") - before) / OPERATIONS);
        double table = query("select pg_table_size('token_family')");
        double indexes = query("select pg_indexes_size('token_family')");
        for (int round = 1; round <= 3; round++) {
            execute("select pg_stat_reset_single_table_counters('token_family'::regclass)");
            execute(REFRESH.formatted("round " + round, Integer.MAX_VALUE, 100));
            execute("select pg_stat_force_next_flush()");
            System.out.printf(
                    Locale.ROOT,
                    "everybody refreshed %d times: table %.0f %%, indexes %.0f %% of before; %.1f %% of updates within their page%n",
                    round,
                    100 * query("select pg_table_size('token_family')") / table,
                    100 * query("select pg_indexes_size('token_family')") / indexes,
                    100
                            * query("select n_tup_hot_upd::float8 / n_tup_upd from pg_stat_user_tables"
                                    + " where relname = 'token_family'"));
        }
    }
}
