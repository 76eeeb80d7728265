package org.claviger.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.claviger.it.RunningClaviger.json;

import jakarta.json.JsonObject;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;
import org.claviger.Postgres;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * Two nodes on one PostgreSQL: how soon the one hears what was revoked at the other, and what becomes of a node that hears nothing. The
 * tests are one story, in this order.
 */
@Tag("postgresql")
@TestMethodOrder(OrderAnnotation.class)
class RevocationFeedIT {
    private static final int ROUNDS = Integer.getInteger("it.revocations", 50);
    private static final Duration MAX_STALENESS = Duration.ofSeconds(6);

    private static Postgres postgres;
    private static RunningClaviger one;
    private static RunningClaviger two;

    @BeforeAll
    static void start() throws Exception {
        postgres = new Postgres("feed");
        one = RunningClaviger.prepare(Path.of("target/it/feed-one"), postgres.newDatabase());
        one.set("CLAVIGER_REVOCATION_MAX_STALENESS", MAX_STALENESS.toString());
        one.set("CLAVIGER_PUSH", "none");
        one.set("CLAVIGER_METRICS_ADDRESSES", "127.0.0.1");
        one.set("CLAVIGER_TRUSTED_PROXIES", "127.0.0.1");
        one.set("CLAVIGER_FORWARDED_HEADERS", "X-Forwarded-For, X-Forwarded-Host");
        two = one.prepareNode(Path.of("target/it/feed-two"));
        one.start();
        two.start();
    }

    @AfterAll
    static void stop() {
        if (two != null) {
            two.close();
        }
        if (one != null) {
            one.close();
        }
        postgres.close();
    }

    private static void restartWith(String push) throws Exception {
        for (RunningClaviger node : List.of(one, two)) {
            node.set("CLAVIGER_PUSH", push);
            node.restart();
        }
    }

    static HttpResponse<String> call(RunningClaviger node, String token) throws InterruptedException, IOException {
        return node.get("/plain/api/orders", "Authorization", "Bearer " + token);
    }

    private static long[] latencies(String kind) throws Exception {
        return latencies(kind, one, two);
    }

    /** How long it takes, in milliseconds, from the shortest to the longest; after printing what there is to know. */
    static long[] latencies(String kind, RunningClaviger one, RunningClaviger two) throws Exception {
        Flow flow = new Flow(one);
        long[] millis = new long[ROUNDS];
        for (int i = 0; i < ROUNDS; i++) {
            String token = flow.serviceToken("service");
            assertThat(call(two, token).statusCode()).isEqualTo(200);
            assertThat(flow.revoke("service", token).statusCode()).isEqualTo(200);
            long revoked = System.nanoTime();
            while (call(two, token).statusCode() == 200) {
                assertThat(System.nanoTime() - revoked)
                        .isLessThan(Duration.ofSeconds(10).toNanos());
            }
            millis[i] = (System.nanoTime() - revoked) / 1_000_000;
            assertThat(call(one, token).statusCode()).isEqualTo(401);
        }
        long[] sorted = LongStream.of(millis).sorted().toArray();
        System.out.printf(
                "Revoked at one node, refused by the other (%s, %d times): p50 %d ms, p99 %d ms, at most %d ms%n",
                kind, ROUNDS, sorted[ROUNDS / 2], sorted[ROUNDS * 99 / 100], sorted[ROUNDS - 1]);
        return sorted;
    }

    @Test
    @Order(1)
    void what_was_revoked_at_one_is_refused_by_the_other_within_a_second_by_the_table_alone() throws Exception {
        assertThat(one.log()).contains("changes are pushed by nothing");

        assertThat(latencies("the table alone")[ROUNDS - 1]).isLessThanOrEqualTo(1_000);
    }

    @Test
    @Order(2)
    void a_node_that_was_stopped_for_long_accepts_nothing_before_it_has_heard_what_was_revoked() throws Exception {
        Flow flow = new Flow(one);
        String token = flow.serviceToken("service");
        String alive = flow.serviceToken("service");
        assertThat(call(two, token).statusCode()).isEqualTo(200);
        two.pause();
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            assertThat(flow.revoke("service", token).statusCode()).isEqualTo(200);
            Thread.sleep(MAX_STALENESS.plusSeconds(2).toMillis());
            List<Future<List<Integer>>> callers = new ArrayList<>();
            for (int i = 0; i < 8; i++) { // they wait before its door
                callers.add(threads.submit(() -> {
                    List<Integer> statuses = new ArrayList<>();
                    do {
                        statuses.add(call(two, token).statusCode());
                    } while (statuses.get(statuses.size() - 1) != 401);
                    return statuses;
                }));
            }
            Thread.sleep(500);
            two.resume();
            List<Integer> statuses = new ArrayList<>();
            for (Future<List<Integer>> caller : callers) {
                statuses.addAll(caller.get());
            }
            System.out.printf(
                    "After SIGCONT: %d answers 503, %d answers 401%n",
                    statuses.stream().filter(status -> status == 503).count(),
                    statuses.stream().filter(status -> status == 401).count());
            assertThat(statuses).doesNotContain(200).contains(401);
            assertThat(call(two, alive).statusCode()).isEqualTo(200);
        } finally {
            two.resume();
            threads.shutdownNow();
        }
    }

    private static void await(String what, Callable<Boolean> condition) throws Exception {
        Await.until(what, Duration.ofSeconds(60), condition);
    }

    @Test
    @Order(3)
    void without_the_database_it_goes_on_for_a_while_and_then_accepts_no_token_until_it_is_back() throws Exception {
        Flow flow = new Flow(one);
        String token = flow.serviceToken("service");
        String admin = flow.serviceToken("operator", "scope", "claviger:admin");
        postgres.stop();
        long stopped = System.nanoTime();
        int accepted = 0;
        HttpResponse<String> answer = call(one, token);
        while (answer.statusCode() == 200) {
            accepted++;
            answer = call(one, token);
        }
        Duration held = Duration.ofNanos(System.nanoTime() - stopped);
        System.out.printf("Without the database: 200 for %d ms (%d answers), then 503%n", held.toMillis(), accepted);

        assertThat(held).isBetween(MAX_STALENESS.minusSeconds(3), MAX_STALENESS.plusSeconds(1));
        assertUnavailable(answer);
        assertUnavailable(call(one, "garbage"));
        assertUnavailable(one.get("/demo/servlet", "Authorization", "Bearer " + token));
        assertUnavailable(one.get("/demo/api/open", "Authorization", "Bearer " + token));
        assertUnavailable(one.get("/api/v2/auth/admin/settings", "Authorization", "Bearer " + admin));
        assertUnavailable(flow.introspect("service", token));
        assertUnavailable(flow.revoke("service", token));
        assertUnavailable(flow.token("service", "grant_type", "client_credentials"));
        assertThat(one.get("/demo/api/open").statusCode()).isEqualTo(200);
        assertThat(one.get("/plain/api/orders").statusCode()).isEqualTo(401);
        HttpResponse<String> ready = one.get("/api/v2/auth/health/ready");
        assertThat(ready.statusCode()).isEqualTo(503);
        assertThat(check(ready, "revocation").getString("status")).isEqualTo("DOWN");
        assertThat(check(ready, "revocation").getJsonObject("data").getString("reason"))
                .contains("was last read", "s ago");
        assertThat(one.get("/api/v2/auth/health/live").statusCode())
                .as("to start it anew would help nobody")
                .isEqualTo(200);
        assertThat(staleness(one)).isGreaterThan((double) MAX_STALENESS.toSeconds());
        assertThat(one.awaitLog("CLAVIGER-0702")).containsOnlyOnce("CLAVIGER-0702");

        postgres.start();
        long started = System.nanoTime();
        await("it is back", () -> call(one, token).statusCode() == 200);
        System.out.printf(
                "With the database again: 200 after %d ms%n",
                Duration.ofNanos(System.nanoTime() - started).toMillis());
        assertThat(one.get("/api/v2/auth/health/ready").statusCode()).isEqualTo(200);
        assertThat(one.awaitLog("CLAVIGER-0703")).containsOnlyOnce("CLAVIGER-0703");
        await("the other too", () -> call(two, token).statusCode() == 200);
    }

    /** In seconds, as a gauge. */
    private static double staleness(RunningClaviger node) throws Exception {
        return node.get("/api/v2/auth/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith("claviger_feed_staleness_seconds "))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.indexOf(' '))))
                .findFirst()
                .orElseThrow();
    }

    private static void assertUnavailable(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(503);
        assertThat(answer.headers().firstValue("Retry-After")).hasValue("5");
    }

    private static JsonObject check(HttpResponse<String> ready, String name) {
        return json(ready).getJsonArray("checks").getValuesAs(JsonObject.class).stream()
                .filter(check -> check.getString("name").equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    @Order(4)
    void with_notifications_of_the_database_it_is_quicker() throws Exception {
        restartWith("postgresql");
        assertThat(two.log()).contains("changes are pushed by postgresql");

        assertThat(latencies("LISTEN and NOTIFY")[ROUNDS / 2]).isLessThan(100);
    }

    @Test
    @Order(5)
    void it_listens_again_when_the_database_has_come_back() throws Exception {
        postgres.stop();
        postgres.start();
        Flow flow = new Flow(one);
        String token = flow.serviceToken("service");
        await("it is back", () -> flow.revoke("service", token).statusCode() == 200);
        await("for the other too", () -> call(two, token).statusCode() == 401);
        // Each listens again within some seconds, and is quick from then on.
        await("it hears", () -> isQuick(3));
        assertThat(one.log() + two.log()).doesNotContain("CLAVIGER-0704");
    }

    private static boolean isQuick(int times) throws Exception {
        for (int i = 0; i < times; i++) {
            if (latencyOfOne() > 60) {
                return false;
            }
        }
        return true;
    }

    private static long latencyOfOne() throws Exception {
        Flow flow = new Flow(one);
        String token = flow.serviceToken("service");
        assertThat(flow.revoke("service", token).statusCode()).isEqualTo(200);
        long revoked = System.nanoTime();
        while (call(two, token).statusCode() == 200) {
            Thread.onSpinWait();
        }
        return (System.nanoTime() - revoked) / 1_000_000;
    }

    @Test
    @Order(6)
    void with_the_data_grid_of_payara_it_is_quicker() throws Exception {
        int first = RunningClaviger.freePort();
        int second = RunningClaviger.freePort();
        String members = "tcpip:127.0.0.1:" + first + ",127.0.0.1:" + second;
        cluster(one, first, members);
        cluster(two, second, members);
        restartWith("hazelcast");
        assertThat(two.log()).contains("changes are pushed by hazelcast");

        assertThat(latencies("Hazelcast")[ROUNDS / 2]).isLessThan(100);
        assertThat(one.log() + two.log()).doesNotContain("CLAVIGER-0704");
    }

    private static void cluster(RunningClaviger node, int port, String members) {
        node.set("JAVA_TOOL_OPTIONS", "-Dhazelcast.socket.bind.any=false");
        node.serverOptions(
                "--clustername",
                "claviger-it",
                "--clustermode",
                members,
                "--startport",
                Integer.toString(port),
                "--interfaces",
                "127.0.0.1");
    }
}
