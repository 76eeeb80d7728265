package org.claviger.key;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.claviger.Fixture.RANDOM;
import static org.claviger.Fixture.keyWrap;

import java.util.Base64;
import java.util.HashSet;
import java.util.Set;
import org.claviger.settings.SettingsException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeyWrapTest {
    private static final byte[] KEY = "swordfish swordfish swordfish 32".getBytes(US_ASCII);
    private static final String CHARACTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

    private final KeyWrap wrap = keyWrap("first kek");

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 32, 1_217})
    void aWrappedKeyOpensAgain(int length) {
        byte[] key = new byte[length];
        RANDOM.nextBytes(key);

        assertThat(wrap.unwrap(wrap.wrap(key, "mac FORM 1"), "mac FORM 1")).isEqualTo(key);
    }

    @Test
    void anotherNodeWithTheSameKeyOpensIt() {
        KeyWrap otherNode = keyWrap("first kek");

        assertThat(otherNode.unwrap(wrap.wrap(KEY, "x"), "x")).isEqualTo(KEY);
    }

    @Test
    void j10AWrappedKeyShowsNothing() {
        String wrapped = wrap.wrap(KEY, "x");
        byte[] bytes = Base64.getUrlDecoder().decode(wrapped.substring(wrapped.indexOf('.') + 1));

        assertThat(wrapped).matches("[A-Za-z0-9_-]{11}\\.[A-Za-z0-9_-]{80}").doesNotContain("swordfish");
        assertThat(new String(bytes, US_ASCII)).doesNotContain("sword");
        assertThat(wrapped)
                .doesNotContain(Base64.getUrlEncoder().withoutPadding().encodeToString(KEY));
    }

    @Test
    void theSameKeyNeverLooksTheSame() {
        Set<String> wrapped = new HashSet<>();
        for (int i = 0; i < 1_000; i++) {
            wrapped.add(wrap.wrap(KEY, "x"));
        }

        assertThat(wrapped).hasSize(1_000);
    }

    @Test
    void anotherKeyEncryptionKeyIsCalledByItsSetting() {
        KeyWrap other = keyWrap("second kek");
        String wrapped = wrap.wrap(KEY, "x");

        assertThatThrownBy(() -> other.unwrap(wrapped, "x"))
                .isInstanceOf(SettingsException.class)
                .hasMessageStartingWith("claviger.key-encryption-key: ")
                .hasMessageNotContainingAny("kek", wrapped);
    }

    @Test
    void aKeyThatWasMovedToAnotherPurposeDoesNotOpen() {
        String wrapped = wrap.wrap(KEY, "mac REFRESH_TOKEN 1");

        assertThatIllegalStateException()
                .isThrownBy(() -> wrap.unwrap(wrapped, "mac CLIENT_SECRET 1"))
                .withMessageContaining("mac CLIENT_SECRET 1");
        assertThatIllegalStateException().isThrownBy(() -> wrap.unwrap(wrapped, "mac REFRESH_TOKEN 2"));
        assertThatIllegalStateException().isThrownBy(() -> wrap.unwrap(wrapped, ""));
    }

    @Test
    void aKeyWithOneCharacterChangedDoesNotOpen() {
        String wrapped = wrap.wrap(KEY, "x");
        for (int i = 0; i < wrapped.length(); i++) {
            char other = CHARACTERS.charAt((CHARACTERS.indexOf(wrapped.charAt(i)) + 1) % 64);
            String altered = wrapped.substring(0, i) + other + wrapped.substring(i + 1);

            assertThat(catchThrowable(() -> wrap.unwrap(altered, "x")))
                    .as("character %s", i)
                    .isInstanceOfAny(IllegalStateException.class, SettingsException.class);
        }
    }

    @Test
    void aKeyThatWasCutDoesNotOpen() {
        String wrapped = wrap.wrap(KEY, "x");
        for (int length = 0; length < wrapped.length(); length++) {
            String cut = wrapped.substring(0, length);

            assertThat(catchThrowable(() -> wrap.unwrap(cut, "x")))
                    .as("%s characters", length)
                    .isInstanceOfAny(IllegalStateException.class, SettingsException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "x", "x.y", "....", "\u0000"})
    void whatWasNeverWrappedDoesNotOpen(String garbage) {
        assertThat(catchThrowable(() -> wrap.unwrap(garbage, "x")))
                .isInstanceOfAny(IllegalStateException.class, SettingsException.class);
    }
}
