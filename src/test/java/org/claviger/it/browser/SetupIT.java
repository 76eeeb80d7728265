package org.claviger.it.browser;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.claviger.it.RunningClaviger;
import org.claviger.run.StartFailure;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The page on which the first administrator of an installation chooses a name and a password. */
@ExtendWith(BrowserExtension.class)
class SetupIT {
    private static final Pattern CODE = Pattern.compile("[A-Za-z0-9_-]{43}");

    @Test
    void whoever_has_the_code_becomes_the_administrator_on_a_page_that_shuts_nobody_out(Chromium browser)
            throws InterruptedException, IOException, StartFailure {
        Path data = Path.of("target/it-setup/data").toAbsolutePath();
        RunningClaviger claviger = new RunningClaviger(
                Path.of("target/it-setup"), Map.of("CLAVIGER_IMPORT", "", "CLAVIGER_DATA_DIRECTORY", data.toString()));
        try {
            Matcher code = CODE.matcher(Files.readString(data.resolve("first-administrator")));
            assertThat(code.find()).isTrue();
            browser.open(URI.create(claviger.issuer() + "/setup"));
            browser.awaitHeading("Become the administrator");
            assertThat(browser.focused()).isEqualTo(browser.find("#code"));
            PagesIT.check("the set-up page", browser, "en");

            fill(browser, code.group(), "twelve characters", "other characters");
            browser.awaitText("[role=alert]", "The two passwords are not the same.");
            assertThat(browser.focused()).isEqualTo(browser.find("#password_again"));
            assertThat(browser.focused().getDomAttribute("aria-describedby"))
                    .isEqualTo(browser.find("[role=alert]").getDomAttribute("id"));
            PagesIT.check("the set-up page with an error", browser, "en");

            fill(browser, code.group(), "twelve characters", "twelve characters");
            browser.awaitHeading("Done");
            PagesIT.check("the page after the set-up", browser, "en");
        } finally {
            claviger.close();
        }
    }

    private static void fill(Chromium browser, String code, String password, String again) {
        browser.fill("#code", code);
        browser.fill("#username", "root");
        browser.fill("#password", password);
        browser.fill("#password_again", again);
        browser.press("form button");
    }
}
