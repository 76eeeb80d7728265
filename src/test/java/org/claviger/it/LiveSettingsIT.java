package org.claviger.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.claviger.it.RunningClaviger.basic;
import static org.claviger.it.RunningClaviger.form;
import static org.claviger.it.RunningClaviger.json;

import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.claviger.Postgres;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Settings that are changed through administration while two nodes with one PostgreSQL serve. */
@Tag("postgresql")
class LiveSettingsIT {
    private static final String SETTINGS = "/api/v2/auth/admin/settings";
    private static final String LIFE = "claviger.classification.standard.access-token-lifetime";
    private static final String PINNED = "claviger.session-idle-lifetime";

    private static RunningClaviger one;
    private static RunningClaviger two;
    private static String admin;

    @BeforeAll
    static void start() throws Exception {
        one = RunningClaviger.prepare(
                Path.of("target/it/settings-one"), Postgres.shared().newDatabase());
        one.set("CLAVIGER_SESSION_IDLE_LIFETIME", "PT20M");
        one.set("CLAVIGER_CLASSIFICATION_SENSITIVE_ACCESS_TOKEN_LIFETIME", "PT16M");
        one.set("CLAVIGER_TRUSTED_PROXIES", "127.0.0.1");
        one.set("CLAVIGER_FORWARDED_HEADERS", "X-Forwarded-For, X-Forwarded-Host");
        two = one.prepareNode(Path.of("target/it/settings-two"));
        two.set("CLAVIGER_REFRESH_TOKEN_ABSOLUTE_LIFETIME", "P20D"); // only there, as in the middle of a rolling change
        one.start();
        two.start();
        admin = json(token(one, "operator", "claviger:admin")).getString("access_token");
    }

    @AfterAll
    static void stop() {
        if (two != null) {
            two.close();
        }
        if (one != null) {
            one.close();
        }
    }

    @BeforeEach
    void takeBackWhatAnotherTestHasChanged() throws InterruptedException, IOException {
        assertThat(change("*", json("{'" + LIFE + "':null}")).statusCode()).isEqualTo(200);
    }

    private static HttpResponse<String> token(RunningClaviger node, String client, String scope)
            throws InterruptedException, IOException {
        return node.post(
                "/api/v2/auth/token",
                form("grant_type", "client_credentials", "scope", scope),
                "Authorization",
                basic(client, client + "-secret-of-at-least-32-characters"));
    }

    private static HttpResponse<String> read(RunningClaviger node) throws InterruptedException, IOException {
        return node.get(
                SETTINGS,
                "Authorization",
                "Bearer " + admin,
                "X-Forwarded-Host",
                one.at("/").getAuthority());
    }

    private static HttpResponse<String> change(String ifMatch, String body) throws InterruptedException, IOException {
        return change(one, ifMatch, body);
    }

    private static HttpResponse<String> change(RunningClaviger node, String ifMatch, String body)
            throws InterruptedException, IOException {
        return node.send(node.request(
                        SETTINGS,
                        "Authorization",
                        "Bearer " + admin,
                        "X-Forwarded-Host",
                        one.at("/").getAuthority(),
                        "Content-Type",
                        "application/merge-patch+json",
                        "If-Match",
                        ifMatch)
                .method("PATCH", BodyPublishers.ofString(body)));
    }

    private static String json(String quoted) {
        return quoted.replace('\'', '"');
    }

    private static JsonObject json(HttpResponse<String> response) {
        return RunningClaviger.json(response);
    }

    private static String etag(HttpResponse<String> response) {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return response.headers().firstValue("ETag").orElseThrow();
    }

    private static int life(RunningClaviger node) throws InterruptedException, IOException {
        HttpResponse<String> answer = token(node, "service", "demo");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return json(answer).getInt("expires_in");
    }

    private static Duration awaitLife(RunningClaviger node, int seconds) throws InterruptedException, IOException {
        return awaitLife(node, seconds, System.nanoTime());
    }

    private static Duration awaitLife(RunningClaviger node, int seconds, long begin)
            throws InterruptedException, IOException {
        while (life(node) != seconds) {
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(5));
            Thread.sleep(20);
        }
        return Duration.ofNanos(System.nanoTime() - begin);
    }

    /** Under load, and without one request that fails. */
    @Test
    void a_change_at_one_node_is_in_the_tokens_of_the_other_within_five_seconds() throws Exception {
        awaitLife(two, 900);
        AtomicBoolean over = new AtomicBoolean();
        List<String> failures = new CopyOnWriteArrayList<>();
        List<Integer> lives = new CopyOnWriteArrayList<>();
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            for (int i = 0; i < 4; i++) {
                RunningClaviger node = i % 2 == 0 ? one : two;
                threads.execute(() -> {
                    while (!over.get()) {
                        try {
                            HttpResponse<String> answer = token(node, "service", "demo");
                            if (answer.statusCode() != 200) {
                                failures.add(answer.statusCode() + " " + answer.body());
                                continue;
                            }
                            lives.add(json(answer).getInt("expires_in"));
                            String bearer = "Bearer " + json(answer).getString("access_token");
                            int opened = node.get("/plain/api/orders", "Authorization", bearer)
                                    .statusCode();
                            if (opened != 200) {
                                failures.add("the application answered " + opened);
                            }
                        } catch (IOException failed) {
                            failures.add(failed.toString());
                        } catch (InterruptedException ended) {
                            return;
                        }
                    }
                });
            }
            String etag = etag(read(one));
            while (failures.isEmpty() && !lives.contains(900)) { // a token of before
                Thread.sleep(20);
            }
            long beforeCommit = System.nanoTime();
            etag(change(etag, json("{'" + LIFE + "':'PT20M'}")));
            Duration taken = awaitLife(two, 1200, beforeCommit);
            assertThat(life(one)).isEqualTo(1200);
            System.getLogger("org.claviger.it")
                    .log(System.Logger.Level.INFO, "the other node followed {0} after the change was sent", taken);
            JsonObject there = json(read(two)).getJsonObject(LIFE);
            assertThat(there.getString("value")).isEqualTo("PT20M");
            assertThat(there.getString("origin")).isEqualTo("administered");
        } finally {
            over.set(true);
            threads.shutdown();
            assertThat(threads.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(failures).isEmpty();
        assertThat(lives).contains(900, 1200).containsOnly(900, 1200);
        one.awaitLog("SETTING_CHANGED by=\"operator\" from=\"PT15M\" key=\"" + LIFE + "\" to=\"PT20M\"");
    }

    @Test
    void what_stands_in_the_environment_is_pinned_and_a_change_of_it_is_a_conflict() throws Exception {
        JsonObject shown = json(read(two)).getJsonObject(PINNED);
        assertThat(shown.getString("value")).isEqualTo("PT20M");
        assertThat(shown.getBoolean("pinned")).isTrue();

        HttpResponse<String> refused = change("*", json("{'" + PINNED + "':'PT25M'}"));

        assertProblem(refused, 409, "#/" + PINNED);
        assertThat(json(read(one)).getJsonObject(PINNED).getString("value")).isEqualTo("PT20M");
    }

    @Test
    void a_rule_of_one_classification_is_read_from_the_environment() throws Exception {
        String key = "claviger.classification.sensitive.access-token-lifetime";
        for (RunningClaviger node : List.of(one, two)) {
            JsonObject shown = json(read(node)).getJsonObject(key);
            assertThat(shown.getString("value")).isEqualTo("PT16M");
            assertThat(shown.getBoolean("pinned")).isTrue();
            assertThat(json(token(node, "wages", "demo")).getInt("expires_in")).isEqualTo(960);
        }
        assertProblem(change("*", json("{'" + key + "':'PT20M'}")), 409, "#/" + key);
        assertThat(life(one)).isEqualTo(900);
    }

    private static void assertProblem(HttpResponse<String> answer, int status, String pointer) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(answer.headers().firstValue("Content-Type").orElseThrow()).startsWith("application/problem+json");
        assertThat(json(answer).getInt("status")).isEqualTo(status);
        assertThat(json(answer).getString("detail")).isNotEmpty();
        if (!pointer.isEmpty()) {
            assertThat(json(answer).getJsonArray("errors").getJsonObject(0).getString("pointer"))
                    .isEqualTo(pointer);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'claviger.access-token-lifetime':'PT61M'}                  | 422 | #/claviger.access-token-lifetime",
                "{'claviger.brand.name':'New','claviger.role-claims':'sub'}  | 422 | #/claviger.role-claims",
                "{'claviger.unheard-of':'x'}                                 | 404 | #/claviger.unheard-of",
                "{'claviger.issuer':'https://other.example.org'}             | 409 | #/claviger.issuer",
                "{'claviger.database.password':'swordfish'}                  | 409 | #/claviger.database.password",
                "{'claviger.brand.name':['x']}                               | 400 | #/claviger.brand.name",
                "{'a/b':{}}                                                  | 400 | #/a~1b",
                "[]                                                          | 400 | ''",
                "{                                                           | 400 | ''",
            })
    void what_does_not_fit_is_refused_by_its_member_and_changes_nothing(String body, int status, String pointer)
            throws Exception {
        HttpResponse<String> before = read(one);

        HttpResponse<String> refused = change("*", json(body));

        assertProblem(refused, status, pointer);
        assertThat(refused.body()).doesNotContain("swordfish");
        assertThat(etag(read(one))).isEqualTo(etag(before));
        assertThat(read(one).body()).isEqualTo(before.body());
    }

    @Test
    void a_stale_if_match_is_refused_and_none_too() throws Exception {
        String etag = etag(read(one));
        String newer = etag(change(etag, json("{'" + LIFE + "':'PT25M'}")));

        assertProblem(change(etag, json("{'" + LIFE + "':'PT30M'}")), 412, "");
        assertProblem(change("\"other\"", json("{'" + LIFE + "':'PT30M'}")), 412, "");
        assertProblem(change("W/" + newer, json("{'" + LIFE + "':'PT30M'}")), 412, "");
        assertProblem(change("\"other\", " + etag, json("{'" + LIFE + "':'PT30M'}")), 412, "");
        assertProblem(change("\"0\", " + etag, json("{'" + LIFE + "':'PT30M'}")), 412, "");
        assertThat(etag(change(etag + ", " + newer, json("{'" + LIFE + "':'PT25M'}"))))
                .as("what is there already is no change")
                .isEqualTo(newer);
        HttpResponse<String> without =
                one.send(one.request(SETTINGS, "Authorization", "Bearer " + admin, "Content-Type", "application/json")
                        .method("PATCH", BodyPublishers.ofString("{}")));

        assertProblem(without, 428, "");
        assertThat(newer).isNotEqualTo(etag);
        assertThat(life(one)).isEqualTo(1500);
    }

    @Test
    void who_may_only_look_changes_nothing() throws Exception {
        String reader = json(token(one, "auditor", "claviger:admin.read")).getString("access_token");

        for (String path : List.of("settings", "keys", "revocations")) {
            assertThat(one.get("/api/v2/auth/admin/" + path, "Authorization", "Bearer " + reader)
                            .statusCode())
                    .as(path)
                    .isEqualTo(200);
        }
        HttpResponse<String> refused = one.send(one.request(
                        SETTINGS,
                        "Authorization",
                        "Bearer " + reader,
                        "Content-Type",
                        "application/json",
                        "If-Match",
                        "*")
                .method("PATCH", BodyPublishers.ofString(json("{'" + LIFE + "':'PT30M'}"))));
        assertThat(refused.statusCode()).isEqualTo(403);
        for (Map.Entry<String, String> change : Map.of("keys/rotate", "", "revocations", "{\"kind\":\"everything\"}")
                .entrySet()) {
            assertThat(one.send(one.request(
                                            "/api/v2/auth/admin/" + change.getKey(),
                                            "Authorization",
                                            "Bearer " + reader,
                                            "Content-Type",
                                            "application/json")
                                    .POST(BodyPublishers.ofString(change.getValue())))
                            .statusCode())
                    .as(change.getKey())
                    .isEqualTo(403);
        }
        assertThat(one.get("/plain/api/orders", "Authorization", "Bearer " + reader)
                        .statusCode())
                .isEqualTo(401);
        assertThat(life(one)).isEqualTo(900);
    }

    @Test
    void what_is_changed_is_shown_on_pages_of_both_nodes() throws Exception {
        etag(change("*", json("{'claviger.brand.name':'Acme','claviger.brand.color':'#00aa00'}")));
        try {
            assertThat(new Person(one).authorize(one).body()).contains("Acme", "brand.css?00aa00");
            assertThat(one.get("/api/v2/auth/assets/brand.css").body()).contains("#00aa00");
            long deadline = System.nanoTime() + Duration.ofSeconds(5).toNanos();
            while (!new Person(one).authorize(two).body().contains("Acme")) {
                assertThat(System.nanoTime()).isLessThan(deadline);
                Thread.sleep(50);
            }
        } finally {
            etag(change(
                    "*",
                    Json.createObjectBuilder()
                            .addNull("claviger.brand.name")
                            .addNull("claviger.brand.color")
                            .build()
                            .toString()));
        }
    }

    @Test
    void a_node_on_which_the_table_does_not_fit_says_so_everywhere_and_goes_on() throws Exception {
        String idle = "claviger.refresh-token-idle-lifetime";
        String absolute = "claviger.refresh-token-absolute-lifetime";
        etag(change("*", json("{'" + idle + "':'P25D','" + absolute + "':'P28D'}")));
        try {
            two.awaitLog("CLAVIGER-0801");
            JsonObject shown = json(read(two));
            assertThat(shown.getString("problem")).contains(idle, absolute);
            assertThat(shown.getJsonObject(idle).getString("value")).isEqualTo("P7D");
            assertThat(shown.getJsonObject(idle).getString("administered")).isEqualTo("P25D");
            HttpResponse<String> health = two.get("/api/v2/auth/health/ready");
            assertThat(health.statusCode()).isEqualTo(200);
            assertThat(health.body()).contains("\"name\":\"settings\",\"status\":\"UP\",\"data\"", idle);
            assertThat(life(two)).isEqualTo(900);
            HttpResponse<String> refused = change(two, "*", json("{'claviger.brand.name':'Other'}"));
            assertProblem(refused, 409, "");
            assertThat(json(refused).getString("detail")).startsWith("the table as it is cannot be used here: " + idle);
            assertThat(json(read(one))).doesNotContainKey("problem");
        } finally {
            etag(change("*", json("{'" + idle + "':null,'" + absolute + "':null}")));
        }
        two.awaitLog("CLAVIGER-0804");
        assertThat(json(read(two))).doesNotContainKey("problem");
    }
}
