package org.claviger.remote;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.claviger.remote.FakeIssuer.text;

import com.sun.net.httpserver.HttpExchange;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.io.IOException;
import java.net.URI;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.claviger.CapturedLog;
import org.claviger.Fixture;
import org.claviger.Parallel;
import org.claviger.TestClock;
import org.claviger.jose.InvalidTokenException;
import org.claviger.jose.JwkSet;
import org.claviger.jose.JwtSigner;
import org.claviger.jose.SigningAlgorithm;
import org.claviger.jose.TokenType;
import org.claviger.jose.VerificationKey;
import org.claviger.oauth.ErrorCode;
import org.claviger.oauth.OAuthException;
import org.claviger.settings.Issuer;
import org.claviger.settings.ResourceServerSettings;
import org.claviger.settings.Settings;
import org.claviger.settings.SettingsException;
import org.claviger.trace.Spans;
import org.claviger.trace.Trace;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@SuppressWarnings("try") // scopes are there to be closed
class RemoteIssuerTest {
    private static final String SECRET = "the-secret-of-this-resource-server";
    private static final String KEYS = Fixture.Keys.SIGNING.published().toJson();
    private static final String NOTHING = "{'node':'n','next':0,'age':0,'now':0,'clients':'','disabled':[],'ended':[]}";
    private static final String PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    private static final String ACTIVE = "{\"active\":true}";
    private static final String INACTIVE = "{\"active\":false}";

    private final TestClock clock = new TestClock();
    private final AtomicLong nanos = new AtomicLong();
    private final FakeIssuer fake = new FakeIssuer()
            .answer("/jwks", text(200, KEYS, "Cache-Control", "public, max-age=300"))
            .answer("/revocations", text(200, quoted(NOTHING)))
            .answer("/introspect", text(200, ACTIVE));

    @AfterEach
    void close() {
        fake.close();
    }

    private static String quoted(String text) {
        return text.replace('\'', '"');
    }

    private void advance(Duration time) {
        clock.advance(time);
        nanos.addAndGet(time.toNanos());
    }

    private RemoteIssuer remote(String... keysAndValues) {
        Map<String, String> values = new HashMap<>(Map.of(
                "claviger.role",
                "resource-server",
                "claviger.issuer",
                fake.issuer(),
                "claviger.resource-server.client-id",
                "orders",
                "claviger.resource-server.client-secret",
                SECRET));
        for (int i = 0; i < keysAndValues.length; i += 2) {
            values.put(keysAndValues[i], keysAndValues[i + 1]);
        }
        return new RemoteIssuer(Settings.read(key -> Optional.ofNullable(values.get(key))), clock, nanos::get);
    }

    private RemoteIssuer following() {
        return begun(remote());
    }

    private RemoteIssuer introspecting(String cache) {
        return begun(remote(
                "claviger.resource-server.revocations",
                "introspection",
                "claviger.resource-server.introspection-cache",
                cache));
    }

    private static RemoteIssuer begun(RemoteIssuer remote) {
        remote.refreshKeys();
        remote.follow();
        return remote;
    }

    private String token(String jti) {
        return token(jti, TokenType.AT_JWT, 3600);
    }

    private String token(String jti, TokenType type, long life) {
        long now = clock.instant().getEpochSecond();
        return new JwtSigner()
                .sign(
                        type,
                        Map.of(
                                "iss",
                                fake.issuer(),
                                "sub",
                                "alice",
                                "aud",
                                "a",
                                "exp",
                                now + life,
                                "iat",
                                now,
                                "jti",
                                jti,
                                "client_id",
                                "web"),
                        Fixture.signingKey());
    }

    private static void assertUnavailable(RemoteIssuer remote, String token) {
        assertThatThrownBy(() -> remote.tokens().prove(token)).isInstanceOfSatisfying(OAuthException.class, refusal -> {
            assertThat(refusal.code()).isEqualTo(ErrorCode.TEMPORARILY_UNAVAILABLE);
            assertThat(refusal.retryAfter()).isPresent();
        });
    }

    private static void assertInvalid(RemoteIssuer remote, String token) {
        assertThatThrownBy(() -> remote.tokens().prove(token)).isInstanceOf(InvalidTokenException.class);
    }

    private static void assertGood(RemoteIssuer remote, String token) {
        try {
            assertThat(remote.tokens().prove(token).text("sub")).contains("alice");
        } catch (InvalidTokenException | OAuthException refused) {
            throw new AssertionError(refused);
        }
    }

    private static VerificationKey anotherKey() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(2048);
            return VerificationKey.of(generator.generateKeyPair().getPublic(), SigningAlgorithm.RS256);
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    // --- Keys ---

    @ParameterizedTest
    @EnumSource
    void a_token_of_either_type_is_accepted_for_the_issuer_signs_nothing_else_under_them(TokenType type) {
        assertGood(following(), token("j", type, 60));
    }

    @Test
    void before_there_are_keys_nothing_can_be_judged_and_then_it_can() {
        fake.answer("/jwks", text(503, ""));
        RemoteIssuer remote = following();
        assertUnavailable(remote, token("j"));
        assertThat(remote.keyProblem())
                .hasValueSatisfying(problem -> assertThat(problem).endsWith(": see CLAVIGER-1201 in the log"));

        fake.answer("/jwks", text(200, KEYS));
        remote.refreshKeys();
        assertUnavailable(remote, token("j"));
        advance(Duration.ofSeconds(2));
        remote.refreshKeys();

        assertGood(remote, token("j"));
        assertThat(remote.keyProblem()).isEmpty();
    }

    @Test
    void before_it_is_known_what_was_revoked_nothing_can_be_judged() {
        RemoteIssuer remote = remote();
        remote.refreshKeys();

        assertUnavailable(remote, token("j"));
        assertThat(remote.revocationProblem()).isPresent();
    }

    @Test
    void a_flood_of_unknown_keys_reads_the_set_once_in_ten_seconds() {
        RemoteIssuer remote = following();
        String token = token("j");
        String[] parts = token.split("\\.", -1);
        List<String> forged = IntStream.range(0, 10_000)
                .mapToObj(i -> RandomKid.header(i) + "." + parts[1] + "." + parts[2])
                .toList();

        forged.forEach(each -> assertInvalid(remote, each));
        assertThat(fake.count("/jwks")).isEqualTo(2);

        advance(RemoteKeys.BETWEEN_FORCED);
        forged.subList(0, 100).forEach(each -> assertInvalid(remote, each));
        assertThat(fake.count("/jwks")).isEqualTo(3);
        assertGood(remote, token);
    }

    @Test
    void a_key_that_is_new_is_found_at_once() {
        fake.answer("/jwks", text(200, new JwkSet(List.of(anotherKey())).toJson()));
        RemoteIssuer remote = following();

        fake.answer("/jwks", text(200, KEYS));

        assertGood(remote, token("j"));
    }

    @Test
    void a_key_that_is_published_no_more_is_forgotten_with_the_next_set() {
        RemoteIssuer remote = following();
        String token = token("j");
        assertGood(remote, token);

        fake.answer("/jwks", text(200, new JwkSet(List.of(anotherKey())).toJson()));
        advance(Duration.ofSeconds(239));
        remote.refreshKeys();
        remote.follow();
        assertGood(remote, token);
        advance(Duration.ofSeconds(1)); // four fifths of the max-age
        remote.refreshKeys();

        assertInvalid(remote, token);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "[]",
                "null",
                "{}",
                "{\"keys\":[]}",
                "{\"keys\":{}}",
                "{\"keys\":[1,null,{}]}",
                "{\"keys\":[{\"kty\":\"oct\",\"use\":\"sig\",\"alg\":\"HS256\",\"kid\":\"x\",\"k\":\"AAAA\"}]}",
                "<html>"
            })
    void garbage_leaves_the_old_keys(String garbage) {
        RemoteIssuer remote = following();
        fake.answer("/jwks", text(200, garbage));
        advance(Duration.ofSeconds(30));
        remote.follow();

        assertUnavailable(remote, RandomKid.header(1) + ".e30.e30"); // there may be such a key by now
        assertThat(fake.count("/jwks")).isEqualTo(2);
        assertGood(remote, token("j"));
    }

    @Test
    void only_keys_for_signatures_by_accepted_algorithms_are_taken() {
        String ours = KEYS.substring(KEYS.indexOf('[') + 1, KEYS.lastIndexOf(']'));
        String kid = Fixture.signingKey().kid();
        assertThat(JwkSet.parse("{\"keys\":[{\"kty\":\"new\",\"use\":\"sig\"}," + ours + "]}")
                        .find(kid))
                .isPresent();
        for (String other : List.of(
                ours.replace("\"sig\"", "\"enc\""),
                ours.replace("\"RS256\"", "\"RS512\""),
                ours.replace("\"RS256\"", "\"ES256\""),
                ours.replace("\"kid\"", "\"name\""),
                ours.replace("\"RSA\"", "\"EC\""))) {
            assertThat(other).isNotEqualTo(ours);
            assertThatThrownBy(() -> JwkSet.parse("{\"keys\":[" + other + "]}"))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    // --- HTTP ---

    private IssuerConnection connection() {
        return new IssuerConnection(
                new Issuer(fake.issuer()), new ResourceServerSettings("orders", SECRET, true, Duration.ZERO));
    }

    private void assertNotRead(IssuerConnection.Limits limits, String reason) {
        assertThatThrownBy(() -> connection().get("/x", limits))
                .isInstanceOf(IssuerAwayException.class)
                .hasMessageContaining(reason);
    }

    @ParameterizedTest
    @ValueSource(ints = {301, 302, 303, 307, 308})
    void no_redirect_is_followed(int status) {
        fake.answer("/x", text(status, "", "Location", fake.issuer() + "/jwks"));

        assertNotRead(RemoteKeys.LIMITS, "answers " + status);
        assertThat(fake.count("/jwks")).isZero();
    }

    @Test
    void an_answer_that_is_too_long_is_refused_whether_it_says_so_or_not() {
        IssuerConnection.Limits limits = new IssuerConnection.Limits(Duration.ofSeconds(5), 1000);
        fake.answer("/x", text(200, "x".repeat(1001)));
        assertNotRead(limits, "longer than 1000 bytes");
        fake.answer("/x", exchange -> {
            exchange.sendResponseHeaders(200, 0);
            for (int i = 0; i < 100_000; i++) {
                exchange.getResponseBody().write(new byte[1000]);
            }
        });
        assertNotRead(limits, "longer than 1000 bytes");
    }

    @Test
    void an_answer_that_does_not_end_is_given_up() {
        CountDownLatch given = new CountDownLatch(1);
        fake.answer("/x", exchange -> {
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().write('{');
            exchange.getResponseBody().flush();
            await(given, exchange);
        });

        assertNotRead(new IssuerConnection.Limits(Duration.ofMillis(300), 1000), "has not answered within");
        given.countDown();
    }

    private static void await(CountDownLatch latch, HttpExchange exchange) throws IOException {
        try {
            latch.await();
        } catch (InterruptedException stopping) {
            throw new IOException(exchange.getRequestURI().toString(), stopping);
        }
    }

    @Test
    void a_connection_that_breaks_is_tried_once_more() throws IssuerAwayException {
        fake.answer("/x", exchange -> {
            if (fake.count("/x") == 1) {
                exchange.close();
            } else {
                text(200, "y").to(exchange);
            }
        });
        assertThat(connection().postAsClient("/x", "a=b", RemoteKeys.LIMITS).text())
                .isEqualTo("y");

        fake.answer("/x", HttpExchange::close);
        assertNotRead(RemoteKeys.LIMITS, "cannot be read");
    }

    @Test
    void the_secret_goes_to_the_issuer_and_only_where_it_is_asked_for() throws IssuerAwayException {
        List<String> headers = new ArrayList<>();
        fake.answer("/x", exchange -> {
            headers.addAll(exchange.getRequestHeaders().getOrDefault("Authorization", List.of("none")));
            text(200, "y").to(exchange);
        });

        connection().get("/x", RemoteKeys.LIMITS);
        connection().getAsClient("/x", RemoteKeys.LIMITS);

        assertThat(headers).hasSize(2);
        assertThat(headers.get(0)).isEqualTo("none");
        assertThat(headers.get(1)).startsWith("Basic ");
    }

    @Test
    void http_is_for_loopback_only() {
        assertThatThrownBy(() -> remote("claviger.issuer", "http://id.example.org/api/v2/auth"))
                .isInstanceOf(SettingsException.class)
                .hasMessageStartingWith("claviger.issuer: may use http on a loopback address only");
    }

    // --- The feed ---

    private void tell(String text) {
        fake.answer("/revocations", text(200, quoted(text)));
    }

    @Test
    void what_has_ended_is_refused_and_stays_so() {
        RemoteIssuer remote = following();
        long now = clock.instant().getEpochSecond();
        String token = token("j");
        assertGood(remote, token);

        tell("{'node':'n','next':1,'age':0,'now':0,'clients':'','disabled':[],'ended':[['token','j'," + (now + 3600)
                + "]]}");
        remote.follow();
        assertInvalid(remote, token);
        assertGood(remote, token("k"));

        tell(NOTHING.replace("'n'", "'another'"));
        remote.follow();
        assertInvalid(remote, token);
    }

    @Test
    void what_began_before_an_instant_is_refused() {
        RemoteIssuer remote = following();
        long now = clock.instant().getEpochSecond();
        String token = token("j");
        tell("{'node':'n','next':1,'age':0,'now':0,'clients':'','disabled':[],'new':{'x':[1]},"
                + "'ended':[['later','x',1],['subject','alice'," + (now + 9000) + "," + (now + 1) + "]]}");
        remote.follow();

        assertInvalid(remote, token);
        advance(Duration.ofSeconds(1));
        assertGood(remote, token("k"));
    }

    @Test
    void a_client_is_refused_while_it_is_disabled() {
        RemoteIssuer remote = following();
        tell("{'node':'n','next':0,'age':0,'now':0,'clients':'m','disabled':['web'],'ended':[]}");
        remote.follow();
        assertInvalid(remote, token("j"));

        advance(Duration.ofSeconds(1));
        tell(NOTHING.replace("'n'", "'m'").replace("'age':0", "'age':1500"));
        remote.follow();
        assertInvalid(remote, token("j")); // this node does not know it yet

        tell(NOTHING);
        remote.follow();
        assertGood(remote, token("j"));
    }

    @Test
    void a_clock_that_is_set_ahead_and_back_again_makes_nothing_forgotten() {
        RemoteIssuer remote = following();
        long now = clock.instant().getEpochSecond();
        String token = token("j");
        tell("{'node':'n','next':1,'age':0,'now':" + now + ",'clients':'','disabled':[],'ended':[['token','j',"
                + (now + 3660) + "]]}");
        remote.follow();

        clock.advance(Duration.ofHours(2));
        remote.prune();
        clock.advance(Duration.ofHours(-2));
        tell(NOTHING.replace("'next':0", "'next':1").replace("'now':0", "'now':" + now));
        remote.follow();
        assertInvalid(remote, token);
        assertThat(remote.size()).isEqualTo(1);

        advance(Duration.ofMinutes(61));
        remote.prune();
        assertThat(remote.size()).isZero();
    }

    /** What is known grows twice as old as that: the alert begins at a half. */
    @Test
    void an_answer_may_wait_for_an_eighth_of_how_old_what_is_known_may_be() {
        List<String> questions = new ArrayList<>();
        RemoteIssuer remote = remote("claviger.revocation.max-staleness", "PT16S");
        fake.answer("/revocations", exchange -> {
            questions.add(exchange.getRequestURI().getQuery());
            text(200, quoted(NOTHING)).to(exchange);
        });

        remote.follow();
        remote.follow();

        assertThat(questions).containsExactly("wait=0", "wait=2&after=n.0");
    }

    @Test
    void an_issuer_whose_clock_went_back_is_asked_for_everything() {
        List<String> questions = new ArrayList<>();
        RemoteIssuer remote = remote();
        for (int now : List.of(10_000, 9_000, 9_000)) {
            fake.answer("/revocations", exchange -> {
                questions.add(exchange.getRequestURI().getQuery());
                text(200, quoted(NOTHING.replace("'now':0", "'now':" + now))).to(exchange);
            });
            remote.follow();
        }

        assertThat(questions).containsExactly("wait=0", "wait=5&after=n.0", "wait=5");
    }

    @Test
    void after_a_failure_nothing_is_waited_for() {
        List<String> questions = new ArrayList<>();
        RemoteIssuer remote = following();
        fake.answer("/revocations", exchange -> {
            questions.add(exchange.getRequestURI().getQuery());
            text(questions.size() == 1 ? 502 : 200, quoted(NOTHING)).to(exchange);
        });
        remote.follow();
        remote.follow(); // at once
        remote.follow();

        assertThat(questions).containsExactly("wait=5&after=n.0", "wait=0&after=n.0", "wait=5&after=n.0");
        advance(Duration.ofSeconds(61));
        remote.follow();
        assertThat(questions).last().as("nobody is let in meanwhile").isEqualTo("wait=0&after=n.0");
    }

    @Test
    void a_key_that_has_ended_is_refused_and_the_set_is_read_again() {
        RemoteIssuer remote = following();
        tell("{'node':'n','next':1,'age':0,'now':0,'clients':'','disabled':[],'ended':[['key','"
                + Fixture.signingKey().kid() + "',9999999999]]}");
        remote.follow();

        assertInvalid(remote, token("j"));
        remote.refreshKeys();
        assertThat(fake.count("/jwks")).isEqualTo(2);
    }

    @Test
    void it_asks_for_what_came_after_what_it_has_of_each_node() {
        List<String> questions = new ArrayList<>();
        RemoteIssuer remote = remote();
        for (String answer : List.of(
                NOTHING.replace("'next':0", "'next':7"),
                NOTHING.replace("'n'", "'m'").replace("'clients':''", "'clients':'mark'"),
                NOTHING)) {
            fake.answer("/revocations", exchange -> {
                questions.add(exchange.getRequestURI().getQuery());
                text(200, quoted(answer)).to(exchange);
            });
            remote.follow();
        }

        assertThat(questions).containsExactly("wait=0", "wait=5&after=n.7", "wait=5&after=n.7,m.0&clients=mark");
        advance(Duration.ofMinutes(15));
        remote.follow();
        assertThat(questions).last().as("all of it again").isEqualTo("wait=0");
    }

    @Test
    void an_issuer_that_is_gone_is_lived_without_for_the_staleness_that_is_set_and_its_return_is_noticed() {
        try (CapturedLog log = new CapturedLog("org.claviger")) {
            RemoteIssuer remote = following();
            String token = token("j");
            fake.answer("/revocations", text(500, ""));
            for (int second = 0; second <= 60; second += 2) {
                assertGood(remote, token);
                remote.follow();
                advance(Duration.ofSeconds(2));
            }
            assertUnavailable(remote, token);
            assertThat(remote.revocationProblem())
                    .hasValueSatisfying(problem ->
                            assertThat(problem).contains("62 s ago").endsWith(": see CLAVIGER-1201 in the log"));

            tell(NOTHING);
            remote.follow();

            assertGood(remote, token);
            assertThat(remote.revocationProblem()).isEmpty();
            assertThat(log.lines().stream().filter(line -> line.startsWith("CLAVIGER-1201")))
                    .hasSize(1);
            assertThat(log.lines().stream().filter(line -> line.startsWith("CLAVIGER-1202")))
                    .hasSize(1);
        }
    }

    @Test
    void what_the_issuer_itself_knows_late_counts() {
        RemoteIssuer remote = remote();
        remote.refreshKeys();
        tell(NOTHING.replace("'age':0", "'age':59000"));
        remote.follow();
        assertGood(remote, token("j"));

        advance(Duration.ofSeconds(2));

        assertUnavailable(remote, token("j"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "[]",
                "{}",
                "null",
                "{'node':1,'next':0,'age':0,'now':0,'clients':'','disabled':[],'ended':[]}",
                "{'node':'n','next':0,'age':0,'now':0,'clients':'','disabled':[],'ended':[['token']]}",
                "{'node':'n','next':0,'age':0,'now':0,'clients':'','disabled':[],'ended':{}}",
                "{'node':'n','next':0,'age':0,'now':0,'clients':'','disabled':'x','ended':[]}",
                "{'node':'n','next':0,'age':0,'now':0,'clients':'','ended':[]}"
            })
    void an_answer_that_is_garbage_is_none(String garbage) {
        tell(garbage);

        RemoteIssuer remote = following();

        assertUnavailable(remote, token("j"));
        assertThat(remote.revocationProblem()).isPresent();
    }

    @Test
    void an_issuer_that_does_not_know_this_resource_server_is_not_pestered_and_the_log_names_the_setting() {
        try (CapturedLog log = new CapturedLog("org.claviger")) {
            fake.answer("/revocations", text(401, "{}"));
            RemoteIssuer remote = following();
            for (int second = 0; second < 29; second++) {
                remote.follow();
                advance(Duration.ofSeconds(1));
            }
            assertThat(fake.count("/revocations")).isEqualTo(1);
            advance(Duration.ofSeconds(1));
            remote.follow();
            assertThat(fake.count("/revocations")).isEqualTo(2);
            assertThat(log.lines().stream().filter(line -> line.startsWith("CLAVIGER-1203")))
                    .hasSize(1);
            assertThat(log.records().stream()
                            .map(each -> List.of(each.getParameters()).toString()))
                    .anySatisfy(line -> assertThat(line).contains("claviger.resource-server.client-id"))
                    .noneSatisfy(line -> assertThat(line).contains(SECRET))
                    .noneSatisfy(line -> assertThat(line)
                            .contains(Base64.getEncoder().encodeToString(("orders:" + SECRET).getBytes(US_ASCII))));
        }
    }

    // --- Introspection ---

    @Test
    void an_answer_about_a_token_holds_for_as_long_as_is_set() {
        RemoteIssuer remote = introspecting("PT60S");
        String token = token("j");
        assertThat(fake.count("/introspect")).as("the probe").isEqualTo(1);
        assertGood(remote, token);
        fake.answer("/introspect", text(200, INACTIVE));
        advance(Duration.ofMillis(59_999));
        assertGood(remote, token);
        assertThat(fake.count("/introspect")).isEqualTo(2);

        advance(Duration.ofMillis(1));

        assertInvalid(remote, token);
        assertInvalid(remote, token);
        assertThat(fake.count("/introspect")).isEqualTo(3);
    }

    /** What a question about a token of this request says of the trace. */
    private static Map<String, String> asked(RemoteIssuer remote, FakeIssuer fake, String token) {
        Map<String, String> said = new HashMap<>();
        fake.answer("/introspect", exchange -> {
            exchange.getRequestHeaders()
                    .forEach((name, values) -> said.put(name.toLowerCase(Locale.ROOT), values.get(0)));
            text(200, ACTIVE).to(exchange);
        });
        Map<String, List<String>> request =
                Map.of("traceparent", List.of(PARENT), "tracestate", List.of("a=b"), "baggage", List.of("user=alice"));
        try (Trace.Scope caller = Trace.onBehalfOf(name -> request.getOrDefault(name, List.of()))) {
            assertGood(remote, token);
        }
        return said;
    }

    @Test
    void a_question_about_a_token_is_of_the_trace_of_the_request_that_has_it() {
        RemoteIssuer remote = introspecting("PT0S");

        assertThat(asked(remote, fake, token("j")))
                .containsEntry("traceparent", PARENT)
                .containsEntry("tracestate", "a=b")
                .doesNotContainKey("baggage");
    }

    @Test
    void who_has_the_keys_read_by_one_that_is_unknown_says_nothing_of_a_trace_by_that() {
        RemoteIssuer remote = following();
        String[] parts = token("j").split("\\.", -1);
        List<String> said = new ArrayList<>();
        fake.answer("/jwks", exchange -> {
            said.addAll(exchange.getRequestHeaders().keySet());
            text(200, KEYS).to(exchange);
        });

        try (Spans spans = new Spans();
                Trace.Scope caller =
                        Trace.onBehalfOf(name -> name.equals("traceparent") ? List.of(PARENT) : List.of())) {
            assertInvalid(remote, RandomKid.header(1) + "." + parts[1] + "." + parts[2]);
            assertThat(spans.ended()).isEmpty();
        }
        assertThat(said).isNotEmpty().noneMatch("traceparent"::equalsIgnoreCase);
    }

    @Test
    void with_telemetry_a_question_about_a_token_is_a_span_and_what_nobody_waits_for_is_none() {
        RemoteIssuer remote = introspecting("PT0S");
        try (Spans spans = new Spans()) {
            remote.refreshKeys();
            remote.follow();
            assertThat(spans.ended()).isEmpty();

            Map<String, String> said = asked(remote, fake, token("j"));

            SpanData span = spans.ended("POST");
            assertThat(span.getParentSpanId()).isEqualTo("b7ad6b7169203331");
            assertThat(said)
                    .containsEntry("traceparent", PARENT.replace("b7ad6b7169203331", span.getSpanId()))
                    .containsEntry("tracestate", "a=b")
                    .doesNotContainKey("baggage");
            Map<String, String> attributes = new HashMap<>();
            span.getAttributes().forEach((key, value) -> attributes.put(key.getKey(), value.toString()));
            String port = Integer.toString(URI.create(fake.issuer()).getPort());
            assertThat(attributes)
                    .isEqualTo(Map.of(
                            "http.request.method", "POST",
                            "url.full", fake.issuer() + "/introspect",
                            "server.address", "127.0.0.1",
                            "server.port", port,
                            "http.response.status_code", "200"));
        }
    }

    @Test
    void a_question_that_is_not_answered_is_a_span_that_has_failed() {
        RemoteIssuer remote = introspecting("PT0S");
        fake.answer("/introspect", text(500, ""));
        try (Spans spans = new Spans();
                Trace.Scope caller =
                        Trace.onBehalfOf(name -> name.equals("traceparent") ? List.of(PARENT) : List.of())) {
            assertThatThrownBy(() -> remote.tokens().prove(token("j"))).isInstanceOf(OAuthException.class);

            assertThat(spans.ended("POST").getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
            assertThat(spans.ended("POST").getAttributes().asMap().toString())
                    .contains("http.response.status_code=500", "error.type=500");
        }
    }

    @Test
    void of_many_with_one_token_one_asks_and_many_with_others_all_get_their_turn() throws Exception {
        RemoteIssuer remote = introspecting("PT60S");
        String token = token("j");
        CountDownLatch all = new CountDownLatch(1);
        fake.answer("/introspect", exchange -> {
            await(all, exchange);
            text(200, ACTIVE).to(exchange);
        });
        List<Thread> threads = IntStream.range(0, 50)
                .mapToObj(i -> new Thread(() -> assertGood(remote, token)))
                .toList();
        AtomicLong refused = new AtomicLong();
        threads.forEach(thread -> thread.setUncaughtExceptionHandler((which, fault) -> refused.incrementAndGet()));
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            while (thread.getState() != Thread.State.TIMED_WAITING && thread.isAlive()) {
                Thread.onSpinWait();
            }
        }
        all.countDown();
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(refused).hasValue(0);
        assertThat(fake.count("/introspect")).isEqualTo(2);

        fake.answer("/introspect", text(200, ACTIVE));
        AtomicLong names = new AtomicLong();
        Parallel.run(50, () -> {
            assertGood(remote, token("k" + names.incrementAndGet()));
            return true;
        });
        assertThat(fake.count("/introspect")).isEqualTo(52);
    }

    @Test
    void an_answer_does_not_last_longer_because_the_clock_was_wrong_when_it_came() {
        RemoteIssuer remote = introspecting("PT60S");
        String token = token("j");
        clock.advance(Duration.ofMinutes(8));
        remote.follow();
        assertGood(remote, token);
        clock.advance(Duration.ofMinutes(-8));
        fake.answer("/introspect", text(200, INACTIVE));

        advance(Duration.ofSeconds(61));
        remote.follow();

        assertInvalid(remote, token);
    }

    @Test
    void without_a_cache_each_request_asks() {
        RemoteIssuer remote = introspecting("PT0S");
        String token = token("j");
        assertGood(remote, token);
        fake.answer("/introspect", text(200, INACTIVE));

        assertInvalid(remote, token);
    }

    @Test
    void garbage_is_not_asked_about() {
        RemoteIssuer remote = introspecting("PT60S");
        String token = token("j");

        assertInvalid(remote, token.substring(0, token.length() - 8) + "AAAAAAAA");

        assertThat(fake.count("/introspect")).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[]", "{}", "{\"active\"", "x"})
    void an_answer_that_says_nothing_lets_nobody_in(String garbage) {
        RemoteIssuer remote = introspecting("PT60S");
        fake.answer("/introspect", text(200, garbage));

        assertUnavailable(remote, token("j"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"true\"", "1", "null", "{}"})
    void only_true_says_yes(String value) {
        RemoteIssuer remote = introspecting("PT60S");
        fake.answer("/introspect", text(200, "{\"active\":" + value + "}"));

        assertInvalid(remote, token("j"));
    }

    @Test
    void while_the_issuer_is_gone_what_was_answered_holds_until_the_staleness_that_is_set() {
        RemoteIssuer remote = introspecting("PT300S");
        String known = token("j");
        assertGood(remote, known);
        fake.answer("/introspect", text(503, ""));

        assertUnavailable(remote, token("k"));
        long asked = fake.count("/introspect");
        assertUnavailable(remote, token("l"));
        assertThat(fake.count("/introspect"))
                .as("nobody waits for what is known")
                .isEqualTo(asked);
        advance(Duration.ofSeconds(60));
        assertGood(remote, known);
        advance(Duration.ofSeconds(1));
        assertUnavailable(remote, known);
        assertThat(remote.revocationProblem()).isPresent();

        fake.answer("/introspect", text(200, ACTIVE));
        remote.follow();
        assertGood(remote, known);
        assertGood(remote, token("k"));
        assertThat(remote.revocationProblem()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {500, 502, 503})
    void one_node_of_the_issuer_that_fails_once_refuses_nobody(int status) {
        RemoteIssuer remote = introspecting("PT60S");
        AtomicInteger failures = new AtomicInteger(1);
        fake.answer("/introspect", exchange -> text(failures.getAndDecrement() > 0 ? status : 200, ACTIVE)
                .to(exchange));

        assertGood(remote, token("j"));
        assertGood(remote, token("k"));

        assertThat(fake.count("/introspect")).as("the probe, twice, once").isEqualTo(4);
    }

    @Test
    void what_the_issuer_will_not_tell_is_not_asked_twice() {
        RemoteIssuer remote = introspecting("PT60S");
        fake.answer("/introspect", text(401, ""));

        assertUnavailable(remote, token("j"));

        assertThat(fake.count("/introspect")).as("the probe, once").isEqualTo(2);
    }

    @Test
    void an_answer_does_not_outlive_its_token() {
        RemoteIssuer remote = introspecting("PT300S");
        String token = token("j", TokenType.AT_JWT, 5);
        assertGood(remote, token);

        advance(Duration.ofSeconds(5));

        assertInvalid(remote, token);
        remote.prune();
        assertThat(remote.size()).isZero();
    }

    /** Headers that name keys which nobody has. */
    private static final class RandomKid {
        static String header(int i) {
            String json = "{\"alg\":\"RS256\",\"typ\":\"at+jwt\",\"kid\":\"" + i + "\"}";
            return Base64.getUrlEncoder().withoutPadding().encodeToString(json.getBytes(US_ASCII));
        }
    }
}
