package org.claviger.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.claviger.Fixture.ISSUER;
import static org.claviger.Fixture.json;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.claviger.Exchange;
import org.claviger.Fixture;
import org.claviger.TestClock;
import org.claviger.TestDatabase;
import org.claviger.client.Clients;
import org.claviger.database.Freshness;
import org.claviger.jose.JwtSigner;
import org.claviger.jose.JwtVerifier;
import org.claviger.jose.TokenType;
import org.claviger.jose.VerifiedTokens;
import org.claviger.oauth.FamilyId;
import org.claviger.revocation.RevocationKind;
import org.claviger.revocation.RevocationRepository;
import org.claviger.revocation.RevocationView;
import org.claviger.settings.Settings;
import org.claviger.settings.SettingsException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class VerifyEndpointTest {
    private static final String AUDIENCE = "https://orders.example.org";
    private static final String REQUIRED = "audience=https%3A%2F%2Forders.example.org";

    private final TestClock clock = new TestClock();
    private final Clients clients = Fixture.clients(
            TestDatabase.empty(),
            json("{'client_id':'web','redirect_uris':['https://web.example.org/callback']}"),
            json("{'client_id':'bank','grant_types':['client_credentials'],'classification':'sensitive'}"),
            json("{'client_id':'vault','grant_types':['client_credentials'],'classification':'restricted'}"));
    private final RevocationRepository revocations = Fixture.revocations(clock);
    private final VerifyEndpoint endpoint = endpoint(Fixture.settings());

    private VerifyEndpoint endpoint(Settings settings) {
        return endpoint(settings, revocations.view());
    }

    private VerifyEndpoint endpoint(Settings settings, RevocationView view) {
        LiveTokens tokens = new LiveTokens(
                new VerifiedTokens(new JwtVerifier(ISSUER, Fixture.Keys.SIGNING::published, clock), clock),
                clients,
                view);
        return new VerifyEndpoint(new BearerGuard(tokens, "elsewhere"), clients, () -> settings, clock);
    }

    private static Map<String, Object> claims() {
        long now = TestClock.START.getEpochSecond();
        return new LinkedHashMap<>(Map.of(
                "iss",
                ISSUER,
                "sub",
                "alice-subject",
                "aud",
                AUDIENCE,
                "exp",
                now + 900,
                "iat",
                now,
                "jti",
                "j",
                "client_id",
                "web",
                "upn",
                "alice",
                "groups",
                List.of("clerk", "admin")));
    }

    private static String tokenWith(Object... namesAndValues) {
        Map<String, Object> claims = claims();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            claims.put(namesAndValues[i].toString(), namesAndValues[i + 1]);
        }
        return new JwtSigner().sign(TokenType.AT_JWT, claims, Fixture.signingKey());
    }

    private Exchange verify(String query, String token) {
        return Exchange.get(query).header("Authorization", "Bearer " + token).through(endpoint);
    }

    private static void assertNobodyIsNamed(Exchange exchange) {
        assertThat(exchange.response().containsHeader("X-Auth-Subject")).isFalse();
        assertThat(exchange.header("Cache-Control")).isEqualTo("no-store");
        assertThat(exchange.header("X-Accel-Expires")).isEqualTo("0");
    }

    @Test
    void aGoodTokenIsAnsweredByWhoCallsInHeadersAndNoBody() {
        Exchange answer = verify(REQUIRED, tokenWith("scope", "orders:read orders:write"));
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body()).isEmpty();
        assertThat(answer.header("X-Auth-Subject")).isEqualTo("alice-subject");
        assertThat(answer.header("X-Auth-Name")).isEqualTo("alice");
        assertThat(answer.header("X-Auth-Groups")).isEqualTo("admin,clerk");
        assertThat(answer.header("X-Auth-Scope")).isEqualTo("orders:read orders:write");
        assertThat(answer.header("X-Auth-Client")).isEqualTo("web");
        assertThat(answer.header("X-Auth-Expiry")).isEqualTo(Long.toString(TestClock.START.getEpochSecond() + 900));
    }

    /** A gateway that copies headers over those of the caller would leave the caller's where there is none of ours. */
    @Test
    void whatThereIsNothingToSayAboutIsSaidToBeEmpty() {
        Exchange answer = verify(REQUIRED, tokenWith("groups", List.of()));
        assertThat(answer.header("X-Auth-Groups")).isEmpty();
        assertThat(answer.header("X-Auth-Scope")).isEmpty();
    }

    @Test
    void noValueEndsAHeaderOrSeparatesWhatItIsNotMeantTo() {
        Exchange answer = verify(
                REQUIRED,
                tokenWith("upn", "Jörg\r\nX-Auth-Groups: admin", "groups", List.of("a,b", "100 %", "\u0000\u007f")));
        assertThat(answer.header("X-Auth-Name")).isEqualTo("J%C3%B6rg%0D%0AX-Auth-Groups:%20admin");
        assertThat(answer.header("X-Auth-Groups")).isEqualTo("%00%7F,100%20%25,a%2Cb");
    }

    @ParameterizedTest
    @CsvSource({
        "role=clerk, 200",
        "'role=boss,clerk', 200",
        "'role=boss,+clerk', 200",
        "role=boss%2Cclerk, 403",
        "'role=boss,cl%65rk', 200",
        "role=boss, 403",
        "role=Clerk, 403",
        "scope=orders:read, 200",
        "scope=orders:read+orders:write, 403",
        "role=clerk&scope=orders:read, 200",
        "role=boss&scope=orders:read, 403",
        "role=clerk&scope=orders:write, 403"
    })
    void whatIsRequiredIsLookedFor(String requirement, int status) {
        Exchange answer = verify(REQUIRED + "&" + requirement, tokenWith("scope", "orders:read"));
        assertThat(answer.status()).isEqualTo(status);
        if (status == 403) {
            assertNobodyIsNamed(answer);
            assertThat(answer.header("WWW-Authenticate")).contains("error=\"insufficient_scope\"");
        }
    }

    /** As they are written in the answer. */
    @Test
    void aRoleMayHaveACommaInItsName() {
        String token = tokenWith("groups", List.of("orders, north"));
        assertThat(verify(REQUIRED + "&role=orders%2C%20north", token).status()).isEqualTo(200);
        assertThat(verify(REQUIRED + "&role=boss,orders%2C+north", token).status())
                .isEqualTo(200);
        assertThat(verify(REQUIRED + "&role=orders%2C%20north", tokenWith("groups", List.of("orders")))
                        .status())
                .isEqualTo(403);
        assertThat(verify(REQUIRED + "&role=orders,north", token).status()).isEqualTo(403);
    }

    @Test
    void withoutATokenTheChallengeNamesNoErrorAndTheScopeThatIsNeeded() {
        Exchange answer = Exchange.get(REQUIRED + "&scope=orders:read").through(endpoint);
        assertThat(answer.status()).isEqualTo(401);
        assertThat(answer.header("WWW-Authenticate")).isEqualTo("Bearer realm=\"claviger\", scope=\"orders:read\"");
        assertNobodyIsNamed(answer);
    }

    /** RFC 6750 section 3.1 has 400 for it, which nginx takes for an outage and not for a no. */
    @ParameterizedTest
    @ValueSource(strings = {"Bearer", "Bearer ", "Bearer a b", "bearer \u00e4"})
    void aMalformedAuthorizationIsANoToTheCallerAndNoMistakeOfTheGateway(String authorization) {
        Exchange answer =
                Exchange.get(REQUIRED).header("Authorization", authorization).through(endpoint);
        assertThat(answer.status()).isEqualTo(401);
        assertThat(answer.header("WWW-Authenticate")).contains("error=\"invalid_request\"");
        assertNobodyIsNamed(answer);
    }

    @Test
    void ofTwoTokensNoneIsBelieved() {
        Exchange answer = Exchange.get(REQUIRED)
                .header("Authorization", "Bearer " + tokenWith())
                .header("Authorization", "Bearer " + tokenWith())
                .through(endpoint);
        assertThat(answer.status()).isEqualTo(401);
        assertNobodyIsNamed(answer);
    }

    @Test
    void aTokenForElsewhereIsRefusedThoughItIsForTheAudienceOfThisServersApplications() {
        Exchange answer = verify(REQUIRED, tokenWith("aud", "elsewhere"));
        assertThat(answer.status()).isEqualTo(401);
        assertThat(answer.header("WWW-Authenticate")).contains("error=\"invalid_token\"");
        assertNobodyIsNamed(answer);
    }

    @Test
    void anExpiredAndARevokedTokenAreRefused() {
        String token = tokenWith(FamilyId.CLAIM, "f".repeat(22));
        assertThat(verify(REQUIRED, token).status()).isEqualTo(200);
        revocations.revoke(RevocationKind.FAMILY, "f".repeat(22), Map.of());
        assertNobodyIsNamed(verify(REQUIRED, token));
        assertThat(verify(REQUIRED, token).status()).isEqualTo(401);

        String other = tokenWith();
        clock.advance(Duration.ofSeconds(899));
        assertThat(verify(REQUIRED, other).status()).isEqualTo(200);
        clock.advance(Duration.ofSeconds(1));
        assertThat(verify(REQUIRED, other).status()).isEqualTo(401);
    }

    /** REQUIREMENTS: nothing is required by mistake, and nothing by the caller. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "role=clerk",
                "audience=",
                REQUIRED + "&" + REQUIRED,
                REQUIRED + "&role=clerk&role=boss",
                REQUIRED + "&roles=clerk",
                REQUIRED + "&Role=clerk",
                REQUIRED + "&role=",
                REQUIRED + "&role",
                REQUIRED + "&role=,",
                REQUIRED + "&role=clerk,",
                REQUIRED + "&role=clerk,,boss",
                REQUIRED + "&role=clerk,+",
                REQUIRED + "&r%6fle=boss",
                REQUIRED + "&scope=%22",
                REQUIRED + "&scope=",
                REQUIRED + "&role=%zz",
                "audience=" + "https%3A%2F%2Fid.example.org%2Fapi%2Fv2%2Fauth%2Fadmin"
            })
    void aRequirementThatIsNoneIsRefused(String query) {
        Exchange answer = verify(query, tokenWith());
        assertThat(answer.status()).isEqualTo(400);
        assertNobodyIsNamed(answer);
    }

    @Test
    void noHeaderChangesWhatIsRequired() {
        Exchange answer = Exchange.get(REQUIRED + "&role=boss")
                .header("Authorization", "Bearer " + tokenWith())
                .header("X-Original-URI", "/?" + REQUIRED + "&role=clerk")
                .header("X-Forwarded-Uri", "/?" + REQUIRED + "&role=clerk")
                .header("X-Auth-Groups", "boss")
                .through(endpoint);
        assertThat(answer.status()).isEqualTo(403);
    }

    /** Envoy appends the path and query of the caller to what it is told. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "/orders/1",
                "/orders?role=clerk",
                "/orders?x&role=clerk",
                "&role=clerk&" + REQUIRED,
                "%zz&rest=&role=clerk"
            })
    void whatFollowsTheOwnPartOfTheGatewayIsNotRead(String rest) {
        assertThat(verify(REQUIRED + "&role=clerk&rest=" + rest, tokenWith()).status())
                .isEqualTo(200);
        assertThat(verify(REQUIRED + "&role=boss&rest=" + rest, tokenWith()).status())
                .isEqualTo(403);
        assertThat(verify("rest=" + rest + "&" + REQUIRED, tokenWith()).status())
                .isEqualTo(400);
    }

    @ParameterizedTest
    @CsvSource({
        "web, 900000, 299",
        "web, 300000, 299",
        "web, 299999, 298",
        "web, 42000, 41",
        "web, 41001, 40",
        "bank, 900000, 29",
        "bank, 7500, 6",
        "bank, 2000, 1"
    })
    void theAnswerMayBeRememberedForAsLongAsAllAgreeByWhoCountsWholeSeconds(String client, int millis, int seconds) {
        clock.advance(Duration.ofMinutes(15).minusMillis(millis));
        Exchange answer = verify(REQUIRED, tokenWith("client_id", client));
        assertThat(answer.header("Cache-Control")).isEqualTo("private, max-age=" + seconds);
        assertThat(answer.header("X-Accel-Expires")).isEqualTo(Integer.toString(seconds));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 1_000, 1_999})
    void aTokenThatEndsWithinTwoSecondsIsNotRemembered(int millis) {
        clock.advance(Duration.ofMinutes(15).minusMillis(millis));
        Exchange answer = verify(REQUIRED, tokenWith());
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Cache-Control")).isEqualTo("no-store");
        assertThat(answer.header("X-Accel-Expires")).isEqualTo("0");
    }

    @Test
    void theAnswerForARestrictedClientIsNotRemembered() {
        Exchange answer = verify(REQUIRED, tokenWith("client_id", "vault"));
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Cache-Control")).isEqualTo("no-store");
        assertThat(answer.header("X-Accel-Expires")).isEqualTo("0");
    }

    @ParameterizedTest
    @ValueSource(strings = {"HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
    void theMethodIsThatOfTheRequestWhichTheGatewayHolds(String method) {
        assertThat(Exchange.method(method).through(endpoint).status()).isEqualTo(400);
    }

    @Test
    void theHeadersAreTheOnesThatAreSet() {
        Exchange answer = Exchange.get(REQUIRED)
                .header("Authorization", "Bearer " + tokenWith())
                .through(endpoint(Fixture.settings("claviger.gateway.headers", "name=Remote-User, groups=X-Groups")));
        assertThat(answer.header("Remote-User")).isEqualTo("alice");
        assertThat(answer.header("X-Groups")).isEqualTo("admin,clerk");
        assertThat(answer.response().containsHeader("X-Auth-Subject")).isFalse();
    }

    @Test
    void aNodeThatKnowsTooLittleAnswersNeitherYesNorNo() {
        AtomicLong nanos = new AtomicLong();
        RevocationView stale = RevocationView.load(
                TestDatabase.database(), clock, new Freshness(Duration.ofMinutes(1), new TestClock(), nanos::get));
        VerifyEndpoint node = endpoint(Fixture.settings(), stale);
        nanos.addAndGet(Duration.ofMinutes(2).toNanos());
        Exchange answer = Exchange.get(REQUIRED)
                .header("Authorization", "Bearer " + tokenWith())
                .through(node);
        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.header("Retry-After")).isEqualTo("5");
        assertNobodyIsNamed(answer);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "subject",
                "subject=",
                "=X-Auth",
                "who=X-Auth",
                "subject=X-Auth,subject=X-Other",
                "subject=X-Auth,name=x-auth",
                "subject=Set-Cookie",
                "subject=Cache-Control",
                "subject=X-Accel-Redirect",
                "subject=x-forwarded-user",
                "subject=X-Content-Type-Options",
                "subject=X-A: b",
                "subject=X-Auth,"
            })
    void headersThatAreNoneOrMeanSomethingElseAreRefusedAtTheStart(String headers) {
        assertThatThrownBy(() -> Fixture.settings("claviger.gateway.headers", headers))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining("claviger.gateway.headers");
    }
}
