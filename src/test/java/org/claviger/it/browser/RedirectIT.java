package org.claviger.it.browser;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.claviger.it.ClavigerExtension;
import org.claviger.it.RunningClaviger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Where the browser may be led from our pages, and where our pages may be shown: the content security policy at work. */
@ExtendWith({ClavigerExtension.class, BrowserExtension.class})
class RedirectIT {
    private final RunningClaviger claviger;

    RedirectIT(RunningClaviger claviger) {
        this.claviger = claviger;
    }

    @Test
    void a_client_on_another_port_gets_its_code_after_consent_and_straight_after_sign_in(Chromium browser)
            throws InterruptedException, IOException {
        Front front = new Front(claviger, browser);
        front.visit("album");
        front.signIn("carol");
        browser.awaitHeading("Allow access?");
        front.allow();
        front.redeem("album", front.awaitAnswer());

        front.visit("album", "prompt", "login");
        front.signIn("carol");
        front.redeem("album", front.awaitAnswer());
    }

    @Test
    void an_app_with_a_scheme_of_its_own_gets_its_code_after_consent_each_time()
            throws InterruptedException, IOException {
        try (Chromium browser = new Chromium("en", claviger.at(""))) {
            Front front = new Front(claviger, browser);
            front.visit("phone");
            front.signIn("carol");
            browser.awaitHeading("Allow access?");
            front.allow();
            browser.await(driver -> browser.openedInApp().size() == 1);
            front.redeem("phone", Front.parameters(browser.openedInApp().get(0)));

            front.visit("phone", "prompt", "login");
            front.signIn("carol");
            browser.awaitHeading("Allow access?");
            front.allow();
            browser.await(driver -> browser.openedInApp().size() == 2);
            front.redeem("phone", Front.parameters(browser.openedInApp().get(1)));
            assertThat(browser.violations()).isEmpty();
        }
    }

    @Test
    @Violating
    void these_tests_would_notice_a_policy_that_stops_a_redirect(Chromium browser) {
        ClientSite.redirect("/leave", claviger.at("/demo/"));
        ClientSite.page(
                "/strict",
                "<form method=\"post\" action=\"/leave\"><button>Leave</button></form>",
                "Content-Security-Policy",
                "form-action 'self'");
        browser.open(ClientSite.at("/strict"));
        browser.press("button");
        browser.await(driver -> !browser.violations().isEmpty());
        assertThat(browser.violations()).first().asString().contains("form-action");
        assertThat(browser.address()).isEqualTo(ClientSite.at("/strict"));
    }

    @Test
    @Violating
    void the_sign_in_page_is_not_shown_in_a_frame_of_another_site(Chromium browser) {
        ClientSite.page("/frame-of-own", "<iframe title=\"own\" src=\"/callback\"></iframe>");
        browser.open(ClientSite.at("/frame-of-own"));
        browser.enterFrame();
        browser.awaitHeading("Back at the client"); // frames work here

        String signIn = new Front(claviger, browser).request("payroll").replace("&", "&amp;");
        ClientSite.page("/frame-of-other", "<iframe title=\"other\" src=\"" + signIn + "\"></iframe>");
        browser.open(ClientSite.at("/frame-of-other"));
        browser.await(driver -> !browser.violations().isEmpty());
        assertThat(browser.violations()).first().asString().contains("frame-ancestors 'none'");
        browser.enterFrame();
        assertThat(browser.shows("input")).isFalse();
        assertThat(browser.text()).doesNotContain("Sign in");
    }
}
