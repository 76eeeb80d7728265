package org.claviger.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.claviger.Fixture.settings;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ClassificationTest {
    private static void assertRefused(String key, String... keysAndValues) {
        assertThatThrownBy(() -> settings(keysAndValues))
                .isInstanceOfSatisfying(SettingsException.class, refusal -> assertThat(refusal.key())
                        .isEqualTo(key))
                .hasMessageStartingWith(key + ": ");
    }

    @Test
    void threeThereAreAlways() {
        assertThat(settings().classifications().names())
                .containsExactlyInAnyOrder("standard", "sensitive", "restricted");
        assertThat(settings("claviger.classifications", "internal, partner-2")
                        .classifications()
                        .names())
                .containsExactlyInAnyOrder("standard", "sensitive", "restricted", "internal", "partner-2");
    }

    @Test
    void theyAreStricterOneAfterTheOther() {
        Classification standard = settings().classification("standard");
        Classification sensitive = settings().classification("sensitive");
        Classification restricted = settings().classification("restricted");

        assertThat(standard.gatewayCache()).isEqualTo(Duration.ofMinutes(5));
        assertThat(sensitive.gatewayCache()).isEqualTo(Duration.ofSeconds(30));
        assertThat(restricted.gatewayCache()).isZero();
        assertThat(standard.consentEachTime()).isFalse();
        assertThat(sensitive.consentEachTime()).isFalse();
        assertThat(restricted.consentEachTime()).isTrue();
        assertThat(standard.stricter(sensitive).lifetimes()).isEqualTo(sensitive.lifetimes());
        assertThat(sensitive.stricter(restricted).lifetimes()).isEqualTo(restricted.lifetimes());
        assertThat(restricted.reauthenticationAge())
                .isLessThan(sensitive.reauthenticationAge())
                .isLessThan(standard.reauthenticationAge());
    }

    @Test
    void allDefaultsAreWithinWhatIsAdvised() {
        for (String name : settings().classifications().names()) {
            Lifetimes lifetimes = settings().classification(name).lifetimes();
            assertThat(lifetimes.accessToken()).isBetween(Duration.ofMinutes(15), Duration.ofMinutes(60));
            assertThat(lifetimes.refreshTokenIdle()).isBetween(Duration.ofDays(7), Duration.ofDays(30));
            assertThat(lifetimes.refreshTokenAbsolute()).isBetween(Duration.ofDays(7), Duration.ofDays(30));
        }
        assertThat(settings().warnings()).isEmpty();
    }

    @Test
    void whatAClassificationDoesNotSayIsWhatIsSaidOfAllOrItsOwnIfThatIsStricter() {
        Settings loose =
                settings("claviger.session-absolute-lifetime", "P2D", "claviger.access-token-lifetime", "PT1H");
        Settings strict = settings(
                "claviger.session-absolute-lifetime", "PT5M",
                "claviger.session-idle-lifetime", "PT4M",
                "claviger.consent-each-time", "true",
                "claviger.gateway-cache-lifetime", "PT20S");

        assertThat(loose.classification("standard").lifetimes().sessionAbsolute())
                .isEqualTo(Duration.ofDays(2));
        assertThat(loose.classification("restricted").lifetimes().sessionAbsolute())
                .isEqualTo(Duration.ofHours(1));
        assertThat(loose.classification("restricted").lifetimes().accessToken()).isEqualTo(Duration.ofHours(1));
        assertThat(strict.classification("restricted").lifetimes().sessionAbsolute())
                .isEqualTo(Duration.ofMinutes(5));
        assertThat(strict.classification("sensitive").consentEachTime()).isTrue();
        assertThat(strict.classification("sensitive").gatewayCache()).isEqualTo(Duration.ofSeconds(20));
    }

    @Test
    void whatItSaysItselfWins() {
        Settings settings = settings(
                "claviger.access-token-lifetime", "PT20M",
                "claviger.classification.restricted.access-token-lifetime", "PT30M",
                "claviger.classification.restricted.consent-each-time", "false",
                "claviger.classification.standard.renewal-threshold", "50");

        assertThat(settings.classification("standard").lifetimes().accessToken())
                .isEqualTo(Duration.ofMinutes(20));
        assertThat(settings.classification("restricted").lifetimes().accessToken())
                .isEqualTo(Duration.ofMinutes(30));
        assertThat(settings.classification("restricted").consentEachTime()).isFalse();
        assertThat(settings.classification("standard").renewalThreshold()).isEqualTo(50);
        assertThat(settings.classification("sensitive").renewalThreshold()).isEqualTo(80);
        assertThat(settings.classifications().longestAccessToken()).isEqualTo(Duration.ofMinutes(30));
    }

    @Test
    void whatThereIsNotIsTreatedAsStrictlyAsPossible() {
        Settings settings = settings(
                "claviger.classifications", "internal",
                "claviger.classification.internal.access-token-lifetime", "PT1M");
        Classification missing = settings.classification("gone");

        assertThat(missing.lifetimes().accessToken()).isEqualTo(Duration.ofMinutes(1));
        assertThat(missing.lifetimes().sessionAbsolute()).isEqualTo(Duration.ofHours(1));
        assertThat(missing.consentEachTime()).isTrue();
        assertThat(missing.gatewayCache()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"Internal", "a b", "a_b", "-a", "a-", "1a", "a,", "a.b", "standärd"})
    void aNameIsOfSmallLettersDigitsAndHyphens(String names) {
        assertRefused("claviger.classifications", "claviger.classifications", names);
    }

    @Test
    void aNameHasAtMost32Characters() {
        assertThat(settings("claviger.classifications", "a".repeat(32))
                        .classifications()
                        .names())
                .contains("a".repeat(32));
        assertRefused("claviger.classifications", "claviger.classifications", "a".repeat(33));
    }

    @ParameterizedTest
    @CsvSource({
        "claviger.classification.standard.access-token-lifetime, PT1H1S",
        "claviger.classification.standard.access-token-lifetime, PT0S",
        "claviger.classification.standard.refresh-token-idle-lifetime, P31D",
        "claviger.classification.sensitive.refresh-token-absolute-lifetime, P31D",
        "claviger.classification.restricted.refresh-token-leeway, PT61S",
        "claviger.classification.standard.gateway-cache-lifetime, PT301S",
        "claviger.classification.sensitive.gateway-cache-lifetime, PT31S",
        "claviger.classification.restricted.gateway-cache-lifetime, PT1S",
        "claviger.classification.standard.reauthentication-age, PT0S",
        "claviger.classification.standard.renewal-threshold, 0",
        "claviger.classification.standard.renewal-threshold, 100",
        "claviger.classification.standard.renewal-threshold, half",
        "claviger.renewal-threshold, -1",
        "claviger.consent-each-time, yes",
        "claviger.classification.standard.consent-each-time, TRUE",
    })
    void whatIsOutsideTheRangeIsRefusedByItsKey(String key, String value) {
        assertRefused(key, key, value);
    }

    @Test
    void idleAndAbsoluteFitTogetherWithinEach() {
        assertRefused(
                "claviger.classification.standard.refresh-token-idle-lifetime",
                "claviger.classification.standard.refresh-token-absolute-lifetime",
                "P1D");
    }

    @ParameterizedTest
    @CsvSource({
        "claviger.access-token-lifetime, PT5M",
        "claviger.classification.restricted.access-token-lifetime, PT5M",
        "claviger.refresh-token-idle-lifetime, P1D",
        "claviger.classification.sensitive.refresh-token-idle-lifetime, PT1S",
    })
    void whatIsAcceptedAndNotAdvisedIsAWarning(String key, String value) {
        assertThat(settings(key, value).warnings())
                .singleElement()
                .asString()
                .startsWith(key + ": ")
                .contains("advised");
    }
}
