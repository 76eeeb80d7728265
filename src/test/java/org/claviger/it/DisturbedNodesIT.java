package org.claviger.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.claviger.it.RunningClaviger.json;

import java.net.http.HttpResponse;
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
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Nodes on one PostgreSQL while clients sign in, refresh, replay, revoke and call, and one thing after the other breaks
 * (REQUIREMENTS T8, T9, T17, R6). What every client was told is held against {@link History}: nothing is lost, nothing comes back, and
 * revocations are honoured within the bound. Longer with {@code -Dit.disturbance=PT30S}, and on three nodes with {@code -Dit.nodes=3}.
 */
@Tag("postgresql")
@ExtendWith(NoSecondChance.class)
class DisturbedNodesIT {
    private static final Duration DISTURBANCE = Duration.parse(System.getProperty("it.disturbance", "PT6S"));
    private static final int ROUNDS = Integer.getInteger("it.rounds", 10);
    private static final int NODES = Integer.getInteger("it.nodes", 2);
    private static final Duration STALENESS = Duration.ofSeconds(5);

    /** A node that cannot read revocations refuses after that time; a second more, because tests have other clocks and threads. */
    private static final Duration BOUND = STALENESS.plusSeconds(1);

    /** While nothing is wrong; a second is what is promised. */
    private static final Duration USUAL_BOUND = Duration.ofSeconds(3);

    private static Postgres postgres;
    private static final List<Cable> CABLES = new ArrayList<>();
    private static final List<RunningClaviger> RUNNING = new ArrayList<>();
    private static final List<Person> PEOPLE = new ArrayList<>();

    private Traffic traffic;

    @BeforeAll
    static void start() throws Exception {
        postgres = new Postgres("disturbed");
        assertDurable();
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

    /** Or it could be no surprise that what was committed is gone. */
    private static void assertDurable() {
        assertThat(postgres.show("fsync")).isEqualTo("on");
        assertThat(postgres.show("synchronous_commit")).isEqualTo("on");
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
        traffic = new Traffic(RUNNING, PEOPLE, Duration.ZERO, BOUND);
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
        traffic.awaitPools();
        traffic.await(() -> traffic.history().judgedElsewhereAfter(USUAL_BOUND) > 0);
        long broken = System.nanoTime();
        breaking.run();
        TimeUnit.NANOSECONDS.sleep(DISTURBANCE.toNanos()); // the disturbance itself
        traffic.expectSuccess();
        mending.run();
        long mended = System.nanoTime();
        Duration recovery = traffic.awaitSuccess();
        traffic.stop();
        RUNNING.forEach(node -> node.patience(Duration.ofSeconds(20)));
        Map<Traffic.Pool, Integer> presented = traffic.present(broken);
        System.out.printf(
                "%s for %d s, %d nodes: until it was mended %s; every kind of request granted by every node %d ms after mending began;"
                        + " of before, presented to every node: %s; %d uses of what was revoked elsewhere %d s before%n",
                what,
                DISTURBANCE.toSeconds(),
                NODES,
                traffic.history().counts(broken, mended),
                recovery.toMillis(),
                presented,
                traffic.history().judgedElsewhereAfter(BOUND),
                BOUND.toSeconds());
        assertThat(traffic.history().violations(BOUND)).isEmpty();
        assertThat(traffic.history().revokedInVain(USUAL_BOUND, broken)).isEmpty();
        assertThat(traffic.history().judgedElsewhereAfter(BOUND)).isPositive();
        assertThat(presented.values()).hasSize(Traffic.Pool.values().length).allMatch(number -> number > 0);
        assertDurable();
        assertNoFault();
    }

    private static void assertNoFault() throws Exception {
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
        int redemptions = 0;
        int refreshes = 0;
        for (int round = 0; round < ROUNDS; round++) {
            String code = alice.code(first());
            redemptions += successors(Crowd.ofEach(64, i -> Person.redeem(RUNNING.get(i % NODES), code)));
            String token = Person.refreshToken(Person.redeem(RUNNING.get(round % NODES), alice.code(first())));
            refreshes += successors(Crowd.ofEach(64, i -> Person.refresh(RUNNING.get(i % NODES), token)));
        }
        System.out.printf(
                "64 at once at %d nodes, %d rounds: %d codes and %d refresh tokens had a successor, none two%n",
                NODES, ROUNDS, redemptions, refreshes);
        assertThat(redemptions).isPositive();
        assertThat(refreshes).isPositive();
        assertNoFault();
    }

    /** How many there are, after what has been asserted of them. */
    private static int successors(List<HttpResponse<String>> answers) throws Exception {
        assertThat(answers).extracting(HttpResponse::statusCode).isSubsetOf(200, 400, 503);
        List<HttpResponse<String>> granted =
                answers.stream().filter(answer -> answer.statusCode() == 200).toList();
        assertThat(granted).hasSizeLessThanOrEqualTo(1);
        if (answers.stream().anyMatch(answer -> answer.statusCode() == 400)) { // which has ended the family
            for (HttpResponse<String> answer : granted) {
                assertThat(Person.refresh(RUNNING.get(NODES - 1), json(answer).getString("refresh_token"))
                                .statusCode())
                        .isEqualTo(400);
            }
        }
        return granted.size();
    }
}
