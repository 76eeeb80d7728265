package org.claviger.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.ResourceBundle;
import java.util.TreeSet;
import org.claviger.settings.SettingsException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TextsTest {
    private final Texts texts = new Texts(Optional.empty());

    private Texts.InLanguage in(String header) {
        return texts.forHeader(Optional.of(header));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "de|de",
                "de-CH,en;q=0.5|de",
                "en-GB,de;q=0.9|en",
                "fr,de;q=0.5|de",
                "fr|en",
                "*|en",
                "!!!|en",
                "de;q=7|en",
                "de;q=0|en",
                "-|en",
                "de,--|en",
                "--|en",
                "-,de|en",
                ";|en",
                ",|en",
                "de;q=|en",
                "de;|en",
                "''|en"
            })
    void theLanguageIsTheFirstThatThePersonReadsAndWeSpeak(String header, String language) {
        assertThat(in(header).tag()).isEqualTo(language);
    }

    @Test
    void withoutAHeaderTheLanguageIsEnglish() {
        assertThat(texts.forHeader(Optional.empty()).tag()).isEqualTo("en");
    }

    @Test
    void theServersOwnLanguageDoesNotMatter() {
        Locale before = Locale.getDefault();
        try {
            Locale.setDefault(Locale.GERMANY);
            assertThat(new Texts(Optional.empty()).forHeader(Optional.of("en")).get("sign-in.title"))
                    .isEqualTo("Sign in");
        } finally {
            Locale.setDefault(before);
        }
    }

    @Test
    void everyTextIsThereInEveryLanguage() {
        ResourceBundle german = ResourceBundle.getBundle("org.claviger.page.texts", Locale.GERMAN);
        ResourceBundle english = ResourceBundle.getBundle("org.claviger.page.texts", Locale.ROOT);

        assertThat(new TreeSet<>(german.keySet())).isEqualTo(new TreeSet<>(english.keySet()));
        assertThat(german.getString("sign-in.title")).isEqualTo("Anmelden");
    }

    @ParameterizedTest
    @CsvSource({
        "PT15M,15 minutes",
        "PT1M,1 minute",
        "PT1S,1 minute",
        "PT1H,1 hour",
        "PT10H,10 hours",
        "P1D,1 day",
        "P30D,30 days"
    })
    void aDurationIsSaidInItsLargestUnit(Duration duration, String text) {
        assertThat(in("en").duration(duration)).isEqualTo(text);
    }

    @Test
    void anAdministratorsTextsComeFirstAndGiveScopesTheirWords(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(
                folder.resolve("texts.properties"),
                "sign-in.title=Hello\nde.sign-in.title=Grüß Gott\nscope.orders\\:read=Read your orders\n");
        Texts own = new Texts(Optional.of(file));

        assertThat(own.forHeader(Optional.of("en")).get("sign-in.title")).isEqualTo("Hello");
        assertThat(own.forHeader(Optional.of("de")).get("sign-in.title")).isEqualTo("Grüß Gott");
        assertThat(own.forHeader(Optional.of("de")).scope("orders:read")).contains("Read your orders");
        assertThat(own.forHeader(Optional.of("en")).scope("orders:write")).isEmpty();
    }

    @Test
    void aFileOfTextsThatCannotBeReadIsNamed(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("texts.properties"), "a=\\u12");

        assertThatThrownBy(() -> new Texts(Optional.of(file)))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining("claviger.brand.texts");
    }

    /** None of them is a fault: a person without a page cannot tell their browser to send another header. */
    @Test
    void noHeaderIsAFault() {
        Random random = new Random(1);
        String alphabet = "de-*;q=0.1, \u00e9\u0000x";
        for (int i = 0; i < 20_000; i++) {
            StringBuilder header = new StringBuilder();
            for (int length = random.nextInt(12); length > 0; length--) {
                header.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            assertThat(in(header.toString()).tag()).isIn("en", "de");
        }
    }

    @Test
    void aHeaderThatIsTooLongIsNotRead() {
        assertThat(in("de" + ",fr;q=0.5".repeat(22)).tag()).isEqualTo("de"); // 200 characters
        assertThat(in("de" + ",fr;q=0.5".repeat(22) + " ").tag()).isEqualTo("en");
    }

    private static Texts withOwn(Path folder, String line) throws IOException {
        return new Texts(Optional.of(Files.writeString(folder.resolve("texts.properties"), line + "\n")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "sign-in.purpose=to {|sign-in.purpose|MessageFormat",
                "de.sign-in.purpose=zu {x}|de.sign-in.purpose|MessageFormat",
                "sign-in.purpose=to {0,nothing}|sign-in.purpose|MessageFormat",
                "sign-in.purpose=to {0,number}|sign-in.purpose|MessageFormat",
                "sign-in.throttled={0,choice,1#one|sign-in.throttled|MessageFormat",
                "sign-in.throttled={0,choice,1#one<2{}|sign-in.throttled|MessageFormat",
                "sign-in.purpose=to {1}|sign-in.purpose|nothing but {0}",
                "sign-in.title=Hello {0}|sign-in.title|no {0}",
                "sign-in.wrong=That isn't right.|sign-in.wrong|apostrophe",
                "scope.orders=Read {|scope.orders|MessageFormat",
                "de.scope.orders=Lesen {0}|de.scope.orders|no {0}",
                "scope.orders=Read the shop's orders|scope.orders|apostrophe",
                "whatever={|whatever|MessageFormat"
            })
    void aTextThatCouldNotBeShownIsNamed(String line, String key, String expected, @TempDir Path folder) {
        assertThatThrownBy(() -> withOwn(folder, line))
                .isInstanceOf(SettingsException.class)
                .hasMessageStartingWith("claviger.brand.texts: ")
                .hasMessageContaining("texts.properties, " + key + ": ")
                .hasMessageContaining(expected);
    }

    @Test
    void anApostropheIsWrittenTwiceInEveryText(@TempDir Path folder) throws IOException {
        Texts own = withOwn(folder, "sign-in.title=Let''s go\nscope.orders=Read the shop''s orders '{'all'}'");

        assertThat(own.forHeader(Optional.empty()).get("sign-in.title")).isEqualTo("Let's go");
        assertThat(own.forHeader(Optional.empty()).scope("orders")).contains("Read the shop's orders {all}");
    }

    @Test
    void aTextMayLeaveOutWhatOursSays(@TempDir Path folder) throws IOException {
        assertThat(withOwn(folder, "sign-in.purpose=to go on")
                        .forHeader(Optional.empty())
                        .get("sign-in.purpose", "Shop"))
                .isEqualTo("to go on");
    }
}
