package org.claviger.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.claviger.it.Person.location;
import static org.claviger.it.Person.redeem;
import static org.claviger.it.Person.refresh;
import static org.claviger.it.Person.refreshToken;
import static org.claviger.it.RunningClaviger.basic;
import static org.claviger.it.RunningClaviger.form;
import static org.claviger.it.RunningClaviger.json;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.claviger.Postgres;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Two nodes with one issuer on one PostgreSQL, started at the same moment on an empty database; no session sticks to one. */
@Tag("postgresql")
@ExtendWith(NoSecondChance.class)
class TwoNodesIT {
    private static RunningClaviger one;
    private static RunningClaviger two;

    @BeforeAll
    static void start_both_at_once() throws Exception {
        Map<String, String> settings = Postgres.shared().newDatabase();
        one = RunningClaviger.prepare(Path.of("target/it/node-one"), settings);
        one.set("CLAVIGER_TRUSTED_PROXIES", "127.0.0.1");
        one.set("CLAVIGER_FORWARDED_HEADERS", "X-Forwarded-For, X-Forwarded-Host");
        two = one.prepareNode(Path.of("target/it/node-two"));
        at_once(List.of(started(one), started(two)));
        long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (serviceToken(two).statusCode() != 200) { // it learns what the other has imported
            assertThat(System.nanoTime()).isLessThan(deadline);
            Thread.sleep(50);
        }
    }

    private static HttpResponse<String> serviceToken(RunningClaviger node) throws InterruptedException, IOException {
        return node.post(
                "/api/v2/auth/token",
                form("grant_type", "client_credentials"),
                "Authorization",
                basic("service", "service-secret-of-at-least-32-characters"));
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

    private static Callable<Boolean> started(RunningClaviger node) {
        return () -> {
            node.start();
            return true;
        };
    }

    private static <T> List<T> at_once(List<Callable<T>> calls) throws InterruptedException, ExecutionException {
        ExecutorService threads = Executors.newFixedThreadPool(calls.size());
        try {
            CyclicBarrier barrier = new CyclicBarrier(calls.size());
            List<Callable<T>> waiting = new ArrayList<>();
            for (Callable<T> call : calls) {
                waiting.add(() -> {
                    barrier.await();
                    return call.call();
                });
            }
            List<T> answers = new ArrayList<>();
            for (Future<T> answer : threads.invokeAll(waiting)) {
                answers.add(answer.get());
            }
            return answers;
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void they_have_made_one_set_of_keys() throws InterruptedException, IOException {
        String keys = one.get("/api/v2/auth/jwks").body();

        assertThat(two.get("/api/v2/auth/jwks").body()).isEqualTo(keys);
        assertThat(keys).containsOnlyOnce("\"kid\"");
        assertThat(one.log() + two.log()).doesNotContain("CLAVIGER-0500", "CLAVIGER-01", "CLAVIGER-02");
    }

    @Test
    void a_token_of_one_opens_applications_beside_the_other() throws InterruptedException, IOException {
        String bearer = "Bearer " + json(serviceToken(one)).getString("access_token");

        assertThat(two.get("/plain/api/orders", "Authorization", bearer).statusCode())
                .isEqualTo(200);
    }

    @Test
    void a_code_of_one_is_redeemed_at_the_other_and_refreshed_at_either() throws InterruptedException, IOException {
        String code = new Person(one).code(one);
        String token = refreshToken(redeem(two, code));
        for (RunningClaviger node : List.of(one, two, two, one)) {
            token = refreshToken(refresh(node, token));
        }

        assertThat(redeem(one, code).statusCode()).as("the code again").isEqualTo(400);
        assertThat(refresh(two, token).statusCode()).as("its family has ended").isEqualTo(400);
    }

    @Test
    void who_has_signed_in_at_one_is_signed_in_at_the_other() throws InterruptedException, IOException {
        Person alice = new Person(one);
        assertThat(location(alice.signIn(two, alice.authorize(one)))).startsWith(one.issuer());

        assertThat(alice.authorize(two).body()).doesNotContain("name=\"password\"");
        refreshToken(redeem(one, alice.code(two)));
    }

    /** REQUIREMENTS T8. */
    @Test
    void of_32_refreshes_at_once_one_at_most_succeeds() throws Exception {
        String token = refreshToken(redeem(one, new Person(one).code(one)));
        List<Callable<HttpResponse<String>>> calls = new ArrayList<>();
        for (int i = 0; i < 32; i++) {
            RunningClaviger node = i % 2 == 0 ? one : two;
            calls.add(() -> refresh(node, token));
        }

        List<HttpResponse<String>> answers = at_once(calls);

        List<HttpResponse<String>> granted =
                answers.stream().filter(answer -> answer.statusCode() == 200).toList();
        assertThat(granted).hasSizeLessThanOrEqualTo(1);
        assertThat(answers).filteredOn(answer -> answer.statusCode() != 200).allSatisfy(answer -> assertThat(
                        json(answer).getString("error"))
                .isEqualTo("invalid_grant"));
        if (!granted.isEmpty()) {
            HttpResponse<String> successor = refresh(two, refreshToken(granted.get(0)));
            assertThat(successor.statusCode())
                    .as("the others have ended the family")
                    .isEqualTo(400);
        }
    }

    // --- REQUIREMENTS T5: guesses at both nodes, which stand behind a proxy ---

    private static final String GUESSER = "203.0.113.7";
    private static final String ELSEWHERE = "198.51.100.7";

    /** An attempt at a node, from an address: right or not. */
    @FunctionalInterface
    private interface Attempt {
        HttpResponse<String> at(RunningClaviger node, String address, boolean right) throws Exception;
    }

    @Test
    void of_100_wrong_secrets_few_are_looked_at_and_the_right_one_works_from_elsewhere() throws Exception {
        Attempt attempt = (node, address, right) -> node.post(
                "/api/v2/auth/token",
                form("grant_type", "client_credentials"),
                "X-Forwarded-For",
                address,
                "Authorization",
                basic("stranger", right ? "stranger-secret-of-at-least-32-characters" : "x".repeat(40)));
        HttpResponse<String> refused = guess(attempt, 401);
        assertThat(json(refused).getString("error")).isEqualTo("slow_down");
        for (RunningClaviger node : List.of(one, two)) {
            assertThat(attempt.at(node, GUESSER, true).statusCode()).isEqualTo(429);
            assertThat(attempt.at(node, ELSEWHERE, true).statusCode()).isEqualTo(200);
        }
    }

    @Test
    void of_100_wrong_passwords_few_are_looked_at_and_the_right_one_works_from_elsewhere() throws Exception {
        Map<String, Person> people = Map.of(GUESSER, new Person(one, GUESSER), ELSEWHERE, new Person(one, ELSEWHERE));
        Map<String, HttpResponse<String>> pages = Map.of(
                GUESSER, people.get(GUESSER).authorize(one),
                ELSEWHERE, people.get(ELSEWHERE).authorize(one));
        Attempt attempt = (node, address, right) -> people.get(address)
                .submit(
                        node,
                        "signin",
                        pages.get(address),
                        "username",
                        "bob",
                        "password",
                        right ? "password of bob" : "a wrong password");
        HttpResponse<String> refused = guess(attempt, 403);
        assertThat(refused.body()).contains("Too many wrong attempts.");
        for (RunningClaviger node : List.of(one, two)) {
            assertThat(attempt.at(node, GUESSER, true).statusCode()).isEqualTo(429);
            assertThat(location(attempt.at(node, ELSEWHERE, true))).startsWith(one.issuer() + "/authorize");
        }
    }

    /** Guesses a hundred times and then until both nodes take a break of three seconds or more; answers the last refusal. */
    private static HttpResponse<String> guess(Attempt attempt, int wrong) throws Exception {
        List<Integer> statuses = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            statuses.add(attempt.at(i % 2 == 0 ? one : two, GUESSER, false).statusCode());
        }
        assertThat(statuses.subList(0, 5)).containsOnly(wrong);
        assertThat(statuses).containsOnly(wrong, 429);
        assertThat(statuses.stream().filter(status -> status == 429).count()).isGreaterThan(80);
        HttpResponse<String> last;
        do {
            last = attempt.at(two, GUESSER, false);
        } while (breakOf(last) < 3 || breakOf(attempt.at(one, GUESSER, false)) < 3);
        return last;
    }

    private static long breakOf(HttpResponse<String> answer) {
        return answer.statusCode() == 429
                ? Long.parseLong(answer.headers().firstValue("Retry-After").orElseThrow())
                : 0;
    }
}
