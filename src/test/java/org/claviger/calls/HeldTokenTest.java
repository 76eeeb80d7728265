package org.claviger.calls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import org.claviger.CapturedLog;
import org.claviger.Parallel;
import org.claviger.TestClock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HeldTokenTest {
    private static final Duration LIFE = Duration.ofSeconds(1000);
    /** The random number that makes everything as early, or as long, as possible. */
    private static final RandomGenerator LEAST = () -> 0;

    private static final RandomGenerator MOST = () -> -1;

    private final TestClock clock = new TestClock();
    private final Clocks clocks = new Clocks(clock, clock::steady);
    private final AtomicInteger requests = new AtomicInteger();
    private final CapturedLog log = new CapturedLog(HeldToken.class.getName());
    private volatile Optional<TokenException> failure = Optional.empty();

    @AfterEach
    void close() {
        log.close();
    }

    private TokenAnswer answer() throws IOException {
        int number = requests.incrementAndGet();
        if (failure.isPresent()) {
            throw failure.get().again();
        }
        return new TokenAnswer("token-" + number, LIFE);
    }

    private HeldToken held(RandomGenerator random) {
        return new HeldToken("a client", this::answer, clocks, random);
    }

    private static String token(HeldToken held) throws IOException {
        return held.token().orElseThrow();
    }

    private static TokenUnavailableException away() {
        return new TokenUnavailableException("away", null);
    }

    @Test
    void a_hundred_threads_cause_one_request_in_each_life() {
        try (TestTokenEndpoint endpoint = TestTokenEndpoint.numbering(1000)) {
            TokenSource tokens = new TokenClient(
                            endpoint.at(""), "c", Optional.of("s"), clocks, new SplittableRandom(1))
                    .at(endpoint.at("/token"))
                    .clientCredentials();
            for (int life = 1; life <= 5; life++) {
                for (int step = 0; step < 3; step++) {
                    String expected = "token-" + life;
                    assertThat(Parallel.run(100, () -> tokens.token().orElseThrow()))
                            .allMatch(expected::equals);
                    assertThat(endpoint.count()).isEqualTo(life);
                    clock.advance(Duration.ofMinutes(5)); // 300 and 600 are in the life; 900 is beyond it
                }
                clock.advance(Duration.ofSeconds(200)); // and now it has ended
            }
        }
    }

    @Test
    void a_hundred_threads_that_renew_ahead_cause_one_request() throws IOException {
        HeldToken held = held(MOST);
        for (int life = 1; life <= 5; life++) {
            Parallel.run(100, held::token);
            clock.advance(LIFE.multipliedBy(8).dividedBy(10));
            Parallel.run(100, held::token);
            assertThat(requests).hasValue(life + 1);
        }
    }

    @Test
    void who_comes_while_one_renews_uses_the_token_that_is_still_valid() throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch released = new CountDownLatch(1);
        HeldToken held = new HeldToken(
                "a client",
                () -> {
                    TokenAnswer answer = answer();
                    if (requests.get() == 2) {
                        entered.countDown();
                        await(released);
                    }
                    return answer;
                },
                clocks,
                LEAST);
        assertThat(token(held)).isEqualTo("token-1");
        clock.advance(LIFE.multipliedBy(7).dividedBy(10));
        CompletableFuture<String> renewing = async(held);
        await(entered);
        assertThat(Parallel.run(100, held::token)).containsOnly(Optional.of("token-1"));
        released.countDown();
        assertThat(renewing.get(30, TimeUnit.SECONDS)).isEqualTo("token-2");
        assertThat(token(held)).isEqualTo("token-2");
        assertThat(requests).hasValue(2);
    }

    @Test
    void where_none_is_valid_all_wait_for_the_one_that_asks() throws Exception {
        CountDownLatch released = new CountDownLatch(1);
        CyclicBarrier started = new CyclicBarrier(101);
        HeldToken held = new HeldToken(
                "a client",
                () -> {
                    await(released);
                    return answer();
                },
                clocks,
                LEAST);
        List<CompletableFuture<String>> waiting = new ArrayList<>();
        ExecutorService pool = Executors.newFixedThreadPool(100);
        try {
            for (int i = 0; i < 100; i++) {
                waiting.add(CompletableFuture.supplyAsync(
                        () -> {
                            try {
                                started.await(30, TimeUnit.SECONDS);
                                return token(held);
                            } catch (Exception e) {
                                throw new AssertionError(e);
                            }
                        },
                        pool));
            }
            started.await(30, TimeUnit.SECONDS);
            released.countDown();
            for (CompletableFuture<String> one : waiting) {
                assertThat(one.get(30, TimeUnit.SECONDS)).isEqualTo("token-1");
            }
        } finally {
            pool.shutdownNow();
        }
        assertThat(requests).hasValue(1);
    }

    @Test
    void a_token_is_renewed_between_seven_and_eight_tenths_of_its_life() throws IOException {
        for (RandomGenerator random : List.of(LEAST, MOST, new SplittableRandom(7))) {
            requests.set(0);
            HeldToken held = held(random);
            token(held);
            clock.advance(LIFE.multipliedBy(7).dividedBy(10).minusSeconds(1));
            assertThat(token(held)).isEqualTo("token-1");
            clock.advance(Duration.ofSeconds(1));
            assertThat(token(held)).isEqualTo(random == LEAST ? "token-2" : "token-1");
            clock.advance(LIFE.dividedBy(10));
            assertThat(token(held)).isEqualTo("token-2");
        }
    }

    @Test
    void clients_that_started_together_renew_at_different_moments() throws IOException {
        SplittableRandom random = new SplittableRandom(42);
        List<HeldToken> many = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            many.add(held(random));
        }
        for (HeldToken one : many) {
            token(one);
        }
        clock.advance(LIFE.multipliedBy(7).dividedBy(10));
        int last = requests.get();
        for (int tenth = 0; tenth < 10; tenth++) {
            clock.advance(LIFE.dividedBy(100));
            for (HeldToken one : many) {
                token(one);
            }
            assertThat(requests.get() - last).isBetween(5, 40);
            last = requests.get();
        }
        assertThat(last).isEqualTo(400);
    }

    @Test
    void while_the_issuer_is_away_a_valid_token_is_used_to_its_end_and_not_longer() throws IOException {
        HeldToken held = held(LEAST);
        token(held);
        failure = Optional.of(away());
        clock.advance(LIFE.multipliedBy(7).dividedBy(10));
        for (int i = 0; i < 299; i++) {
            assertThat(token(held)).isEqualTo("token-1");
            clock.advance(Duration.ofSeconds(1));
        }
        assertThat(requests.get()).isBetween(8, 16);
        clock.advance(Duration.ofMillis(999));
        assertThat(token(held)).isEqualTo("token-1");
        clock.advance(Duration.ofMillis(1));
        assertThatExceptionOfType(TokenUnavailableException.class).isThrownBy(held::token);
        assertThat(log.lines())
                .singleElement()
                .asString()
                .isEqualTo("CLAVIGER-1301 a client gets no token: away; the one that it has is used to its end");

        failure = Optional.empty();
        clock.advance(Duration.ofMinutes(1));
        assertThat(token(held)).startsWith("token-");
        assertThat(log.lines()).last().isEqualTo("CLAVIGER-1303 a client gets tokens again");
    }

    @Test
    void while_it_is_away_a_hundred_threads_cause_one_request_in_each_pause() {
        HeldToken held = held(LEAST);
        failure = Optional.of(away());
        for (int pause : List.of(1, 2, 4, 8, 16, 32, 60, 60)) {
            int before = requests.get();
            assertThat(Parallel.run(100, () -> refusal(held))).allMatch(TokenUnavailableException.class::isInstance);
            assertThat(requests.get() - before).isEqualTo(1);
            clock.advance(Duration.ofSeconds(pause).minusMillis(1));
            assertThat(refusal(held)).isInstanceOf(TokenUnavailableException.class);
            assertThat(requests.get() - before).isEqualTo(1);
            clock.advance(Duration.ofMillis(1));
        }
    }

    @Test
    void a_pause_is_shorter_by_up_to_half_at_random() {
        HeldToken held = held(MOST);
        failure = Optional.of(away());
        refusal(held);
        clock.advance(Duration.ofMillis(499));
        refusal(held);
        assertThat(requests).hasValue(1);
        clock.advance(Duration.ofMillis(2));
        refusal(held);
        assertThat(requests).hasValue(2);
    }

    @Test
    void the_issuer_may_ask_for_a_longer_pause() {
        HeldToken held = held(LEAST);
        failure = Optional.of(new TokenUnavailableException("busy", Duration.ofSeconds(90), null));
        refusal(held);
        clock.advance(Duration.ofSeconds(89));
        refusal(held);
        assertThat(requests).hasValue(1);
        clock.advance(Duration.ofSeconds(1));
        refusal(held);
        assertThat(requests).hasValue(2);
    }

    @Test
    void what_it_asks_for_is_exceeded_by_up_to_a_quarter_at_random() {
        HeldToken held = held(MOST);
        failure = Optional.of(new TokenUnavailableException("busy", Duration.ofSeconds(100), null));
        refusal(held);
        clock.advance(Duration.ofSeconds(124));
        refusal(held);
        assertThat(requests).hasValue(1);
        clock.advance(Duration.ofSeconds(1));
        refusal(held);
        assertThat(requests).hasValue(2);
    }

    @Test
    void another_kind_of_failure_begins_with_its_first_pause_and_is_logged() {
        HeldToken held = held(LEAST);
        for (int pause : List.of(1, 2, 4, 8)) {
            failure = Optional.of(away());
            refusal(held);
            clock.advance(Duration.ofSeconds(pause));
        }
        failure = Optional.of(TokenRefusedException.of("invalid_client"));
        refusal(held);
        clock.advance(Duration.ofSeconds(10));
        failure = Optional.of(TokenRefusedException.of("invalid_scope"));
        refusal(held);
        assertThat(requests).hasValue(6);
        assertThat(log.lines())
                .containsExactly(
                        "CLAVIGER-1301 a client gets no token: away",
                        "CLAVIGER-1302 a client gets no token: the authorization server refuses a token: invalid_client",
                        "CLAVIGER-1302 a client gets no token: the authorization server refuses a token: invalid_scope");
    }

    @Test
    void a_fault_of_what_asks_is_typed_has_a_pause_and_shows_no_message() {
        HeldToken held = new HeldToken(
                "a client",
                () -> {
                    requests.incrementAndGet();
                    throw new IllegalStateException("evil-1", new IllegalArgumentException("evil-2"));
                },
                clocks,
                LEAST);
        for (int i = 0; i < 3; i++) {
            assertThat(refusal(held))
                    .isInstanceOf(TokenUnavailableException.class)
                    .hasStackTraceContaining("IllegalArgumentException")
                    .hasStackTraceContaining("HeldTokenTest")
                    .satisfies(shown -> assertThat(stackTrace(shown)).doesNotContain("evil-"));
        }
        assertThat(requests).hasValue(1);
        assertThat(log.lines())
                .containsExactly(
                        "CLAVIGER-1301 a client gets no token: asking for it failed by java.lang.IllegalStateException");
    }

    private static String stackTrace(Throwable shown) {
        StringWriter text = new StringWriter();
        shown.printStackTrace(new PrintWriter(text));
        return text.toString();
    }

    // --- a clock that somebody sets ---

    @Test
    void a_clock_that_is_set_back_makes_no_pause_longer() throws IOException {
        HeldToken held = held(LEAST);
        failure = Optional.of(away());
        refusal(held);
        failure = Optional.empty();
        clock.set(TestClock.START.minus(Duration.ofHours(1)));
        clock.advance(Duration.ofSeconds(1));
        assertThat(token(held)).isEqualTo("token-2");
    }

    @Test
    void a_clock_that_is_set_back_makes_no_life_longer_and_nothing_young() throws IOException {
        HeldToken held = held(LEAST);
        token(held);
        clock.set(TestClock.START.minus(Duration.ofHours(1)));
        assertThat(held.replace("token-1")).isEmpty(); // it is young
        clock.advance(HeldToken.YOUNG);
        assertThat(held.replace("token-1")).contains("token-2");
        clock.advance(LIFE.multipliedBy(7).dividedBy(10));
        assertThat(token(held)).isEqualTo("token-3");
        clock.set(TestClock.START.minus(Duration.ofHours(2)));
        clock.advance(LIFE);
        assertThat(token(held)).isEqualTo("token-4");
    }

    /** As after a machine has slept, whose steady clock stood still. */
    @Test
    void a_clock_that_is_set_forward_ends_a_token() throws IOException {
        HeldToken held = held(LEAST);
        token(held);
        clock.set(TestClock.START.plus(LIFE));
        assertThat(token(held)).isEqualTo("token-2");
    }

    @Test
    void a_refusal_is_typed_and_is_not_asked_for_again_at_once() {
        HeldToken held = held(LEAST);
        failure = Optional.of(TokenRefusedException.of("invalid_client"));
        int expected = 0;
        for (int pause : List.of(10, 20, 40, 80, 160, 320, 600, 600)) {
            expected++;
            for (int i = 0; i < 3; i++) {
                assertThat(refusal(held))
                        .isInstanceOfSatisfying(TokenRefusedException.class, refused -> assertThat(refused.error())
                                .isEqualTo("invalid_client"));
                assertThat(requests).hasValue(expected);
            }
            clock.advance(Duration.ofSeconds(pause));
        }
        assertThat(log.lines())
                .containsExactly(
                        "CLAVIGER-1302 a client gets no token: the authorization server refuses a token: invalid_client");
    }

    @Test
    void a_refused_token_is_replaced_once_for_a_hundred_threads() throws IOException {
        HeldToken held = held(MOST);
        token(held);
        clock.advance(HeldToken.YOUNG);
        assertThat(Parallel.run(100, () -> held.replace("token-1"))).containsOnly(Optional.of("token-2"));
        assertThat(requests).hasValue(2);
        assertThat(token(held)).isEqualTo("token-2");
    }

    @Test
    void a_token_that_was_replaced_meanwhile_is_simply_used() throws IOException {
        HeldToken held = held(MOST);
        token(held);
        assertThat(held.replace("an earlier one")).contains("token-1");
        assertThat(requests).hasValue(1);
    }

    @Test
    void a_service_that_refuses_everything_causes_no_storm() throws IOException {
        HeldToken held = held(MOST);
        token(held);
        for (int second = 0; second < 100; second++) {
            for (int call = 0; call < 10; call++) {
                held.replace(token(held));
            }
            clock.advance(Duration.ofSeconds(1));
        }
        assertThat(requests).hasValue(1 + 9);
    }

    @Test
    void what_cannot_be_replaced_leaves_the_refusal_as_it_is() throws IOException {
        HeldToken held = held(MOST);
        token(held);
        clock.advance(HeldToken.YOUNG);
        failure = Optional.of(away());
        assertThat(held.replace("token-1")).isEmpty();
        assertThat(held.replace("token-1")).isEmpty();
        assertThat(requests).hasValue(2);
        assertThat(token(held)).isEqualTo("token-1"); // other services may still accept it
    }

    @Test
    void an_interrupted_thread_does_not_wait() throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch released = new CountDownLatch(1);
        HeldToken held = new HeldToken(
                "a client",
                () -> {
                    entered.countDown();
                    await(released);
                    return answer();
                },
                clocks,
                LEAST);
        CompletableFuture<String> asking = async(held);
        await(entered);
        Thread.currentThread().interrupt();
        assertThatExceptionOfType(InterruptedIOException.class).isThrownBy(held::token);
        assertThat(Thread.interrupted()).isTrue();
        released.countDown();
        assertThat(asking.get(30, TimeUnit.SECONDS)).isEqualTo("token-1");
    }

    @Test
    void nothing_shows_a_token() throws IOException {
        HeldToken held = held(MOST);
        token(held);
        assertThat(held.toString()).isEqualTo("HeldToken[a client]");
        assertThat(answer().toString()).doesNotContain("token-");
    }

    private static IOException refusal(HeldToken held) {
        try {
            throw new AssertionError(held.token());
        } catch (IOException refused) {
            return refused;
        }
    }

    private static CompletableFuture<String> async(HeldToken held) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return token(held);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
