package org.claviger.it.browser;

import static org.assertj.core.api.Assertions.assertThat;

import org.claviger.it.ClavigerExtension;
import org.claviger.it.RunningClaviger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Signing out: here, or everywhere. */
@ExtendWith({ClavigerExtension.class, BrowserExtension.class})
class SignOutIT {
    private final RunningClaviger claviger;

    SignOutIT(RunningClaviger claviger) {
        this.claviger = claviger;
    }

    @Test
    void the_session_ends_and_what_was_allowed_goes_on(Chromium browser) {
        Front front = new Front(claviger, browser);
        browser.open(claviger.at("/demo/"));
        front.signInToDemo("root");
        String demo = browser.openTab();
        front.signOut(false);
        browser.awaitHeading("Signed out");
        assertThat(browser.text()).contains("You are signed out.");
        front.visit("payroll");
        browser.awaitHeading("Sign in");

        browser.returnTo(demo);
        browser.press("#refresh");
        DemoIT.awaitMessage(browser, "Refreshed.");
    }

    @Test
    void signing_out_everywhere_ends_what_was_allowed_too(Chromium browser) throws Exception {
        Front front = new Front(claviger, browser);
        browser.open(claviger.at("/demo/"));
        front.signInToDemo("root");
        try (Chromium elsewhere = new Chromium("en")) {
            Front other = new Front(claviger, elsewhere);
            other.visit("payroll");
            other.signIn("root");
            elsewhere.awaitHeading("Allow access?");

            String demo = browser.openTab();
            front.signOut(true);
            assertThat(browser.text()).contains("You are signed out everywhere.");
            browser.returnTo(demo);
            browser.press("#refresh");
            DemoIT.awaitMessage(browser, "The authorization server refused:");
            assertThat(browser.find("#message").getText()).contains("(invalid_grant)");

            other.visit("payroll");
            elsewhere.awaitHeading("Sign in");
            other.signInAgain("payroll", "root");
        }
    }
}
