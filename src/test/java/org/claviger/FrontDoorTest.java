package org.claviger;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.claviger.Fixture.CHALLENGE;
import static org.claviger.Fixture.RANDOM;
import static org.claviger.Fixture.SECRET;
import static org.claviger.Fixture.VERIFIER;
import static org.claviger.Fixture.json;
import static org.claviger.Fixture.settings;

import jakarta.servlet.http.Cookie;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.claviger.database.WatchedClock;
import org.claviger.live.SettingRefusedException;
import org.claviger.oauth.OAuthException;
import org.claviger.oauth.Parameters;
import org.claviger.settings.Settings;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What people and their browsers meet, without a server: a browser keeps cookies, sends forms and follows redirects. */
class FrontDoorTest {
    private static final String WEB = "https://web.example.org/callback";
    /** Of "passwd", with one iteration so that tests need not wait. */
    private static final String PASSWORD_HASH =
            "pbkdf2-sha256$1$MDEyMzQ1Njc4OWFiY2RlZg$k7U-iiyGkB8gCVp7NdNfCBukIg87eTG6I2RolxM6xb8";

    private static final Pattern HIDDEN = Pattern.compile("type=\"hidden\" name=\"(\\w+)\" value=\"([^\"]*)\"");

    private static final String ALICE = "alice-0000000000000000";

    private static final TestClock CLOCK = new TestClock();
    private static Claviger claviger;

    private final CapturedLog log = new CapturedLog("org.claviger.audit");
    private final Map<String, Cookie> cookies = new HashMap<>();

    @BeforeAll
    static void open(@TempDir Path folder) {
        claviger = new Claviger(
                settings("claviger.data-directory", folder.toString()),
                TestDatabase.empty(),
                new WatchedClock(CLOCK, TestDatabase.database()),
                RANDOM,
                entities -> CLOCK.instant(),
                Fixture.fresh());
    }

    @BeforeEach
    void beginAgain() {
        CLOCK.advance(Duration.ofDays(1)); // nothing is blocked any more
        for (String table : List.of(
                "client", "resource_owner", "sign_in_session", "token_family", "consent", "throttle", "revocation")) {
            TestDatabase.execute("delete from " + table);
        }
        register("{'client_id':'web','client_secret':'" + SECRET + "','redirect_uris':['" + WEB
                + "'],'scope':'profile demo'}");
        register("{'client_id':'spa','token_endpoint_auth_method':'none','redirect_uris':['" + WEB
                + "'],'scope':'profile demo'}");
        TestDatabase.execute(
                "insert into resource_owner (subject, username, password_hash, enabled) values (?, 'alice', ?, true)",
                ALICE,
                PASSWORD_HASH);
    }

    @AfterEach
    void close() {
        log.close();
    }

    private void register(String client) {
        Fixture.register(claviger.clients, json(client), "");
        claviger.clients.refresh();
    }

    private static String request(String client, String redirectUri, String more) {
        return "response_type=code&client_id=" + client + "&" + Parameters.pair("redirect_uri", redirectUri)
                + "&code_challenge=" + CHALLENGE + "&code_challenge_method=S256" + more;
    }

    private static String request(String client) {
        return request(client, WEB, "");
    }

    private Exchange send(Exchange exchange, String path) {
        cookies.values().forEach(exchange::cookie);
        exchange.header("Host", "id.example.org").through(claviger.endpoints.get(path));
        exchange.cookies().forEach(cookies::put);
        return exchange;
    }

    private Exchange authorize(String query) {
        return send(Exchange.get(query), "/authorize");
    }

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

    private Exchange submit(Exchange page, String path, String fields) {
        return send(Exchange.post(hiddenFields(page) + fields), path);
    }

    private Exchange signIn(String query, String fields) {
        return submit(authorize(query), "/signin", fields);
    }

    private void signIn() {
        assertThat(signIn(request("web"), "username=alice&password=passwd").status())
                .isEqualTo(303);
    }

    private Exchange allow(Exchange consentPage) {
        assertThat(consentPage.body()).contains("value=\"allow\"");
        return submit(consentPage, "/consent", "decision=allow");
    }

    private static boolean isConsentPage(Exchange exchange) {
        return exchange.status() == 200 && exchange.body().contains("value=\"allow\"");
    }

    private static Optional<String> answer(Exchange exchange, String parameter) throws OAuthException {
        assertThat(exchange.status()).as(exchange.body()).isEqualTo(303);
        String location = exchange.header("Location");
        return Parameters.parse(location.substring(location.indexOf('?') + 1)).find(parameter);
    }

    private Exchange token(String id, String secret) {
        String basic = Base64.getEncoder().encodeToString((id + ":" + secret).getBytes(UTF_8));
        return send(Exchange.post("grant_type=client_credentials").header("Authorization", "Basic " + basic), "/token");
    }

    @Test
    void t5APublicClientHasNothingToGuessSoNobodyCanBlockIt() {
        for (int i = 0; i < 20; i++) {
            assertThat(token("spa", "wrong").status()).isEqualTo(401);
        }
        assertThat(TestDatabase.query("select attempt from throttle")).isEmpty();
    }

    @Test
    void t5GuessesOfASecretAreSlowedDown() {
        for (int i = 0; i < 6; i++) {
            assertThat(token("web", "wrong").status()).isEqualTo(401);
        }
        assertThat(token("web", SECRET).status()).isEqualTo(429);
    }

    @Test
    void t5WhatIsLongerThanAnyNameOrPasswordIsRefusedWithoutBeingCounted() {
        for (String fields : new String[] {
            "username=" + "x".repeat(256) + "&password=passwd", "username=alice&password=" + "x".repeat(1001)
        }) {
            Exchange refused = signIn(request("web"), fields);

            assertThat(refused.status()).isEqualTo(403);
            assertThat(refused.body()).contains("User name or password is wrong.");
        }
        assertThat(TestDatabase.query("select attempt from throttle")).isEmpty();
    }

    @Test
    void t5ASignInThatSucceedsAtOnceDoesNotTouchTheThrottle() {
        signIn();

        assertThat(TestDatabase.query("select attempt from throttle")).isEmpty();
    }

    @Test
    void a17WhatWasAllowedIsNotAskedAgain() throws OAuthException {
        signIn();
        for (String client : new String[] {"web", "spa"}) {
            assertThat(answer(allow(authorize(request(client))), "code")).isPresent();
            assertThat(answer(authorize(request(client)), "code")).isPresent();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"http://127.0.0.1:7777/", "http://[::1]:7777/", "http://localhost:7777/", "com.example.app:/back"
            })
    void a17AnAppThatAnotherCouldImpersonateAsksEachTime(String redirectUri) throws OAuthException {
        register("{'client_id':'app','token_endpoint_auth_method':'none','redirect_uris':['" + redirectUri
                + "'],'scope':'demo'}");
        signIn();

        assertThat(answer(allow(authorize(request("app", redirectUri, ""))), "code"))
                .isPresent();
        assertThat(isConsentPage(authorize(request("app", redirectUri, "")))).isTrue();
        assertThat(answer(authorize(request("app", redirectUri, "&prompt=none")), "error"))
                .contains("consent_required");
    }

    @Test
    void a17AClientOnLoopbackThatHasASecretAsksOnce() throws OAuthException {
        String redirectUri = "http://127.0.0.1:7777/";
        register("{'client_id':'local','client_secret':'" + SECRET + "','redirect_uris':['" + redirectUri + "']}");
        signIn();
        allow(authorize(request("local", redirectUri, "")));

        assertThat(answer(authorize(request("local", redirectUri, "")), "code")).isPresent();
    }

    @Test
    void a17NothingIsGrantedButWhatWasShown() {
        register("{'client_id':'web','client_secret':'" + SECRET + "','redirect_uris':['" + WEB
                + "'],'scope':'profile'}");
        signIn();
        Exchange shown = authorize(request("web"));
        register("{'client_id':'web','client_secret':'" + SECRET + "','redirect_uris':['" + WEB
                + "'],'scope':'profile demo'}");

        Exchange refused = allow(shown);
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.header("Location")).isEmpty();
        assertThat(TestDatabase.query("select scope from token_family")).isEmpty();
        assertThat(TestDatabase.query("select scope from consent")).isEmpty();
    }

    @Test
    void a17SigningOutEverywhereWithdrawsWhatWasAllowed() {
        signIn();
        allow(authorize(request("web")));
        Exchange out = submit(send(Exchange.get(null), "/signout"), "/signout", "everywhere=true");
        assertThat(out.body()).contains("You are signed out everywhere.");
        // What begins at this moment could not be told from what has just ended: the form asks to try again.
        Exchange notYet = signIn(request("web"), "username=alice&password=passwd");
        assertThat(notYet.status()).isEqualTo(503);
        assertThat(notYet.body()).contains("name=\"password\"");

        CLOCK.advance(Duration.ofSeconds(2));
        signIn();
        assertThat(isConsentPage(authorize(request("web")))).isTrue();
    }

    @Test
    void signingOutHereWithdrawsNothing() throws OAuthException {
        signIn();
        allow(authorize(request("web")));
        submit(send(Exchange.get(null), "/signout"), "/signout", "");

        signIn();
        assertThat(answer(authorize(request("web")), "code")).isPresent();
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /signin",
        "GET, /consent",
        "PUT, /authorize",
        "DELETE, /signout",
        "HEAD, /setup",
        "get, /authorize"
    })
    void aMethodThatAPageDoesNotKnowIsAnsweredWithAPage(String method, String path) {
        Exchange answer = send(Exchange.method(method), path);

        assertThat(answer.status()).isEqualTo(405);
        assertThat(answer.header("Allow")).contains("POST");
        assertThat(answer.header("Content-Type")).isEqualTo("text/html;charset=UTF-8");
        assertThat(answer.header("Content-Security-Policy")).contains("default-src 'none'");
        assertThat(answer.body()).contains("role=\"alert\"");
    }

    @Test
    void aMethodThatAnEndpointForProgramsDoesNotKnowIsAnsweredWithJson() {
        Exchange answer = send(Exchange.get(""), "/token");

        assertThat(answer.status()).isEqualTo(405);
        assertThat(answer.header("Allow")).isEqualTo("POST");
        assertThat(answer.json().getString("error")).isEqualTo("invalid_request");
    }

    @Test
    void aSecondTabLeavesTheFormOfTheFirstAlone() {
        Exchange first = authorize(request("web"));
        authorize(request("spa"));
        send(Exchange.get(null), "/setup");

        assertThat(submit(first, "/signin", "username=alice&password=passwd").status())
                .isEqualTo(303);
    }

    /** No browser sends our cookies with it, so what is asked would be asked of nobody. */
    @Test
    void aRequestPostedFromAnotherSiteIsRepeatedWithTheCookiesOfThisBrowser() {
        Exchange first = authorize(request("web"));
        Exchange posted = Exchange.post(request("spa", WEB, "&state=%26%20x"))
                .header("Host", "id.example.org")
                .header("Sec-Fetch-Site", "cross-site")
                .through(claviger.endpoints.get("/authorize"));

        assertThat(posted.cookies()).isEmpty();
        assertThat(posted.status()).isEqualTo(303);
        assertThat(posted.header("Location"))
                .startsWith(Fixture.ISSUER + "/authorize?response_type=code&client_id=spa&")
                .endsWith("&state=%26+x");
        assertThat(submit(first, "/signin", "username=alice&password=passwd").status())
                .isEqualTo(303);
    }

    @Test
    void o2ARefusalThatNoClientHearsOfIsAudited() {
        authorize("client_id=nobody&redirect_uri=x");
        authorize("client_id=web&redirect_uri=https%3A%2F%2Fevil.example");
        send(Exchange.post("request=x&form_token=x"), "/signin");

        assertThat(log.lines())
                .hasSize(3)
                .allSatisfy(line -> assertThat(line)
                        .startsWith("REQUEST_REFUSED address=\"203.0.113.1\" error=\"INVALID_REQUEST\"")
                        .doesNotContain("nobody", "evil"))
                .anySatisfy(line -> assertThat(line).contains("not registered for the client web"))
                .anySatisfy(line -> assertThat(line).contains("this form is not one that was shown"));
    }

    @Test
    void o2RefusalsOfSignInAndTokenSayWhereTheyCameFromAndNoSecret() {
        signIn(request("web"), "username=alice&password=swordfish");
        token("web", "swordfish");

        assertThat(log.lines()).hasSize(2).allSatisfy(line -> assertThat(line)
                .contains("_REFUSED address=\"203.0.113.1\" client=\"web\"")
                .doesNotContain("swordfish"));
    }

    @Test
    void o2ARequestForAnotherHostIsAudited() {
        Exchange.get(request("web")).header("Host", "evil.example").through(claviger.endpoints.get("/authorize"));

        assertThat(log.lines()).singleElement().asString().contains("MISDIRECTED");
    }

    /** What is imported with another password at the next start. */
    @Test
    void t12AChangedPasswordEndsSessionsAndTokens(@TempDir Path folder) throws IOException, OAuthException {
        Path file = folder.resolve("import.json");
        Settings settings = settings("claviger.import", file.toString(), "claviger.data-directory", folder.toString());
        String entry = "{\"users\":[{\"username\":\"alice\",\"password\":\"%s\"}]}";
        Files.writeString(file, entry.formatted("another password"));
        signIn();
        String code = answer(allow(authorize(request("spa"))), "code").orElseThrow();

        claviger = new Claviger(
                settings,
                TestDatabase.database(),
                new WatchedClock(CLOCK, TestDatabase.database()),
                RANDOM,
                entities -> CLOCK.instant(),
                Fixture.fresh());

        Exchange redeemed = send(
                Exchange.post("grant_type=authorization_code&client_id=spa&code=" + code + "&code_verifier="
                        + Fixture.VERIFIER + "&" + Parameters.pair("redirect_uri", WEB)),
                "/token");
        assertThat(redeemed.json().getString("error")).isEqualTo("invalid_grant");
        assertThat(TestDatabase.query("select kind from revocation")).containsExactly("SUBJECT");
        assertThat(authorize(request("web")).body()).contains("name=\"password\"");
    }

    private void registerRestricted() {
        register("{'client_id':'payroll','client_secret':'" + SECRET + "','redirect_uris':['" + WEB
                + "'],'scope':'profile demo','classification':'restricted'}");
    }

    /** By default a sign-in may be 15 minutes old, and a session an hour. */
    @Test
    void aClientOfAStricterClassificationWantsAYoungerSignIn() {
        registerRestricted();
        signIn();
        CLOCK.advance(Duration.ofMinutes(9));
        assertThat(authorize(request("payroll")).body()).contains("name=\"decision\"");
        CLOCK.advance(Duration.ofMinutes(6).plusSeconds(1));

        assertThat(authorize(request("payroll")).body()).contains("name=\"password\"");
        assertThat(authorize(request("web")).body()).contains("name=\"decision\"");
    }

    @Test
    void aConsentToAStricterClientNeedsASessionThatIsStillGoodForIt() {
        registerRestricted();
        signIn();
        Exchange form = authorize(request("payroll"));
        CLOCK.advance(Duration.ofMinutes(11));
        authorize(request("web")); // keeps the session alive, but not for the other

        Exchange refused = submit(form, "/consent", "decision=allow");

        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.body()).contains("the sign-in session has ended");
    }

    @ParameterizedTest
    @CsvSource({
        "payroll, '', 15", // reauthentication-age
        "web, &max_age=600, 10",
    })
    void aConsentIsGivenByWhoHasSignedInAShortWhileAgo(String client, String more, int minutes) throws OAuthException {
        registerRestricted();
        signIn();
        CLOCK.advance(Duration.ofMinutes(9));
        authorize(request("web")); // keeps the session alive
        CLOCK.advance(Duration.ofMinutes(minutes - 10));
        Exchange form = authorize(request(client, WEB, more));
        CLOCK.advance(Duration.ofMinutes(1).plusSeconds(1));

        Exchange sent = allow(form);

        String location = sent.header("Location");
        assertThat(location).startsWith(Fixture.ISSUER + "/authorize?");
        assertThat(authorize(location.substring(location.indexOf('?') + 1)).body())
                .contains("name=\"password\"");
        assertThat(TestDatabase.query("select family_id from token_family")).isEmpty();
        assertThat(TestDatabase.query("select scope from consent")).isEmpty();
        assertThat(answer(submit(form, "/consent", "decision=deny"), "error")).contains("access_denied");
    }

    @Test
    void aChangedSettingIsUsedAtOnce() throws OAuthException, SettingRefusedException {
        signIn();
        allow(ask(""));
        assertThat(answer(ask("&prompt=none"), "code")).isPresent();
        OptionalLong any = OptionalLong.empty();
        String own = "claviger.classification.standard.consent-each-time";

        claviger.settings.change(
                Map.of(own, Optional.of("true"), "claviger.brand.name", Optional.of("Acme & Co")), any, "root");

        assertThat(answer(ask("&prompt=none"), "error")).contains("consent_required");
        assertThat(ask("").body()).contains("Acme &amp; Co");
        claviger.settings.change(Map.of(own, Optional.empty(), "claviger.brand.name", Optional.empty()), any, "root");
        assertThat(answer(ask("&prompt=none"), "code")).isPresent();
    }

    private Exchange granted(String client) throws OAuthException {
        String code = answer(allow(authorize(request(client))), "code").orElseThrow();
        return send(
                Exchange.post("grant_type=authorization_code&client_id=" + client + "&code=" + code + "&code_verifier="
                        + VERIFIER + "&" + Parameters.pair("redirect_uri", WEB)),
                "/token");
    }

    private Exchange refresh(String client, Exchange granted) {
        return send(
                Exchange.post("grant_type=refresh_token&client_id=" + client + "&refresh_token="
                        + granted.json().getString("refresh_token")),
                "/token");
    }

    /** The leeway that a client has of its own wins. */
    @Test
    void tokensFollowTheClassificationOfTheirClientAlsoWhenThatIsChanged()
            throws OAuthException, SettingRefusedException {
        String sensitive = ",'token_endpoint_auth_method':'none','redirect_uris':['" + WEB + "'],'scope':'demo',"
                + "'grant_types':['authorization_code','refresh_token'],'classification':'sensitive'}";
        register("{'client_id':'payroll'" + sensitive);
        register("{'client_id':'strict','refresh_token_leeway':0" + sensitive);
        OptionalLong any = OptionalLong.empty();
        String life = "claviger.classification.sensitive.access-token-lifetime";
        String leeway = "claviger.classification.sensitive.refresh-token-leeway";
        claviger.settings.change(Map.of(life, Optional.of("PT16M"), leeway, Optional.of("PT10S")), any, "root");
        signIn();

        Exchange first = granted("payroll");
        Exchange second = refresh("payroll", first);
        Exchange strict = granted("strict");
        refresh("strict", strict);
        CLOCK.advance(Duration.ofSeconds(9));

        assertThat(first.json().getInt("expires_in")).isEqualTo(960);
        assertThat(second.json().getInt("expires_in")).isEqualTo(960);
        assertThat(refresh("payroll", first).json().getString("refresh_token"))
                .isEqualTo(second.json().getString("refresh_token"));
        assertThat(refresh("strict", strict).json().getString("error")).isEqualTo("invalid_grant");
        claviger.settings.change(Map.of(life, Optional.empty(), leeway, Optional.empty()), any, "root");
        Exchange third = refresh("payroll", second);
        assertThat(third.json().getInt("expires_in")).isEqualTo(900);
        assertThat(refresh("payroll", second).json().getString("error")).isEqualTo("invalid_grant");
    }

    @Test
    void aClassificationThatIsGoneIsTreatedAsStrictlyAsAnyAndSaidOnce() throws Exception {
        OptionalLong any = OptionalLong.empty();
        claviger.settings.change(Map.of("claviger.classifications", Optional.of("internal")), any, "root");
        TestDatabase.execute(
                "update client set metadata = ? where client_id = 'web'",
                "{\"client_id\":\"web\",\"redirect_uris\":[\"" + WEB
                        + "\"],\"scope\":\"profile demo\",\"classification\":\"internal\"}");
        register("{'client_id':'other','token_endpoint_auth_method':'none','redirect_uris':['" + WEB + "']}");
        signIn();
        allow(ask(""));
        assertThat(answer(ask("&prompt=none"), "code")).isPresent();
        try (CapturedLog said = new CapturedLog("org.claviger")) {
            claviger.checkClassifications();
            SettingRefusedException inUse = Assertions.assertThrows(
                    SettingRefusedException.class,
                    () -> claviger.settings.change(Map.of("claviger.classifications", Optional.empty()), any, "root"));
            assertThat(inUse).hasMessage("claviger.classifications: there are clients of internal: web");
            TestDatabase.execute("delete from setting");
            TestDatabase.execute("update version_number set number = number + 1 where name = 'setting'");
            claviger.settings.refresh();
            claviger.checkClassifications();
            claviger.checkClassifications();

            assertThat(said.lines())
                    .filteredOn(line -> line.startsWith("CLAVIGER-0803"))
                    .hasSize(1);
        }
        assertThat(answer(ask("&prompt=none"), "error")).contains("consent_required");
    }

    private Exchange ask(String more) {
        return authorize(request("web", WEB, more));
    }

    /** OpenID Connect Core section 3.1.2.1. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "&prompt=create",
                "&prompt=LOGIN",
                "&prompt=none+login",
                "&prompt=consent+none",
                "&prompt=login++consent",
                "&prompt=+login",
                "&prompt=login&prompt=login",
                "&max_age=-1",
                "&max_age=%2B1",
                "&max_age=1.5",
                "&max_age=1e3",
                "&max_age=x",
                "&max_age=1234567890123456789"
            })
    void anUnknownWayToAskIsAnInvalidRequest(String more) throws OAuthException {
        assertThat(answer(ask(more), "error")).contains("invalid_request");
    }

    @ParameterizedTest
    @CsvSource({"'&prompt=none', login_required", "'&prompt=none&max_age=0', login_required"})
    void promptNoneSaysThatNobodyIsSignedIn(String more, String error) throws OAuthException {
        assertThat(answer(ask(more), "error")).contains(error);
    }

    @Test
    void promptNoneSaysWhatWouldHaveToBeAsked() throws OAuthException {
        signIn();
        assertThat(answer(ask("&prompt=none"), "error")).contains("consent_required");

        allow(ask(""));
        assertThat(answer(ask("&prompt=none"), "code")).isPresent();
        assertThat(answer(ask("&prompt=none&max_age=0"), "error")).contains("login_required");
        CLOCK.advance(Duration.ofSeconds(11));
        assertThat(answer(ask("&prompt=none&max_age=10"), "error")).contains("login_required");
        assertThat(answer(ask("&prompt=none&max_age=11"), "code")).isPresent();
        assertThat(answer(ask("&prompt=none&max_age=000000000000000011"), "code"))
                .isPresent();
        assertThat(answer(ask("&prompt=none&max_age=999999999999999999"), "code"))
                .isPresent();
    }

    @ParameterizedTest
    @ValueSource(strings = {"&prompt=login", "&prompt=select_account", "&prompt=login+consent", "&max_age=0"})
    void whoMustSignInAnewDoes(String more) {
        signIn();

        assertThat(ask(more).body()).contains("name=\"password\"");
    }

    @Test
    void afterTheSignInThatWasAskedForItIsNotAskedForAgain() throws OAuthException {
        signIn();
        allow(ask(""));
        Exchange signedIn = submit(ask("&prompt=login&max_age=0"), "/signin", "username=alice&password=passwd");
        String location = signedIn.header("Location");

        assertThat(location).doesNotContain("prompt", "max_age");
        assertThat(answer(authorize(location.substring(location.indexOf('?') + 1)), "code"))
                .isPresent();
    }

    @Test
    void afterTheSignInConsentIsStillAskedForWhereThatWasAskedForToo() {
        signIn();
        allow(ask(""));
        Exchange signedIn = submit(ask("&prompt=login+consent"), "/signin", "username=alice&password=passwd");
        String location = signedIn.header("Location");

        assertThat(isConsentPage(authorize(location.substring(location.indexOf('?') + 1))))
                .isTrue();
    }

    @Test
    void aHintIsTheUserNameInTheFormAndNothingElse() {
        assertThat(ask("&login_hint=a%22%3E%3Cb").body()).contains("value=\"a&quot;&gt;&lt;b\"");
        assertThat(ask("&login_hint=" + "x".repeat(256)).body()).contains("name=\"username\" value=\"\"");
    }
}
