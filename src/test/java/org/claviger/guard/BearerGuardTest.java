package org.claviger.guard;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.claviger.Fixture.ISSUER;
import static org.claviger.Fixture.json;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.claviger.CapturedLog;
import org.claviger.Exchange;
import org.claviger.Fixture;
import org.claviger.TestClock;
import org.claviger.TestDatabase;
import org.claviger.client.Clients;
import org.claviger.database.Freshness;
import org.claviger.jose.InvalidTokenException;
import org.claviger.jose.JwkSet;
import org.claviger.jose.JwtSigner;
import org.claviger.jose.JwtVerifier;
import org.claviger.jose.TokenType;
import org.claviger.jose.VerifiedJwt;
import org.claviger.jose.VerifiedTokens;
import org.claviger.oauth.FamilyId;
import org.claviger.revocation.RevocationKind;
import org.claviger.revocation.RevocationRepository;
import org.claviger.revocation.RevocationView;
import org.claviger.trace.Trace;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class BearerGuardTest {
    private static final Verdict.Refused INVALID_TOKEN = new Verdict.Refused(401, Challenge.INVALID_TOKEN);
    private static final Verdict.Refused INVALID_REQUEST = new Verdict.Refused(400, Challenge.INVALID_REQUEST);

    private final TestClock clock = new TestClock();
    private final Clients clients = Fixture.clients(
            TestDatabase.empty(),
            json("{'client_id':'web','redirect_uris':['https://web.example.org/callback']}"),
            json("{'client_id':'old','grant_types':['client_credentials'],'access_token_typ':'JWT'}"));
    private final BearerGuard guard = new BearerGuard(
            live(new JwtVerifier(ISSUER, Fixture.Keys.SIGNING::published, clock), clients, clock),
            "https://apps.example.org");

    static LiveTokens live(JwtVerifier verifier, Clients clients, Clock clock) {
        return new LiveTokens(
                new VerifiedTokens(verifier, clock),
                clients,
                Fixture.revocations(clock).view());
    }

    @Test
    void what_is_asked_about_a_token_is_asked_on_behalf_of_the_request() {
        List<Map<String, String>> said = new ArrayList<>();
        JwtVerifier verifier = new JwtVerifier(ISSUER, Fixture.Keys.SIGNING::published, clock);
        LiveTokens tokens = new LiveTokens(new VerifiedTokens(verifier, clock), new LiveTokens.Rule() {
            @Override
            public void requireFresh() {}

            @Override
            public void check(VerifiedJwt jwt) {
                said.add(Trace.headers());
            }
        });
        String parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

        Verdict verdict = new BearerGuard(tokens, "https://apps.example.org")
                .judge(Exchange.get("")
                        .header("Authorization", "Bearer " + token())
                        .header("traceparent", parent)
                        .request());

        assertThat(verdict).isInstanceOf(Verdict.Accepted.class);
        assertThat(said).containsExactly(Map.of("traceparent", parent));
        assertThat(Trace.headers()).isEmpty();
    }

    private static Map<String, Object> claims() {
        long now = TestClock.START.getEpochSecond();
        return new LinkedHashMap<>(Map.of(
                "iss", ISSUER,
                "sub", "alice-subject",
                "aud", "https://apps.example.org",
                "exp", now + 900,
                "iat", now,
                "jti", "j",
                "client_id", "web",
                "upn", "alice",
                "groups", List.of("user", "admin")));
    }

    private static String token() {
        return sign(TokenType.AT_JWT, claims());
    }

    private static String tokenWith(String name, Object value) {
        Map<String, Object> claims = claims();
        claims.put(name, value);
        return sign(TokenType.AT_JWT, claims);
    }

    private static String sign(TokenType type, Map<String, ?> claims) {
        return new JwtSigner().sign(type, claims, Fixture.signingKey());
    }

    private Verdict judge(String... authorization) {
        return judge(guard, Arrays.asList(authorization));
    }

    private static Verdict judge(BearerGuard by, List<String> authorization) {
        return by.judge(authorization, Exchange.get("").request());
    }

    private void assertAccepted(String authorization) {
        assertThat(judge(authorization)).isInstanceOfSatisfying(Verdict.Accepted.class, accepted -> assertThat(
                        accepted.caller().getName())
                .isEqualTo("alice"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"Bearer ", "bearer ", "BEARER ", "bEaReR ", "Bearer   "})
    void r1TheSchemeIsCaseInsensitive(String scheme) {
        assertAccepted(scheme + token());
        assertAccepted(scheme + token() + " ");
    }

    /** REQUIREMENTS R7. */
    @Test
    void neitherGoodTokensNorAFloodOfOthersAskTheDatabase() {
        String good = token();
        assertAccepted("Bearer " + good);
        String claims = good.split("\\.", -1)[1];
        String signature = good.split("\\.", -1)[2];
        int before = TestDatabase.statements();
        try (CapturedLog log = new CapturedLog("org.claviger.audit")) {
            for (int i = 0; i < 200; i++) {
                String header = Base64.getUrlEncoder()
                        .withoutPadding()
                        .encodeToString(
                                ("{\"alg\":\"RS256\",\"typ\":\"at+jwt\",\"kid\":\"k" + i + "\"}").getBytes(UTF_8));
                assertThat(judge("Bearer " + header + "." + claims + "." + signature))
                        .isEqualTo(INVALID_TOKEN);
                assertThat(judge("Bearer random" + i)).isEqualTo(INVALID_TOKEN);
                assertAccepted("Bearer " + good);
            }
            assertThat(log.lines()).allMatch(line -> !line.contains(signature));
        }
        assertThat(TestDatabase.statements()).isEqualTo(before);
    }

    @Test
    void r2WithoutATokenTheCallerIsAnonymous() {
        assertThat(judge()).isEqualTo(new Verdict.Anonymous());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "Basic d2ViOnN3b3JkZmlzaA==",
                "Digest username=\"x\"",
                "Negotiate x",
                "Bearerx",
                "BearerToken x",
                "NotBearer x",
                "bear er",
                "DPoP x"
            })
    void anotherSchemeIsNotOurs(String authorization) {
        assertThat(judge(authorization)).isEqualTo(new Verdict.Anonymous());
        assertThat(judge(authorization, "Basic x")).isEqualTo(new Verdict.Anonymous());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Bearer",
                "Bearer ",
                "bearer    ",
                "Bearer a b",
                "Bearer a,b",
                "Bearer a, Basic b",
                "Bearer \"a\"",
                "Bearer a=b",
                "Bearer =",
                "Bearer é",
                "Bearer a\u0000",
                "Bearer a\nb",
                "Bearer a\r\nX: y",
                "Bearer token=\"a\"",
                "Bearer 🔑"
            })
    void r1AMalformedHeaderIsABadRequest(String authorization) {
        assertThat(judge(authorization)).isEqualTo(INVALID_REQUEST);
    }

    @Test
    void r1TwoHeadersAreABadRequestEvenIfBothAreGood() {
        String good = "Bearer " + token();

        assertThat(judge(good, good)).isEqualTo(INVALID_REQUEST);
        assertThat(judge(good, "Basic x")).isEqualTo(INVALID_REQUEST);
        assertThat(judge("Basic x", good)).isEqualTo(INVALID_REQUEST);
        assertThat(judge(good, "")).isEqualTo(INVALID_REQUEST);
        assertThat(judge(good, good, good)).isEqualTo(INVALID_REQUEST);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"x", "null", "undefined", "a.b.c", "a.b.c.d.e", "eyJhbGciOiJub25lIn0.e30.", "~", "a==", "0"})
    void r2GarbageIsAnInvalidToken(String token) {
        assertThat(judge("Bearer " + token)).isEqualTo(INVALID_TOKEN);
    }

    @Test
    void garbageOfAnySizeIsAnInvalidToken() {
        assertThat(judge("Bearer " + "x".repeat(1_000_000))).isEqualTo(INVALID_TOKEN);
        assertThat(judge("Bearer " + "=".repeat(100_000))).isEqualTo(INVALID_REQUEST);
        assertThat(judge("Bearer" + " ".repeat(100_000))).isEqualTo(INVALID_REQUEST);
    }

    @Test
    void j5AnExpiredTokenIsInvalid() {
        String token = "Bearer " + token();
        clock.advance(Duration.ofSeconds(899));
        assertAccepted(token);
        clock.advance(Duration.ofSeconds(1));

        assertThat(judge(token)).isEqualTo(INVALID_TOKEN);
    }

    @ParameterizedTest
    @CsvSource({
        "aud, https://other.example.org",
        "aud, https://id.example.org/api/v2/auth",
        "aud, https://id.example.org/api/v2/auth/admin",
        "aud, ''",
        "iss, https://other.example.org",
        "client_id, gone",
        "client_id, WEB",
        "client_id, ''",
        "client_id, é",
        "sub, "
    })
    void j2ATokenForAnotherPlaceIsInvalid(String claim, String value) {
        assertThat(judge("Bearer " + tokenWith(claim, value))).isEqualTo(INVALID_TOKEN);
    }

    @Test
    void aTokenWithoutAClientIsInvalid() {
        Map<String, Object> claims = claims();
        claims.remove("client_id");

        assertThat(judge("Bearer " + sign(TokenType.AT_JWT, claims))).isEqualTo(INVALID_TOKEN);
        assertThat(judge("Bearer " + tokenWith("client_id", 1))).isEqualTo(INVALID_TOKEN);
        assertThat(judge("Bearer " + tokenWith("client_id", List.of("web")))).isEqualTo(INVALID_TOKEN);
    }

    @Test
    void r4TheTypeIsExactlyThatOfTheClient() {
        assertThat(judge("Bearer " + sign(TokenType.JWT, claims()))).isEqualTo(INVALID_TOKEN);
        Map<String, Object> old = claims();
        old.put("client_id", "old");

        assertAccepted("Bearer " + sign(TokenType.JWT, old));
        assertThat(judge("Bearer " + sign(TokenType.AT_JWT, old))).isEqualTo(INVALID_TOKEN);
    }

    @Test
    void aTokenOfAClientThatIsGoneIsInvalid() {
        String token = "Bearer " + token();
        assertAccepted(token);
        TestDatabase.execute("delete from client where client_id = 'web'");
        TestDatabase.execute("update version_number set number = number + 1");
        clients.refresh();

        assertThat(judge(token)).isEqualTo(INVALID_TOKEN);
    }

    /** REQUIREMENTS R6, T7, gravitee#6305: also in the second in which it was issued, and although it was accepted a moment ago. */
    @ParameterizedTest
    @EnumSource
    void aRevokedTokenIsInvalidAtOnce(RevocationKind kind) {
        RevocationRepository revocations = Fixture.revocations(clock);
        BearerGuard own = new BearerGuard(
                new LiveTokens(
                        new VerifiedTokens(new JwtVerifier(ISSUER, Fixture.Keys.SIGNING::published, clock), clock),
                        clients,
                        revocations.view()),
                "https://apps.example.org");
        List<String> header = List.of("Bearer " + tokenWith(FamilyId.CLAIM, "the-family"));
        assertThat(judge(own, header)).isInstanceOf(Verdict.Accepted.class);

        revocations.revoke(
                kind,
                switch (kind) {
                    case TOKEN -> "j";
                    case FAMILY -> "the-family";
                    case SUBJECT -> "alice-subject";
                    case CLIENT -> "web";
                    case EVERYTHING -> "";
                    case KEY -> Fixture.signingKey().kid();
                },
                Map.of());

        assertThat(judge(own, header)).isEqualTo(INVALID_TOKEN);
    }

    @Test
    void aNodeThatDoesNotKnowWhatWasRevokedLatelyAcceptsNoTokenAndRefusesNoneForGood() {
        AtomicLong nanos = new AtomicLong();
        RevocationView view = RevocationView.load(
                TestDatabase.database(), clock, new Freshness(Duration.ofMinutes(1), new TestClock(), nanos::get));
        BearerGuard own = new BearerGuard(
                new LiveTokens(
                        new VerifiedTokens(new JwtVerifier(ISSUER, Fixture.Keys.SIGNING::published, clock), clock),
                        clients,
                        view),
                "https://apps.example.org");
        List<String> header = List.of("Bearer " + token());
        assertThat(judge(own, header)).isInstanceOf(Verdict.Accepted.class);

        nanos.set(Duration.ofMinutes(1).toNanos() + 1);

        try (CapturedLog log = new CapturedLog("org.claviger.audit")) {
            assertThat(judge(own, header)).isEqualTo(new Verdict.Refused(503, Challenge.NO_TOKEN));
            assertThat(judge(own, List.of("Bearer x"))).isEqualTo(new Verdict.Refused(503, Challenge.NO_TOKEN));
            assertThat(log.lines()).isEmpty();
        }
        assertThat(judge(own, List.of())).isEqualTo(new Verdict.Anonymous());
    }

    /** A process may be stopped in the middle of a request, for minutes. */
    @Test
    void aNodeThatFellAsleepWhileItJudgedDoesNotAccept() {
        AtomicLong nanos = new AtomicLong();
        RevocationView view = RevocationView.load(
                TestDatabase.database(), clock, new Freshness(Duration.ofMinutes(1), new TestClock(), nanos::get));
        JwtVerifier verifier = new JwtVerifier(
                ISSUER,
                () -> {
                    nanos.set(Duration.ofMinutes(5).toNanos());
                    return Fixture.Keys.SIGNING.published();
                },
                clock);
        BearerGuard own = new BearerGuard(
                new LiveTokens(new VerifiedTokens(verifier, clock), clients, view), "https://apps.example.org");

        assertThat(judge(own, List.of("Bearer " + token()))).isEqualTo(new Verdict.Refused(503, Challenge.NO_TOKEN));
    }

    @Test
    void o2ARefusalIsRecordedWithoutTheToken() {
        String token = sign(TokenType.JWT, claims());
        try (CapturedLog log = new CapturedLog("org.claviger.audit")) {
            judge("Bearer " + token);
            judge("Bearer x");

            assertThat(log.lines())
                    .hasSize(2)
                    .allMatch(line -> line.startsWith("BEARER_REFUSED audience=\"https://apps.example.org\" reason=\""))
                    .noneMatch(line -> line.contains(token.substring(token.length() - 20)));
        }
    }

    @Test
    void aRefreshTokenIsNoAccessToken() {
        assertThat(judge("Bearer 0123456789abcdefghijkl.1.1.0123456789012345678901234567890123456789012"))
                .isEqualTo(INVALID_TOKEN);
    }

    @Test
    void toJudgeTakesNoSql() {
        String token = "Bearer " + token();
        int before = TestDatabase.statements();
        for (int i = 0; i < 10; i++) {
            assertAccepted(token);
            judge("Bearer x");
        }

        assertThat(TestDatabase.statements()).isEqualTo(before);
    }

    @Test
    void r1ARequestIsJudgedByItsHeadersOnly() {
        Exchange query = Exchange.get("access_token=" + token());
        Exchange form = Exchange.post("access_token=" + token());

        assertThat(guard.judge(query.request())).isEqualTo(new Verdict.Anonymous());
        assertThat(guard.judge(form.request())).isEqualTo(new Verdict.Anonymous());
        assertThat(guard.judge(
                        query.header("Authorization", "Bearer " + token()).request()))
                .isInstanceOf(Verdict.Accepted.class);
        assertThat(guard.judge(
                        query.header("authorization", "Bearer " + token()).request()))
                .isEqualTo(INVALID_REQUEST);
    }

    @Test
    void whoCannotJudgeLetsNobodyIn() {
        BearerGuard broken = new BearerGuard(
                live(
                        new JwtVerifier(
                                ISSUER,
                                () -> {
                                    throw new IllegalStateException("no keys");
                                },
                                clock),
                        clients,
                        clock),
                "https://apps.example.org");
        Exchange exchange = Exchange.get("").header("Authorization", "Bearer " + token());

        assertThat(broken.judge(exchange.request()))
                .isInstanceOfSatisfying(Verdict.Refused.class, refused -> assertThat(refused.status())
                        .isEqualTo(503));
    }

    @Test
    void withoutKeysEveryTokenIsInvalid() {
        BearerGuard empty = new BearerGuard(
                live(new JwtVerifier(ISSUER, () -> new JwkSet(List.of()), clock), clients, clock),
                "https://apps.example.org");

        assertThat(judge(empty, List.of("Bearer " + token()))).isEqualTo(INVALID_TOKEN);
    }

    @Test
    void whoCountsIsToldEachJudgement() {
        List<Judgement> told = new ArrayList<>();
        List<Long> nanos = new ArrayList<>();
        BearerGate gate = new BearerGate();
        gate.tell((judgement, took) -> {
            told.add(judgement);
            nanos.add(took);
        });
        gate.judge(Exchange.get("").request());
        gate.unlock();
        gate.judge(Exchange.get("").header("Authorization", "Bearer " + token()).request());
        gate.judge(Exchange.get("").request());
        gate.open(guard);
        assertThat(told)
                .as("before there is anything to judge by")
                .containsOnly(Judgement.UNAVAILABLE)
                .hasSize(3);
        told.clear();
        nanos.clear();

        gate.judge(Exchange.get("").request());
        String good = token();
        String[] tokens = {
            good,
            "a b",
            "x",
            good.substring(0, good.length() - 4) + (good.endsWith("AAAA") ? "BBBB" : "AAAA"),
            tokenWith("exp", TestClock.START.getEpochSecond() - 1),
            tokenWith("iss", "https://other.example.org"),
            tokenWith("client_id", "gone"),
            tokenWith("aud", "https://other.example.org")
        };
        for (String token : tokens) {
            gate.judge(
                    Exchange.get("").header("Authorization", "Bearer " + token).request());
        }

        assertThat(told)
                .containsExactly(
                        Judgement.ANONYMOUS,
                        Judgement.ACCEPTED,
                        Judgement.BAD_REQUEST,
                        Judgement.MALFORMED,
                        Judgement.BAD_SIGNATURE,
                        Judgement.EXPIRED,
                        Judgement.BAD_CLAIMS,
                        Judgement.UNKNOWN_CLIENT,
                        Judgement.OTHER_AUDIENCE);
        assertThat(nanos.subList(3, nanos.size())).allMatch(took -> took > 0);
        assertThat(nanos.get(0)).isZero();
        assertThat(Arrays.stream(InvalidTokenException.Check.values()).map(Judgement::of))
                .doesNotHaveDuplicates();
    }

    /** W3C Trace Context section 3.2, where no filter of ours stands before the application. */
    @Test
    void aRefusalBelongsToTheTraceOfTheCallerIfThatIsOne() {
        String trace = "4bf92f3577b34da6a3ce929d0e0e4736";
        String header = "00-" + trace + "-00f067aa0ba902b7-01";
        try (CapturedLog log = new CapturedLog("org.claviger.audit")) {
            guard.judge(Exchange.get("")
                    .header("Authorization", "Bearer x")
                    .header("traceparent", header)
                    .request());
            guard.judge(Exchange.get("")
                    .header("Authorization", "Bearer x")
                    .header("traceparent", header)
                    .header("traceparent", header)
                    .request());
            judge("Bearer x");

            assertThat(log.lines().get(0)).endsWith(" correlation=\"" + trace + "\"");
            assertThat(log.lines().subList(1, 3)).hasSize(2).noneMatch(line -> line.contains("correlation"));
        }
    }

    @Test
    void challengesAreThoseOfRfc6750Section3() {
        assertThat(Challenge.NO_TOKEN.value()).isEqualTo("Bearer realm=\"claviger\"");
        assertThat(Challenge.INVALID_REQUEST.value())
                .startsWith("Bearer realm=\"claviger\", error=\"invalid_request\"");
        assertThat(Challenge.INVALID_TOKEN.value()).startsWith("Bearer realm=\"claviger\", error=\"invalid_token\"");
        assertThat(Challenge.INSUFFICIENT_SCOPE.value())
                .startsWith("Bearer realm=\"claviger\", error=\"insufficient_scope\"");
    }

    /** With a pattern that looks again and again for where the token ends this takes minutes. */
    @Test
    void aVeryLongHeaderThatIsAlmostATokenIsRefusedInOneLook() {
        assertThat(judge("Bearer " + "a".repeat(1_000_000) + "\u0085")).isEqualTo(INVALID_REQUEST);
    }
}
