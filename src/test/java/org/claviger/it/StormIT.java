package org.claviger.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.claviger.it.Flow.assertRefused;
import static org.claviger.it.Flow.granted;
import static org.claviger.it.RunningClaviger.json;

import jakarta.json.JsonObject;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.claviger.run.StartFailure;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;

/** A server that is killed in a storm of rotations and revocations, and started again with its database (REQUIREMENTS T9). */
@TestMethodOrder(OrderAnnotation.class)
@ExtendWith(NoSecondChance.class)
class StormIT {
    private static final int SESSIONS = 8;
    private static final int ROTATIONS = 25;

    private static RunningClaviger claviger;
    private static Flow flow;
    private static final List<Session> SESSIONS_BEFORE = new ArrayList<>();
    private static final List<String> REVOKED = new ArrayList<>();

    /**
     * What one client was told.
     *
     * @param refreshTokens all of them, the living one last
     * @param unsure whether the last request had no answer, so that either the last token or an unknown successor is alive
     */
    private record Session(List<String> refreshTokens, String accessToken, boolean unsure) {
        String last() {
            return refreshTokens.get(refreshTokens.size() - 1);
        }
    }

    @BeforeAll
    static void storm() throws Exception {
        claviger = new RunningClaviger(Path.of("target/it/storm-" + System.getProperty("it.database", "h2")), Map.of());
        flow = new Flow(claviger);
        List<JsonObject> begun = new ArrayList<>();
        for (int i = 0; i < SESSIONS; i++) {
            begun.add(flow.tokens("web", "alice"));
        }
        AtomicInteger rotations = new AtomicInteger();
        ExecutorService threads = Executors.newFixedThreadPool(SESSIONS + 1);
        List<Future<Session>> running = new ArrayList<>();
        for (JsonObject tokens : begun) {
            running.add(threads.submit(() -> rotate(tokens, rotations)));
        }
        Future<List<String>> revoking = threads.submit(StormIT::revoke);
        while (rotations.get() < SESSIONS * ROTATIONS) {
            assertThat(running).as("they go on until the server is killed").noneMatch(Future::isDone);
            TimeUnit.MILLISECONDS.sleep(5);
        }
        claviger.kill();
        for (Future<Session> session : running) {
            SESSIONS_BEFORE.add(session.get());
        }
        REVOKED.addAll(revoking.get());
        threads.shutdown();
        claviger.start();
    }

    private static Session rotate(JsonObject tokens, AtomicInteger rotations) throws InterruptedException {
        List<String> told = new ArrayList<>(List.of(tokens.getString("refresh_token")));
        String accessToken = tokens.getString("access_token");
        while (true) {
            try {
                JsonObject next = granted(flow.refresh("web", told.get(told.size() - 1)));
                told.add(next.getString("refresh_token"));
                accessToken = next.getString("access_token");
                rotations.incrementAndGet();
            } catch (IOException killed) {
                return new Session(told, accessToken, true);
            }
        }
    }

    /** Access tokens whose revocation was confirmed. */
    private static List<String> revoke() throws InterruptedException {
        List<String> confirmed = new ArrayList<>();
        while (true) {
            try {
                String token = flow.serviceToken("service");
                if (flow.revoke("service", token).statusCode() == 200) {
                    confirmed.add(token);
                }
            } catch (IOException killed) {
                return confirmed;
            }
        }
    }

    @AfterAll
    static void stop() {
        if (claviger != null) {
            claviger.close();
        }
    }

    @Test
    @Order(1)
    void no_confirmed_revocation_is_lost() throws InterruptedException, IOException {
        assertThat(REVOKED).isNotEmpty();
        for (String token : REVOKED) {
            assertThat(flow.introspect("service", token).body()).isEqualTo("{\"active\":false}");
        }
        assertThat(flow.call("/demo/api/user", REVOKED.get(REVOKED.size() - 1)).statusCode())
                .isEqualTo(401);
    }

    @Test
    @Order(2)
    void nothing_is_lost_that_a_client_was_told_of() throws InterruptedException, IOException {
        int alive = 0;
        for (int i = 0; i < SESSIONS_BEFORE.size(); i++) {
            Session session = SESSIONS_BEFORE.get(i);
            boolean isAlive = json(flow.introspect("web", session.last())).getBoolean("active");
            // The request that was under way when the server was killed may have been committed; nobody has its answer.
            alive += isAlive ? 1 : 0;
            assertThat(isAlive || session.unsure).as("session %s", i).isTrue();
            // And it has only gone on: its access tokens would have ended with it.
            assertThat(json(flow.introspect("web", session.accessToken)).getBoolean("active"))
                    .as("session %s", i)
                    .isTrue();
            // No earlier one has come back.
            for (String used : session.refreshTokens.subList(0, session.refreshTokens.size() - 1)) {
                assertThat(flow.introspect("web", used).body()).isEqualTo("{\"active\":false}");
            }
            // And none is ahead of the database: it has not forgotten a rotation that it had confirmed.
            assertThat(claviger.log()).doesNotContain("CLAVIGER-0601");
        }
        System.getLogger("it").log(System.Logger.Level.INFO, "of {0} sessions {1} go on", SESSIONS, alive);
    }

    @Test
    @Order(3)
    void t9_every_token_that_was_used_before_ends_its_family() throws InterruptedException, IOException {
        for (int i = 0; i < SESSIONS_BEFORE.size(); i++) {
            Session session = SESSIONS_BEFORE.get(i);
            List<String> used = session.refreshTokens.subList(0, session.refreshTokens.size() - 1);
            // The first of one session, the last but one of another: any of them ends the family, and all are refused.
            assertRefused(flow.refresh("web", used.get(i * (used.size() - 1) / (SESSIONS - 1))), 400, "invalid_grant");
            assertThat(flow.introspect("web", session.accessToken).body()).isEqualTo("{\"active\":false}");
            for (String token : session.refreshTokens) {
                assertRefused(flow.refresh("web", token), 400, "invalid_grant");
            }
        }
        assertThat(claviger.log()).doesNotContain("CLAVIGER-0601", "CLAVIGER-0500");
    }

    /** The operation for a database that was restored from a backup. */
    @Test
    @Order(4)
    void everything_ends_at_an_administrators_word_and_stays_so() throws Exception {
        JsonObject tokens = flow.tokens("web", "alice");
        String service = flow.serviceToken("service");
        String admin = flow.tokens("console", "root").getString("access_token");
        HttpResponse<String> answer =
                claviger.send(claviger.request("/api/v2/auth/admin/revocations", "Authorization", "Bearer " + admin)
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString("{\"kind\":\"everything\"}")));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertEverythingHasEnded(tokens, service, admin);

        claviger.restart();

        assertEverythingHasEnded(tokens, service, admin);
        assertThat(Form.find(flow.browser("alice")
                                .get(flow.request("web", Pkce.random()).path())
                                .body())
                        .filter(Form::isSignIn))
                .as("the sign-in session has ended too")
                .isPresent();
        granted(flow.refresh("web", flow.tokens("web", "alice").getString("refresh_token")));
        assertThat(flow.serviceToken("service")).isNotEmpty();
    }

    private static void assertEverythingHasEnded(JsonObject tokens, String service, String admin)
            throws InterruptedException, IOException, StartFailure {
        assertRefused(flow.refresh("web", tokens.getString("refresh_token")), 400, "invalid_grant");
        for (String token : List.of(tokens.getString("access_token"), service)) {
            assertThat(flow.call("/demo/api/user", token).statusCode()).isEqualTo(401);
        }
        assertThat(flow.call("/api/v2/auth/admin/settings", admin).statusCode()).isEqualTo(401);
    }
}
