package org.claviger.calls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.claviger.CapturedLog;
import org.claviger.Parallel;
import org.claviger.TestClock;
import org.claviger.calls.TestTokenEndpoint.Answer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RefreshGrantTest {
    private static final Duration LIFE = Duration.ofSeconds(100);

    private final TestClock clock = new TestClock();
    private final TestStore store = new TestStore("rt-0");
    private final TestTokenEndpoint endpoint = new TestTokenEndpoint(asked -> new Answer(500, ""));
    private final TokenSource tokens = new TokenClient(
                    endpoint.at(""), "c", Optional.of("s"), new Clocks(clock, clock::steady), () -> 0)
            .at(endpoint.at("/token"))
            .refreshing(store);
    private final CapturedLog log = new CapturedLog(RefreshGrant.class.getName());

    @AfterEach
    void close() {
        endpoint.close();
        log.close();
    }

    /** As Claviger does: each is good for once, and brings the next. */
    private void rotate() {
        endpoint.behave(asked -> asked.body().endsWith("&refresh_token=rt-" + (endpoint.count() - 1))
                ? TestTokenEndpoint.token(
                        "at-" + endpoint.count(), 100, ",\"refresh_token\":\"rt-" + endpoint.count() + "\"")
                : refusal());
    }

    private static Answer refusal() {
        return new Answer(400, "{\"error\":\"invalid_grant\"}");
    }

    @Test
    void each_answer_replaces_the_refresh_token_once_for_a_hundred_threads() {
        rotate();
        for (int life = 1; life <= 5; life++) {
            assertThat(Parallel.run(100, tokens::token)).containsOnly(Optional.of("at-" + life));
            clock.advance(LIFE);
        }
        assertThat(endpoint.count()).isEqualTo(5);
        assertThat(store.stored).containsExactly("rt-0", "rt-1", "rt-2", "rt-3", "rt-4", "rt-5");
        assertThat(store.loads).isEqualTo(1);
    }

    @Test
    void an_issuer_that_does_not_rotate_keeps_its_refresh_token() throws IOException {
        endpoint.behave(asked -> TestTokenEndpoint.token("at", 100));
        for (int i = 0; i < 3; i++) {
            tokens.token();
            clock.advance(LIFE);
            assertThat(endpoint.last().body()).endsWith("&refresh_token=rt-0");
        }
        assertThat(store.stored).containsExactly("rt-0");
    }

    @Test
    void what_could_not_be_stored_is_not_used_before_it_is() throws IOException {
        rotate();
        tokens.token();
        clock.advance(LIFE);
        endpoint.behave(asked -> {
            store.failing = true;
            return TestTokenEndpoint.token("at-2", 100, ",\"refresh_token\":\"rt-2\"");
        });
        assertThat(tokens.token()).contains("at-2"); // the access token is good
        assertThat(log.lines())
                .containsExactly("CLAVIGER-1304 a new refresh token could not be stored, and is not used before");
        clock.advance(LIFE);
        assertThatExceptionOfType(TokenUnavailableException.class).isThrownBy(tokens::token);
        assertThat(endpoint.count()).isEqualTo(2);
        store.failing = false;
        rotate();
        clock.advance(Duration.ofMinutes(1));
        assertThat(tokens.token()).contains("at-3");
        assertThat(store.stored).containsExactly("rt-0", "rt-1", "rt-2", "rt-3");
    }

    @Test
    void a_refresh_token_that_was_refused_is_not_shown_again_until_there_is_another() throws IOException {
        endpoint.behave(asked -> refusal());
        for (int i = 0; i < 5; i++) {
            assertThatExceptionOfType(TokenRefusedException.class)
                    .isThrownBy(tokens::token)
                    .satisfies(refused -> assertThat(refused.error()).isEqualTo("invalid_grant"));
            clock.advance(Duration.ofMinutes(10));
        }
        assertThat(endpoint.count()).isEqualTo(1);
        store.stored.add("rt-1"); // somebody has signed in again
        rotate();
        assertThat(tokens.token()).contains("at-2");
    }

    @Test
    void other_refusals_keep_it() throws IOException {
        endpoint.behave(asked -> new Answer(401, "{\"error\":\"invalid_client\"}"));
        assertThatExceptionOfType(TokenRefusedException.class).isThrownBy(tokens::token);
        clock.advance(Duration.ofMinutes(10));
        endpoint.behave(asked -> TestTokenEndpoint.token("at", 100));
        assertThat(tokens.token()).contains("at");
        assertThat(endpoint.last().body()).endsWith("&refresh_token=rt-0");
    }

    @Test
    void where_there_is_none_nobody_is_asked() {
        store.stored.clear();
        assertThatExceptionOfType(TokenRefusedException.class).isThrownBy(tokens::token);
        clock.advance(Duration.ofMinutes(10));
        store.failing = true;
        assertThatExceptionOfType(TokenUnavailableException.class)
                .isThrownBy(tokens::token)
                .withMessage("the refresh token cannot be read from its store");
        assertThat(endpoint.count()).isZero();
    }

    @Test
    void neither_the_log_nor_a_failure_shows_it() throws IOException {
        store.says = "Data truncation: rt-"; // as databases do
        rotate();
        store.failing = true;
        List<Throwable> failures = new ArrayList<>(List.of(failure()));
        store.failing = false;
        clock.advance(Duration.ofMinutes(1));
        endpoint.behave(asked -> {
            store.failing = true;
            return TestTokenEndpoint.token("at-2", 100, ",\"refresh_token\":\"rt-2\"");
        });
        assertThat(tokens.token()).contains("at-2");
        clock.advance(LIFE);
        failures.add(failure());
        failures.add(failure()); // again, from memory
        assertThat(log.records()).hasSize(1).allMatch(each -> each.getThrown() != null);
        log.records().forEach(each -> failures.add(each.getThrown()));
        assertThat(failures).hasSize(4).allSatisfy(each -> {
            StringWriter text = new StringWriter();
            each.printStackTrace(new PrintWriter(text));
            assertThat(text.toString())
                    .contains("java.io.IOException", "TestStore")
                    .doesNotContain("rt-", "truncation");
        });
        assertThat(tokens.toString() + log.lines()).doesNotContain("rt-");
    }

    private IOException failure() {
        try {
            throw new AssertionError(tokens.token());
        } catch (IOException expected) {
            return expected;
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"access_token\":\"at\",\"token_type\":\"mac\",\"expires_in\":60,\"refresh_token\":\"rt-1\"}",
                "{\"access_token\":\"a t\",\"token_type\":\"Bearer\",\"refresh_token\":\"rt-1\"}",
                "{\"access_token\":\"at\",\"token_type\":\"Bearer\",\"expires_in\":0,\"refresh_token\":\"rt-1\"}",
                "{\"refresh_token\":\"rt-1\"}",
            })
    void a_refresh_token_is_kept_though_its_access_token_cannot_be_used(String body) throws IOException {
        endpoint.behave(asked -> new Answer(200, body));
        assertThat(failure()).isInstanceOf(TokenUnavailableException.class);
        assertThat(store.stored).containsExactly("rt-0", "rt-1");
        clock.advance(Duration.ofMinutes(1));
        rotate();
        assertThat(tokens.token()).contains("at-2");
    }

    @Test
    void a_refresh_token_that_cannot_be_sent_is_none() {
        endpoint.behave(asked -> TestTokenEndpoint.token("at", 60, ",\"refresh_token\":\"\\n\""));
        assertThat(failure()).isInstanceOf(TokenUnavailableException.class);
        assertThat(store.stored).containsExactly("rt-0");
    }

    /** The answer of an issuer that rotates must not be lost. */
    @Test
    void a_thread_that_is_interrupted_meanwhile_stores_what_it_gets() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch released = new CountDownLatch(1);
        endpoint.behave(request -> {
            asked.countDown();
            await(released);
            return TestTokenEndpoint.token("at-1", 100, ",\"refresh_token\":\"rt-1\"");
        });
        CompletableFuture<Boolean> interruptedAfterwards = new CompletableFuture<>();
        Thread asking = new Thread(() -> {
            try {
                assertThat(tokens.token()).contains("at-1");
                interruptedAfterwards.complete(Thread.currentThread().isInterrupted());
            } catch (Throwable fault) {
                interruptedAfterwards.completeExceptionally(fault);
            }
        });
        asking.start();
        await(asked);
        asking.interrupt();
        asking.join(200); // it does not end by that
        released.countDown();
        assertThat(interruptedAfterwards.get(30, TimeUnit.SECONDS)).isTrue();
        assertThat(store.stored).containsExactly("rt-0", "rt-1");
        assertThat(store.interrupted).isFalse();
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void a_new_refresh_token_ends_the_pause_after_the_end_of_the_one_before() throws IOException {
        endpoint.behave(asked -> refusal());
        failure();
        int loads = store.loads;
        failure();
        assertThat(store.loads).isEqualTo(loads + 1);
        assertThat(endpoint.count()).isEqualTo(1);
        store.stored.add("rt-1"); // somebody has signed in again, and no time has gone by
        rotate();
        assertThat(tokens.token()).contains("at-2");
    }

    @Test
    void where_there_was_none_the_first_is_used_at_once() throws IOException {
        store.stored.clear();
        for (int i = 0; i < 10; i++) {
            failure();
            clock.advance(Duration.ofMinutes(10));
        }
        failure();
        store.stored.add("rt-0");
        rotate();
        assertThat(tokens.token()).contains("at-1");
    }

    @Test
    void a_store_that_fails_meanwhile_is_not_asked_by_each_call() {
        store.stored.clear();
        failure();
        store.failing = true;
        assertThat(failure()).isInstanceOf(TokenUnavailableException.class);
        int loads = store.loads;
        assertThat(failure()).isInstanceOf(TokenUnavailableException.class);
        assertThat(store.loads).isEqualTo(loads);
    }

    /** Another failure is not mended by what is in the store. */
    @Test
    void other_pauses_do_not_ask_the_store() {
        endpoint.behave(asked -> new Answer(503, ""));
        failure();
        failure();
        assertThat(store.loads).isEqualTo(1);
        assertThat(endpoint.count()).isEqualTo(1);
    }
}
