package org.claviger.it;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.claviger.it.RunningClaviger.form;

import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Sign-in and its session: what RFC 9700 sections 4.11, 4.12, 4.13, 4.16 and RFC 6819 section 5.3.5 ask of pages and cookies. */
@ExtendWith(ClavigerExtension.class)
@TestInstance(Lifecycle.PER_CLASS) // hashing a password takes its time, so that tests share a sign-in where they can
class SignInIT {
    private static final String SIGN_IN = "/api/v2/auth/signin";
    private static final String[] CREDENTIALS = {"username", "alice", "password", "password of alice"};

    private final RunningClaviger claviger;
    private final Flow flow;
    private final Pkce pkce = Pkce.random();
    private final Browser signedIn;
    private final HttpResponse<String> answerToCredentials;

    /** A browser that nobody has signed in with yet. */
    private Browser alice;

    SignInIT(RunningClaviger claviger, Flow flow) throws InterruptedException, IOException {
        this.claviger = claviger;
        this.flow = flow;
        signedIn = new Browser(claviger, "alice");
        answerToCredentials = signedIn.signIn(signInPage(signedIn));
    }

    @BeforeEach
    void openBrowser() {
        alice = new Browser(claviger, "alice");
    }

    private HttpResponse<String> signInPage(Browser browser) throws InterruptedException, IOException {
        HttpResponse<String> page = browser.get(flow.request("spa", pkce).path());
        assertThat(Browser.form(page).isSignIn()).as(page.body()).isTrue();
        return page;
    }

    private static void assertNotSignedIn(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
        assertThat(answer.headers().firstValue("Location")).isEmpty();
        assertThat(answer.headers().allValues("Set-Cookie")).noneMatch(cookie -> cookie.startsWith("claviger-session"));
    }

    // --- The way through ---

    @Test
    void a12_credentials_are_answered_with_a_303_that_carries_none_of_them() {
        assertThat(answerToCredentials.statusCode()).isEqualTo(303);
        assertThat(answerToCredentials.headers().firstValue("Location").orElseThrow())
                .startsWith(claviger.issuer() + "/")
                .doesNotContain("alice", "password");
        assertThat(answerToCredentials.headers().firstValue("Cache-Control")).hasValue("no-store");
    }

    @ParameterizedTest
    @ValueSource(strings = {"spa", "native"})
    void the_session_lets_the_same_browser_through_without_a_password(String client)
            throws InterruptedException, IOException {
        HttpResponse<String> answer = signedIn.get(flow.request(client, pkce).path());
        assertThat(Form.find(answer.body()).filter(Form::isSignIn)).isEmpty();
        assertThat(signedIn.finish(answer, Browser.Decision.ALLOW).parameters()).containsKey("code");
    }

    @Test
    void the_session_cookie_is_for_us_alone_and_for_no_script() {
        Browser.Cookie session = signedIn.session().orElseThrow();
        assertThat(session.value()).matches("[A-Za-z0-9_-]{43}");
        assertThat(session.path()).isEqualTo("/api/v2/auth");
        assertThat(session.header())
                .contains("HttpOnly", "SameSite=Lax")
                // The issuer of this server is http: with Secure the browser would not send it.
                .doesNotContain("Secure", "Domain", "Expires", "Max-Age");
        assertThat(signedIn.cookieHeader(claviger.at("/demo/api/user"))).isEmpty();
    }

    @Test
    void a_wrong_password_and_an_unknown_user_look_the_same_and_can_be_mended()
            throws InterruptedException, IOException {
        HttpResponse<String> wrong =
                alice.submit(signInPage(alice), "username", "alice", "password", "not the password");
        HttpResponse<String> unknown = alice.submit(wrong, "username", "nobody", "password", "password of alice");
        for (HttpResponse<String> refused : List.of(wrong, unknown)) {
            assertThat(refused.statusCode()).isBetween(400, 499);
            assertThat(refused.headers().firstValue("Location")).isEmpty();
            assertThat(refused.headers().allValues("Set-Cookie")).isEmpty();
        }
        assertThat(unknown.statusCode()).isEqualTo(wrong.statusCode());
        // But for the name, which they have typed themselves
        assertThat(unknown.body().replace("value=\"nobody\"", "value=\"alice\""))
                .isEqualTo(wrong.body())
                .contains("role=\"alert\"");
        HttpResponse<String> right = alice.submit(unknown, CREDENTIALS);
        assertThat(alice.finish(right, Browser.Decision.ALLOW).parameters()).containsKey("code");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ALICE ", "al%' or '1'='1"})
    void only_the_exact_name_is_a_user(String username) throws InterruptedException, IOException {
        HttpResponse<String> refused =
                alice.submit(signInPage(alice), "username", username, "password", "password of alice");
        assertThat(refused.statusCode()).isBetween(400, 499);
        assertThat(alice.session()).isEmpty();
    }

    // --- A15: whose form it is, and whose session ---

    @Test
    void a15_a_form_that_another_browser_was_shown_signs_nobody_in() throws InterruptedException, IOException {
        HttpResponse<String> page = signInPage(new Browser(claviger, "bob"));
        assertNotSignedIn(alice.submit(page, CREDENTIALS));
        signInPage(alice); // though this browser now has a form of its own, the other one still is not
        assertNotSignedIn(alice.submit(page, CREDENTIALS));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "1.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"})
    void a15_a_form_with_a_forged_token_signs_nobody_in(String token) throws InterruptedException, IOException {
        HttpResponse<String> page = signInPage(alice);
        assertThat(Browser.form(page).fields()).containsKey("form_token");
        assertNotSignedIn(
                alice.submit(page, "form_token", token, "username", "alice", "password", "password of alice"));
    }

    @Test
    void a15_a_form_for_another_authorization_request_signs_nobody_in() throws InterruptedException, IOException {
        HttpResponse<String> page = signInPage(alice);
        assertThat(Browser.form(page).fields()).containsKey("request");
        String other = flow.request("native", pkce).form();
        assertNotSignedIn(alice.submit(page, "request", other, "username", "alice", "password", "password of alice"));
    }

    @ParameterizedTest
    @CsvSource({
        "Origin, https://evil.example",
        "Origin, http://127.0.0.1",
        "Origin, http://127.0.0.1:1",
        "Origin, http://localhost",
        "Sec-Fetch-Site, cross-site",
        "Sec-Fetch-Site, same-site",
    })
    void a15_a_form_from_another_origin_signs_nobody_in(String header, String origin)
            throws InterruptedException, IOException {
        String body = Browser.form(signInPage(alice)).filledIn(CREDENTIALS);
        assertNotSignedIn(alice.send(claviger.request(SIGN_IN, header, origin)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString(body))));
    }

    @Test
    void a15_a_form_without_its_cookie_signs_nobody_in() throws InterruptedException, IOException {
        assertNotSignedIn(claviger.post(SIGN_IN, Browser.form(signInPage(alice)).filledIn(CREDENTIALS)));
    }

    @Test
    void a15_each_sign_in_makes_a_new_session_and_ends_the_one_before() throws InterruptedException, IOException {
        String planted = "attacker-chose-this-session-id-of-43-letter";
        alice.plantSession(planted);
        HttpResponse<String> page = signInPage(alice);
        alice.signIn(page);
        String first = alice.session().orElseThrow().value();
        alice.signIn(page); // once more, by the button that leads back
        String second = alice.session().orElseThrow().value();
        assertThat(List.of(planted, first, second)).doesNotHaveDuplicates();

        Browser holder = new Browser(claviger, "alice");
        holder.plantSession(second);
        HttpResponse<String> known = holder.get(flow.request("spa", pkce).path());
        assertThat(Form.find(known.body()).filter(Form::isSignIn)).isEmpty();
        for (String dead : List.of(planted, first)) {
            holder.plantSession(dead);
            signInPage(holder);
        }
    }

    // --- Headers ---

    @Test
    void a13_a16_no_page_can_be_framed_cached_or_tell_where_it_was() throws InterruptedException, IOException {
        HttpResponse<String> page = signInPage(alice);
        for (HttpResponse<String> each : List.of(
                page,
                alice.submit(page, "username", "alice", "password", "wrong"),
                alice.submit(page, "form_token", "forged"),
                alice.get("/api/v2/auth/authorize"),
                alice.get(flow.request("spa", pkce)
                        .with("redirect_uri", "https://evil.example/")
                        .path()))) {
            assertThat(each.headers().firstValue("Content-Type")).hasValue("text/html;charset=UTF-8");
            assertThat(each.headers().firstValue("Content-Security-Policy").orElseThrow())
                    .contains("frame-ancestors 'none'", "default-src 'none'", "base-uri 'none'", "form-action 'self'")
                    .doesNotContain("unsafe", "*");
            assertThat(each.headers().firstValue("X-Frame-Options")).hasValue("DENY");
            assertThat(each.headers().firstValue("Referrer-Policy")).hasValue("no-referrer");
            assertThat(each.headers().firstValue("Cache-Control")).hasValue("no-store");
            assertThat(each.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
        }
    }

    @Test
    void a16_no_authorization_response_is_cached() throws InterruptedException, IOException {
        HttpResponse<String> answer = signedIn.get(flow.request("spa", pkce).path());
        assertThat(answer.headers().firstValue("Cache-Control")).hasValue("no-store");
        HttpResponse<String> refusal = signedIn.get(
                flow.request("spa", pkce).with("scope", "unheard-of").path());
        assertThat(refusal.statusCode()).isEqualTo(303);
        assertThat(refusal.headers().firstValue("Cache-Control")).hasValue("no-store");
    }

    @ParameterizedTest
    @CsvSource({
        "spa,    https://spa.example.org/callback,                   https://spa.example.org",
        "native, org.example.native:/callback,                       org.example.native:",
        "native, https://native.example.org/callback?from=claviger,  https://native.example.org",
    })
    void a13_the_form_may_lead_to_the_proven_client_and_nowhere_else(String client, String redirectUri, String target)
            throws InterruptedException, IOException {
        HttpResponse<String> page = alice.get(
                flow.request(client, pkce).with("redirect_uri", redirectUri).path());
        String policy = page.headers().firstValue("Content-Security-Policy").orElseThrow();
        String formAction = policy.replaceFirst(".*form-action ([^;]*).*", "$1").strip();
        assertThat(formAction).isEqualTo("'self' " + target);
    }

    @Test
    void the_name_of_a_client_is_text_on_the_page() throws InterruptedException, IOException {
        String body = alice.get(flow.request("native", pkce).path()).body();
        assertThat(body).doesNotContain("<b>", "\"with\"").contains("&lt;b&gt;");
        assertThat(Form.unescape(body)).contains(claviger.client("native").getString("client_name"));
    }

    @Test
    void a14_no_script_of_another_origin_may_read_authorize_or_sign_in() throws InterruptedException, IOException {
        String origin = "https://spa.example.org";
        for (HttpResponse<String> answer : List.of(
                claviger.get(flow.request("spa", pkce).path(), "Origin", origin),
                claviger.post(SIGN_IN, form("a", "b"), "Origin", origin),
                preflight("/api/v2/auth/authorize", origin),
                preflight(SIGN_IN, origin))) {
            assertThat(answer.headers().map().keySet()).noneMatch(name -> name.startsWith("access-control-"));
        }
    }

    private HttpResponse<String> preflight(String path, String origin) throws InterruptedException, IOException {
        HttpResponse<String> answer =
                claviger.send(claviger.request(path, "Origin", origin, "Access-Control-Request-Method", "POST")
                        .method("OPTIONS", BodyPublishers.noBody()));
        assertThat(answer.statusCode()).isBetween(400, 499);
        return answer;
    }

    // --- A18: who we are is configured ---

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Host: evil.example",
                "Host: evil.example:443",
                "X-Forwarded-Host: evil.example",
                "X-Forwarded-Server: evil.example",
                "X-Host: evil.example",
                "X-Original-URL: https://evil.example/",
                "X-Forwarded-Prefix: //evil.example",
                "Forwarded: for=192.0.2.1;host=evil.example;proto=https",
            })
    void a18_no_header_changes_who_the_issuer_is(String header) throws IOException, InterruptedException {
        for (String path : List.of(
                "/api/v2/auth/.well-known/oauth-authorization-server",
                "/.well-known/oauth-authorization-server/api/v2/auth")) {
            assertThat(Wire.ask(claviger, "GET " + path, header).body())
                    .isEqualTo(claviger.get(path).body());
        }
        String path = flow.request("spa", pkce).with("scope", "unheard-of").path();
        String cookie = "Cookie: " + signedIn.cookieHeader(claviger.at(path));
        Wire.Answer answer = Wire.ask(claviger, "GET " + path, header, cookie);
        assertThat(answer.headers() + answer.body()).doesNotContain("evil.example");
        if (!header.startsWith("Host:")) { // of which it may say that it is not ours
            assertThat(Redirect.of(answer.header("Location").orElseThrow()).parameters())
                    .containsEntry("error", "invalid_scope")
                    .containsEntry("iss", claviger.issuer());
        }
    }

    @Test
    void a18_the_way_back_from_sign_in_leads_to_the_issuer() throws IOException, InterruptedException {
        String form = Browser.form(signInPage(alice)).filledIn(CREDENTIALS);
        Wire.Answer answer = Wire.ask(
                claviger,
                "POST " + SIGN_IN,
                List.of(
                        "X-Forwarded-Host: evil.example",
                        "X-Forwarded-Proto: https",
                        "Forwarded: host=evil.example;proto=https",
                        "Origin: http://127.0.0.1:" + claviger.port(), // our own
                        "Sec-Fetch-Site: same-origin",
                        "Cookie: " + alice.cookieHeader(claviger.at(SIGN_IN)),
                        "Content-Type: application/x-www-form-urlencoded"),
                form.getBytes(US_ASCII));
        assertThat(answer.status()).as(answer.body()).isEqualTo(303);
        assertThat(answer.header("Location").orElseThrow()).startsWith(claviger.issuer() + "/");
        assertThat(answer.headers().get("set-cookie")).noneMatch(cookie -> cookie.contains("Secure"));
    }
}
