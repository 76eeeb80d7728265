package org.claviger.it.browser;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.claviger.it.ClavigerExtension;
import org.claviger.it.RunningClaviger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The tour of the README: the demo, a client in the browser, and the applications that it calls. */
@ExtendWith({ClavigerExtension.class, BrowserExtension.class})
class DemoIT {
    private static final Map<String, Integer> WITHOUT_TOKEN = Map.of(
            "api/public", 200,
            "api/open", 200,
            "api/user", 401,
            "api/admin", 401,
            "api/denied", 401,
            "api/ejb", 401,
            "servlet", 401,
            "api/orders", 401,
            "api/orders/as-caller", 401);
    private static final Map<String, Integer> AS_USER = Map.of(
            "api/public", 200,
            "api/open", 200,
            "api/user", 200,
            "api/admin", 403,
            "api/denied", 403,
            "api/ejb", 200,
            "servlet", 200,
            "api/orders", 200,
            "api/orders/as-caller", 403);

    private final RunningClaviger claviger;

    DemoIT(RunningClaviger claviger) {
        this.claviger = claviger;
    }

    @Test
    void a_person_reads_in_words_what_is_asked_and_the_roles_open_what_they_open(Chromium browser) {
        Front front = new Front(claviger, browser);
        browser.open(claviger.at("/demo/"));
        browser.await(driver -> statuses(browser, "without-token").equals(WITHOUT_TOKEN));
        browser.press("#sign-in");
        browser.awaitHeading("Sign in");
        assertThat(browser.text()).contains("to go on to Demo page");
        front.signIn("alice");
        browser.awaitHeading("Allow access?");
        assertThat(browser.text())
                .contains(
                        "Demo page asks for access in your name:",
                        "Know who you are",
                        "Call the demo application",
                        "The access ends 30 days after you allow it, at the latest.",
                        "You are signed in as alice.");
        front.allow();
        awaitMessage(browser, "Signed in.");
        browser.await(driver -> statuses(browser, "with-token").equals(AS_USER));

        String before = claim(browser, "jti");
        browser.press("#refresh");
        awaitMessage(browser, "Refreshed.");
        browser.await(driver -> statuses(browser, "with-token").equals(AS_USER));
        assertThat(claim(browser, "jti")).isNotEqualTo(before);

        // A reload loses the tokens. The session is remembered; consent is not, on loopback.
        browser.reload();
        browser.awaitHeading("Allow access?");
        front.allow();
        awaitMessage(browser, "Signed in.");
    }

    @Test
    void the_role_admin_opens_more(Chromium browser) {
        Front front = new Front(claviger, browser);
        browser.open(claviger.at("/demo/"));
        browser.press("#sign-in");
        front.signIn("bob");
        front.allow();
        awaitMessage(browser, "Signed in.");
        Map<String, Integer> asAdmin = new LinkedHashMap<>(AS_USER);
        asAdmin.put("api/admin", 200);
        browser.await(driver -> statuses(browser, "with-token").equals(asAdmin));
    }

    @Test
    void a_refusal_reaches_the_client(Chromium browser) {
        Front front = new Front(claviger, browser);
        browser.open(claviger.at("/demo/"));
        browser.press("#sign-in");
        front.signIn("carol");
        front.refuse();
        awaitMessage(browser, "The authorization server refused:");
        assertThat(browser.find("#message").getText()).contains("(access_denied)");
        assertThat(browser.shows("#token")).isFalse();
        assertThat(browser.shows("#sign-in")).isTrue();
    }

    static void awaitMessage(Chromium browser, String beginning) {
        browser.await(driver -> browser.find("#message").getText().startsWith(beginning));
    }

    /** The statuses in a column of the table, by endpoint, as far as they have come. */
    private static Map<String, Integer> statuses(Chromium browser, String column) {
        List<?> rows = (List<?>) browser.run(
                "return [...document.querySelectorAll('tr[data-endpoint]')].map(row =>"
                        + " [row.dataset.endpoint, row.querySelector(`td.${arguments[0]} strong`)?.textContent ?? '0'])",
                column);
        Map<String, Integer> statuses = new LinkedHashMap<>();
        rows.stream()
                .map(List.class::cast)
                .forEach(row -> statuses.put((String) row.get(0), Integer.valueOf((String) row.get(1))));
        return statuses;
    }

    private static String claim(Chromium browser, String name) {
        return (String) browser.run(
                "return [...document.querySelectorAll('dt')].find(dt => dt.textContent === arguments[0])"
                        + ".nextElementSibling.textContent",
                name);
    }
}
