package org.claviger.it.browser;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.claviger.it.RunningClaviger;
import org.claviger.run.StartFailure;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The pages of an administrator who gives them a name, a logo, a colour, styles and texts. */
@ExtendWith(BrowserExtension.class)
class BrandIT {
    private static final Path FILES = Path.of("src/test/resources/it/brand").toAbsolutePath();
    private static final String SUNFLOWER = "#ffd54f";

    private static RunningClaviger claviger;

    @BeforeAll
    static void start() throws InterruptedException, IOException, StartFailure {
        claviger = new RunningClaviger(
                Path.of("target/it-brand"),
                Map.of(
                        "CLAVIGER_BRAND_NAME", "Example & Sons",
                        "CLAVIGER_BRAND_LOGO", FILES.resolve("logo.svg").toString(),
                        "CLAVIGER_BRAND_COLOR", SUNFLOWER,
                        "CLAVIGER_BRAND_CSS", FILES.resolve("brand.css").toString(),
                        "CLAVIGER_BRAND_TEXTS",
                                FILES.resolve("texts.properties").toString()));
    }

    @AfterAll
    static void stop() {
        claviger.close();
    }

    @Test
    void name_logo_colour_styles_and_texts_are_the_administrators(Chromium browser) {
        Front front = new Front(claviger, browser);
        front.visit("payroll");
        browser.awaitHeading("Welcome to Example");
        assertThat(browser.find("header").getText()).isEqualTo("Example & Sons");
        assertThat(browser.title()).isEqualTo("Welcome to Example – Example & Sons");
        assertThat(browser.find("header img").getDomProperty("naturalWidth")).isEqualTo("40");
        assertThat(browser.style("form button", "background-color")).isEqualTo("rgb(255, 213, 79)");
        assertThat(browser.style("form button", "color")).isEqualTo("rgb(0, 0, 0)");
        assertThat(browser.style("main", "border-radius")).isEqualTo("0px");
        front.signIn("alice");
        browser.awaitHeading("Allow access?");
        assertThat(browser.text()).contains("Look at the sunflowers", "Know who you are");
    }

    @Test
    void each_language_may_have_texts_of_its_own(@Reads("de") Chromium browser) {
        new Front(claviger, browser).visit("payroll");
        browser.awaitHeading("Willkommen bei Example");
        assertThat(browser.text()).contains("Benutzername");
    }

    @ParameterizedTest
    @EnumSource(names = {"SIGN_IN_WITH_ERROR", "CONSENT"})
    void no_colour_makes_a_page_hard_to_read(Shown shown, Chromium browser) {
        shown.show(claviger, browser, new Front(claviger, browser));
        PagesIT.check(shown.toString(), browser, "en");
    }

    @ParameterizedTest
    @EnumSource(names = {"DESKTOP_LIGHT", "DESKTOP_DARK"})
    void no_colour_hides_where_the_keyboard_is(Look look, Chromium browser) {
        look.at(browser);
        Shown.SIGN_IN.show(claviger, browser, new Front(claviger, browser));
        assertThat(browser.style("#username", "outline-color")).isEqualTo(browser.style("main", "color"));
    }
}
