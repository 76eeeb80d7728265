package org.claviger.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.claviger.Fixture.RANDOM;

import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PasswordHashTest {
    /** RFC 7914 section 11: PBKDF2-HMAC-SHA-256 (P="passwd", S="salt", c=1), the first 32 bytes. */
    private static final String RFC_7914 = "pbkdf2-sha256$1$c2FsdA$VawEblbjCJ_sFpHCJUS2BflBhSFt3gRl5oudV8INrLw";

    @Test
    void aPasswordMatchesItsOwnHashOnly() {
        PasswordHash hash = PasswordHash.of("correct horse battery staple é🔑", RANDOM);

        assertThat(PasswordHash.parse(hash.toString()).matches("correct horse battery staple é🔑"))
                .isTrue();
        assertThat(hash.matches("correct horse battery staple e🔑")).isFalse();
    }

    @Test
    void aHashSaysHowItWasMade() {
        assertThat(PasswordHash.ITERATIONS).isGreaterThanOrEqualTo(600_000);

        String stored = PasswordHash.of("swordfish", RANDOM).toString();

        List<String> parts = List.of(stored.split("\\$", -1));
        assertThat(parts).hasSize(4).startsWith("pbkdf2-sha256", Integer.toString(PasswordHash.ITERATIONS));
        assertThat(Base64.getUrlDecoder().decode(parts.get(2))).hasSize(16);
        assertThat(Base64.getUrlDecoder().decode(parts.get(3))).hasSize(32);
        assertThat(stored).doesNotContain("swordfish").hasSizeLessThanOrEqualTo(255);
        assertThat(PasswordHash.parse(stored)).hasToString(stored);
        assertThat(PasswordHash.of("swordfish", RANDOM).toString()).isNotEqualTo(stored);
    }

    @Test
    void theHashIsThatOfRfc7914Section11() {
        assertThat(PasswordHash.parse(RFC_7914).matches("passwd")).isTrue();
        assertThat(PasswordHash.parse("pbkdf2-sha256$80000$TmFDbA$TdzY9guYviGDDO5e8icB-WQaRBjQTAQUrv8Ih2s0q1Y")
                        .matches("Password"))
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "Passwd", "passwd ", "passw", "pasſwd"})
    void anyOtherPasswordDoesNotMatch(String password) {
        assertThat(PasswordHash.parse(RFC_7914).matches(password)).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"$1$, $2$", "$c2FsdA$, $c2FsdDEx$", "$VawE, $VawF", "INrLw, INrLx8"})
    void aChangedHashDoesNotMatch(String from, String to) {
        String changed = RFC_7914.replace(from, to);

        assertThat(changed).isNotEqualTo(RFC_7914);
        assertThat(PasswordHash.parse(changed).matches("passwd")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "passwd",
                "$$$",
                "pbkdf2-sha256$1$c2FsdA",
                "pbkdf2-sha256$1$c2FsdA$VawE$",
                "pbkdf2-sha1$1$c2FsdA$VawE",
                "PBKDF2-SHA256$1$c2FsdA$VawE",
                "pbkdf2-sha256$one$c2FsdA$VawE",
                "pbkdf2-sha256$$c2FsdA$VawE",
                "pbkdf2-sha256$1$%%%%$VawE",
                "pbkdf2-sha256$99999999999$c2FsdA$VawE",
                "$2a$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy"
            })
    void whatIsNoHashIsRefused(String stored) {
        assertThatIllegalArgumentException().isThrownBy(() -> PasswordHash.parse(stored));
    }
}
