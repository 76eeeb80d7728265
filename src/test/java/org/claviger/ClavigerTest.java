package org.claviger;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.claviger.Fixture.CHALLENGE;
import static org.claviger.Fixture.ISSUER;
import static org.claviger.Fixture.RANDOM;
import static org.claviger.Fixture.SECRET;
import static org.claviger.Fixture.VERIFIER;
import static org.claviger.Fixture.settings;

import jakarta.json.JsonObject;
import jakarta.servlet.http.Cookie;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.claviger.database.Database;
import org.claviger.database.WatchedClock;
import org.claviger.oauth.OAuthException;
import org.claviger.oauth.Parameters;
import org.claviger.settings.Settings;
import org.claviger.settings.SettingsException;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The whole service without a server: requests go into the endpoints, and what comes out is read. */
class ClavigerTest {
    private static final String REDIRECT = "https://web.example.org/callback";
    private static final String ENCODED_REDIRECT = "https%3A%2F%2Fweb.example.org%2Fcallback";
    private static final String REQUEST = "response_type=code&client_id=spa&redirect_uri=" + ENCODED_REDIRECT
            + "&code_challenge=" + CHALLENGE + "&code_challenge_method=S256&state=a%20b%26c%3D%C3%A9";
    private static final String REDEEM = "grant_type=authorization_code&client_id=spa&code_verifier=" + VERIFIER
            + "&redirect_uri=" + ENCODED_REDIRECT + "&code=";
    private static final String SERVICE =
            "Basic " + Base64.getEncoder().encodeToString(("service:" + SECRET).getBytes(UTF_8));
    private static final Pattern HIDDEN = Pattern.compile("name=\"(request|form_token)\" value=\"([^\"]*)\"");

    private static final TestClock CLOCK = new TestClock();
    private static Claviger claviger;
    private static Cookie signedIn;

    @BeforeAll
    static void start(@TempDir Path folder) throws IOException {
        claviger = new Claviger(
                importing(folder),
                TestDatabase.empty(),
                watched(),
                RANDOM,
                entities -> CLOCK.instant(),
                Fixture.fresh());
        CLOCK.set(TestClock.START);
        Fixture.user("alice", true, "user");
        signedIn = signIn("passwd").cookie("__Secure-claviger-session");
        allow(REQUEST);
        allow(REQUEST.replace("spa", "web"));
    }

    private static void allow(String request) {
        Exchange consent = authorize(request, signedIn);
        Exchange.post(hiddenFields(consent) + "decision=allow")
                .cookie(signedIn)
                .cookie(consent.cookie("__Secure-claviger-form"))
                .through(claviger.endpoints.get("/consent"));
    }

    @BeforeEach
    void beginAgain() {
        CLOCK.set(TestClock.START);
    }

    private static WatchedClock watched() {
        return new WatchedClock(CLOCK, TestDatabase.database());
    }

    private static Settings importing(Path folder) throws IOException {
        Path file = Files.writeString(
                folder.resolve("import.json"),
                """
                {'clients': [
                  {'client_id':'spa','client_name':'<b>"Shop" & more</b>','token_endpoint_auth_method':'none',
                   'grant_types':['authorization_code','refresh_token'],'redirect_uris':['%1$s'],'scope':'demo profile'},
                  {'client_id':'web','client_secret':'%2$s','redirect_uris':['%1$s'],'scope':'demo'},
                  {'client_id':'service','client_secret':'%2$s','grant_types':['client_credentials'],'scope':'demo'}
                ]}"""
                        .replace("\"", "\\\"")
                        .replace('\'', '"')
                        .formatted(REDIRECT, SECRET));
        return settings("claviger.import", file.toString());
    }

    private static Exchange authorize(String query, Cookie... cookies) {
        return through(Exchange.get(query), cookies);
    }

    private static Exchange through(Exchange exchange, Cookie... cookies) {
        for (Cookie cookie : cookies) {
            exchange.cookie(cookie);
        }
        return exchange.through(claviger.endpoints.get("/authorize"));
    }

    /** The fields of the form of a page, ready to be sent. */
    private static String hiddenFields(Exchange page) {
        StringBuilder form = new StringBuilder();
        Matcher field = HIDDEN.matcher(page.body());
        while (field.find()) {
            String value =
                    field.group(2).replace("&#39;", "'").replace("&quot;", "\"").replace("&amp;", "&");
            form.append(Parameters.pair(field.group(1), value)).append('&');
        }
        return form.toString();
    }

    private static Exchange signIn(String password) {
        Exchange page = authorize(REQUEST);
        return Exchange.post(hiddenFields(page) + "username=alice&password=" + password)
                .cookie(page.cookie("__Secure-claviger-form"))
                .through(claviger.endpoints.get("/signin"));
    }

    private static Parameters location(Exchange exchange) {
        assertThat(exchange.status()).isEqualTo(303);
        assertThat(exchange.header("Location")).startsWith(REDIRECT + "?");
        try {
            return Parameters.parse(exchange.header("Location").substring(REDIRECT.length() + 1));
        } catch (OAuthException malformed) {
            throw new IllegalStateException(malformed);
        }
    }

    private static String code() {
        return location(authorize(REQUEST, signedIn)).findOnce("code").orElseThrow();
    }

    private static Exchange token(String form) {
        return Exchange.post(form).through(claviger.endpoints.get("/token"));
    }

    private static JsonObject tokens() {
        return token(REDEEM + code()).json();
    }

    /** What the database is asked: nothing that is not needed, and two thirds of it in the reads of rows by their key. */
    @Test
    void aClientsOwnTokenTakesNoStatementAndARefreshThree() {
        String refreshToken = tokens().getString("refresh_token");
        int begun = TestDatabase.statements();

        assertThat(Exchange.post("grant_type=client_credentials")
                        .header("Authorization", SERVICE)
                        .through(claviger.endpoints.get("/token"))
                        .status())
                .isEqualTo(200);
        int service = TestDatabase.statements();
        assertThat(token("grant_type=refresh_token&client_id=spa&refresh_token=" + refreshToken)
                        .status())
                .isEqualTo(200);

        assertThat(service - begun).isZero();
        assertThat(TestDatabase.statements() - service).isEqualTo(3);
    }

    private static void assertError(Exchange exchange, int status, String error) {
        assertThat(exchange.body()).contains("\"" + error + "\"");
        assertThat(exchange.status()).isEqualTo(status);
        assertThat(exchange.json().keySet()).containsExactlyInAnyOrder("error", "error_description");
        assertThat(exchange.header("Content-Type")).isEqualTo("application/json");
        assertThat(exchange.header("Cache-Control")).isEqualTo("no-store");
    }

    @Test
    void aPersonSignsInAndTheApplicationGetsTokens() {
        Exchange redeemed = token(REDEEM + code());

        assertThat(redeemed.status()).isEqualTo(200);
        assertThat(redeemed.header("Cache-Control")).isEqualTo("no-store");
        assertThat(redeemed.header("Content-Type")).isEqualTo("application/json");
        JsonObject tokens = redeemed.json();
        assertThat(tokens.keySet())
                .containsExactlyInAnyOrder("access_token", "token_type", "expires_in", "refresh_token", "scope");
        assertThat(tokens.getString("token_type")).isEqualTo("Bearer");
        assertThat(tokens.getInt("expires_in")).isEqualTo(900);
        assertThat(tokens.getString("scope")).isEqualTo("demo profile");

        Exchange refreshed =
                token("grant_type=refresh_token&client_id=spa&refresh_token=" + tokens.getString("refresh_token"));
        assertThat(refreshed.status()).isEqualTo(200);
        assertThat(refreshed.json().getString("refresh_token")).isNotEqualTo(tokens.getString("refresh_token"));
        assertThat(refreshed.json().getString("access_token")).isNotEqualTo(tokens.getString("access_token"));
    }

    @Test
    void a6AndA11SuccessAndErrorCarryStateAndIssuer() throws OAuthException {
        Parameters success = location(authorize(REQUEST, signedIn));
        Parameters error = location(authorize(REQUEST.replace("S256", "plain"), signedIn));

        assertThat(success.find("state")).contains("a b&c=é");
        assertThat(success.find("iss")).contains(ISSUER);
        assertThat(success.find("error")).isEmpty();
        assertThat(error.find("state")).contains("a b&c=é");
        assertThat(error.find("iss")).contains(ISSUER);
        assertThat(error.find("error")).contains("invalid_request");
        assertThat(error.find("code")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "response_type=code, response_type=token, unsupported_response_type",
        "response_type=code&, '', invalid_request",
        "state=, scope=unknown&state=, invalid_scope",
        "state=, scope=claviger:admin&state=, invalid_scope",
        "state=, response_mode=fragment&state=, invalid_request",
        "state=, state=x&state=, invalid_request"
    })
    void whatIsWrongWithARequestGoesToTheClient(String from, String to, String error) throws OAuthException {
        Parameters answer = location(authorize(REQUEST.replaceFirst(from, to), signedIn));

        assertThat(answer.find("error")).contains(error);
        assertThat(answer.find("iss")).contains(ISSUER);
        assertThat(answer.find("code")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "client_id=spa",
                "client_id=unknown&redirect_uri=" + ENCODED_REDIRECT,
                "client_id=spa&redirect_uri=https%3A%2F%2Fevil.example",
                "client_id=spa&redirect_uri=" + ENCODED_REDIRECT + "&redirect_uri=" + ENCODED_REDIRECT,
                "client_id=spa&client_id=spa&redirect_uri=" + ENCODED_REDIRECT,
                "client_id=spa&redirect_uri=%",
                "client_id=spa&redirect_uri=" + ENCODED_REDIRECT + "%00"
            })
    void a2WithoutAProvenClientAndRedirectThereIsAPageAndNoRedirect(String query) {
        Exchange exchange = authorize(query, signedIn);

        assertThat(exchange.status()).isEqualTo(400);
        assertThat(exchange.header("Location")).isEmpty();
        assertThat(exchange.header("Content-Type")).isEqualTo("text/html;charset=UTF-8");
        assertThat(exchange.body()).contains("role=\"alert\"").doesNotContain("evil");
    }

    @Test
    void aRequestMayBePosted() throws OAuthException {
        assertThat(location(through(Exchange.post(REQUEST), signedIn)).find("code"))
                .isPresent();
    }

    @Test
    void a13AndA16APageCannotBeFramedAndTellsNobodyWhereItWas() {
        for (Exchange page : List.of(authorize(REQUEST), authorize(""))) {
            assertThat(page.header("Content-Security-Policy"))
                    .contains("frame-ancestors 'none'", "default-src 'none'", "base-uri 'none'")
                    .doesNotContain("unsafe", "script-src");
            assertThat(page.header("X-Frame-Options")).isEqualTo("DENY");
            assertThat(page.header("Referrer-Policy")).isEqualTo("no-referrer");
            assertThat(page.header("Cache-Control")).isEqualTo("no-store");
            assertThat(page.header("X-Content-Type-Options")).isEqualTo("nosniff");
        }
        assertThat(authorize(REQUEST).header("Content-Security-Policy"))
                .endsWith("form-action 'self' https://web.example.org");
    }

    @Test
    void whatOthersWroteIsEscapedOnThePage() {
        String page = authorize(REQUEST + "&x=%22%3E%3Cscript%3E'").body();

        assertThat(page)
                .contains("&lt;b&gt;&quot;Shop&quot; &amp; more&lt;/b&gt;")
                .doesNotContain("<b>", "<script", "\"Shop\"");
    }

    @Test
    void a12AfterThePasswordThereIsA303AndANewSession() {
        Exchange first = signIn("passwd");
        Exchange page = authorize(REQUEST);
        Exchange second = Exchange.post(hiddenFields(page) + "username=alice&password=passwd")
                .cookie(page.cookie("__Secure-claviger-form"))
                .cookie(first.cookie("__Secure-claviger-session"))
                .through(claviger.endpoints.get("/signin"));

        assertThat(second.status()).isEqualTo(303);
        assertThat(second.header("Location")).startsWith(ISSUER + "/authorize?response_type=code&");
        assertThat(second.header("Cache-Control")).isEqualTo("no-store");
        Cookie session = second.cookie("__Secure-claviger-session");
        assertThat(session.getValue())
                .isNotEqualTo(first.cookie("__Secure-claviger-session").getValue());
        assertThat(session.isHttpOnly()).isTrue();
        assertThat(session.getSecure()).isTrue();
        assertThat(session.getAttribute("SameSite")).isEqualTo("Lax");
        assertThat(session.getPath()).isEqualTo("/api/v2/auth");
        // A15: the session that the browser had has ended.
        assertThat(authorize(REQUEST, first.cookie("__Secure-claviger-session")).status())
                .isEqualTo(200);
        assertThat(authorize(REQUEST, session).status()).isEqualTo(303);
    }

    @ParameterizedTest
    @ValueSource(strings = {"wrong", "", "PASSWD"})
    void aWrongPasswordShowsTheFormAgain(String password) {
        Exchange again = signIn(password);

        assertThat(again.status()).isEqualTo(403);
        assertThat(again.header("Location")).isEmpty();
        assertThat(again.cookies()).doesNotContainKey("__Secure-claviger-session");
        assertThat(again.body()).contains("User name or password is wrong.").doesNotContain("value=\"wrong\"");
        assertThat(hiddenFields(again)).contains("form_token=");
    }

    @Test
    void a15AFormThatThisBrowserWasNotShownIsRefused() {
        Exchange page = authorize(REQUEST);
        Cookie cookie = page.cookie("__Secure-claviger-form");
        String fields = hiddenFields(page);
        String rest = "username=alice&password=passwd";
        Cookie foreign = authorize(REQUEST).cookie("__Secure-claviger-form");

        String other = fields.contains("form_token=1._") ? "-" : "_";
        assertThat(List.of(
                        Exchange.post(fields + rest),
                        Exchange.post(fields + rest).cookie(foreign),
                        Exchange.post(fields + rest).cookie(cookie).header("Origin", "https://evil.example"),
                        Exchange.post(fields + rest).cookie(cookie).header("Sec-Fetch-Site", "cross-site"),
                        Exchange.post(fields + rest).cookie(cookie).header("Sec-Fetch-Site", "same-site"),
                        Exchange.post(fields + rest).cookie(new Cookie(cookie.getName(), "")),
                        Exchange.post(fields.replaceFirst("form_token=[^&]*", "form_token=") + rest)
                                .cookie(cookie),
                        Exchange.post(fields.replaceFirst("form_token=1[.].", "form_token=1." + other) + rest)
                                .cookie(cookie),
                        Exchange.post(fields.replace("client_id%3Dspa", "client_id%3Dweb") + rest)
                                .cookie(cookie),
                        Exchange.post(fields.replaceFirst("request=[^&]*&", "") + rest)
                                .cookie(cookie),
                        Exchange.post(fields + fields + rest).cookie(cookie)))
                .allSatisfy(exchange -> {
                    exchange.through(claviger.endpoints.get("/signin"));
                    assertThat(exchange.status()).isEqualTo(400);
                    assertThat(exchange.cookies()).isEmpty();
                    assertThat(exchange.header("Location")).isEmpty();
                });
        assertThat(Exchange.post(fields + rest)
                        .cookie(cookie)
                        .header("Origin", "https://id.example.org")
                        .header("Sec-Fetch-Site", "same-origin")
                        .through(claviger.endpoints.get("/signin"))
                        .status())
                .isEqualTo(303);
    }

    @Test
    void a15ABrowserKeepsItsFormCookieUnlessItIsNotOneOfOurs() {
        Cookie cookie = authorize(REQUEST).cookie("__Secure-claviger-form");

        assertThat(authorize(REQUEST, cookie).cookies()).isEmpty();
        for (String value : new String[] {"", "x", "x".repeat(42), "x".repeat(44), "x".repeat(42) + "="}) {
            assertThat(authorize(REQUEST, new Cookie("__Secure-claviger-form", value))
                            .cookie("__Secure-claviger-form")
                            .getValue())
                    .matches("[A-Za-z0-9_-]{43}")
                    .isNotEqualTo("x".repeat(43));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "grant_type=password&username=a&password=b&client_id=spa, unsupported_grant_type, 400",
        "grant_type=implicit&client_id=spa, unsupported_grant_type, 400",
        "grant_type=client_credentials&client_id=spa, unauthorized_client, 400",
        "client_id=spa, invalid_request, 400",
        "grant_type=&client_id=spa, invalid_request, 400",
        "grant_type=refresh_token&grant_type=refresh_token&client_id=spa, invalid_request, 400",
        "grant_type=refresh_token&client_id=spa, invalid_request, 400",
        "grant_type=refresh_token&client_id=spa&refresh_token=x, invalid_grant, 400",
        "grant_type=authorization_code&client_id=spa&code=x, invalid_request, 400",
        "grant_type=refresh_token, invalid_client, 401",
        "grant_type=refresh_token&client_id=unknown, invalid_client, 401",
        "grant_type=client_credentials&client_id=service, invalid_client, 401",
        "grant_type=client_credentials&client_id=service&client_secret=x, invalid_client, 401",
        "grant_type=refresh_token&client_id=spa&x=%, invalid_request, 400",
        "grant_type=refresh_token&client_id=spa&x=%00, invalid_request, 400",
        "'', invalid_client, 401"
    })
    void aRefusalIsThatOfRfc6749Section52(String form, String error, int status) {
        Exchange exchange = token(form);

        assertError(exchange, status, error);
        assertThat(exchange.header("WWW-Authenticate").isEmpty()).isEqualTo(status != 401);
    }

    @Test
    void t1ARedemptionNeedsTheVerifierAndTheRedirectUri() {
        String code = code();

        assertError(token(REDEEM.replaceFirst("code_verifier=[^&]*&", "") + code), 400, "invalid_request");
        assertError(token(REDEEM.replaceFirst("redirect_uri=[^&]*&", "") + code), 400, "invalid_request");
        assertError(token(REDEEM.replace(VERIFIER, "x".repeat(43)) + code), 400, "invalid_grant");
        assertThat(token(REDEEM + code).status()).isEqualTo(200);
    }

    @Test
    void t2TheVerifierDoesNotReplaceTheSecret() {
        String code = location(authorize(REQUEST.replace("spa", "web"), signedIn))
                .findOnce("code")
                .orElseThrow();
        String form = REDEEM.replace("client_id=spa", "client_id=web") + code;

        assertError(token(form), 401, "invalid_client");
        assertThat(Exchange.post(form)
                        .header(
                                "Authorization",
                                "Basic " + Base64.getEncoder().encodeToString(("web:" + SECRET).getBytes(UTF_8)))
                        .through(claviger.endpoints.get("/token"))
                        .json()
                        .keySet())
                .contains("access_token")
                .doesNotContain("refresh_token");
    }

    @Test
    void t15OnlyFormsArePosted() {
        assertError(Exchange.get("grant_type=x").through(claviger.endpoints.get("/token")), 405, "invalid_request");
        assertThat(Exchange.get("").through(claviger.endpoints.get("/token")).header("Allow"))
                .isEqualTo("POST");
        for (String type : new String[] {"application/json", "text/plain", "multipart/form-data", "", null}) {
            assertError(
                    Exchange.post("grant_type=client_credentials")
                            .contentType(type)
                            .through(claviger.endpoints.get("/token")),
                    400,
                    "invalid_request");
        }
        assertThat(Exchange.post("grant_type=client_credentials")
                        .contentType("Application/X-WWW-Form-URLEncoded; charset=UTF-8")
                        .header("Authorization", SERVICE)
                        .through(claviger.endpoints.get("/token"))
                        .status())
                .isEqualTo(200);
        assertError(token("x=" + "y".repeat(65_536)), 400, "invalid_request");
    }

    @Test
    void t11ARefreshOnlyNarrowsAndOnlyThisAccessToken() {
        String refreshToken = tokens().getString("refresh_token");
        String form = "grant_type=refresh_token&client_id=spa&refresh_token=";

        assertError(token(form + refreshToken + "&scope=demo+claviger:admin"), 400, "invalid_scope");
        JsonObject narrowed = token(form + refreshToken + "&scope=profile").json();
        assertThat(narrowed.getString("scope")).isEqualTo("profile");
        assertThat(token(form + narrowed.getString("refresh_token")).json().getString("scope"))
                .isEqualTo("demo profile");
    }

    @Test
    void t7AReplayedRefreshTokenEndsItsFamily() {
        String form = "grant_type=refresh_token&client_id=spa&refresh_token=";
        String first = tokens().getString("refresh_token");
        String second = token(form + first).json().getString("refresh_token");

        assertError(token(form + first), 400, "invalid_grant");
        assertError(token(form + second), 400, "invalid_grant");
    }

    @Test
    void t12WhoWasDisabledRefreshesNoMore() {
        String refreshToken = tokens().getString("refresh_token");
        String code = code();
        TestDatabase.execute("update resource_owner set enabled = false");
        try {
            assertError(
                    token("grant_type=refresh_token&client_id=spa&refresh_token=" + refreshToken),
                    400,
                    "invalid_grant");
            assertError(token(REDEEM + code), 400, "invalid_grant");
            assertThat(authorize(REQUEST, signedIn).status()).isEqualTo(200);
        } finally {
            TestDatabase.execute("update resource_owner set enabled = true");
        }
    }

    @Test
    void aSessionEndsWhenNobodyUsesIt() {
        Cookie session = signIn("passwd").cookie("__Secure-claviger-session");
        CLOCK.advance(Duration.ofMinutes(30));

        assertThat(authorize(REQUEST, session).status()).isEqualTo(200);
    }

    @Test
    void eachGrantTakesNoMoreSqlThanItNeeds() {
        String code = code();
        int beforeService = TestDatabase.statements();
        assertThat(Exchange.post("grant_type=client_credentials")
                        .header("Authorization", SERVICE)
                        .through(claviger.endpoints.get("/token"))
                        .status())
                .isEqualTo(200);
        assertThat(TestDatabase.statements() - beforeService).isZero();

        int beforeCode = TestDatabase.statements();
        String refreshToken = token(REDEEM + code).json().getString("refresh_token");
        assertThat(TestDatabase.statements() - beforeCode).isLessThanOrEqualTo(4);

        int beforeRefresh = TestDatabase.statements();
        assertThat(token("grant_type=refresh_token&client_id=spa&refresh_token=" + refreshToken)
                        .status())
                .isEqualTo(200);
        assertThat(TestDatabase.statements() - beforeRefresh).isLessThanOrEqualTo(3);
    }

    @Test
    void theKeySetIsPublishedForFiveMinutes() {
        Exchange jwks = Exchange.get(null).through(claviger.endpoints.get("/jwks"));

        assertThat(jwks.header("Cache-Control")).isEqualTo("public, max-age=300");
        assertThat(jwks.json().getJsonArray("keys")).hasSize(1);
        assertThat(Exchange.get(null)
                        .through(claviger.endpoints.get("/.well-known/oauth-authorization-server"))
                        .json()
                        .getString("issuer"))
                .isEqualTo(ISSUER);
    }

    @Test
    void aFileThatCannotBeImportedStopsTheStart() {
        assertThatThrownBy(() -> new Claviger(
                        settings("claviger.import", "missing.json"),
                        TestDatabase.database(),
                        watched(),
                        RANDOM,
                        entities -> CLOCK.instant(),
                        Fixture.fresh()))
                .isInstanceOf(SettingsException.class)
                .hasMessageStartingWith("claviger.import: ");
    }

    @Test
    void anotherKeyEncryptionKeyStopsTheStart() {
        assertThatThrownBy(() -> new Claviger(
                        settings("claviger.key-encryption-key", "ZmVkY2JhOTg3NjU0MzIxMGZlZGNiYTk4NzY1NDMyMTA"),
                        TestDatabase.database(),
                        watched(),
                        RANDOM))
                .isInstanceOf(SettingsException.class)
                .hasMessageStartingWith("claviger.key-encryption-key: ");
    }

    @Test
    void t17AFaultIsAServerErrorWhoseIncidentIsInTheLog(@TempDir Path folder) throws IOException {
        JdbcDataSource source = new JdbcDataSource();
        source.setURL("jdbc:h2:mem:fault;DB_CLOSE_DELAY=-1");
        Database database = Database.open(source);
        Claviger broken = new Claviger(
                importing(folder),
                database,
                new WatchedClock(CLOCK, database),
                RANDOM,
                entities -> CLOCK.instant(),
                Fixture.fresh());
        database.close();
        try (CapturedLog log = new CapturedLog("org.claviger")) {
            Exchange exchange = Exchange.post(REDEEM + "code").through(broken.endpoints.get("/token"));
            String incident = exchange.json().getString("error_description");

            assertError(exchange, 500, "server_error");
            assertThat(incident).matches("incident [0-9a-f]{12}");
            assertThat(exchange.body()).doesNotContainIgnoringCase("exception").doesNotContain("jdbc", "select");
            assertThat(log.records()).anySatisfy(record -> {
                assertThat(record.getMessage()).contains(incident);
                assertThat(record.getThrown()).isNotNull();
            });

            Exchange page = Exchange.get(REQUEST)
                    .cookie(new Cookie("__Secure-claviger-session", "x".repeat(43)))
                    .through(broken.endpoints.get("/authorize"));
            assertThat(location(page).findOnce("error")).contains("server_error");
            assertThat(location(page).findOnce("error_description").orElseThrow())
                    .matches("incident [0-9a-f]{12}");
        }
    }

    @Test
    void o2NoCredentialIsInTheAuditLog() {
        try (CapturedLog log = new CapturedLog("org.claviger.audit")) {
            signIn("swordfish");
            String session =
                    signIn("passwd").cookie("__Secure-claviger-session").getValue();
            String code = code();
            JsonObject tokens = token(REDEEM + code).json();
            token(REDEEM + code);
            token("grant_type=refresh_token&client_id=spa&refresh_token=" + tokens.getString("refresh_token"));
            Exchange.post("grant_type=client_credentials")
                    .header("Authorization", SERVICE)
                    .through(claviger.endpoints.get("/token"));

            assertThat(String.join("\n", log.lines()))
                    .contains(
                            "SIGN_IN_REFUSED",
                            "SIGNED_IN",
                            "AUTHORIZED",
                            "TOKEN_ISSUED",
                            "REUSE_DETECTED",
                            "TOKEN_REFUSED")
                    .doesNotContain(
                            "swordfish",
                            "passwd",
                            session,
                            code,
                            VERIFIER,
                            SECRET,
                            tokens.getString("access_token"),
                            tokens.getString("refresh_token"));
        }
    }
}
