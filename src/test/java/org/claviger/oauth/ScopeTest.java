package org.claviger.oauth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.claviger.Fixture.refusal;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ScopeTest {
    @ParameterizedTest
    @ValueSource(strings = {"a", "a b", "https://api.example/read", "!#$%&'()*+,-./:;<=>?@[]^_`{|}~", "b a c"})
    void aScopeIsWrittenAsItWasRead(String value) {
        assertThat(Scope.parse(value)).hasToString(value);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {" ", " a", "a ", "a  b", "a\tb", "a\nb", "\"", "a\"b", "a\\b", "é", "a\u00a0b", "\u007f", "a\0"})
    void aMalformedScopeIsRefused(String value) {
        assertThatIllegalArgumentException().isThrownBy(() -> Scope.parse(value));
        assertThat(refusal(() -> Scope.parse("a").narrow(value)).code()).isEqualTo(ErrorCode.INVALID_SCOPE);
    }

    @Test
    void nothingIsTheEmptyScope() {
        assertThat(Scope.parse("")).isEqualTo(Scope.EMPTY).hasToString("");
        assertThat(Scope.EMPTY.isEmpty()).isTrue();
        assertThat(Scope.parse("a").isEmpty()).isFalse();
    }

    @Test
    void t14AThousandCharactersAreReadAndOneMoreIsNot() {
        assertThat(Scope.parse("a".repeat(1_000)).isEmpty()).isFalse();
        assertThatIllegalArgumentException().isThrownBy(() -> Scope.parse("a".repeat(1_001)));
        assertThat(refusal(() -> Scope.parse("a").narrow("a ".repeat(500_000) + "a"))
                        .code())
                .isEqualTo(ErrorCode.INVALID_SCOPE);
    }

    @Test
    void aTokenThatIsNamedTwiceCountsOnce() {
        assertThat(Scope.parse("b a b")).hasToString("b a");
    }

    @Test
    void theOrderDoesNotMatterForEquality() {
        assertThat(Scope.parse("a b")).isEqualTo(Scope.parse("b a")).hasSameHashCodeAs(Scope.parse("b a"));
        assertThat(Scope.parse("a b")).isNotEqualTo(Scope.parse("a")).isNotEqualTo("a b");
    }

    @Test
    void t11ARequestNarrowsInItsOwnOrder() throws OAuthException {
        assertThat(Scope.parse("a b c").narrow("c a")).hasToString("c a");
        assertThat(Scope.parse("a b c").narrow("")).isEqualTo(Scope.EMPTY);
    }

    @ParameterizedTest
    @ValueSource(strings = {"d", "a d", "A", "a:b", "aa"})
    void t11ARequestForMoreIsRefused(String asked) {
        assertThat(refusal(() -> Scope.parse("a b c").narrow(asked)).code()).isEqualTo(ErrorCode.INVALID_SCOPE);
    }

    @Test
    void onlyKeepsTheOrder() {
        assertThat(Scope.parse("c b a").only(token -> !token.equals("b"))).hasToString("c a");
    }

    @Test
    void containsComparesWholeTokens() {
        Scope scope = Scope.parse("read write");

        assertThat(scope.contains("read")).isTrue();
        assertThat(scope.contains("rea")).isFalse();
        assertThat(scope.contains("read write")).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "claviger:admin, true",
        "claviger:admin:read, true",
        "claviger:admin.read, true",
        "claviger:admin.reader, false",
        "profile claviger:admin:read, true",
        "claviger:administrator, false",
        "claviger:adminx, false",
        "CLAVIGER:ADMIN, false",
        "xclaviger:admin, false",
        "claviger, false",
        "profile, false",
        "'', false"
    })
    void administrationIsRecognised(String scope, boolean administrative) {
        assertThat(Scope.parse(scope).isAdministrative()).isEqualTo(administrative);
    }
}
