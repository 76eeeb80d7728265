package org.claviger.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.claviger.it.RunningClaviger.json;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.claviger.Postgres;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Nodes on one PostgreSQL while clients sign in, refresh, replay, revoke and call, and one thing after the other breaks
 * (REQUIREMENTS T8, T9, T17, R6). What every client was told is held against {@link History}: nothing is lost, nothing comes back, and
 * revocations are honoured within the bound. Longer with {@code -Dit.disturbance=PT30S}, and on three nodes with {@code -Dit.nodes=3}.
 */
@Tag("postgresql")
class DisturbedNodesIT {
    private static final Duration DISTURBANCE = Duration.parse(System.getProperty("it.disturbance", "PT6S"));
    private static final int ROUNDS = Integer.getInteger("it.rounds", 10);
    private static final int NODES = Integer.getInteger("it.nodes", 2);
    private static final Duration STALENESS = Duration.ofSeconds(5);

    /** A node that cannot read revocations refuses after that time; a second more, because tests have other clocks and threads. */
    private static final Duration BOUND = STALENESS.plusSeconds(1);

    private static Postgres postgres;
    private static final List<Cable> CABLES = new ArrayList<>();
    private static final List<RunningClaviger> RUNNING = new ArrayList<>();
    private static final List<Person> PEOPLE = new ArrayList<>();

    private Traffic traffic;

    @BeforeAll
    static void start() throws Exception {
        postgres = new Postgres("disturbed");
        Map<String, String> database = postgres.newDatabase();
        for (int i = 0; i < NODES; i++) {
            Cable cable = new Cable(postgres.port());
            CABLES.add(cable);
            Map<String, String> throughCable = new HashMap<>(database);
            throughCable.compute("CLAVIGER_DATABASE_URL", (key, url) -> String.valueOf(url)
                    .replace(":" + postgres.port() + "/", ":" + cable.port() + "/"));
            RUNNING.add(node(i, throughCable));
        }
        for (int i = 0; i < 6; i++) {
            Person person = new Person(first());
            person.code(first()); // signed in from now on: a password takes a second
            PEOPLE.add(person);
        }
    }

    private static RunningClaviger node(int number, Map<String, String> database) throws Exception {
        Path folder = Path.of("target/it/disturbed-" + number);
        RunningClaviger node;
        if (number == 0) {
            node = RunningClaviger.prepare(folder, database);
            node.set("CLAVIGER_TRUSTED_PROXIES", "127.0.0.1");
            node.set("CLAVIGER_FORWARDED_HEADERS", "X-Forwarded-For, X-Forwarded-Host");
            node.set("CLAVIGER_REVOCATION_MAX_STALENESS", STALENESS.toString());
        } else {
            node = RUNNING.get(0).prepareNode(folder);
            database.forEach(node::set);
        }
        node.start();
        return node;
    }

    @AfterAll
    static void stop() {
        RUNNING.forEach(RunningClaviger::close);
        CABLES.forEach(Cable::close);
        if (postgres != null) {
            postgres.close();
        }
    }

    @BeforeEach
    void begin() throws Exception {
        RUNNING.forEach(node -> node.patience(Duration.ofSeconds(1)));
        traffic = new Traffic(RUNNING, PEOPLE, Duration.ZERO);
        traffic.awaitSuccessOfEveryKind();
    }

    @AfterEach
    void end() {
        traffic.close();
    }

    /** What breaks, and how it is mended. */
    @FunctionalInterface
    private interface Step {
        void run() throws Exception;
    }

    private void disturb(String what, Step breaking, Step mending) throws Exception {
        long broken = System.nanoTime();
        breaking.run();
        TimeUnit.NANOSECONDS.sleep(DISTURBANCE.toNanos()); // the disturbance itself
        mending.run();
        long mended = System.nanoTime();
        Duration recovery = traffic.awaitSuccessOfEveryKind();
        traffic.stop();
        System.out.printf(
                "%s for %d s, %d nodes: while it lasted %s, and %d times in all somebody could not begin; every kind of request granted by every node %d ms after%n",
                what,
                DISTURBANCE.toSeconds(),
                NODES,
                traffic.history().counts(broken, mended),
                traffic.failures().size(),
                recovery.toMillis());
        assertThat(traffic.history().violations(BOUND)).isEmpty();
        for (RunningClaviger node : RUNNING) {
            assertThat(node.log().lines().filter(DisturbedNodesIT::isFault)).isEmpty();
        }
    }

    private static boolean isFault(String line) {
        return line.contains("CLAVIGER-0500") || line.contains("CLAVIGER-0601");
    }

    private static RunningClaviger first() {
        return RUNNING.get(0);
    }

    @Test
    void a_node_is_killed_and_started_again() throws Exception {
        disturb("SIGKILL of a node", () -> first().kill(), () -> first().start());
    }

    @Test
    void a_node_stops_where_it_stands_and_goes_on() throws Exception {
        disturb("SIGSTOP of a node", () -> first().pause(), () -> first().resume());
    }

    @Test
    void a_node_is_cut_off_from_the_database() throws Exception {
        disturb("a cut cable", () -> CABLES.get(0).cut(), () -> CABLES.get(0).mend());
    }

    @Test
    void the_database_is_stopped_and_started_again() throws Exception {
        disturb("PostgreSQL stopped", () -> postgres.stop(), () -> postgres.start());
    }

    @Test
    void the_database_is_killed_and_started_again() throws Exception {
        disturb("SIGKILL of PostgreSQL", () -> postgres.crash(), () -> postgres.start());
    }

    @Test
    void the_database_is_slow() throws Exception {
        RUNNING.forEach(node -> node.patience(Duration.ofSeconds(5)));
        disturb(
                "200 ms per statement",
                () -> CABLES.forEach(cable -> cable.delay(200)),
                () -> CABLES.forEach(cable -> cable.delay(0)));
    }

    /** REQUIREMENTS T8, A8: whoever shares a token or a code with 63 others, at all nodes, has one successor at most, and not for long. */
    @Test
    void of_64_at_all_nodes_at_once_one_at_most_gets_a_successor() throws Exception {
        traffic.stop();
        RUNNING.forEach(node -> node.patience(Duration.ofSeconds(20)));
        Person alice = PEOPLE.get(0);
        for (int round = 0; round < ROUNDS; round++) {
            String code = alice.code(first());
            var redeemed = Crowd.ofEach(64, i -> Person.redeem(RUNNING.get(i % NODES), code));
            assertThat(redeemed)
                    .filteredOn(answer -> answer.statusCode() == 200)
                    .hasSizeLessThanOrEqualTo(1);
            String token = Person.refreshToken(Person.redeem(RUNNING.get(round % NODES), alice.code(first())));
            var refreshed = Crowd.ofEach(64, i -> Person.refresh(RUNNING.get(i % NODES), token));
            var granted = refreshed.stream()
                    .filter(answer -> answer.statusCode() == 200)
                    .toList();
            assertThat(granted).hasSizeLessThanOrEqualTo(1);
            for (var answer : granted) { // the others have ended the family
                assertThat(Person.refresh(RUNNING.get(0), json(answer).getString("refresh_token"))
                                .statusCode())
                        .isEqualTo(400);
            }
        }
    }
}
