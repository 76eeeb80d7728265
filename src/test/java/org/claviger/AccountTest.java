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
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.claviger.database.WatchedClock;
import org.claviger.identity.NewResourceOwner;
import org.claviger.oauth.FamilyId;
import org.claviger.oauth.OAuthException;
import org.claviger.oauth.Parameters;
import org.claviger.oauth.Subject;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What people see and end of their own, without a server. */
class AccountTest {
    private static final String WEB = "https://web.example.org/callback";
    private static final String NEW = "a password of twelve";
    private static final Pattern FORM = Pattern.compile("<form.*?</form>", Pattern.DOTALL);
    private static final Pattern HIDDEN = Pattern.compile("type=\"hidden\" name=\"(\\w+)\" value=\"([^\"]*)\"");
    private static final Pattern HEADING = Pattern.compile("<h3[^>]*>([^<]*)</h3>");

    private static final TestClock CLOCK = new TestClock();
    private static Claviger claviger;

    private final CapturedLog log = new CapturedLog("org.claviger.audit");
    private final Person here = new Person();
    private final Person there = new Person();
    private String alice;

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
        CLOCK.advance(Duration.ofHours(2)); // nothing is blocked any more
        for (String table : List.of(
                "client",
                "password_reset",
                "resource_owner_group",
                "resource_owner",
                "sign_in_session",
                "token_family",
                "consent",
                "throttle",
                "revocation")) {
            TestDatabase.execute("delete from " + table);
        }
        for (String client : List.of("web", "other")) {
            Fixture.register(
                    claviger.clients,
                    json("{'client_id':'" + client + "','client_name':'The <" + client + ">','client_secret':'" + SECRET
                            + "','redirect_uris':['" + WEB
                            + "'],'scope':'profile demo','grant_types':['authorization_code','refresh_token']}"),
                    "");
        }
        claviger.clients.refresh();
        alice = Fixture.user("alice", true, "orders", "claviger-admin");
        Fixture.user("mallory", true);
    }

    @AfterEach
    void close() {
        log.close();
    }

    /** Somebody's browser. */
    private static final class Person {
        private final Map<String, Cookie> cookies = new HashMap<>();

        Exchange send(Exchange exchange, String path) {
            cookies.values().stream()
                    .filter(cookie -> !cookie.getValue().isEmpty())
                    .forEach(exchange::cookie);
            exchange.through(claviger.endpoints.get(path));
            exchange.cookies().forEach(cookies::put);
            return exchange;
        }

        Exchange account() {
            return send(Exchange.get(""), "/account");
        }

        Exchange signIn(String username, String password) {
            Exchange page = account();
            assertThat(page.body()).contains("to see your account");
            return send(
                    Exchange.post(hidden(form(page, "username")) + Parameters.pair("username", username) + "&"
                            + Parameters.pair("password", password)),
                    "/signin");
        }

        Person signedIn(String username) {
            Exchange answer = signIn(username, "passwd");
            assertThat(answer.status()).as(answer.body()).isEqualTo(303);
            assertThat(answer.header("Location")).isEqualTo(Fixture.ISSUER + "/account");
            return this;
        }

        /** Presses the button of the form that holds this. */
        Exchange press(String part) {
            return send(Exchange.post(hidden(form(account(), part))), "/account");
        }

        Exchange changePassword(String current, String chosen, String again) {
            Exchange page = send(Exchange.get(""), "/account/password");
            return send(
                    Exchange.post(hidden(form(page, "current_password")) + Parameters.pair("current_password", current)
                            + "&" + Parameters.pair("password", chosen) + "&"
                            + Parameters.pair("password_again", again)),
                    "/account/password");
        }

        /** All the way to tokens: what the client gets. */
        String refreshToken(String client) throws OAuthException {
            String query = "response_type=code&client_id=" + client + "&" + Parameters.pair("redirect_uri", WEB)
                    + "&code_challenge=" + CHALLENGE + "&code_challenge_method=S256";
            Exchange answer = send(Exchange.get(query), "/authorize");
            if (answer.status() == 200) {
                answer = send(Exchange.post(hidden(form(answer, "decision")) + "decision=allow"), "/consent");
            }
            String location = answer.header("Location");
            String code = Parameters.parse(location.substring(location.indexOf('?') + 1))
                    .require("code");
            Exchange tokens = token(
                    client,
                    "grant_type=authorization_code&code=" + code + "&code_verifier=" + VERIFIER + "&"
                            + Parameters.pair("redirect_uri", WEB));
            assertThat(tokens.status()).as(tokens.body()).isEqualTo(200);
            return tokens.json().getString("refresh_token");
        }
    }

    private static Exchange token(String client, String form) {
        String basic = Base64.getEncoder().encodeToString((client + ":" + SECRET).getBytes(UTF_8));
        return Exchange.post(form).header("Authorization", "Basic " + basic).through(claviger.endpoints.get("/token"));
    }

    private static int refresh(String client, String refreshToken) {
        return token(client, "grant_type=refresh_token&refresh_token=" + refreshToken)
                .status();
    }

    private static String form(Exchange page, String part) {
        return FORM.matcher(page.body())
                .results()
                .map(MatchResult::group)
                .filter(form -> form.contains(part))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no form with " + part + " in " + page.body()));
    }

    private static String hidden(String form) {
        StringBuilder fields = new StringBuilder();
        Matcher field = HIDDEN.matcher(form);
        while (field.find()) {
            fields.append(Parameters.pair(
                            field.group(1),
                            field.group(2)
                                    .replace("&#39;", "'")
                                    .replace("&quot;", "\"")
                                    .replace("&amp;", "&")))
                    .append('&');
        }
        return fields.toString();
    }

    private static List<String> headings(Exchange page) {
        return HEADING.matcher(page.body())
                .results()
                .map(found -> found.group(1))
                .toList();
    }

    private static void assertSays(Exchange answer, String message) {
        assertThat(answer.status()).as(answer.body()).isEqualTo(303);
        assertThat(answer.header("Location")).isEqualTo(Fixture.ISSUER + "/account?message=" + message);
    }

    @Test
    void whoIsNotSignedInSignsInAndIsBackAtTheAccount() {
        Exchange page = here.signedIn("alice").account();

        assertThat(page.status()).isEqualTo(200);
        assertThat(page.body()).contains("<dd>alice</dd>", "<dd>claviger-admin, orders</dd>", "This browser");
        assertThat(headings(page)).containsExactly("This browser");
        assertThat(page.header("Content-Security-Policy")).contains("form-action 'self'", "default-src 'none'");
        assertThat(page.header("Cache-Control")).isEqualTo("no-store");
        assertThat(String.join("\n", log.lines())).contains("SIGNED_IN").contains("page=\"account\"");
    }

    @Test
    void t5GuessingAPasswordIsSlowedDownAtTheSignInOfTheAccountToo() {
        for (int i = 0; i < 6; i++) {
            assertThat(here.signIn("alice", "guess " + i).status()).isEqualTo(403);
        }
        Exchange tooEarly = here.signIn("alice", "passwd");
        assertThat(tooEarly.status()).isEqualTo(429);
        assertThat(tooEarly.header("Retry-After")).isEqualTo("1");
    }

    @Test
    void theSignInFormOfTheAccountIsNotGoodForAnAuthorizationRequestNorTheOtherWayRound() {
        String form = hidden(form(here.account(), "username"));
        Exchange forged = here.send(
                Exchange.post(form.replace("request=account", Parameters.pair("request", "client_id=web"))
                        + "username=alice&password=passwd"),
                "/signin");
        assertThat(forged.status()).isEqualTo(400);
    }

    @Test
    void aSessionEndedHereIsOverThere() {
        here.signedIn("alice");
        there.signedIn("alice");
        assertThat(headings(here.account())).containsExactlyInAnyOrder("This browser", "Another browser");

        assertSays(here.press("end-session"), "session-ended");

        assertThat(headings(here.account())).containsExactly("This browser");
        assertThat(there.account().body()).contains("name=\"password\"");
        assertThat(String.join("\n", log.lines())).contains("SESSION_ENDED");
    }

    @Test
    void allOtherSessionsEndAndWhatAnotherPersonHasStays() throws OAuthException {
        here.signedIn("alice");
        there.signedIn("alice");
        Person third = new Person().signedIn("alice");
        Person mallory = new Person().signedIn("mallory");
        String token = there.refreshToken("web");

        assertSays(here.press("end-others"), "others-ended");

        assertThat(there.account().body()).contains("name=\"password\"");
        assertThat(third.account().body()).contains("name=\"password\"");
        assertThat(mallory.account().body()).contains("This browser");
        assertThat(here.account().body()).contains("This browser").doesNotContain("end-others");
        assertThat(refresh("web", token)).isEqualTo(200);
    }

    @Test
    void anApplicationLosesItsAccessAndTheOthersDoNot() throws OAuthException {
        here.signedIn("alice");
        String first = here.refreshToken("web");
        String second = here.refreshToken("other");
        Exchange page = here.account();
        assertThat(page.body()).contains("The &lt;web&gt;", "Know who you are", "Call the demo application");
        String family = first.substring(0, first.indexOf('.'));

        assertSays(here.press(family), "family-ended");

        assertThat(refresh("web", first)).isEqualTo(400);
        assertThat(refresh("other", second)).isEqualTo(200);
        assertThat(String.join("\n", log.lines()))
                .contains("REVOKED by=\"" + alice + "\" client=\"web\" family=\"" + family);
        assertSays(here.send(Exchange.post(hidden(form(page, family))), "/account"), "gone");
    }

    @Test
    void a17WhatIsWithdrawnEndsAndIsAskedForAgain() throws OAuthException {
        here.signedIn("alice");
        List<String> ofWeb = List.of(here.refreshToken("web"), here.refreshToken("web"));
        String other = here.refreshToken("other");
        String pending = here.send(
                        Exchange.get("response_type=code&client_id=web&" + Parameters.pair("redirect_uri", WEB)
                                + "&code_challenge=" + CHALLENGE + "&code_challenge_method=S256"),
                        "/authorize")
                .header("Location");
        assertThat(pending).contains("code=");
        Exchange page = here.account();
        String form = FORM.matcher(page.body())
                .results()
                .map(MatchResult::group)
                .filter(each -> each.contains("\"withdraw\"") && each.contains("value=\"web\""))
                .findFirst()
                .orElseThrow();

        assertSays(here.send(Exchange.post(hidden(form)), "/account"), "consent-withdrawn");

        ofWeb.forEach(token -> assertThat(refresh("web", token)).isEqualTo(400));
        assertThat(refresh("other", other)).isEqualTo(200);
        String code =
                Parameters.parse(pending.substring(pending.indexOf('?') + 1)).require("code");
        assertThat(token(
                                "web",
                                "grant_type=authorization_code&code=" + code + "&code_verifier=" + VERIFIER + "&"
                                        + Parameters.pair("redirect_uri", WEB))
                        .status())
                .as("a code that was under way")
                .isEqualTo(400);
        assertThat(here.send(
                                Exchange.get("response_type=code&client_id=web&"
                                        + Parameters.pair("redirect_uri", WEB) + "&code_challenge=" + CHALLENGE
                                        + "&code_challenge_method=S256"),
                                "/authorize")
                        .body())
                .contains("value=\"allow\"");
        assertSays(here.send(Exchange.post(hidden(form)), "/account"), "gone");
        assertThat(String.join("\n", log.lines())).contains("CONSENT_WITHDRAWN by=\"" + alice + "\" client=\"web\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"end-session", "end-family", "withdraw"})
    void nobodyEndsWhatIsSomebodyElses(String action) throws OAuthException {
        here.signedIn("alice");
        String token = here.refreshToken("web");
        there.signedIn("alice"); // so that the form for a session is there
        String form = hidden(form(here.account(), "\"" + action + "\""));
        Person mallory = new Person().signedIn("mallory");
        mallory.refreshToken("other");
        String before = TestDatabase.dump();

        assertThat(mallory.send(Exchange.post(form), "/account").status())
                .as("her form")
                .isEqualTo(400);
        String own = hidden(form(mallory.account(), "\"end-family\""));
        String id = form.replaceAll(".*&id=([^&]*)&.*", "$1");
        assertThat(id).isNotEqualTo(form);
        String forged = own.replaceAll("action=[^&]*", "action=" + action).replaceAll("&id=[^&]*", "&id=" + id);
        assertThat(mallory.send(Exchange.post(forged), "/account").status())
                .as("their own form, changed")
                .isEqualTo(400);

        assertThat(TestDatabase.dump()).isEqualTo(before);
        assertThat(refresh("web", token)).isEqualTo(200);
    }

    @Test
    void whatIsEndedIsLookedForAmongWhatIsTheirsWhateverTheFormSays() throws OAuthException {
        here.signedIn("alice");
        String token = here.refreshToken("web");
        Subject mallory = new Subject("mallory");
        String session = claviger.sessions.list(new Subject(alice), 1).get(0).name();

        assertThat(claviger.sessions.endNamed(mallory, session)).isFalse();
        assertThat(claviger.sessions.changePassword(mallory, session, new NewResourceOwner.Password(NEW)))
                .isFalse();
        assertThat(claviger.families.end(new FamilyId(token.substring(0, 22)), mallory, "ended by the user"))
                .isFalse();
        claviger.sessions.endOthers(mallory, "");

        assertThat(here.account().body()).contains("This browser");
        assertThat(refresh("web", token)).isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource({
        "'', 400",
        "action=end-others, 400",
        "form_token=x, 400",
        "form_token=x&action=end-others, 400",
        "form_token=x&action=end-others&action=end-others, 400",
        "form_token=%00&action=end-others, 400",
        "form_token=%ed%a0%80, 400",
        "form_token=%zz, 400"
    })
    void aFormThatWasNotShownToThisBrowserIsRefused(String form, int status) {
        here.signedIn("alice");
        there.signedIn("alice");
        for (String path : List.of("/account", "/account/password")) {
            assertThat(here.send(Exchange.post(form), path).status()).isEqualTo(status);
        }
        assertThat(there.account().body()).contains("This browser");
    }

    @Test
    void aFormOfAnotherSiteOrAnotherBrowserIsRefused() {
        here.signedIn("alice");
        there.signedIn("alice");
        String form = hidden(form(here.account(), "end-others"));

        assertThat(here.send(Exchange.post(form).header("Sec-Fetch-Site", "cross-site"), "/account")
                        .status())
                .isEqualTo(400);
        assertThat(here.send(Exchange.post(form).header("Origin", "https://evil.example.org"), "/account")
                        .status())
                .isEqualTo(400);
        assertThat(there.send(Exchange.post(form), "/account").status()).isEqualTo(400);
        assertThat(here.send(Exchange.get("").header("Host", "evil.example.org"), "/account")
                        .status())
                .isEqualTo(421);
        assertThat(here.send(Exchange.post(form).contentType("text/plain"), "/account")
                        .status())
                .isEqualTo(400);
    }

    @Test
    void allFormsOfAPageAreGoodWhereTheBrowserHasLostTheCookieOfTheForms() {
        here.signedIn("alice");
        there.signedIn("alice");
        here.cookies.remove("__Secure-claviger-form");

        Exchange page = here.account();

        assertSays(here.send(Exchange.post(hidden(form(page, "end-session"))), "/account"), "session-ended");
        assertSays(here.send(Exchange.post(hidden(form(page, "end-others"))), "/account"), "others-ended");
        assertThat(here.send(Exchange.post(hidden(form(page, "everywhere"))), "/signout")
                        .body())
                .contains("You are signed out everywhere.");
    }

    @Test
    void whoseSessionHasEndedMeanwhileSignsInAndNothingIsDone() {
        here.signedIn("alice");
        there.signedIn("alice");
        String others = hidden(form(here.account(), "end-others"));
        String password = hidden(form(here.send(Exchange.get(""), "/account/password"), "current_password"));
        there.press("end-others");
        Person third = new Person().signedIn("alice");

        Exchange answer = here.send(Exchange.post(others), "/account");
        assertThat(answer.status()).isEqualTo(303);
        assertThat(answer.header("Location")).isEqualTo(Fixture.ISSUER + "/account");
        String change = password + "current_password=passwd&" + Parameters.pair("password", NEW) + "&"
                + Parameters.pair("password_again", NEW);
        assertThat(here.send(Exchange.post(change), "/account/password").header("Location"))
                .isEqualTo(Fixture.ISSUER + "/account");
        assertThat(third.account().body()).contains("This browser");
    }

    @Test
    void t12AChangedPasswordEndsEverythingAndTheNewOneSignsIn() throws OAuthException {
        here.signedIn("alice");
        there.signedIn("alice");
        String token = there.refreshToken("web");
        String code = claviger.passwordResets
                .issue(claviger.accounts.find(new Subject(alice)).orElseThrow(), "test")
                .orElseThrow()
                .value();
        String session = here.cookies.get("__Secure-claviger-session").getValue();

        assertSays(here.changePassword("passwd", NEW, NEW), "password-changed");

        assertThat(refresh("web", token)).isEqualTo(400);
        assertThat(there.account().body()).contains("name=\"password\"");
        assertThat(claviger.passwordResets.isGood(code)).isFalse();
        Exchange page = here.send(Exchange.get("message=password-changed"), "/account");
        assertThat(page.status()).isEqualTo(200);
        assertThat(page.body()).contains("Your new password is set", "name=\"password\"");
        Exchange tooSoon = here.signIn("alice", NEW);
        assertThat(tooSoon.status()).isEqualTo(503);
        assertThat(tooSoon.body()).contains("sign in again in 2 seconds", "name=\"password\"");
        CLOCK.advance(Duration.ofSeconds(2));
        assertThat(here.signIn("alice", "passwd").status()).isEqualTo(403);
        assertThat(here.signIn("alice", NEW).status()).isEqualTo(303);
        assertThat(here.cookies.get("__Secure-claviger-session").getValue()).isNotEqualTo(session);
        assertThat(here.account().body()).contains("This browser");
        assertThat(String.join("\n", log.lines()))
                .contains("PASSWORD_CHANGED subject=\"" + alice)
                .doesNotContain(NEW)
                .doesNotContain(code);
    }

    @ParameterizedTest
    @CsvSource({
        "wrong, a password of twelve, a password of twelve, 403, This is not your password of now.",
        "'', a password of twelve, a password of twelve, 403, This is not your password of now.",
        "passwd, eleven char, eleven char, 400, A password has at least 12 characters.",
        "passwd, a password of twelve, another of twelve, 400, The two passwords are not the same.",
        "passwd, '', '', 400, A password has at least 12 characters.",
        "passwd, Alice2024!!!, Alice2024!!!, 400, This password is too easy to guess"
    })
    void whatIsWrongWithAChangeIsSaidAtItsField(
            String current, String chosen, String again, int status, String message) {
        here.signedIn("alice");

        Exchange page = here.changePassword(current, chosen, again);

        assertThat(page.status()).isEqualTo(status);
        assertThat(page.body()).contains(message, "aria-invalid=\"true\"").doesNotContain("value=\"passwd\"");
        assertThat(here.account().body()).contains("This browser");
        assertThat(String.join("\n", log.lines()))
                .contains("PASSWORD_REFUSED")
                .doesNotContain(chosen.isEmpty() ? "\u0000" : chosen);
    }

    @Test
    void t5GuessingThePasswordOfNowIsSlowedDownAsAtTheSignInAndCountsThereToo() {
        here.signedIn("alice");
        for (int i = 0; i < 6; i++) {
            assertThat(here.changePassword("guess", NEW, NEW).status()).isEqualTo(403);
        }
        Exchange tooEarly = here.changePassword("passwd", NEW, NEW);
        assertThat(tooEarly.status()).isEqualTo(429);
        assertThat(tooEarly.header("Retry-After")).isEqualTo("1");
        assertThat(there.signIn("alice", "passwd").status()).isEqualTo(429);
        CLOCK.advance(Duration.ofSeconds(2));
        assertSays(here.changePassword("passwd", NEW, NEW), "password-changed");
    }

    @Test
    void ofTwoWhoChangeAPasswordAtTheSameMomentOneIsTold() {
        here.signedIn("alice");
        String session = claviger.sessions.list(new Subject(alice), 1).get(0).name();
        var password = new NewResourceOwner.Password(NEW);

        assertThat(Parallel.run(2, () -> claviger.sessions.changePassword(new Subject(alice), session, password)))
                .containsExactlyInAnyOrder(true, false);
    }

    @Test
    void whatTheAddressSaysIsOneOfAFewMessages() {
        here.signedIn("alice");
        assertThat(here.send(Exchange.get("message=gone"), "/account").body()).contains("It had ended before.");
        for (String other : List.of("message=password-changed", "message=%3Cscript%3E", "message=", "x=y")) {
            assertThat(here.send(Exchange.get(other), "/account").body())
                    .doesNotContain("role=\"status\"")
                    .doesNotContain("<script");
        }
    }
}
