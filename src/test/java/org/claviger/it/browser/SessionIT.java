package org.claviger.it.browser;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.claviger.it.RunningClaviger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The demo's page with a browser session, whose access token ends every three seconds. On a server of its own, for at all others the demo
 * takes nothing but tokens.
 */
@ExtendWith(BrowserExtension.class)
class SessionIT {
    private static RunningClaviger claviger;

    @BeforeAll
    static void start() throws Exception {
        claviger = new RunningClaviger(
                Path.of("target/it/browser-session"),
                Map.of(
                        "CLAVIGER_GUARD_BROWSER_CLIENT", "/demo=demo-web",
                        "CLAVIGER_ACCESS_TOKEN_LIFETIME", "PT3S"));
    }

    @AfterAll
    static void stop() {
        if (claviger != null) {
            claviger.close();
        }
    }

    private static void open(Chromium browser) {
        browser.open(claviger.at("/demo/session.html"));
        browser.await(driver -> !browser.find("#who").getText().equals("…"));
    }

    private static void signIn(Chromium browser, String username) {
        Front front = new Front(claviger, browser);
        open(browser);
        browser.press("#sign-in");
        front.signIn(username);
        browser.await(driver -> browser.shows("button[value=allow]") || browser.shows("#sign-out"));
        if (browser.shows("button[value=allow]")) {
            front.allow();
        }
        awaitWho(browser, "Signed in as " + username);
    }

    private static void awaitWho(Chromium browser, String beginning) {
        browser.await(driver -> browser.find("#who").getText().startsWith(beginning));
    }

    private static void awaitAnswer(Chromium browser, String beginning) {
        browser.await(driver -> browser.find("#answer").getText().startsWith(beginning));
    }

    private static void awaitSignedOutElsewhere(Chromium browser) {
        awaitWho(browser, "Nobody is signed in.");
        DemoIT.awaitMessage(browser, "You were signed out elsewhere");
    }

    @Test
    void a_page_without_a_token_calls_changes_and_signs_out(Chromium browser) {
        signIn(browser, "alice");
        assertThat(browser.address()).isEqualTo(claviger.at("/demo/session.html"));
        assertThat(browser.find("#who").getText()).startsWith("Signed in as alice (user), until ");
        assertThat(browser.run("return document.cookie"))
                .as("what a script can read")
                .isEqualTo("");

        browser.press("#call");
        awaitAnswer(browser, "200 {\"caller\":\"alice\"");
        browser.press("#click");
        awaitAnswer(browser, "200 {\"clicks\":1}");
        browser.press("#click");
        awaitAnswer(browser, "200 {\"clicks\":2}");
        PagesIT.check("the session", browser, "en");

        browser.press("#sign-out");
        awaitWho(browser, "Nobody is signed in.");
        DemoIT.awaitMessage(browser, "You have signed out");
        PagesIT.check("nobody's session", browser, "en");
        assertThat(browser.runAsync("fetch('api/user').then(answer => arguments[0](answer.status))"))
                .isEqualTo(401L);
    }

    /** Begins to call and to change something, one after the other without a pause, and remembers each status. */
    private static void keepBusy(Chromium browser) {
        browser.run(
                """
                window.statuses = [];
                window.busy = (async () => {
                  const { csrf_token } = await (await fetch('claviger/session')).json();
                  while (!window.enough) {
                    for (const [path, method] of [['api/user', 'GET'], ['api/clicks', 'POST'], ['claviger/session', 'GET']]) {
                      try {
                        const answer = await fetch(path, { method, headers: { 'X-CSRF-Token': csrf_token }, cache: 'no-store' });
                        window.statuses.push(answer.status);
                      } catch (failure) {
                        window.statuses.push(String(failure));
                      }
                    }
                  }
                })();
                """);
    }

    private static List<?> statuses(Chromium browser) {
        return (List<?>) browser.runAsync(
                "const done = arguments[0]; window.enough = true; window.busy.then(() => done(window.statuses))");
    }

    @Test
    void two_tabs_go_through_the_ends_of_several_tokens_and_end_together(Chromium browser) throws Exception {
        signIn(browser, "bob");
        String first = browser.openTab();
        open(browser);
        awaitWho(browser, "Signed in as bob");
        String second = browser.tab();

        int before = renewals();
        keepBusy(browser);
        browser.lookAt(first);
        keepBusy(browser);
        browser.await(driver -> renewals() >= before + 5);
        for (String tab : List.of(first, second)) {
            browser.lookAt(tab);
            assertThat(statuses(browser)).hasSizeGreaterThan(10).allMatch(status -> status.equals(200L));
        }

        browser.press("#sign-out"); // of the second
        browser.lookAt(first);
        awaitSignedOutElsewhere(browser);
    }

    /** A line for each, in the log of the server. */
    private static int renewals() {
        try {
            return claviger.log().split("grant=\"browser_session\"", -1).length - 1;
        } catch (IOException gone) {
            throw new AssertionError(gone);
        }
    }

    @Test
    void a_tab_that_somebody_looks_at_again_knows_that_everything_was_ended(Chromium browser) {
        signIn(browser, "root"); // who signs in at no other test: for two seconds afterwards nobody could
        String first = browser.openTab();
        new Front(claviger, browser).signOut(true);
        browser.lookAt(first);
        awaitSignedOutElsewhere(browser);
    }

    @Test
    void another_site_neither_signs_anybody_out_nor_changes_anything(Chromium browser) throws Exception {
        signIn(browser, "bob");
        for (String path : List.of("claviger/sign-out", "api/clicks")) {
            String evil = "/evil-" + path.replace('/', '-');
            ClientSite.page(
                    evil,
                    "<form method=post action='" + claviger.at("/demo/" + path) + "'></form>"
                            + "<script>document.forms[0].submit()</script>");
            // As "localhost" it is another site than 127.0.0.1, and on another port but the same host another origin.
            for (String host : List.of("localhost", "127.0.0.1")) {
                URI page = URI.create(ClientSite.at(evil).toString().replace("127.0.0.1", host));
                browser.open(page);
                browser.await(driver -> browser.address().toString().endsWith("/demo/" + path));
                open(browser);
                awaitWho(browser, "Signed in as bob");
            }
        }
        browser.press("#click");
        awaitAnswer(browser, "200 {\"clicks\":");
    }
}
