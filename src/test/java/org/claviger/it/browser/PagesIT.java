package org.claviger.it.browser;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.assertj.core.api.SoftAssertions;
import org.claviger.it.ClavigerExtension;
import org.claviger.it.RunningClaviger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What must hold for every page, on every screen, in light and dark, in each language. */
@ExtendWith({ClavigerExtension.class, BrowserExtension.class})
class PagesIT {
    /** Those that the README shows, made anew with {@code -Dscreenshots=docs/images}. */
    private static final Map<String, String> IN_README = Map.of(
            "SIGN_IN PICTURE", "sign-in.png",
            "CONSENT PHONE_DARK", "consent-phone-dark.png",
            "DEMO_SIGNED_IN PICTURE", "demo.png",
            "ERROR PICTURE", "error.png",
            "ACCOUNT PICTURE", "account.png");

    private final RunningClaviger claviger;

    PagesIT(RunningClaviger claviger) {
        this.claviger = claviger;
    }

    @ParameterizedTest
    @EnumSource
    void a_page_shuts_nobody_out_and_fits_its_screen(Shown shown, Chromium browser) throws IOException {
        shown.show(claviger, browser, new Front(claviger, browser));
        check(shown.toString(), browser, "en");
        for (Look look : Look.values()) {
            look.at(browser);
            String name = shown + " " + look;
            browser.screenshot(Path.of("target/browser/pages", name.replace(' ', '-') + ".png"));
            Optional<String> folder = Optional.ofNullable(System.getProperty("screenshots"));
            if (folder.isPresent() && IN_README.containsKey(name)) {
                // Of the demo, the table; of the account, what can be ended.
                browser.run("document.querySelector('#results, #sessions')?.scrollIntoView()");
                browser.screenshot(Path.of(folder.get(), IN_README.get(name)));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = "DEMO.*", mode = EnumSource.Mode.MATCH_NONE)
    void the_longer_words_of_german_fit_too(Shown shown, @Reads("de") Chromium browser) {
        shown.show(claviger, browser, new Front(claviger, browser));
        check(shown.toString(), browser, "de");
    }

    static void check(String shown, Chromium browser, String language) {
        SoftAssertions all = new SoftAssertions();
        all.assertThat(browser.find("html").getDomAttribute("lang")).isEqualTo(language);
        for (Look look : Look.values()) {
            look.at(browser);
            all.assertThat(Axe.violations(browser))
                    .as("what axe-core says of %s %s", shown, look)
                    .isEmpty();
            all.assertThat(overflowing(browser, look))
                    .as("what is wider than the screen of %s %s", shown, look)
                    .isEmpty();
        }
        all.assertThat(browser.console())
                .as("what %s asks for that is not there", shown)
                .noneMatch(message -> message.contains("status of 404"));
        all.assertAll();
    }

    /** The elements that make a person scroll sideways. */
    private static List<?> overflowing(Chromium browser, Look look) {
        return (List<?>) browser.run(
                """
                const width = arguments[0];
                if (document.documentElement.scrollWidth <= width && innerWidth === width) {
                  return [];
                }
                const wide = [...document.body.querySelectorAll('*')]
                  .filter(element => element.getBoundingClientRect().right > width + 0.5)
                  .map(element => element.outerHTML.slice(0, 200));
                return wide.length ? wide : ['the page itself'];
                """,
                look.width());
    }

    @Test
    void these_tests_would_notice_a_page_that_shuts_people_out_or_is_too_wide(Chromium browser) {
        Shown.SIGN_IN.show(claviger, browser, new Front(claviger, browser));
        Look.PHONE_LIGHT.at(browser);
        browser.run("document.querySelector('label').remove();"
                + "document.querySelector('h1').style.cssText = 'color: #999; min-width: 400px';");
        assertThat(Axe.violations(browser))
                .anyMatch(violation -> violation.startsWith("label:"))
                .anyMatch(violation -> violation.startsWith("color-contrast:"));
        assertThat(overflowing(browser, Look.PHONE_LIGHT))
                .anyMatch(element -> element.toString().startsWith("<h1"));
    }
}
