package org.claviger;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.claviger.Fixture.CHALLENGE;
import static org.claviger.Fixture.ISSUER;
import static org.claviger.Fixture.RANDOM;
import static org.claviger.Fixture.SECRET;
import static org.claviger.Fixture.TOKENS;
import static org.claviger.Fixture.VERIFIER;
import static org.claviger.Fixture.settings;

import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.claviger.database.WatchedClock;
import org.claviger.oauth.Authorization;
import org.claviger.oauth.ClientId;
import org.claviger.oauth.FamilyId;
import org.claviger.oauth.OAuthException;
import org.claviger.oauth.Parameters;
import org.claviger.oauth.Scope;
import org.claviger.oauth.Subject;
import org.claviger.refresh.CodeBinding;
import org.claviger.revocation.RevocationKind;
import org.claviger.settings.RandomTokens;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The revocation endpoint (RFC 7009) and the introspection endpoint (RFC 7662) without a server. */
class RevokeAndIntrospectTest {
    private static final String REDIRECT = "https://web.example.org/callback";
    private static final String INACTIVE = "{\"active\":false}";
    private static final TestClock CLOCK = new TestClock();
    private static Claviger claviger;
    private static String alice;

    @BeforeAll
    static void start(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(
                folder.resolve("import.json"),
                """
                {'clients': [
                  {'client_id':'spa','token_endpoint_auth_method':'none','grant_types':['authorization_code','refresh_token'],
                   'redirect_uris':['%1$s'],'scope':'demo profile','allowed_origins':['https://spa.example.org']},
                  {'client_id':'web','client_secret':'%2$s','grant_types':['authorization_code','refresh_token'],
                   'redirect_uris':['%1$s'],'scope':'demo','audience':'https://orders.example.org'},
                  {'client_id':'orders','client_secret':'%2$s','grant_types':['client_credentials'],
                   'resource':'https://orders.example.org'},
                  {'client_id':'neighbour','client_secret':'%2$s','grant_types':['client_credentials'],
                   'audience':'https://orders.example.org'},
                  {'client_id':'named','client_secret':'%2$s','grant_types':['client_credentials'],'audience':'orders'},
                  {'client_id':'service','client_secret':'%2$s','grant_types':['client_credentials'],'scope':'demo',
                   'token_endpoint_auth_method':'client_secret_post'}
                ]}"""
                        .replace('\'', '"')
                        .formatted(REDIRECT, SECRET));
        claviger = new Claviger(
                settings("claviger.import", file.toString()),
                TestDatabase.empty(),
                watched(CLOCK),
                RANDOM,
                entities -> CLOCK.instant(),
                Fixture.fresh());
        alice = Fixture.user("alice", true, "user");
    }

    private static WatchedClock watched(Clock clock) {
        return new WatchedClock(clock, TestDatabase.database());
    }

    @BeforeEach
    void beginAgain() {
        CLOCK.set(TestClock.START);
    }

    private static Exchange post(String client, String... namesAndValues) {
        StringBuilder form = new StringBuilder();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            form.append(Parameters.pair(namesAndValues[i], namesAndValues[i + 1]))
                    .append('&');
        }
        Exchange exchange =
                switch (client) {
                    case "spa" -> Exchange.post(form + "client_id=spa");
                    case "service" -> Exchange.post(form + "client_id=service&client_secret=" + SECRET);
                    default ->
                        Exchange.post(form.toString())
                                .header(
                                        "Authorization",
                                        "Basic "
                                                + Base64.getEncoder()
                                                        .encodeToString((client + ":" + SECRET).getBytes(UTF_8)));
                };
        return exchange;
    }

    private static Exchange ask(String endpoint, String client, String... namesAndValues) {
        return post(client, namesAndValues).through(claviger.endpoints.get("/" + endpoint));
    }

    private static Exchange introspect(String client, String token) {
        return ask("introspect", client, "token", token);
    }

    private static Exchange revoke(String client, String token) {
        return ask("revoke", client, "token", token);
    }

    private static Exchange refresh(String client, JsonObject tokens) {
        return ask("token", client, "grant_type", "refresh_token", "refresh_token", tokens.getString("refresh_token"));
    }

    /** What a client has when alice has allowed it. */
    private static JsonObject tokens(String client) {
        String code = TOKENS.secret();
        claviger.families.open(
                new Authorization(
                        new FamilyId(TOKENS.identifier()),
                        new ClientId(client),
                        new Subject(alice),
                        Scope.parse("demo"),
                        CLOCK.instant()),
                new CodeBinding(RandomTokens.hash(code), REDIRECT, CHALLENGE));
        Exchange redeemed = ask(
                "token",
                client,
                "grant_type",
                "authorization_code",
                "code",
                code,
                "redirect_uri",
                REDIRECT,
                "code_verifier",
                VERIFIER);
        assertThat(redeemed.status()).as(redeemed.body()).isEqualTo(200);
        return redeemed.json();
    }

    private static String accessToken(String client) {
        return tokens(client).getString("access_token");
    }

    private static String serviceToken(String client) {
        return ask("token", client, "grant_type", "client_credentials").json().getString("access_token");
    }

    private static void assertInactive(Exchange answer) {
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo(INACTIVE);
    }

    private static void assertActive(Exchange answer) {
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        assertThat(answer.json().getBoolean("active")).as(answer.body()).isTrue();
    }

    private static void assertRevoked(Exchange answer) {
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        assertThat(answer.body()).isEmpty();
    }

    private static void assertError(Exchange answer, int status, String error) {
        assertThat(answer.status()).as(answer.body()).isEqualTo(status);
        assertThat(answer.json().getString("error")).isEqualTo(error);
    }

    @Test
    void i4AnAccessTokenIsDescribedToItsClient() {
        String token = accessToken("web");

        Exchange answer = introspect("web", token);

        JsonObject claims = answer.json();
        assertThat(claims.keySet())
                .containsExactlyInAnyOrder(
                        "active",
                        "token_type",
                        "username",
                        "iss",
                        "sub",
                        "aud",
                        "exp",
                        "iat",
                        "jti",
                        "client_id",
                        "scope",
                        "auth_time",
                        "upn",
                        "preferred_username",
                        "groups",
                        "roles");
        assertThat(claims.getBoolean("active")).isTrue();
        assertThat(claims.getString("token_type")).isEqualTo("Bearer");
        assertThat(claims.getString("iss")).isEqualTo(ISSUER);
        assertThat(claims.getString("aud")).isEqualTo("https://orders.example.org");
        assertThat(claims.getString("sub")).isEqualTo(alice);
        assertThat(claims.getString("username")).isEqualTo("alice");
        assertThat(claims.getString("client_id")).isEqualTo("web");
        assertThat(claims.getString("scope")).isEqualTo("demo");
        assertThat(claims.getInt("exp")).isEqualTo((int) TestClock.START.getEpochSecond() + 900);
        assertThat(claims.getJsonArray("groups").getValuesAs(JsonString::getString))
                .containsExactly("user");
        assertThat(answer.header("Cache-Control")).isEqualTo("no-store");
    }

    @Test
    void i4ARefreshTokenIsDescribedToItsClient() {
        JsonObject claims =
                introspect("web", tokens("web").getString("refresh_token")).json();

        assertThat(claims.keySet())
                .containsExactlyInAnyOrder("active", "iss", "sub", "client_id", "scope", "auth_time", "exp");
        assertThat(claims.getString("sub")).isEqualTo(alice);
        assertThat(claims.getInt("exp"))
                .isEqualTo((int) TestClock.START.plus(Duration.ofDays(7)).getEpochSecond());
    }

    /** CVE-2026-37979. */
    @Test
    void i1OnlyWhoItWasIssuedToOrIsForSeesAToken() {
        JsonObject tokens = tokens("web");
        String access = tokens.getString("access_token");
        assertActive(introspect("web", access));
        assertActive(introspect("orders", access)); // registered as that resource server
        assertInactive(introspect("neighbour", access)); // whose own tokens are for the same
        assertInactive(introspect("service", access));
        assertInactive(introspect("named", access));
        assertActive(introspect("orders", serviceToken("named"))); // whose audience is its client_id
        assertActive(introspect("service", serviceToken("service")));
        assertInactive(introspect("orders", serviceToken("service")));
        assertInactive(introspect("orders", tokens.getString("refresh_token"))); // is for nobody else
        assertInactive(introspect("service", tokens.getString("refresh_token")));
        assertActive(introspect("web", tokens.getString("refresh_token")));
    }

    @Test
    void i1WhoAsksProvesWhoTheyAre() {
        String token = accessToken("web");
        assertError(ask("introspect", "spa", "token", accessToken("spa")), 401, "invalid_client");
        assertError(
                Exchange.post(Parameters.pair("token", token)).through(claviger.endpoints.get("/introspect")),
                401,
                "invalid_client");
        assertError(
                Exchange.post(Parameters.pair("token", token) + "&client_id=web")
                        .through(claviger.endpoints.get("/introspect")),
                401,
                "invalid_client");
        assertError(
                Exchange.post(Parameters.pair("token", token))
                        .header("Authorization", "Bearer " + token)
                        .through(claviger.endpoints.get("/introspect")),
                401,
                "invalid_client");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x",
                "a.b.c",
                "null",
                "0123456789abcdefghijkl.1.1.0123456789012345678901234567890123456789012",
                "é",
                " "
            })
    void i2WhatIsNoTokenIsInactive(String token) {
        assertInactive(introspect("web", token));
        assertRevoked(revoke("web", token));
    }

    @Test
    void i2WhatHasExpiredIsInactive() {
        JsonObject tokens = tokens("web");
        assertActive(introspect("web", tokens.getString("access_token")));
        CLOCK.advance(Duration.ofMinutes(15));
        assertInactive(introspect("web", tokens.getString("access_token")));
        assertActive(introspect("web", tokens.getString("refresh_token")));
        CLOCK.advance(Duration.ofDays(7));
        assertInactive(introspect("web", tokens.getString("refresh_token")));
    }

    @Test
    void i2ARefreshTokenThatWasUsedIsInactiveAndToAskEndsNothing() {
        JsonObject first = tokens("web");
        JsonObject second = refresh("web", first).json();

        assertInactive(introspect("web", first.getString("refresh_token")));
        assertActive(introspect("web", second.getString("refresh_token")));
        assertThat(refresh("web", second).status()).isEqualTo(200);
    }

    @Test
    void t12WhatAUserHadWhoIsDisabledIsInactive() {
        JsonObject tokens = tokens("web");
        TestDatabase.execute("update resource_owner set enabled = false");
        try {
            assertInactive(introspect("web", tokens.getString("refresh_token")));
        } finally {
            TestDatabase.execute("update resource_owner set enabled = true");
        }
    }

    /** CVE-2026-27840. */
    @Test
    void noPrefixOfATokenIsOne() {
        JsonObject tokens = tokens("web");
        for (String name : List.of("access_token", "refresh_token")) {
            String token = tokens.getString(name);
            assertActive(introspect("web", token));
            for (int i = 1; i < token.length(); i += 7) {
                assertInactive(introspect("web", token.substring(0, i)));
                assertInactive(introspect("web", token.substring(i)));
                assertRevoked(revoke("web", token.substring(0, i)));
            }
            assertInactive(introspect("web", token + "A"));
            assertRevoked(revoke("web", token + "A"));
            assertActive(introspect("web", token));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"access_token", "refresh_token", "pkce", ""})
    void i3AHintIsOnlyAHint(String hint) {
        JsonObject tokens = tokens("web");
        for (String name : List.of("access_token", "refresh_token")) {
            assertActive(ask("introspect", "web", "token", tokens.getString(name), "token_type_hint", hint));
        }
        assertRevoked(ask("revoke", "web", "token", tokens.getString("access_token"), "token_type_hint", hint));
        assertRevoked(ask("revoke", "web", "token", tokens.getString("refresh_token"), "token_type_hint", hint));
        assertInactive(introspect("web", tokens.getString("refresh_token")));
    }

    @Test
    void v1ARefreshTokenThatIsRevokedEndsTheWholeGrant() {
        JsonObject first = tokens("web");
        JsonObject second = refresh("web", first).json();
        JsonObject other = tokens("web");

        assertRevoked(revoke("web", second.getString("refresh_token")));

        for (JsonObject tokens : List.of(first, second)) {
            assertInactive(introspect("web", tokens.getString("access_token")));
            assertInactive(introspect("web", tokens.getString("refresh_token")));
            assertError(refresh("web", tokens), 400, "invalid_grant");
        }
        assertActive(introspect("web", other.getString("access_token")));
        assertThat(refresh("web", other).status()).isEqualTo(200);
        assertRevoked(revoke("web", second.getString("refresh_token")));
    }

    @Test
    void v1ARefreshTokenThatWasUsedStillEndsItsGrant() {
        JsonObject first = tokens("spa");
        JsonObject second = refresh("spa", first).json();

        assertRevoked(revoke("spa", first.getString("refresh_token")));

        assertError(refresh("spa", second), 400, "invalid_grant");
    }

    /** gravitee#6305: also in the second in which it was issued, and after it was found to be active. */
    @Test
    void v1AnAccessTokenThatIsRevokedEndsAndItsFamilyGoesOn() {
        JsonObject tokens = tokens("web");
        assertActive(introspect("web", tokens.getString("access_token")));

        assertRevoked(revoke("web", tokens.getString("access_token")));

        assertInactive(introspect("web", tokens.getString("access_token")));
        assertRevoked(revoke("web", tokens.getString("access_token")));
        assertThat(refresh("web", tokens).status()).isEqualTo(200);
        String service = serviceToken("service");
        assertRevoked(revoke("service", service));
        assertInactive(introspect("service", service));
    }

    @Test
    void v1ATokenOfAnotherClientStaysAlive() {
        JsonObject tokens = tokens("web");
        for (String other : List.of("spa", "orders", "service")) {
            assertError(revoke(other, tokens.getString("access_token")), 400, "invalid_grant");
            assertError(revoke(other, tokens.getString("refresh_token")), 400, "invalid_grant");
        }

        assertActive(introspect("web", tokens.getString("access_token")));
        assertThat(refresh("web", tokens).status()).isEqualTo(200);
    }

    /** A node that has not read a key yet cannot tell what was made with it from what was made up: it reads before it says 200. */
    @Test
    void v1ATokenOfAKeyThatThisNodeHasNotReadEndsTooAndIsNotTakenForUnknown() throws OAuthException {
        Claviger other = new Claviger(
                settings(),
                TestDatabase.database(),
                watched(CLOCK),
                RANDOM,
                entities -> CLOCK.instant(),
                Fixture.fresh());
        String kid = part(serviceToken("service"), 0).getString("kid");
        other.signingKeys.compromised(kid, "a test");
        other.revocations.view().readAll();
        String token = post("service", "grant_type", "client_credentials")
                .through(other.endpoints.get("/token"))
                .json()
                .getString("access_token");
        Exchange alive = post("service", "token", token).through(other.endpoints.get("/introspect"));
        assertActive(alive);

        assertRevoked(revoke("service", token));

        other.revocations.view().readAll();
        assertInactive(post("service", "token", token).through(other.endpoints.get("/introspect")));
        assertInactive(introspect("service", token));
    }

    @Test
    void toRevokeWhatIsNoTokenOfOursTakesNoSql() {
        JsonObject tokens = tokens("spa");
        String access = tokens.getString("access_token");
        String refresh = tokens.getString("refresh_token");
        assertRevoked(revoke("spa", "x"));
        int before = TestDatabase.statements();

        assertRevoked(revoke("spa", "x"));
        assertRevoked(revoke("spa", access.substring(0, access.length() - 20) + "A".repeat(20)));
        assertRevoked(revoke("spa", refresh.substring(0, refresh.length() - 20) + "A".repeat(20)));
        CLOCK.advance(Duration.ofHours(3));
        assertRevoked(revoke("spa", access));

        assertThat(TestDatabase.statements() - before).isZero();
    }

    /** REQUIREMENTS J9. */
    @ParameterizedTest
    @ValueSource(strings = {"access_token", "refresh_token"})
    void j9ManyTokensOfUnknownKeysTakeNoSqlEach(String kind) {
        Claviger node = new Claviger(
                settings(),
                TestDatabase.database(),
                watched(CLOCK),
                RANDOM,
                entities -> CLOCK.instant(),
                Fixture.fresh());
        String token = tokens("spa").getString(kind);
        long begun = System.nanoTime();
        int before = TestDatabase.statements();
        List<Exchange> answers = IntStream.range(0, 300)
                .mapToObj(i -> post("spa", "token", ofUnknownKey(token, i)).through(node.endpoints.get("/revoke")))
                .toList();
        int statements = TestDatabase.statements() - before;
        long halfSeconds = Duration.ofNanos(System.nanoTime() - begun).toMillis() / 500;

        assertThat(statements).isPositive().isLessThanOrEqualTo((int) (halfSeconds + 1) * 4);
        assertRevoked(answers.get(0));
        assertThat(answers.stream().filter(answer -> answer.status() == 503))
                .hasSizeGreaterThanOrEqualTo(299 - (int) halfSeconds)
                .allSatisfy(answer -> {
                    assertError(answer, 503, "temporarily_unavailable");
                    assertThat(answer.header("Retry-After")).isEqualTo("1");
                });
    }

    /** A client that signs out long after, when the key is gone, is not told to come again. */
    @Test
    void v1ATokenOfAnUnknownKeyThatIsOverTakesNoSqlAndIsNoError() {
        String token = accessToken("spa");
        CLOCK.advance(Duration.ofHours(2));
        try {
            int before = TestDatabase.statements();
            for (int i = 0; i < 3; i++) {
                assertRevoked(revoke("spa", ofUnknownKey(token, i)));
            }
            assertThat(TestDatabase.statements()).isEqualTo(before);
        } finally {
            CLOCK.advance(Duration.ofHours(-2));
        }
    }

    private static String ofUnknownKey(String token, int i) {
        String[] parts = token.split("\\.", -1);
        if (parts.length == 3) {
            String header = "{\"alg\":\"RS256\",\"typ\":\"at+jwt\",\"kid\":\"unknown-" + i + "\"}";
            parts[0] = Base64.getUrlEncoder().withoutPadding().encodeToString(header.getBytes(UTF_8));
        } else {
            parts[2] = Integer.toString(1_000 + i);
        }
        return String.join(".", parts);
    }

    @Test
    void t7WithAFamilyItsAccessTokensEnd() {
        JsonObject first = tokens("web");
        JsonObject second = refresh("web", first).json();

        assertError(refresh("web", first), 400, "invalid_grant");

        assertInactive(introspect("web", first.getString("access_token")));
        assertInactive(introspect("web", second.getString("access_token")));
    }

    @ParameterizedTest
    @CsvSource({"revoke, token", "introspect, token"})
    void whatIsMissingOrRepeatedIsABadRequest(String endpoint, String name) {
        assertError(ask(endpoint, "web"), 400, "invalid_request");
        assertError(ask(endpoint, "web", name, ""), 400, "invalid_request");
        assertError(ask(endpoint, "web", name, "a", name, "b"), 400, "invalid_request");
        assertError(ask(endpoint, "web", name, "x".repeat(70_000)), 400, "invalid_request");
        Exchange get = Exchange.get("token=x").through(claviger.endpoints.get("/" + endpoint));
        assertError(get, 405, "invalid_request");
        assertThat(get.header("Allow")).isEqualTo("POST");
    }

    @Test
    void scriptsOfAllowedOriginsMayRevokeAndNotIntrospect() {
        String origin = "https://spa.example.org";
        Exchange revoked =
                post("spa", "token", "x").header("Origin", origin).through(claviger.endpoints.get("/revoke"));
        assertThat(revoked.header("Access-Control-Allow-Origin")).isEqualTo(origin);
        assertThat(Exchange.method("OPTIONS")
                        .header("Origin", origin)
                        .through(claviger.endpoints.get("/revoke"))
                        .status())
                .isEqualTo(204);
        assertThat(post("web", "token", "x")
                        .header("Origin", origin)
                        .through(claviger.endpoints.get("/revoke"))
                        .header("Access-Control-Allow-Origin"))
                .isEmpty();
        assertThat(Exchange.method("OPTIONS")
                        .header("Origin", origin)
                        .through(claviger.endpoints.get("/introspect"))
                        .status())
                .isEqualTo(405);
    }

    @Test
    void t5WrongSecretsAreSlowedDownAcrossTheEndpoints() {
        for (int i = 0; i < 6; i++) {
            assertError(
                    Exchange.post("token=x&client_id=service&client_secret=wrong")
                            .peer("203.0.113.77")
                            .through(claviger.endpoints.get(i % 2 == 0 ? "/revoke" : "/introspect")),
                    401,
                    "invalid_client");
        }

        assertError(
                Exchange.post("token=x&client_id=service&client_secret=" + SECRET)
                        .peer("203.0.113.77")
                        .through(claviger.endpoints.get("/introspect")),
                429,
                "slow_down");
        assertInactive(introspect("service", "x"));
    }

    private static JsonObject part(String jwt, int index) {
        return Fixture.json(new String(Base64.getUrlDecoder().decode(jwt.split("\\.", -1)[index]), UTF_8));
    }

    private static Exchange signed(String client, String token, String accept) {
        return post(client, "token", token).header("Accept", accept).through(claviger.endpoints.get("/introspect"));
    }

    /** RFC 9701. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "application/token-introspection+jwt",
                "Application/Token-Introspection+JWT",
                "application/json;q=0.5, application/token-introspection+jwt",
                "application/token-introspection+jwt;q=0.5, application/json;q=0.5, */*",
                "application/token-introspection+jwt;q=0.9"
            })
    void aSignedAnswerIsForWhoAsked(String accept) {
        String token = accessToken("web");

        Exchange answer = signed("orders", token, accept);

        assertThat(answer.header("Content-Type")).isEqualTo("application/token-introspection+jwt");
        JsonObject header = part(answer.body(), 0);
        assertThat(header.getString("typ")).isEqualTo("token-introspection+jwt");
        JsonObject claims = part(answer.body(), 1);
        assertThat(claims.keySet()).containsExactlyInAnyOrder("iss", "aud", "iat", "token_introspection");
        assertThat(claims.getString("iss")).isEqualTo(ISSUER);
        assertThat(claims.getString("aud")).isEqualTo("orders");
        assertThat(claims.getJsonObject("token_introspection"))
                .isEqualTo(introspect("orders", token).json());
    }

    /** CVE-2026-18208. */
    @Test
    void aSignedAnswerAboutWhatIsInactiveSaysNothingMore() {
        for (String token : List.of("x", accessToken("spa"))) {
            JsonObject claims = part(
                    signed("orders", token, "application/token-introspection+jwt")
                            .body(),
                    1);
            assertThat(claims.getJsonObject("token_introspection")).hasToString(INACTIVE);
            assertThat(claims.keySet()).containsExactlyInAnyOrder("iss", "aud", "iat", "token_introspection");
        }
    }

    /** REQUIREMENTS R4. */
    @Test
    void aSignedAnswerIsNoToken() {
        String answer = signed("web", accessToken("web"), "application/token-introspection+jwt")
                .body();

        assertInactive(introspect("web", answer));
        assertRevoked(revoke("web", answer));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "application/json",
                "*/*",
                "application/*",
                "application/jwt",
                "application/token-introspection+jwt;q=0",
                ""
            })
    void otherwiseTheAnswerIsJson(String accept) {
        assertThat(signed("web", "x", accept).header("Content-Type")).isEqualTo("application/json");
    }

    @Test
    void toIntrospectAnAccessTokenTakesNoSqlAndARefreshTokenTwoStatements() {
        JsonObject tokens = tokens("web");
        int before = TestDatabase.statements();
        assertActive(introspect("web", tokens.getString("access_token")));
        assertThat(TestDatabase.statements() - before).isZero();

        assertActive(introspect("web", tokens.getString("refresh_token")));

        assertThat(TestDatabase.statements() - before).isLessThanOrEqualTo(2);
    }

    @Test
    void o2WhatHappensIsRecordedWithoutATokenInIt() {
        JsonObject tokens = tokens("web");
        try (CapturedLog log = new CapturedLog("org.claviger.audit")) {
            revoke("spa", tokens.getString("access_token"));
            revoke("web", tokens.getString("access_token"));
            revoke("web", tokens.getString("refresh_token"));
            introspect("spa", tokens.getString("refresh_token"));

            assertThat(log.lines()).hasSize(4);
            assertThat(Stream.of("REVOCATION_REFUSED", "REVOKED", "REVOKED", "INTROSPECTION_REFUSED"))
                    .allMatch(event -> log.lines().stream().anyMatch(line -> line.startsWith(event + " ")));
            assertThat(String.join("\n", log.lines()))
                    .doesNotContain(tokens.getString("access_token").substring(40))
                    .doesNotContain(tokens.getString("refresh_token").substring(30));
        }
    }

    /** A service that asks in the same second is told when to come again, rather than get a token that is worth nothing. */
    @Test
    void inTheSecondAfterEverythingOfAServiceWasRevokedItGetsNoToken() {
        Claviger node = new Claviger(
                settings(),
                TestDatabase.database(),
                watched(CLOCK),
                RANDOM,
                entities -> CLOCK.instant(),
                Fixture.fresh());
        Exchange before = post("named", "grant_type", "client_credentials").through(node.endpoints.get("/token"));
        assertThat(before.status()).isEqualTo(200);

        node.revocations.revoke(RevocationKind.CLIENT, "named", Map.of());

        Exchange after = post("named", "grant_type", "client_credentials").through(node.endpoints.get("/token"));
        assertError(after, 503, "temporarily_unavailable");
        assertThat(Integer.parseInt(after.header("Retry-After"))).isBetween(1, 3);
        assertInactive(post("orders", "token", before.json().getString("access_token"))
                .through(node.endpoints.get("/introspect")));
    }

    @Test
    void withARevokedKeyNothingIsSignedAndNothingItSignedIsGood() {
        Claviger node = new Claviger(
                settings(),
                TestDatabase.database(),
                watched(CLOCK),
                RANDOM,
                entities -> CLOCK.instant(),
                Fixture.fresh());
        String token = accessToken("web");
        String kid = part(token, 0).getString("kid");
        node.revocations.revoke(RevocationKind.KEY, kid, Map.of());
        try {
            assertInactive(post("web", "token", token).through(node.endpoints.get("/introspect")));
            assertError(
                    post("named", "grant_type", "client_credentials").through(node.endpoints.get("/token")),
                    503,
                    "temporarily_unavailable");
        } finally {
            TestDatabase.execute("delete from revocation where kind = 'KEY'");
        }
    }
}
