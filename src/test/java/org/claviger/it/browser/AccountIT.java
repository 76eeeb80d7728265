package org.claviger.it.browser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.claviger.it.RunningClaviger.form;
import static org.claviger.it.RunningClaviger.json;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import org.claviger.it.ClavigerExtension;
import org.claviger.it.RunningClaviger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A person who gets an account, chooses a password, looks after it, and is never shown a page that shuts people out. */
@ExtendWith({ClavigerExtension.class, BrowserExtension.class})
class AccountIT {
    private static final String USERS = "/api/v2/auth/admin/users";
    private static final String CHOSEN = "the first password";
    private static final String NEXT = "the second password";

    private final RunningClaviger claviger;
    private String admin;
    private String user;
    private String code;

    AccountIT(RunningClaviger claviger) {
        this.claviger = claviger;
    }

    @BeforeEach
    void create() throws InterruptedException, IOException {
        admin = json(claviger.post(
                        "/api/v2/auth/token",
                        form("grant_type", "client_credentials", "scope", "claviger:admin"),
                        "Authorization",
                        claviger.basic("operator")))
                .getString("access_token");
        HttpResponse<String> created = administer("POST", USERS, "{\"username\":\"emil\",\"groups\":[\"user\"]}");
        assertThat(created.statusCode()).as(created.body()).isEqualTo(201);
        user = USERS + "/" + json(created).getString("sub");
        code = json(administer("POST", user + "/password-reset", "")).getString("code");
    }

    @AfterEach
    void leaveNothing() throws InterruptedException, IOException {
        administer("DELETE", user, "");
    }

    private HttpResponse<String> administer(String method, String path, String body)
            throws InterruptedException, IOException {
        return claviger.send(
                claviger.request(path, "Authorization", "Bearer " + admin, "Content-Type", "application/json")
                        .method(method, BodyPublishers.ofString(body)));
    }

    private void open(Chromium browser, String path) {
        browser.open(URI.create(claviger.issuer() + path));
    }

    private void choose(Chromium browser, String typed, String password, String again) {
        open(browser, "/password");
        browser.fill("#code", typed);
        browser.fill("#password", password);
        browser.fill("#password_again", again);
        browser.pressAndTurn("form button");
    }

    @Test
    void a_password_is_chosen_by_a_code_and_signs_in(Chromium browser) {
        open(browser, "/password");
        browser.awaitHeading("Choose a password");
        assertThat(browser.focused()).isEqualTo(browser.find("#code"));
        assertThat(browser.find("#password").getDomAttribute("autocomplete")).isEqualTo("new-password");

        choose(browser, "not the code", CHOSEN, CHOSEN);
        browser.awaitText("[role=alert]", "This code is wrong or has expired.");
        assertThat(browser.focused()).isEqualTo(browser.find("#code"));
        PagesIT.check("the page of a code with an error", browser, "en");

        choose(browser, code, CHOSEN, NEXT);
        browser.awaitText("[role=alert]", "The two passwords are not the same.");
        assertThat(browser.focused()).isEqualTo(browser.find("#password_again"));
        assertThat(browser.focused().getDomAttribute("aria-describedby"))
                .isEqualTo(browser.find("[role=alert]").getDomAttribute("id"));

        choose(browser, code, CHOSEN, CHOSEN);
        browser.awaitHeading("Done");
        PagesIT.check("the page after a password was chosen", browser, "en");
        assertThat(browser.address().toString()).doesNotContain(code);

        signInSoon(browser, CHOSEN);
        assertThat(browser.text()).contains("emil", "This browser");

        choose(browser, code, NEXT, NEXT);
        browser.awaitText("[role=alert]", "This code is wrong or has expired.");
    }

    /** For a moment after everything of a person was ended they are asked to wait. */
    private void signInSoon(Chromium browser, String password) {
        open(browser, "/account");
        browser.await(driver -> {
            browser.fill("#username", "emil");
            browser.fill("#password", password);
            browser.pressAndTurn("form button");
            return browser.shows(".things");
        });
    }

    @Test
    void what_is_ended_in_one_browser_is_over_in_the_other(Chromium browser) throws IOException {
        choose(browser, code, CHOSEN, CHOSEN);
        signInSoon(browser, CHOSEN);
        try (Chromium elsewhere = new Chromium("en")) {
            Front other = new Front(claviger, elsewhere);
            other.account("emil", CHOSEN);
            String tab = browser.openTab();
            open(browser, "/account");
            assertThat(browser.texts("h3")).containsExactlyInAnyOrder("This browser", "Another browser");
            browser.pressAndTurn(".things button");
            browser.awaitText("[role=status]", "The sign-in has ended.");
            assertThat(browser.texts("h3")).containsExactly("This browser");

            elsewhere.reload();
            elsewhere.awaitHeading("Sign in");
            browser.returnTo(tab);
            browser.reload();
            assertThat(browser.texts("h3")).containsExactly("This browser");

            other.account("emil", CHOSEN);
            open(browser, "/account/password");
            assertThat(browser.focused()).isEqualTo(browser.find("#current_password"));
            assertThat(browser.focused().getDomAttribute("autocomplete")).isEqualTo("current-password");
            change(browser, NEXT);
            browser.awaitText("[role=alert]", "This is not your password of now.");
            assertThat(browser.focused()).isEqualTo(browser.find("#current_password"));
            change(browser, CHOSEN);
            browser.awaitHeading("Sign in");
            assertThat(browser.text()).contains("Your new password is set");

            elsewhere.reload();
            elsewhere.awaitHeading("Sign in");
            signInSoon(browser, NEXT);
            assertThat(browser.texts("h3")).containsExactly("This browser");
            browser.pressAndTurn("form[action=signout] button");
            browser.awaitHeading("Signed out");
            assertThat(elsewhere.violations()).isEmpty();
        }
    }

    private static void change(Chromium browser, String current) {
        browser.fill("#current_password", current);
        browser.fill("#password", NEXT);
        browser.fill("#password_again", NEXT);
        browser.pressAndTurn("form button");
    }
}
