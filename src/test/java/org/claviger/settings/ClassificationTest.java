package org.claviger.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.claviger.Fixture.settings;

import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.claviger.Fixture;
import org.eclipse.microprofile.config.Config;
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
    void whatIsGoneByConfigurationIsTreatedAsStrictlyAsAnyThatIsLeftAndNoMore() {
        String own = "claviger.classification.internal.access-token-lifetime";
        String other = "claviger.classification.partner.access-token-lifetime";
        assertThat(settings("claviger.classifications", "internal, partner", own, "PT1M", other, "PT9M")
                        .classification("internal")
                        .lifetimes()
                        .accessToken())
                .isEqualTo(Duration.ofMinutes(1));

        Classification gone = settings("claviger.classifications", "partner", own, "PT1M", other, "PT9M")
                .classification("internal");

        assertThat(gone.lifetimes().accessToken()).isEqualTo(Duration.ofMinutes(9));
        assertThat(gone.lifetimes().sessionAbsolute()).isEqualTo(Duration.ofHours(1));
        assertThat(gone.consentEachTime()).isTrue();
        assertThat(gone.gatewayCache()).isZero();
    }

    @Test
    void whatIsInheritedStandsWhereItIsSaid() {
        Settings settings = settings(
                "claviger.access-token-lifetime", "PT20M",
                "claviger.session-idle-lifetime", "PT20M",
                "claviger.consent-each-time", "true");

        assertOrigin(settings, "sensitive.access-token-lifetime", "PT20M", "configuration");
        assertOrigin(settings, "standard.session-idle-lifetime", "PT20M", "configuration");
        assertOrigin(settings, "sensitive.session-idle-lifetime", "PT15M", "default");
        assertOrigin(settings, "sensitive.consent-each-time", "true", "configuration");
        assertOrigin(settings, "sensitive.renewal-threshold", "80", "default");
        Settings administered = settings.withAdministered(Map.of("claviger.renewal-threshold", "70"));
        assertOrigin(administered, "sensitive.renewal-threshold", "70", Settings.ADMINISTERED);
    }

    private static void assertOrigin(Settings settings, String rule, String value, String origin) {
        SettingValue shown = settings.values().get("claviger.classification." + rule);
        assertThat(shown.value()).as(rule).isEqualTo(value);
        assertThat(shown.origin()).as(rule).isEqualTo(origin);
        assertThat(shown.pinned()).isFalse();
    }

    /** Settings with these plain keys pinned, and a table that says the rest. */
    private static Settings bounded(Map<String, String> pinned, Map<String, String> table) {
        Settings required = settings();
        Map<String, String> all = new HashMap<>(pinned);
        all.put("claviger.issuer", required.issuer().value());
        all.put("claviger.key-encryption-key", Fixture.KEY_ENCRYPTION_KEY);
        Config config = new SmallRyeConfigBuilder()
                .withSources(new PropertiesConfigSource(all, "pins", 300))
                .build();
        return Settings.read(config).withAdministered(table);
    }

    @ParameterizedTest
    @CsvSource({
        "access-token-lifetime, PT20M, PT5M, PT30M",
        "refresh-token-leeway, PT10S, PT1S, PT20S",
        "renewal-threshold, 60, 50, 70",
        "consent-each-time, true, true, false",
        "reauthentication-age, PT2H, PT1H, PT3H",
        "gateway-cache-lifetime, PT20S, PT10S, PT30S",
        "session-idle-lifetime, PT20M, PT5M, PT25M",
    })
    void whatIsPinnedForAllBoundsWhatAnAdministratorSaysOfOne(String rule, String pin, String stricter, String laxer) {
        String own = "claviger.classification.sensitive." + rule;
        Map<String, String> pinned = Map.of("claviger." + rule, pin);

        SettingValue strict = bounded(pinned, Map.of(own, stricter)).values().get(own);
        SettingValue lax = bounded(pinned, Map.of(own, laxer)).values().get(own);

        assertThat(strict.value()).isEqualTo(stricter);
        assertThat(strict.origin()).isEqualTo(Settings.ADMINISTERED);
        assertThat(strict.bound()).contains(pin);
        assertThat(lax.value()).isEqualTo(pin);
        assertThat(lax.origin()).contains("pins");
        assertThat(lax.bound()).contains(pin);
        assertThat(bounded(pinned, Map.of(own, laxer)).classification("sensitive"))
                .isEqualTo(bounded(pinned, Map.of(own, pin)).classification("sensitive"));
    }

    /** Whatever the table says of one classification, a pin for all leaves that as strict as it is, or makes it stricter. */
    @Test
    void aPinForAllNeverMakesLaxerWhatAnAdministratorSaysOfOne() {
        for (String said : List.of("PT1S", "PT5M", "PT15M", "PT16M", "PT30M", "PT60M")) {
            for (String pin : List.of("PT1S", "PT5M", "PT15M", "PT16M", "PT30M", "PT60M")) {
                for (String name : List.of("standard", "sensitive", "restricted")) {
                    Map<String, String> table =
                            Map.of("claviger.classification." + name + ".access-token-lifetime", said);
                    Duration free = bounded(Map.of(), table)
                            .classification(name)
                            .lifetimes()
                            .accessToken();
                    Duration held = bounded(Map.of("claviger.access-token-lifetime", pin), table)
                            .classification(name)
                            .lifetimes()
                            .accessToken();
                    assertThat(held).as(name + " " + said + " " + pin).isLessThanOrEqualTo(free);
                    assertThat(held).isLessThanOrEqualTo(Duration.parse(pin));
                }
            }
        }
    }

    @Test
    void whatIsPinnedForOneClassificationWinsOverWhatIsPinnedForAll() {
        String own = "claviger.classification.sensitive.access-token-lifetime";
        Settings settings =
                bounded(Map.of("claviger.access-token-lifetime", "PT15M", own, "PT30M"), Map.of(own, "PT5M"));

        assertThat(settings.values().get(own).value()).isEqualTo("PT30M");
        assertThat(settings.values().get(own).pinned()).isTrue();
        assertThat(settings.values().get(own).bound()).isEmpty();
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
        "claviger.classification.standard.reauthentication-age, PT59S",
        "claviger.classification.sensitive.session-idle-lifetime, PT59S",
        "claviger.classification.sensitive.session-absolute-lifetime, PT59S",
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
