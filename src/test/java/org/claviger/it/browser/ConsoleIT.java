package org.claviger.it.browser;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.claviger.it.RunningClaviger;
import org.claviger.run.StartFailure;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openqa.selenium.Keys;

/** The administration console as an administrator uses it, with a server of its own. */
@ExtendWith(BrowserExtension.class)
class ConsoleIT {
    private static final Pattern SECRET = Pattern.compile("[A-Za-z0-9_-]{43}");
    private static final String LIFE = "claviger.access-token-lifetime";

    /** Those that the README shows, made anew with {@code -Dscreenshots=docs/images}. */
    private static final Map<String, String> IN_README = Map.of(
            "", "console-overview.png",
            "client?id=web", "console-client.png",
            "settings", "console-settings.png",
            "audit", "console-audit.png");

    private static RunningClaviger claviger;

    @BeforeAll
    static void start() throws InterruptedException, IOException, StartFailure {
        claviger = new RunningClaviger(Path.of("target/it-console"), Map.of());
    }

    @AfterAll
    static void stop() {
        claviger.close();
    }

    private static void open(Chromium browser, String page) {
        browser.open(URI.create(claviger.issuer() + "/admin/console/" + page));
    }

    /** Opens a page and signs in on the way. */
    private static void enter(Chromium browser, String page) {
        open(browser, page);
        new Front(claviger, browser).signIn("root");
        browser.find("nav");
        assertThat(browser.address()).isEqualTo(URI.create(claviger.issuer() + "/admin/console/" + page));
    }

    /** Follows a link that leads to a question, and answers yes. */
    private static void confirm(Chromium browser, String link) {
        browser.pressAndTurn("a[href*='do=" + link + "']");
        browser.pressAndTurn("main form button");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "./?period=week",
                "clients",
                "client?id=web",
                "client-new",
                "client-change?id=web",
                "client?id=web&do=rotate",
                "users",
                "user-new",
                "sessions?username=root",
                "keys",
                "settings",
                "setting?key=" + LIFE,
                "audit",
                "nothing"
            })
    void a_page_shuts_nobody_out_and_fits_its_screen(String page, Chromium browser) throws IOException {
        enter(browser, "clients");
        open(browser, page);
        browser.find("h1");
        Optional<String> folder = Optional.ofNullable(System.getProperty("screenshots"));
        Look.PICTURE.at(browser);
        browser.screenshot(Path.of("target/browser/console", page.replaceAll("[^a-z]", "-") + ".png"));
        if (folder.isPresent() && IN_README.containsKey(page)) {
            browser.screenshot(Path.of(folder.get(), IN_README.get(page)));
        }
        check(page, browser, "en");
    }

    /** What the page itself is asked for that is not there is said by the browser too. */
    private static void check(String page, Chromium browser, String language) {
        if (!page.equals("nothing")) {
            PagesIT.check(page, browser, language);
        } else {
            Look.PHONE_DARK.at(browser);
            assertThat(Axe.violations(browser)).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "client?id=web", "client-new", "setting?key=" + LIFE, "audit"})
    void the_longer_words_of_german_fit_too(String page, @Reads("de") Chromium browser) {
        enter(browser, "clients");
        open(browser, page);
        browser.find("h1");
        check(page, browser, "de");
    }

    @Test
    void without_scripts_and_with_the_keyboard_alone_the_console_works(Chromium browser) {
        browser.switchScriptsOff();
        enter(browser, "clients");
        browser.type(Keys.TAB);
        assertThat(browser.focused().getText()).isEqualTo("Skip to the content");
        browser.type(Keys.ENTER);
        browser.type(Keys.TAB);
        assertThat(browser.focused().getDomAttribute("href")).isEqualTo("client-new");
    }

    @Test
    void a_client_is_registered_gets_another_secret_is_disabled_and_deleted(Chromium browser) {
        enter(browser, "clients");
        browser.press("a[href=client-new]");
        browser.fill("#client_id", "shop");
        browser.fill("#client_name", "<b>Shop</b>");
        browser.press("input[name='grant_types.client_credentials']");
        browser.pressAndTurn("main form button");
        browser.awaitText("[role=alert]", "This does not fit. redirect_uris: is missing; authorization_code needs one");
        assertThat(browser.focused()).isEqualTo(browser.find("#redirect_uris"));
        browser.fill("#redirect_uris", "https://shop.example.org/callback\nhttps://shop.example.org/other");
        browser.pressAndTurn("main form button");
        String secret = browser.find("code.credential").getText();
        assertThat(secret).matches(SECRET);
        browser.pressAndTurn("main p a");
        assertThat(browser.text())
                .contains("https://shop.example.org/other", "<b>Shop</b>")
                .doesNotContain(secret);

        confirm(browser, "rotate");
        String other = browser.find("code.credential").getText();
        assertThat(other).matches(SECRET).isNotEqualTo(secret);
        assertThat(browser.address().toString()).doesNotContain(other);
        browser.pressAndTurn("main p a");
        confirm(browser, "disable");
        browser.awaitText("[role=status]", "It is disabled.");
        confirm(browser, "delete");
        browser.awaitText("[role=status]", "It is deleted.");
        assertThat(browser.address().getQuery()).isEqualTo("done=deleted");

        browser.pressAndTurn("nav a[href=audit]");
        browser.awaitHeading("Audit");
        assertThat(browser.texts("tbody code"))
                .containsSubsequence("CLIENT_DELETED", "CLIENT_DISABLED", "CLIENT_SECRET_ROTATED", "CLIENT_CREATED");
        assertThat(browser.text()).contains("root", "shop").doesNotContain(secret, other);
    }

    @Test
    void a_user_is_registered_and_chooses_a_password_by_a_code(Chromium browser) {
        enter(browser, "users");
        browser.press("a[href=user-new]");
        browser.fill("#username", "dora");
        browser.fill("#groups", "user\norders");
        browser.pressAndTurn("main form button");
        browser.awaitHeading("dora");
        confirm(browser, "code");
        String code = browser.find("code.credential").getText();
        browser.open(URI.create(claviger.issuer() + "/password"));
        browser.fill("#code", code);
        browser.fill("#password", "night at the lighthouse");
        browser.fill("#password_again", "night at the lighthouse");
        browser.press("form button");
        browser.awaitHeading("Done");
    }

    @Test
    void a_setting_is_changed_and_taken_back(Chromium browser) {
        enter(browser, "settings");
        browser.press("a[href='setting?key=" + LIFE + "']");
        browser.fill("#value", "PT20M");
        browser.pressAndTurn("main form button");
        browser.awaitText("[role=status]", "It is changed.");
        assertThat(browser.text()).contains("PT20M", "set by administrators");
        confirm(browser, "reset");
        browser.find("[role=status]");
        assertThat(browser.text()).contains("PT15M").doesNotContain("PT20M");
        open(browser, "audit?event=SETTING_CHANGED");
        assertThat(browser.texts("tbody code")).containsOnly("SETTING_CHANGED").hasSizeGreaterThanOrEqualTo(2);
    }

    @Test
    void somebody_else_is_signed_out(Chromium browser) throws IOException {
        try (Chromium others = new Chromium("en")) {
            Front front = new Front(claviger, others);
            front.visit("payroll");
            front.signIn("alice");
            others.find("button[value=allow]");
        }
        enter(browser, "sessions");
        browser.fill("#username", "alice");
        browser.press("form[action=sessions] button");
        browser.awaitHeading("Sessions of alice");
        confirm(browser, "end-sign-in");
        browser.awaitText("[role=status]", "It has ended.");
    }

    @Test
    void who_leaves_has_to_sign_in_again(Chromium browser) {
        enter(browser, "clients");
        browser.press("form[action=sign-out] button");
        browser.awaitHeading("Signed out");
        open(browser, "clients");
        browser.find("#password");
    }

    @Test
    void who_administers_nothing_sees_nothing_of_it(Chromium browser) {
        open(browser, "clients");
        new Front(claviger, browser).signIn("alice");
        browser.find("[role=alert]");
        assertThat(browser.text()).doesNotContain("Photo album");
    }
}
