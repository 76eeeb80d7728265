package org.claviger.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.claviger.Fixture.ISSUER;
import static org.claviger.Fixture.RANDOM;
import static org.claviger.Fixture.TOKENS;
import static org.claviger.Fixture.json;
import static org.claviger.Fixture.refusal;
import static org.claviger.Fixture.settings;

import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.claviger.Fixture;
import org.claviger.TestClock;
import org.claviger.TestDatabase;
import org.claviger.client.Client;
import org.claviger.identity.LinkedPeople;
import org.claviger.identity.ResourceOwners;
import org.claviger.jose.InvalidTokenException;
import org.claviger.jose.JwtVerifier;
import org.claviger.oauth.Authorization;
import org.claviger.oauth.ClientId;
import org.claviger.oauth.ErrorCode;
import org.claviger.oauth.FamilyId;
import org.claviger.oauth.OAuthException;
import org.claviger.oauth.Parameters;
import org.claviger.oauth.Scope;
import org.claviger.oauth.Subject;
import org.claviger.settings.Settings;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AccessTokensTest {
    private static final long NOW = TestClock.START.getEpochSecond();
    private static final FamilyId FAMILY = new FamilyId("0123456789abcdefghijkl");
    private static ResourceOwners owners;

    private final TestClock clock = new TestClock();

    @BeforeAll
    static void open() {
        owners = new ResourceOwners(TestDatabase.empty(), Fixture.revocations(), RANDOM);
    }

    private AccessTokens tokens(Settings settings) {
        return new AccessTokens(
                () -> settings,
                new LinkedPeople(
                        TestDatabase.database(), Fixture.revocations(), owners, Optional.empty(), name -> false, clock),
                Fixture.Keys.SIGNING,
                Fixture.revocations().view(),
                TOKENS,
                clock);
    }

    private static Client web(String more) {
        return Fixture.client("{'client_id':'web','redirect_uris':['https://web.example.org/callback'],"
                + "'scope':'demo profile claviger:admin'" + more + "}");
    }

    private static Client service(String more) {
        return Fixture.client(
                "{'client_id':'service','grant_types':['client_credentials'],'scope':'demo orders'" + more + "}");
    }

    private static Authorization authorization(String subject, String scope) {
        return new Authorization(
                FAMILY,
                new ClientId("web"),
                new Subject(subject),
                Scope.parse(scope),
                TestClock.START.minusSeconds(60));
    }

    private static JsonObject part(AccessToken token, int index) {
        byte[] bytes = Base64.getUrlDecoder().decode(token.value().split("\\.", -1)[index]);
        return json(new String(bytes, StandardCharsets.UTF_8));
    }

    private static JsonObject claims(AccessToken token) {
        return part(token, 1);
    }

    private static List<String> texts(JsonObject claims, String name) {
        return claims.getJsonArray(name).getValuesAs(JsonString::getString);
    }

    private AccessToken issue(Client client, String scope, String... groups) throws OAuthException {
        return issue(settings(), client, scope, groups);
    }

    private AccessToken issue(Settings settings, Client client, String scope, String... groups) throws OAuthException {
        return tokens(settings).issue(client, authorization(Fixture.user("alice", true, groups), scope));
    }

    private AccessToken grant(Client client, String form) throws OAuthException {
        return new ClientCredentialsGrant(tokens(settings()))
                .grant(client, Parameters.parse(form))
                .accessToken();
    }

    @Test
    void j1AUsersTokenHasTheClaimsOfRfc9068AndMicroProfile() throws OAuthException {
        Client web = web("");
        String subject = Fixture.user("alice", true, "user", "admin");

        AccessToken token = tokens(settings()).issue(web, authorization(subject, "profile demo"));

        JsonObject claims = claims(token);
        assertThat(claims.keySet())
                .containsExactlyInAnyOrder(
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
                        "roles",
                        "claviger_family");
        assertThat(claims.getString("iss")).isEqualTo(ISSUER);
        assertThat(claims.getString("sub")).isEqualTo(subject).isNotEqualTo("alice");
        assertThat(claims.getString("aud")).isEqualTo(ISSUER);
        assertThat(claims.getJsonNumber("iat").longValueExact()).isEqualTo(NOW);
        assertThat(claims.getJsonNumber("exp").longValueExact()).isEqualTo(NOW + 900);
        assertThat(claims.getJsonNumber("auth_time").longValueExact()).isEqualTo(NOW - 60);
        assertThat(claims.getString("jti")).matches("[A-Za-z0-9_-]{22}");
        assertThat(claims.getString("client_id")).isEqualTo("web");
        assertThat(claims.getString("scope")).isEqualTo("profile demo");
        assertThat(claims.getString("upn")).isEqualTo("alice");
        assertThat(claims.getString("preferred_username")).isEqualTo("alice");
        assertThat(texts(claims, "groups")).containsExactly("admin", "user");
        assertThat(texts(claims, "roles")).containsExactly("admin", "user");
        assertThat(claims.getString("claviger_family")).isEqualTo(FAMILY.value());
        assertThat(token.family()).isEqualTo(FAMILY);
        assertThat(token.expiresIn()).isEqualTo(900);
        assertThat(token.scope()).hasToString("profile demo");
        assertThat(token.toString()).doesNotContain(token.value());
    }

    @ParameterizedTest
    @CsvSource({"'', at+jwt", "',\"access_token_typ\":\"at+jwt\"', at+jwt", "',\"access_token_typ\":\"JWT\"', JWT"})
    void j1TheTypeIsThatOfTheClient(String member, String typ) throws OAuthException {
        JsonObject header = part(issue(web(member), "demo"), 0);

        assertThat(header.keySet()).containsExactlyInAnyOrder("alg", "kid", "typ");
        assertThat(header.getString("typ")).isEqualTo(typ);
        assertThat(header.getString("alg")).isEqualTo("RS256");
        assertThat(header.getString("kid")).isEqualTo(Fixture.signingKey().kid());
    }

    @Test
    void itIsAcceptedByTheVerifier() throws OAuthException, InvalidTokenException {
        AccessToken token = issue(web(""), "demo", "user");

        assertThat(new JwtVerifier(ISSUER, Fixture.Keys.SIGNING::published, clock)
                        .verify(token.value(), ISSUER)
                        .texts("groups"))
                .containsExactly("user");
    }

    @Test
    void t16AServicesTokenSpeaksOfTheClientOnly() throws OAuthException {
        JsonObject claims = claims(grant(service(",'groups':['orders','audit']"), ""));

        assertThat(claims.keySet())
                .containsExactlyInAnyOrder(
                        "iss",
                        "sub",
                        "aud",
                        "exp",
                        "iat",
                        "jti",
                        "client_id",
                        "scope",
                        "groups",
                        "roles",
                        "claviger_family");
        assertThat(claims.getString("sub")).isEqualTo("service");
        assertThat(claims.getString("client_id")).isEqualTo("service");
        assertThat(claims.getString("scope")).isEqualTo("demo orders");
        assertThat(texts(claims, "groups")).containsExactly("audit", "orders");
        assertThat(claims.getString("claviger_family")).matches("[A-Za-z0-9_-]{22}");
    }

    @Test
    void aTokenLivesAsLongAsTheClassificationOfItsClientSays() throws OAuthException {
        Settings settings = settings(
                "claviger.access-token-lifetime", "PT20M",
                "claviger.classification.sensitive.access-token-lifetime", "PT16M");

        assertThat(issue(settings, web(""), "profile").expiresIn()).isEqualTo(1200);
        assertThat(issue(settings, web(",'classification':'sensitive'"), "profile")
                        .expiresIn())
                .isEqualTo(960);
        assertThat(issue(settings, web(",'classification':'restricted'"), "profile")
                        .expiresIn())
                .isEqualTo(1200);
    }

    @Test
    void everyTokenHasAnIdOfItsOwnAndEveryServiceTokenAFamily() throws OAuthException {
        Client service = service("");
        Set<String> ids = new HashSet<>();
        Set<FamilyId> families = new HashSet<>();
        for (int i = 0; i < 20; i++) {
            AccessToken token = grant(service, "");
            ids.add(claims(token).getString("jti"));
            families.add(token.family());
        }

        assertThat(ids).hasSize(20);
        assertThat(families).hasSize(20);
    }

    @Test
    void aServicesTokenHasNoRefreshTokenAndNeedsNoSql() throws OAuthException {
        Client service = service("");
        ClientCredentialsGrant grant = new ClientCredentialsGrant(tokens(settings()));
        int before = TestDatabase.statements();

        TokenResponse response = grant.grant(service, Parameters.parse("grant_type=client_credentials"));

        assertThat(response.refreshToken()).isEmpty();
        assertThat(response.toJson().keySet())
                .containsExactlyInAnyOrder("access_token", "token_type", "expires_in", "scope");
        assertThat(response.toJson().getString("token_type")).isEqualTo("Bearer");
        assertThat(response.toJson().getInt("expires_in")).isEqualTo(900);
        assertThat(response.toString()).doesNotContain(response.accessToken().value());
        assertThat(TestDatabase.statements()).isEqualTo(before);
    }

    @ParameterizedTest
    @CsvSource({"scope=orders, orders", "scope=orders+demo, orders demo", "scope=, demo orders", "'', demo orders"})
    void t14AServiceGetsWhatItAsksForOutOfItsOwn(String form, String scope) throws OAuthException {
        assertThat(claims(grant(service(""), form)).getString("scope")).isEqualTo(scope);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "scope=unknown",
                "scope=demo+unknown",
                "scope=claviger:admin",
                "scope=%22",
                "scope=demo&scope=demo"
            })
    void t14AServiceGetsNothingMore(String form) {
        Client service = service("");

        assertThat(refusal(() -> grant(service, form)).code()).isIn(ErrorCode.INVALID_SCOPE, ErrorCode.INVALID_REQUEST);
    }

    @Test
    void t14AScopeOfAMegabyteIsRefused() {
        Client service = service("");

        assertThat(refusal(() -> grant(service, "scope=" + "demo+".repeat(200_000) + "demo"))
                        .code())
                .isEqualTo(ErrorCode.INVALID_SCOPE);
    }

    @Test
    void aServiceAdministersOnlyByNameAndThenNothingElse() throws OAuthException {
        Client service = Fixture.client("{'client_id':'service','grant_types':['client_credentials'],"
                + "'scope':'demo claviger:admin','audience':'https://apps.example.org'}");

        JsonObject usual = claims(grant(service, ""));
        JsonObject admin = claims(grant(service, "scope=demo+claviger:admin"));

        assertThat(usual.getString("scope")).isEqualTo("demo");
        assertThat(usual.getString("aud")).isEqualTo("https://apps.example.org");
        assertThat(admin.getString("scope")).isEqualTo("demo claviger:admin");
        assertThat(admin.getString("aud")).isEqualTo(ISSUER + "/admin");
    }

    @Test
    void reservedGroupsAreNeverInAToken() throws OAuthException {
        JsonObject claims = claims(issue(web(""), "demo", "user", "claviger-admin", "claviger-audit", "claviger"));

        assertThat(texts(claims, "groups")).containsExactly("claviger", "user");
        assertThat(texts(claims, "roles")).containsExactly("claviger", "user");
    }

    @Test
    void userGroupsRestrictTheGroups() throws OAuthException {
        assertThat(texts(claims(issue(web(",'user_groups':['user','other']"), "demo", "user", "admin")), "groups"))
                .containsExactly("user");
        assertThat(texts(claims(issue(web(",'user_groups':[]"), "demo", "user", "admin")), "groups"))
                .isEmpty();
    }

    @Test
    void theGroupsOfAServiceAreNotThoseOfUsers() throws OAuthException {
        assertThat(texts(claims(issue(web(",'groups':['batch']"), "demo", "user")), "groups"))
                .containsExactly("user");
    }

    @Test
    void groupsAreThereEvenIfThereAreNone() throws OAuthException {
        assertThat(texts(claims(issue(web(""), "demo")), "groups")).isEmpty();
        assertThat(texts(claims(grant(service(""), "")), "groups")).isEmpty();
    }

    @Test
    void roleClaimsCarryWhatGroupsCarry() throws OAuthException {
        Settings settings = settings("claviger.role-claims", "https://example.org/roles, r");

        JsonObject claims = claims(issue(settings, web(""), "demo", "user", "claviger-admin"));

        assertThat(texts(claims, "https://example.org/roles")).containsExactly("user");
        assertThat(texts(claims, "r")).containsExactly("user");
        assertThat(claims.keySet()).doesNotContain("roles");
    }

    @Test
    void j2TheAudienceIsThatOfTheClientElseOfTheInstallation() throws OAuthException {
        Settings settings = settings("claviger.audience", "https://apps.example.org");

        assertThat(claims(issue(settings, web(""), "demo")).getString("aud")).isEqualTo("https://apps.example.org");
        assertThat(claims(issue(settings, web(",'audience':'https://orders.example.org'"), "demo"))
                        .getString("aud"))
                .isEqualTo("https://orders.example.org");
    }

    @ParameterizedTest
    @ValueSource(strings = {"claviger:admin", "demo claviger:admin"})
    void anAdministratorsTokenOpensAdministrationAndNothingElse(String scope) throws OAuthException {
        Client web = web(",'audience':'https://orders.example.org'");

        JsonObject claims = claims(issue(web, scope, "user", "claviger-admin"));

        assertThat(claims.getString("aud")).isEqualTo(ISSUER + "/admin");
        assertThat(claims.getString("scope")).isEqualTo(scope);
        assertThat(texts(claims, "groups")).containsExactly("user");
    }

    @ParameterizedTest
    @ValueSource(strings = {"user", "admin", "claviger-admins", "Claviger-Admin", "claviger-"})
    void whoIsNoAdministratorGetsNoAdministration(String group) throws OAuthException {
        AccessToken token = issue(web(""), "demo claviger:admin", group);

        assertThat(claims(token).getString("scope")).isEqualTo("demo");
        assertThat(claims(token).getString("aud")).isEqualTo(ISSUER);
        assertThat(token.scope()).hasToString("demo");
    }

    @Test
    void whoIsNoLongerAdministratorGetsNoAdministrationWithTheNextToken() throws OAuthException {
        Client web = web("");
        Authorization authorization =
                authorization(Fixture.user("alice", true, "claviger-admin"), "demo claviger:admin");
        assertThat(claims(tokens(settings()).issue(web, authorization)).getString("aud"))
                .isEqualTo(ISSUER + "/admin");

        TestDatabase.execute("delete from resource_owner_group");

        assertThat(claims(tokens(settings()).issue(web, authorization)).getString("aud"))
                .isEqualTo(ISSUER);
    }

    @Test
    void whoMayHaveNothingOfTheScopeAnyMoreGetsNoToken() {
        Client web = web("");
        String subject = Fixture.user("alice", true, "user");

        assertThat(refusal(() -> tokens(settings()).issue(web, authorization(subject, "claviger:admin withdrawn")))
                        .code())
                .isEqualTo(ErrorCode.INVALID_GRANT);
    }

    @Test
    void anAuthorizationWithoutScopeIsNotTooLittle() throws OAuthException {
        assertThat(issue(web(""), "", "user").scope().isEmpty()).isTrue();
    }

    @Test
    void whatTheClientMayNoLongerHaveIsNotInTheNextToken() throws OAuthException {
        AccessToken token = issue(web(""), "demo withdrawn profile", "user");

        assertThat(token.scope()).hasToString("demo profile");
        assertThat(claims(token).getString("scope")).isEqualTo("demo profile");
    }

    @Test
    void noOtherTokenHasTheAudienceOfAdministration() {
        String admin = settings().issuer().adminAudience();
        Client web = web(",'audience':'" + admin + "'");
        Client service = service(",'audience':'" + admin + "'");

        // However that is prevented: by refusing such a client, such a token, or by another audience.
        assertThat(List.of(audience(() -> issue(web, "demo", "user")), audience(() -> grant(service, ""))))
                .doesNotContain(admin);
    }

    @FunctionalInterface
    private interface Issue {
        AccessToken issue() throws OAuthException;
    }

    private static String audience(Issue issue) {
        try {
            return claims(issue.issue()).getString("aud");
        } catch (OAuthException | RuntimeException refused) {
            return "";
        }
    }

    @Test
    void t12WhoIsDisabledOrGoneGetsNoToken() {
        Client web = web("");
        String disabled = Fixture.user("disabled", false, "user");

        for (String subject : List.of(disabled, "0123456789abcdefghijkl", "web")) {
            OAuthException refusal = catchThrowableOfType(
                    OAuthException.class, () -> tokens(settings()).issue(web, authorization(subject, "demo")));
            assertThat(refusal.code()).isEqualTo(ErrorCode.INVALID_GRANT);
            assertThat(refusal.description()).isEqualTo("the grant is invalid, expired or revoked");
        }
    }

    @Test
    void theLifetimeIsThatOfTheSettings() throws OAuthException {
        AccessToken token = issue(settings("claviger.access-token-lifetime", "PT1S"), web(""), "demo");

        assertThat(token.expiresIn()).isEqualTo(1);
        assertThat(claims(token).getJsonNumber("exp").longValueExact()).isEqualTo(NOW + 1);
    }

    /** RFC 6749 section 3.3: a scope has at least one token, so where there is none it is left out. */
    @Test
    void anEmptyScopeIsNotWritten() throws OAuthException {
        Client nothing = Fixture.client("{'client_id':'nothing','grant_types':['client_credentials']}");

        AccessToken token = grant(nothing, "");

        assertThat(claims(token)).doesNotContainKey("scope");
        assertThat(new TokenResponse(token, Optional.empty()).toJson()).doesNotContainKey("scope");
    }
}
