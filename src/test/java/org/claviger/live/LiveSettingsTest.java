package org.claviger.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.claviger.Fixture.settings;

import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.SimpleFormatter;
import java.util.stream.IntStream;
import org.claviger.CapturedLog;
import org.claviger.Fixture;
import org.claviger.Parallel;
import org.claviger.TestClock;
import org.claviger.TestDatabase;
import org.claviger.database.ChangeFeed;
import org.claviger.database.Freshness;
import org.claviger.database.Topic;
import org.claviger.live.LiveSettings.Edition;
import org.claviger.live.SettingRefusedException.Reason;
import org.claviger.settings.Setting;
import org.claviger.settings.SettingValue.Written;
import org.claviger.settings.Settings;
import org.claviger.settings.SettingsException;
import org.eclipse.microprofile.config.Config;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LiveSettingsTest {
    private static final String LIFE = "claviger.access-token-lifetime";
    private static final String NAME = "claviger.brand.name";

    private LiveSettings node;
    private long first; // the numbers only grow

    @BeforeEach
    void start() {
        TestDatabase.empty();
        node = node();
        first = node.edition().version();
    }

    private static LiveSettings node(String... keysAndValues) {
        return LiveSettings.load(settings(keysAndValues), TestDatabase.database());
    }

    private static Duration life(LiveSettings settings) {
        return settings.get().classification("standard").lifetimes().accessToken();
    }

    private static Map<String, Optional<String>> set(String key, String value) {
        return Map.of(key, Optional.ofNullable(value));
    }

    private static Edition change(LiveSettings node, String key, String value) throws SettingRefusedException {
        return node.change(set(key, value), OptionalLong.empty(), "root");
    }

    private static SettingRefusedException refused(LiveSettings node, Map<String, Optional<String>> changes) {
        return Assertions.assertThrows(
                SettingRefusedException.class, () -> node.change(changes, OptionalLong.empty(), "root"));
    }

    private interface Step {
        void take() throws SettingRefusedException;
    }

    private static List<String> said(Step step) throws SettingRefusedException {
        try (CapturedLog log = new CapturedLog("org.claviger")) {
            step.take();
            return log.records().stream()
                    .map(new SimpleFormatter()::formatMessage)
                    .toList();
        }
    }

    @Test
    void aChangeHoldsHereAtOnceAndElsewhereWhenThatLooks() throws SettingRefusedException {
        LiveSettings other = node();
        Settings before = node.get();

        Edition after = change(node, LIFE, "PT20M");

        assertThat(after.version()).isEqualTo(first + 1);
        assertThat(life(node)).isEqualTo(Duration.ofMinutes(20));
        assertThat(before.classification("standard").lifetimes().accessToken()).isEqualTo(Duration.ofMinutes(15));
        assertThat(life(other)).isEqualTo(Duration.ofMinutes(15));
        other.refresh();
        assertThat(life(other)).isEqualTo(Duration.ofMinutes(20));
        assertThat(other.edition().version()).isEqualTo(first + 1);
        assertThat(life(node())).isEqualTo(Duration.ofMinutes(20));
    }

    @Test
    void otherNodesAreToldOfAChangeByTheFeed() throws SettingRefusedException {
        LiveSettings other = node();
        ChangeFeed feed = ChangeFeed.open(
                TestDatabase.database(), new Freshness(Duration.ofMinutes(1), new TestClock(), System::nanoTime));
        feed.on(Topic.SETTING, other::refresh);

        change(node, LIFE, "PT20M");
        feed.poll();
        assertThat(life(other)).isEqualTo(Duration.ofMinutes(20));

        change(node, LIFE, null);
        feed.poll();
        assertThat(life(other)).isEqualTo(Duration.ofMinutes(15));
    }

    @Test
    void aTableThatWasRestoredFromABackupIsReadAgainThoughTheNumberIsTheSame() throws SettingRefusedException {
        change(node, LIFE, "PT20M");
        TestDatabase.execute("update setting set setting_value = 'PT25M'");

        node.refresh();

        assertThat(life(node)).isEqualTo(Duration.ofMinutes(25));
    }

    @Test
    void nothingIsSwappedWhereNothingHasChanged() {
        Settings before = node.get();
        node.refresh();

        assertThat(node.get()).isSameAs(before);
    }

    @Test
    void aChangeIsTakenBackToWhatIsConfigured() throws SettingRefusedException {
        LiveSettings configured = node(LIFE, "PT30M");
        change(configured, LIFE, "PT20M");
        assertThat(life(configured)).isEqualTo(Duration.ofMinutes(20));

        change(configured, LIFE, null);

        assertThat(life(configured)).isEqualTo(Duration.ofMinutes(30));
        assertThat(configured.get().values().get(LIFE).origin()).isEqualTo("configuration");
        assertThat(TestDatabase.query("select count(*) from setting")).containsExactly("0");
    }

    @Test
    void severalChangesAreMadeTogetherOrNotAtAll() throws SettingRefusedException {
        Map<String, Optional<String>> shorter = Map.of(
                "claviger.refresh-token-idle-lifetime", Optional.of("P1D"),
                "claviger.refresh-token-absolute-lifetime", Optional.of("P2D"));
        SettingRefusedException alone = refused(node, set("claviger.refresh-token-absolute-lifetime", "P2D"));
        assertThat(alone.reason()).isEqualTo(Reason.INVALID);

        node.change(shorter, OptionalLong.of(first), "root");

        assertThat(node.get().classification("standard").lifetimes().refreshTokenAbsolute())
                .isEqualTo(Duration.ofDays(2));
        refused(node, Map.of(NAME, Optional.of("Other"), LIFE, Optional.of("never")));
        assertThat(node.get().brand().name()).isEqualTo("Claviger");
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            delimiter = '|',
            value = {
                LIFE + " | PT61M | INVALID",
                LIFE + " | 15 minutes | INVALID",
                "claviger.classification.sensitive.gateway-cache-lifetime | PT31S | INVALID",
                "claviger.brand.color | red | INVALID",
                "claviger.role-claims | sub | INVALID",
                "claviger.classifications | Not A Name | INVALID",
                NAME + " | ' ' | INVALID",
                "claviger.unheard-of | x | UNKNOWN",
                "claviger.classification.unheard-of.access-token-lifetime | PT20M | UNKNOWN",
                "claviger.unheard-of | - | UNKNOWN",
                "claviger.issuer | https://other.example.org | NOT_LIVE",
                "claviger.key-encryption-key | AAAA | NOT_LIVE",
                "claviger.admin.password | correct-horse-battery | NOT_LIVE",
                "claviger.brand.css | /etc/passwd | NOT_LIVE",
                "claviger.database.url | - | NOT_LIVE"
            })
    void whatCannotBeIsRefusedByItsKeyAndNothingChanges(String key, String value, Reason reason) {
        Edition before = node.edition();

        SettingRefusedException refusal = refused(node, set(key, value));

        assertThat(refusal.reason()).isEqualTo(reason);
        assertThat(refusal.key()).isEqualTo(key);
        assertThat(refusal).hasMessageNotContainingAny("correct-horse", "AAAA");
        assertThat(node.edition()).isSameAs(before);
        assertThat(TestDatabase.query("select count(*) from setting")).containsExactly("0");
        assertThat(TestDatabase.query("select number from version_number where name = 'setting'"))
                .containsExactly(Long.toString(first));
    }

    @Test
    void aValueHasAtMost4000Characters() throws SettingRefusedException {
        change(node, NAME, "x".repeat(4_000));
        assertThat(refused(node, set(NAME, "x".repeat(4_001))).reason()).isEqualTo(Reason.INVALID);
    }

    @Test
    void whatStandsInTheEnvironmentWinsAndCannotBeChanged() throws SettingRefusedException {
        change(node, LIFE, "PT20M");
        LiveSettings pinned = LiveSettings.load(
                Settings.read(config(Map.of("CLAVIGER_ACCESS_TOKEN_LIFETIME", "PT40M"))), TestDatabase.database());

        assertThat(life(pinned)).isEqualTo(Duration.ofMinutes(40));
        SettingRefusedException refusal = refused(pinned, set(LIFE, "PT50M"));
        assertThat(refusal.reason()).isEqualTo(Reason.PINNED);
        assertThat(refused(pinned, set(LIFE, null)).reason()).isEqualTo(Reason.PINNED);
        assertThat(life(pinned)).isEqualTo(Duration.ofMinutes(40));
    }

    @Test
    void whatStandsInTheEnvironmentForAllBoundsEachClassificationToo() throws SettingRefusedException {
        String own = "claviger.classification.standard.access-token-lifetime";
        change(node, own, "PT60M");
        LiveSettings pinned = LiveSettings.load(
                Settings.read(config(Map.of("CLAVIGER_ACCESS_TOKEN_LIFETIME", "PT20M"))), TestDatabase.database());

        assertThat(life(pinned)).isEqualTo(Duration.ofMinutes(20));
        assertThat(pinned.get().values().get(own).pinned()).isTrue();
        SettingRefusedException refusal = refused(pinned, set(own, "PT30M"));
        assertThat(refusal.reason()).isEqualTo(Reason.PINNED);
        assertThat(refusal).hasMessageContaining(own).hasMessageContaining(": " + LIFE + " is set by ");
        Map<String, Optional<String>> another = Map.of(
                "claviger.classifications", Optional.of("lax"),
                "claviger.classification.lax.access-token-lifetime", Optional.of("PT60M"));
        assertThat(refused(pinned, another).reason()).isEqualTo(Reason.PINNED);
    }

    @Test
    void whatStandsInTheEnvironmentForOneClassificationLeavesTheOthers() throws SettingRefusedException {
        LiveSettings pinned = LiveSettings.load(
                Settings.read(config(Map.of("CLAVIGER_CLASSIFICATION_SENSITIVE_ACCESS_TOKEN_LIFETIME", "PT16M"))),
                TestDatabase.database());
        change(pinned, LIFE, "PT20M");

        assertThat(life(pinned)).isEqualTo(Duration.ofMinutes(20));
        assertThat(pinned.get().classification("sensitive").lifetimes().accessToken())
                .isEqualTo(Duration.ofMinutes(16));
        assertThat(refused(pinned, set("claviger.classification.sensitive.access-token-lifetime", "PT15M"))
                        .reason())
                .isEqualTo(Reason.PINNED);
    }

    @Test
    void aChangeThatRestsOnEarlierSettingsIsRefused() throws SettingRefusedException {
        LiveSettings other = node();
        change(other, NAME, "Theirs");

        assertThatThrownBy(() -> node.change(set(NAME, "Ours"), OptionalLong.of(first), "root"))
                .isInstanceOfSatisfying(SettingRefusedException.class, refusal -> assertThat(refusal.reason())
                        .isEqualTo(Reason.STALE));

        assertThat(node.get().brand().name()).isEqualTo("Theirs");
        node.change(set(NAME, "Ours"), OptionalLong.of(first + 1), "root");
        assertThat(node.get().brand().name()).isEqualTo("Ours");
    }

    @Test
    void ofManyWhoChangeTheSameEditionOneWins() {
        List<LiveSettings> nodes = IntStream.range(0, 6).mapToObj(i -> node()).toList();
        AtomicInteger next = new AtomicInteger();
        List<String> won = Parallel.run(6, () -> {
            int i = next.getAndIncrement();
            try {
                nodes.get(i).change(set(NAME, "Number " + i), OptionalLong.of(first), "root");
                return "Number " + i;
            } catch (SettingRefusedException stale) {
                assertThat(stale.reason()).isEqualTo(Reason.STALE);
                return "";
            }
        });

        won = won.stream().filter(name -> !name.isEmpty()).toList();
        assertThat(won).hasSize(1);
        nodes.forEach(LiveSettings::refresh);
        assertThat(nodes.stream().map(each -> each.get().brand().name()).distinct())
                .containsExactlyElementsOf(won);
    }

    private static void write(String key, String value) {
        TestDatabase.execute("delete from setting where setting_key = ?", key);
        TestDatabase.execute("insert into setting values (?, ?)", key, value);
        TestDatabase.execute("update version_number set number = number + 1 where name = 'setting'");
    }

    @Test
    void whatSomebodyWroteIntoTheTableAndCannotBeUsedChangesNothingAndIsSaidOnce() throws SettingRefusedException {
        change(node, LIFE, "PT20M");
        List<String> said = said(() -> {
            write(LIFE, "PT61M");
            node.refresh();
            node.refresh();
        });

        assertThat(life(node)).isEqualTo(Duration.ofMinutes(20));
        assertThat(said)
                .filteredOn(line -> line.contains("CLAVIGER-0801"))
                .singleElement()
                .asString()
                .contains(LIFE);
        change(node, LIFE, "PT25M"); // and mends it
        assertThat(life(node)).isEqualTo(Duration.ofMinutes(25));
        assertThat(life(node())).isEqualTo(Duration.ofMinutes(25));
    }

    @Test
    void aNodeDoesNotStartWithATableThatCannotBeUsedUnlessTheEnvironmentMendsIt() {
        write(LIFE, "PT61M");

        assertThatThrownBy(LiveSettingsTest::node)
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining("the table setting")
                .hasMessageContaining(LIFE);
        Settings pinning = Settings.read(config(Map.of("CLAVIGER_ACCESS_TOKEN_LIFETIME", "PT40M")));
        assertThat(life(LiveSettings.load(pinning, TestDatabase.database()))).isEqualTo(Duration.ofMinutes(40));
    }

    private static Config config(Map<String, String> environment) {
        Map<String, String> all = new HashMap<>(
                Map.of("CLAVIGER_ISSUER", Fixture.ISSUER, "CLAVIGER_KEY_ENCRYPTION_KEY", Fixture.KEY_ENCRYPTION_KEY));
        all.putAll(environment);
        return new SmallRyeConfigBuilder()
                .withSources(new EnvConfigSource(all, 300))
                .build();
    }

    @Test
    void whatANewerNodeHasWrittenIsPassedOver() throws SettingRefusedException {
        write("claviger.of-a-later-version", "x");
        node.refresh();
        change(node, LIFE, "PT20M");

        assertThat(life(node)).isEqualTo(Duration.ofMinutes(20));
        assertThat(TestDatabase.query("select setting_value from setting where setting_key like '%later%'"))
                .containsExactly("x");
    }

    @Test
    void aClassificationIsMadeAndRemovedWithAllThatIsSaidOfIt() throws SettingRefusedException {
        String own = "claviger.classification.internal.access-token-lifetime";
        node.change(
                Map.of("claviger.classifications", Optional.of("internal"), own, Optional.of("PT20M")),
                OptionalLong.of(first),
                "root");
        assertThat(node.get().classification("internal").lifetimes().accessToken())
                .isEqualTo(Duration.ofMinutes(20));

        SettingRefusedException refusal = refused(node, set("claviger.classifications", null));
        assertThat(refusal.reason()).isEqualTo(Reason.INVALID);
        assertThat(refusal.key()).isEqualTo(own);

        node.change(
                Map.of("claviger.classifications", Optional.empty(), own, Optional.empty()),
                OptionalLong.of(first + 1),
                "root");
        assertThat(node.get().classifications().names()).doesNotContain("internal");
    }

    @Test
    void aChangeIsRecordedWithWhoMadeItAndWhatItWasBefore() throws SettingRefusedException {
        List<String> said = said(() -> change(node, LIFE, "PT20M"));

        assertThat(said)
                .anyMatch(line ->
                        line.contains("SETTING_CHANGED by=\"root\" from=\"PT15M\" key=\"" + LIFE + "\" to=\"PT20M\""));
    }

    @Test
    void whatIsNotAdvisedIsCountedAndSaidOnce() throws SettingRefusedException {
        List<String> said = said(() -> {
            change(node, LIFE, "PT5M");
            change(node, NAME, "Other");
        });

        assertThat(said)
                .filteredOn(line -> line.contains("CLAVIGER-0802"))
                .singleElement()
                .asString()
                .contains(LIFE);
        assertThat(node.outsideOfAdvised()).isEqualTo(1);
    }

    @Test
    void whatIsNotLiveStaysAsItWasAtTheStart() throws SettingRefusedException {
        LiveSettings live = node("claviger.audience", "https://apps.example.org");
        Settings before = live.get();

        change(live, NAME, "Other");

        Settings after = live.get();
        assertThat(after.keyEncryptionKey()).isSameAs(before.keyEncryptionKey());
        assertThat(after.guard()).isSameAs(before.guard());
        assertThat(after.audience()).isEqualTo("https://apps.example.org");
        assertThat(after.values().keySet())
                .containsExactlyElementsOf(before.values().keySet());
        assertThat(after.values().get(Setting.AUDIENCE.key()).origin()).isEqualTo("configuration");
    }

    @Test
    void aWrittenValueIsNotShownByAccident() {
        assertThat(new Written("swordfish", "here", true)).asString().doesNotContain("swordfish");
    }
}
