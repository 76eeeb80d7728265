package org.claviger.it.browser;

import static org.assertj.core.api.Assertions.assertThat;

import org.claviger.it.ClavigerExtension;
import org.claviger.it.RunningClaviger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Who is asked what, and when: consent, and the parameters of OpenID Connect Core section 3.1.2.1. */
@ExtendWith({ClavigerExtension.class, BrowserExtension.class})
class PromptIT {
    private final RunningClaviger claviger;

    PromptIT(RunningClaviger claviger) {
        this.claviger = claviger;
    }

    @Test
    void what_was_allowed_once_is_not_asked_again_unless_the_client_wants_it(Chromium browser) {
        Front front = new Front(claviger, browser);
        front.visit("album");
        front.signIn("bob");
        browser.awaitHeading("Allow access?");
        front.allow();
        assertThat(front.awaitAnswer()).containsKey("code");
        front.visit("album");
        assertThat(front.awaitAnswer()).containsKey("code");

        front.visit("album", "prompt", "consent");
        browser.awaitHeading("Allow access?");
        front.refuse();
        assertThat(front.awaitAnswer())
                .containsEntry("error", "access_denied")
                .containsEntry("state", "as it was")
                .containsEntry("iss", claviger.issuer())
                .doesNotContainKey("code");
    }

    @Test
    void a_restricted_client_asks_each_time(Chromium browser) {
        Front front = new Front(claviger, browser);
        front.visit("payroll");
        front.signIn("bob");
        for (int i = 0; i < 2; i++) {
            browser.awaitHeading("Allow access?");
            front.allow();
            assertThat(front.awaitAnswer()).containsKey("code");
            front.visit("payroll");
        }
        browser.awaitHeading("Allow access?");
        front.visit("payroll", "prompt", "none");
        assertThat(front.awaitAnswer()).containsEntry("error", "consent_required");
    }

    @Test
    void prompt_none_asks_nothing(Chromium browser) {
        Front front = new Front(claviger, browser);
        front.visit("album", "prompt", "none");
        assertThat(front.awaitAnswer()).containsEntry("error", "login_required").containsEntry("state", "as it was");
        front.visit("album");
        front.signIn("root");
        browser.awaitHeading("Allow access?");
        front.visit("album", "prompt", "none");
        assertThat(front.awaitAnswer()).containsEntry("error", "consent_required");
        front.visit("album");
        front.allow();
        assertThat(front.awaitAnswer()).containsKey("code");
        front.visit("album", "prompt", "none");
        assertThat(front.awaitAnswer()).containsKey("code");
        front.visit("album", "prompt", "none login");
        assertThat(front.awaitAnswer()).containsEntry("error", "invalid_request");
    }

    @Test
    void prompt_login_and_max_age_want_the_person_to_sign_in_anew(Chromium browser) {
        Front front = new Front(claviger, browser);
        front.visit("payroll");
        front.signIn("alice");
        browser.awaitHeading("Allow access?");

        front.visit("payroll", "max_age", "3600");
        browser.awaitHeading("Allow access?");
        front.visit("payroll", "max_age", "0");
        browser.awaitHeading("Sign in");
        front.signIn("alice");
        browser.awaitHeading("Allow access?");

        front.visit("payroll", "prompt", "login");
        browser.awaitHeading("Sign in");
        front.signIn("bob");
        browser.awaitHeading("Allow access?");
        assertThat(browser.text()).contains("You are signed in as bob.");
        front.visit("payroll", "prompt", "none", "max_age", "0");
        assertThat(front.awaitAnswer()).containsEntry("error", "login_required");
    }

    @Test
    void login_hint_fills_in_the_user_name(Chromium browser) {
        Front front = new Front(claviger, browser);
        front.visit("payroll", "login_hint", "alice");
        assertThat(browser.find("#username").getDomProperty("value")).isEqualTo("alice");
        assertThat(browser.focused()).isEqualTo(browser.find("#password"));
        browser.fill("#password", "password of alice");
        browser.press("form button");
        browser.awaitHeading("Allow access?");
    }
}
