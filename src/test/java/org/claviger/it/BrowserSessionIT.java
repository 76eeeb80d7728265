package org.claviger.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.claviger.it.RunningClaviger.json;

import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Browser sessions at an application that knows nothing of Claviger, and at the console. */
@Tag("every-server")
@Tag("any-payara")
@Tag("any-database")
@Tag("enterprise-beans") // of the demo application
class BrowserSessionIT {
    private static RunningClaviger claviger;

    @BeforeAll
    static void start() throws Exception {
        claviger = new RunningClaviger(
                RunningClaviger.folder().resolveSibling("browser-sessions"),
                Map.of("CLAVIGER_GUARD_BROWSER_CLIENT", "/demo=demo-web"));
    }

    @AfterAll
    static void stop() {
        if (claviger != null) {
            claviger.close();
        }
    }

    /** Follows redirects on this host, signs in and allows what is asked for. */
    static HttpResponse<String> follow(RunningClaviger claviger, Browser browser, HttpResponse<String> first)
            throws InterruptedException, IOException {
        HttpResponse<String> answer = first;
        for (int step = 0; step < 12; step++) {
            if (answer.statusCode() == 303) {
                String location = answer.headers().firstValue("Location").orElseThrow();
                String host = claviger.at("").toString();
                assertThat(location).startsWith(host + "/");
                answer = browser.get(location.substring(host.length()));
            } else if (answer.statusCode() == 200 && Form.find(answer.body()).isPresent()) {
                answer = Browser.form(answer).isSignIn()
                        ? browser.signIn(answer)
                        : browser.submit(answer, "decision", "allow");
            } else {
                return answer;
            }
        }
        throw new AssertionError("no end: " + answer.body());
    }

    private static HttpResponse<String> navigate(Browser browser, String path)
            throws InterruptedException, IOException {
        return browser.send(claviger.request(
                        path, "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Site", "none", "Accept", "text/html,*/*;q=0.8")
                .GET());
    }

    private static Browser signedIn(String username) throws InterruptedException, IOException {
        Browser browser = new Browser(claviger, username);
        HttpResponse<String> answer = follow(claviger, browser, navigate(browser, "/demo/api/user"));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return browser;
    }

    /** The other application knows who she is, and that she lacks the role; to nobody it would answer 401. */
    @Test
    void whatAnApplicationCallsAsItsCallerHasTheTokenBehindTheSession() throws Exception {
        assertThat(navigate(signedIn("alice"), "/demo/api/orders/as-caller").statusCode())
                .isEqualTo(403);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/demo/api/user?x=1", "/demo/servlet", "/demo/api/ejb"})
    void whoGoesToAProtectedPageSignsInAndComesBack(String path) throws Exception {
        Browser browser = new Browser(claviger, "alice");
        HttpResponse<String> first = navigate(browser, path);
        assertThat(first.statusCode()).as(first.body()).isEqualTo(303);
        assertThat(first.headers().firstValue("Location").orElse("")).contains("/authorize?", "code_challenge=");

        HttpResponse<String> answer = follow(claviger, browser, first);

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.uri().toString()).endsWith(path);
        assertThat(json(answer).getString("caller")).isEqualTo("alice");
        assertThat(answer.headers().firstValue("Cache-Control").orElse("")).contains("private");
    }

    /** Each is to be led back, which its browser remembers; servers refuse more than 8 KiB of headers. */
    @Test
    void aBrowserWhoseManyTabsWereAllSentToSignInArrives() throws Exception {
        Browser browser = new Browser(claviger, "alice");
        HttpResponse<String> last = navigate(browser, "/demo/api/user");
        for (int i = 0; i < 40; i++) {
            last = navigate(browser, "/demo/api/user?tab=" + i + "&x=" + "%E4=".repeat(i % 2 * 200));
        }

        HttpResponse<String> answer = follow(claviger, browser, last);

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(answer.uri().getRawQuery()).startsWith("tab=39&x=%E4=%E4=");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/%64emo/api/user",
                "/demo;x=y/api/user",
                "/demo;Path=%2F/api/user",
                "/demo//api/user",
                "//demo/api/user",
                "/demo/./api/user",
                "/plain/../demo/api/user",
                "/demo/api/user;x=y"
            })
    void aStrangeWayToTheApplicationEndsThereOrNowhere(String path) throws Exception {
        Browser browser = new Browser(claviger, "alice");
        HttpResponse<String> first = navigate(browser, path);
        assertThat(first.headers().allValues("Set-Cookie"))
                .allSatisfy(cookie -> assertThat(cookie).containsIgnoringCase("; path=/api/v2/auth/session/callback;"));
        HttpResponse<String> answer = follow(claviger, browser, first);
        // A server that does not take it for the same application redirects or says that there is nothing.
        assertThat(answer.statusCode()).as(answer.body()).isIn(200, 301, 302, 400, 401, 404);
    }

    @Test
    void aSessionIsWhatABearerTokenIs() throws Exception {
        Browser browser = signedIn("alice");

        assertThat(browser.get("/demo/api/admin").statusCode()).isEqualTo(403);
        assertThat(browser.get("/demo/api/denied").statusCode()).isEqualTo(403);
        assertThat(navigate(browser, "/demo/api/admin").statusCode())
                .as("somebody is known, and lacks the role")
                .isEqualTo(403);
        assertThat(browser.get("/demo/api/ejb").statusCode()).isEqualTo(200);
        assertThat(json(browser.get("/demo/api/public")).getString("caller")).isEqualTo("alice");
        assertThat(browser.get("/plain/api/orders").statusCode())
                .as("no cookie of another application")
                .isEqualTo(401);
        HttpResponse<String> bad = browser.send(claviger.request("/demo/api/user", "Authorization", "Bearer garbage")
                .GET());
        assertThat(bad.statusCode()).as("a bearer token wins").isEqualTo(401);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/demo/api/user", "/demo/servlet"})
    void aProgramIsToldToBringAToken(String path) throws Exception {
        HttpResponse<String> script = claviger.get(path, "Sec-Fetch-Mode", "cors", "Accept", "application/json");
        assertThat(script.statusCode()).isEqualTo(401);
        assertThat(script.headers().firstValue("WWW-Authenticate").orElse("")).startsWith("Bearer");
        assertThat(claviger.get(path).statusCode()).isEqualTo(401);
        assertThat(claviger.get("/plain/api/orders", "Sec-Fetch-Mode", "navigate")
                        .statusCode())
                .as("an application that has no browser sessions")
                .isEqualTo(401);
    }

    @Test
    void openPagesStayOpen() throws Exception {
        Browser browser = new Browser(claviger, "alice");
        HttpResponse<String> open = navigate(browser, "/demo/api/public");
        assertThat(open.statusCode()).isEqualTo(200);
        assertThat(open.headers().firstValue("Vary").orElse("")).contains("Cookie");
    }

    @ParameterizedTest
    @CsvSource({
        // name, value, whether the request reaches the application (which knows no such method)
        "Sec-Fetch-Site, same-origin,          true",
        "Sec-Fetch-Site, none,                 true",
        "Sec-Fetch-Site, same-site,            false",
        "Sec-Fetch-Site, cross-site,           false",
        "Origin,         https://evil.example, false",
        "X-Nothing,      x,                    false",
    })
    void anotherSiteCannotHaveAnythingDone(String name, String value, boolean reaches) throws Exception {
        Browser browser = signedIn("alice");
        HttpResponse<String> answer =
                browser.send(claviger.request("/demo/api/user", name, value).POST(BodyPublishers.noBody()));
        assertThat(answer.statusCode()).isEqualTo(reaches ? 405 : 403);
    }

    @Test
    void aPageIsToldWhoIsSignedInAndSignsOut() throws Exception {
        assertThat(json(claviger.get("/demo/claviger/session")).getBoolean("signed_in"))
                .isFalse();
        Browser browser = signedIn("alice");

        HttpResponse<String> told = browser.get("/demo/claviger/session");
        assertThat(told.statusCode()).isEqualTo(200);
        assertThat(json(told).getString("name")).isEqualTo("alice");
        assertThat(told.headers().firstValue("Content-Type").orElse("")).startsWith("application/json");
        HttpResponse<String> out = browser.send(claviger.request("/demo/claviger/sign-out")
                .header("X-CSRF-Token", json(told).getString("csrf_token"))
                .POST(BodyPublishers.noBody()));

        assertThat(out.statusCode()).as(out.body()).isEqualTo(204);
        assertThat(browser.get("/demo/api/user").statusCode()).isEqualTo(401);
        assertThat(json(browser.get("/demo/claviger/session")).getBoolean("signed_in"))
                .isFalse();
    }

    @Test
    void signingOutEverywhereEndsTheSessionToo() throws Exception {
        Browser browser = signedIn("bob");
        Browser elsewhere = signedIn("bob");

        HttpResponse<String> page = elsewhere.get("/api/v2/auth/signout");
        assertThat(elsewhere.submit(page, "everywhere", "true").statusCode()).isEqualTo(200);

        assertThat(browser.get("/demo/api/user").statusCode()).isEqualTo(401);
    }

    @Test
    void administrationTakesNoCookieAndItsDoorLeadsToTheConsole() throws Exception {
        Browser root = new Browser(claviger, "root");
        HttpResponse<String> door = root.send(
                claviger.request("/api/v2/auth/admin/", "Accept", "text/html").GET());
        assertThat(door.statusCode()).isEqualTo(303);
        assertThat(door.headers().firstValue("Location").orElse("")).endsWith("/api/v2/auth/admin/console/");
        assertThat(claviger.get("/api/v2/auth/admin/").statusCode()).isEqualTo(401);
        assertThat(claviger.get("/api/v2/auth/admin/clients", "Accept", "text/html,*/*;q=0.8")
                        .statusCode())
                .isEqualTo(401);
    }
}
