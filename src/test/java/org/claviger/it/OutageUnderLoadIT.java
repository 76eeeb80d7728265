package org.claviger.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.claviger.it.RunningClaviger.json;

import jakarta.json.JsonObject;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.claviger.Postgres;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A PostgreSQL that is stopped and started again while clients refresh and revoke (REQUIREMENTS T17, CVE-2020-15223): no wrong 200, no
 * revocation lost, and everything goes on by itself. For 20 seconds with {@code -Dit.outage=20}.
 */
@Tag("postgresql")
@ExtendWith(NoSecondChance.class)
class OutageUnderLoadIT {
    private static final int OUTAGE = Integer.getInteger("it.outage", 3);
    private static final int SESSIONS = 6;

    private volatile boolean over;
    private final AtomicInteger refreshed = new AtomicInteger();
    private final AtomicInteger unavailable = new AtomicInteger();

    /** What a client was told. {@code unsure} if its last request may or may not have been committed. */
    private record Session(List<String> tokens, boolean ended) {}

    @Test
    void no_answer_is_wrong_and_no_revocation_is_lost() throws Exception {
        try (Postgres postgres = new Postgres("outage");
                RunningClaviger claviger = new RunningClaviger(Path.of("target/it/outage"), postgres.newDatabase())) {
            Flow flow = new Flow(claviger);
            List<JsonObject> begun = new ArrayList<>();
            for (int i = 0; i < SESSIONS; i++) {
                begun.add(flow.tokens("web", "alice"));
            }
            ExecutorService threads = Executors.newFixedThreadPool(SESSIONS + 1);
            List<Future<Session>> sessions = new ArrayList<>();
            for (JsonObject tokens : begun) {
                sessions.add(threads.submit(() -> refresh(flow, tokens.getString("refresh_token"))));
            }
            Future<List<String>> revocations = threads.submit(() -> revoke(flow));
            awaitRefreshes(50);
            postgres.stop();
            TimeUnit.SECONDS.sleep(OUTAGE);
            assertThat(unavailable.get()).isPositive();
            postgres.start();
            awaitRefreshes(50);
            over = true;
            int living = 0;
            for (Future<Session> future : sessions) {
                living += assertRight(flow, future.get()) ? 1 : 0;
            }
            List<String> revoked = revocations.get();
            threads.shutdown();
            System.getLogger("it")
                    .log(
                            System.Logger.Level.INFO,
                            "{0} s without a database: {1} refreshes, {2} answers 503, {3} revocations, {4} of {5} sessions go on",
                            OUTAGE,
                            refreshed,
                            unavailable,
                            revoked.size(),
                            living,
                            SESSIONS);
            assertRevoked(flow, revoked);
            claviger.restart();
            assertRevoked(flow, revoked);
            assertThat(claviger.log()).doesNotContain("CLAVIGER-0500", "CLAVIGER-0601");
        }
    }

    private void awaitRefreshes(int more) throws InterruptedException {
        int goal = refreshed.get() + more;
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (refreshed.get() < goal) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            TimeUnit.MILLISECONDS.sleep(5);
        }
    }

    /** Refreshes until it is over, again with the same token where the answer was 503, and begins anew where that was too late. */
    private Session refresh(Flow flow, String first) throws InterruptedException, IOException {
        List<String> tokens = new ArrayList<>(List.of(first));
        boolean asked = false;
        while (!over) {
            HttpResponse<String> answer = flow.refresh("web", tokens.get(tokens.size() - 1));
            switch (answer.statusCode()) {
                case 200 -> {
                    tokens.add(json(answer).getString("refresh_token"));
                    refreshed.incrementAndGet();
                    asked = false;
                }
                case 503 -> {
                    assertThat(json(answer).getString("error")).isEqualTo("temporarily_unavailable");
                    unavailable.incrementAndGet();
                    asked = true;
                }
                default -> {
                    // The commit took effect although its answer was lost: to repeat it was reuse.
                    assertThat(json(answer).getString("error")).isEqualTo("invalid_grant");
                    assertThat(asked).as(answer.body()).isTrue();
                    return new Session(tokens, true);
                }
            }
        }
        return new Session(tokens, false);
    }

    private List<String> revoke(Flow flow) throws InterruptedException, IOException {
        List<String> confirmed = new ArrayList<>();
        while (!over) {
            String token = flow.serviceToken("service");
            HttpResponse<String> answer = flow.revoke("service", token);
            if (answer.statusCode() == 200) {
                confirmed.add(token);
            } else {
                assertThat(answer.statusCode()).as(answer.body()).isEqualTo(503);
                unavailable.incrementAndGet();
            }
        }
        return confirmed;
    }

    /** Only the last token of a session that goes on is alive; whether it does. */
    private static boolean assertRight(Flow flow, Session session) throws InterruptedException, IOException {
        int last = session.tokens.size() - 1;
        for (int i = 0; i < last; i++) {
            assertThat(flow.introspect("web", session.tokens.get(i)).body()).isEqualTo("{\"active\":false}");
        }
        boolean alive = json(flow.introspect("web", session.tokens.get(last))).getBoolean("active");
        assertThat(alive).isEqualTo(!session.ended);
        return alive;
    }

    private static void assertRevoked(Flow flow, List<String> revoked) throws InterruptedException, IOException {
        assertThat(revoked).isNotEmpty();
        for (String token : revoked) {
            assertThat(flow.introspect("service", token).body()).isEqualTo("{\"active\":false}");
        }
    }
}
