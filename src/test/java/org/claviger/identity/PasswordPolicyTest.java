package org.claviger.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import org.claviger.Fixture;
import org.claviger.identity.PasswordPolicy.Weakness;
import org.claviger.oauth.Subject;
import org.claviger.settings.SettingsException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PasswordPolicyTest {
    private static final ResourceOwner ALICE = new ResourceOwner(
            new Subject("x".repeat(22)),
            "alice.l",
            Optional.of("Alice Liddell"),
            Optional.of("wonder@rabbit.example"),
            Set.of());

    private final PasswordPolicy policy = new PasswordPolicy(Fixture::settings);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "correct horse battery staple",
                "weltuntergang am dienstag",
                "xK3vqT9wLr2p",
                "alice in wonderland went home",
                "sunshine football dragon monkey",
                "zwölf Töpfe Öl",
                "fünf🔑schlüssel🔑liegen",
                "48151623421337"
            })
    void aPasswordThatNobodyTriesFirstIsTakenWhateverItIsMadeOf(String password) {
        assertThat(policy.weakness(password, ALICE)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "aaaaaaaaaaaa",
                "abcabcabcabc",
                "123456789012",
                "abcdefghijkl",
                "qwertzuiop12",
                "987654321098",
                "hohohohohoho",
                "Password2024",
                "P@ssw0rd!!!!",
                "passwordpassword",
                "password password",
                "Willkommen123",
                "!!iloveyou!!",
                "Sommer-2024-Sommer",
                "alice1234567",
                "Liddell-2026!",
                "wonder.rabbit",
                "claviger2026!",
                "Example12345",
                "al1ce.l.al1ce"
            })
    void whatIsMadeOfWhatIsTriedFirstIsRefused(String password) {
        assertThat(policy.weakness(password, ALICE)).contains(Weakness.GUESSABLE);
    }

    @Test
    void theLengthCountsCharactersAndHasALimit() {
        assertThat(policy.weakness("elevn chars", ALICE)).contains(Weakness.TOO_SHORT);
        assertThat(policy.weakness("🔑🔒🗝🚪🏠🌳", ALICE)).contains(Weakness.TOO_SHORT);
        assertThat(policy.weakness("lighthouse at night ".repeat(50), ALICE)).isEmpty();
        assertThat(policy.weakness("lighthouse at night ".repeat(50) + "x", ALICE))
                .contains(Weakness.UNUSABLE);
        assertThat(policy.weakness("lighthouse\nat night", ALICE)).contains(Weakness.UNUSABLE);
    }

    @ParameterizedTest
    @CsvSource({"8, grotwfxk, true", "15, fourteen chars, false", "15, fifteen charsxk, true"})
    void theLeastLengthIsASetting(String least, String password, boolean taken) {
        var settings = Fixture.settings("claviger.password.min-length", least);

        assertThat(new PasswordPolicy(() -> settings).weakness(password, "bob").isEmpty())
                .isEqualTo(taken);
    }

    @ParameterizedTest
    @ValueSource(strings = {"7", "65", "0", "-8", "many"})
    void aLengthThatTheStandardForbidsIsRefused(String least) {
        assertThatThrownBy(() -> Fixture.settings("claviger.password.min-length", least))
                .isInstanceOf(SettingsException.class)
                .hasMessageStartingWith("claviger.password.min-length: ");
    }

    @Test
    void administratorsDenyWhatTheirFileNames(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(
                folder.resolve("denied.txt"), "\ufeffCorrect Horse Battery Staple\n\n  Zwölf Töpfe Öl\n");
        var settings = Fixture.settings("claviger.password.denied-file", file.toString());
        PasswordPolicy denying = new PasswordPolicy(() -> settings);

        assertThat(denying.weakness("correct horse battery STAPLE", ALICE)).contains(Weakness.DENIED);
        assertThat(denying.weakness("zwölf töpfe öl", ALICE)).contains(Weakness.DENIED);
        assertThat(denying.weakness("correct horse battery stapler", ALICE)).isEmpty();
        assertThat(settings.toString()).doesNotContainIgnoringCase("horse");
    }

    @Test
    void aFileThatCannotBeReadIsNamed(@TempDir Path folder) throws IOException {
        Path latin1 = Files.write(folder.resolve("latin1"), "zwölf".getBytes(StandardCharsets.ISO_8859_1));

        for (Path file : Set.of(folder.resolve("missing"), latin1)) {
            assertThatThrownBy(() -> Fixture.settings("claviger.password.denied-file", file.toString()))
                    .isInstanceOf(SettingsException.class)
                    .hasMessageStartingWith("claviger.password.denied-file: ");
        }
    }
}
