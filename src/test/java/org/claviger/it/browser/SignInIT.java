package org.claviger.it.browser;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.claviger.it.ClavigerExtension;
import org.claviger.it.RunningClaviger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;

/** The sign-in page in the hands of different people. */
@ExtendWith({ClavigerExtension.class, BrowserExtension.class})
class SignInIT {
    private final RunningClaviger claviger;

    SignInIT(RunningClaviger claviger) {
        this.claviger = claviger;
    }

    @Test
    void a_wrong_password_is_announced_and_the_user_name_kept(Chromium browser) {
        Front front = new Front(claviger, browser);
        front.visit("payroll");
        assertThat(browser.shows("[role=alert]")).isFalse();
        front.signIn("alice", "not the password of alice");
        WebElement error = browser.find("[role=alert]");
        assertThat(error.getText()).isEqualTo("User name or password is wrong.");
        for (String field : new String[] {"#username", "#password"}) {
            assertThat(browser.find(field).getDomAttribute("aria-invalid")).isEqualTo("true");
            assertThat(browser.find(field).getDomAttribute("aria-describedby")).isEqualTo(error.getDomAttribute("id"));
        }
        assertThat(browser.find("#username").getDomProperty("value")).isEqualTo("alice");
        assertThat(browser.find("#password").getDomProperty("value")).isEmpty();
        assertThat(browser.focused()).isEqualTo(browser.find("#password"));

        browser.type("password of alice", Keys.ENTER);
        browser.awaitHeading("Allow access?");
    }

    @Test
    void who_guesses_too_often_is_told_to_wait(Chromium browser) {
        new Front(claviger, browser).visit("payroll");
        String message = "";
        for (int i = 0; i < 15 && !message.startsWith("Too many wrong attempts."); i++) {
            browser.fill("#username", "mallory");
            browser.fill("#password", "guess " + i);
            browser.pressAndTurn("form button");
            message = browser.find("[role=alert]").getText();
        }
        assertThat(message).matches("Too many wrong attempts\\. Please try again in (1 second|[0-9]+ seconds)\\.");
    }

    @Test
    void the_fields_are_labelled_for_people_and_for_password_managers(Chromium browser) {
        new Front(claviger, browser).visit("payroll");
        WebElement username = browser.find("#username");
        WebElement password = browser.find("#password");
        assertThat(username.getAccessibleName()).isEqualTo("User name");
        assertThat(username.getDomAttribute("autocomplete")).isEqualTo("username");
        assertThat(password.getAccessibleName()).isEqualTo("Password");
        assertThat(password.getDomAttribute("autocomplete")).isEqualTo("current-password");
        assertThat(password.getDomAttribute("type")).isEqualTo("password");
    }

    @Test
    void a_keyboard_is_enough_and_shows_where_it_is(Chromium browser) {
        Front front = new Front(claviger, browser);
        front.visit("payroll");
        assertThat(browser.focused()).isEqualTo(browser.find("#username"));
        assertThat(focusIsVisible(browser)).isTrue();
        browser.type("alice", Keys.TAB);
        assertThat(browser.focused()).isEqualTo(browser.find("#password"));
        assertThat(focusIsVisible(browser)).isTrue();
        browser.type("password of alice", Keys.TAB);
        assertThat(browser.focused().getText()).isEqualTo("Sign in");
        assertThat(focusIsVisible(browser)).isTrue();
        browser.type(Keys.ENTER);

        browser.awaitHeading("Allow access?");
        for (String name : new String[] {"Allow", "Refuse", "Sign out"}) {
            browser.type(Keys.TAB);
            assertThat(browser.focused().getText()).isEqualTo(name);
            assertThat(focusIsVisible(browser)).as(name).isTrue();
        }
        browser.type(Keys.chord(Keys.SHIFT, Keys.TAB));
        browser.type(Keys.chord(Keys.SHIFT, Keys.TAB));
        assertThat(browser.focused().getText()).isEqualTo("Allow");
        browser.type(Keys.ENTER);
        assertThat(front.awaitAnswer()).containsKey("code");
    }

    /** An outline of two pixels or more that is not there without the focus. */
    private static boolean focusIsVisible(Chromium browser) {
        return (Boolean)
                browser.run(
                        """
                const element = document.activeElement;
                const outlined = () => {
                  const style = getComputedStyle(element);
                  return style.outlineStyle === 'solid' && parseFloat(style.outlineWidth) >= 2;
                };
                const focused = outlined();
                element.blur();
                const blurred = outlined();
                element.focus({ focusVisible: true });
                return focused && !blurred;
                """);
    }

    @Test
    void no_script_is_needed(Chromium browser) throws InterruptedException, IOException {
        Front front = new Front(claviger, browser);
        browser.switchScriptsOff();
        browser.open(claviger.at("/demo/"));
        assertThat(browser.text()).contains("This page needs JavaScript"); // there is none indeed
        front.visit("payroll");
        front.signIn("alice", "not the password of alice");
        browser.awaitText("[role=alert]", "User name or password is wrong.");
        front.signIn("alice");
        browser.awaitHeading("Allow access?");
        front.allow();
        front.redeem("payroll", front.awaitAnswer());
        front.signOut(false);
        browser.awaitText("[role=status]", "You are signed out.");
    }

    @Test
    void who_reads_german_is_spoken_to_in_german(@Reads("de-AT,de,en") Chromium browser) {
        Front front = new Front(claviger, browser);
        front.visit("payroll");
        browser.awaitHeading("Anmelden");
        assertThat(browser.find("html").getDomAttribute("lang")).isEqualTo("de");
        assertThat(browser.text()).contains("um mit Payroll weiterzumachen", "Benutzername", "Passwort");
        front.signIn("alice", "falsch");
        browser.awaitText("[role=alert]", "Benutzername oder Passwort ist falsch.");
        front.signIn("alice");
        browser.awaitHeading("Zugriff erlauben?");
        assertThat(browser.text())
                .contains("Payroll bittet um Zugriff in Ihrem Namen:", "spätestens 7 Tage nach Ihrer Erlaubnis");
    }

    @Test
    void who_reads_none_of_our_languages_is_spoken_to_in_english(@Reads("fr-FR,fr") Chromium browser) {
        new Front(claviger, browser).visit("payroll");
        browser.awaitHeading("Sign in");
        assertThat(browser.find("html").getDomAttribute("lang")).isEqualTo("en");
    }
}
