package org.claviger.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.claviger.Fixture.settings;

import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
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
        assertThat(alone.key()).as("what was sent").isEqualTo("claviger.refresh-token-absolute-lifetime");

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
        change(node, LIFE, "PT20M" + " ".repeat(3_995));
        assertThat(refused(node, set(LIFE, "PT20M" + " ".repeat(3_996))).reason())
                .isEqualTo(Reason.INVALID);
    }

    @Test
    void whatStandsInTheEnvironmentWinsAndCannotBeChanged() throws SettingRefusedException {
        change(node, LIFE, "PT20M");
        LiveSettings pinned = LiveSettings.load(
                Settings.read(config(Map.of("CLAVIGER_ACCESS_TOKEN_LIFETIME", "PT40M"))), TestDatabase.database());

        assertThat(life(pinned)).isEqualTo(Duration.ofMinutes(40));
        SettingRefusedException refusal = refused(pinned, set(LIFE, "PT50M"));
        assertThat(refusal.reason()).isEqualTo(Reason.PINNED);
        assertThat(refusal).hasMessageStartingWith(LIFE + ": is set by ");
        assertThat(life(pinned)).isEqualTo(Duration.ofMinutes(40));
    }

    private static LiveSettings pinned(String variable, String value) {
        return LiveSettings.load(Settings.read(config(Map.of(variable, value))), TestDatabase.database());
    }

    @Test
    void whatStandsInTheEnvironmentForAllBoundsEachClassificationAndLengthensNone() throws SettingRefusedException {
        String lax = "claviger.classification.standard.access-token-lifetime";
        String strict = "claviger.classification.sensitive.access-token-lifetime";
        change(node, lax, "PT60M");
        change(node, strict, "PT5M");
        LiveSettings pinned = pinned("CLAVIGER_ACCESS_TOKEN_LIFETIME", "PT20M");

        assertThat(life(pinned)).isEqualTo(Duration.ofMinutes(20));
        assertThat(pinned.get().classification("sensitive").lifetimes().accessToken())
                .isEqualTo(Duration.ofMinutes(5));
        change(pinned, strict, "PT4M");
        assertThat(pinned.get().classification("sensitive").lifetimes().accessToken())
                .isEqualTo(Duration.ofMinutes(4));

        SettingRefusedException refusal = refused(pinned, set(strict, "PT21M"));
        assertThat(refusal.reason()).isEqualTo(Reason.PINNED);
        assertThat(refusal).hasMessageStartingWith(strict + ": must not be laxer than PT20M, which ");
        assertThat(refusal).hasMessageEndingWith(" says of " + LIFE);
        Map<String, Optional<String>> another = Map.of(
                "claviger.classifications", Optional.of("lax"),
                "claviger.classification.lax.access-token-lifetime", Optional.of("PT60M"));
        assertThat(refused(pinned, another).reason()).isEqualTo(Reason.PINNED);
    }

    @Test
    void whatIsStoredCanBeRemovedWhetherItIsPinnedKnownOrNot() throws SettingRefusedException {
        change(node, LIFE, "PT20M");
        write("claviger.of-a-later-version", "x");
        write("claviger.classification.gone.access-token-lifetime", "PT20M");
        write("claviger.issuer", "https://other.example.org");
        LiveSettings pinned = pinned("CLAVIGER_ACCESS_TOKEN_LIFETIME", "PT40M");
        Map<String, Optional<String>> all = new HashMap<>();
        pinned.edition().administered().keySet().forEach(key -> all.put(key, Optional.empty()));
        assertThat(all).hasSize(4);

        pinned.change(all, OptionalLong.empty(), "root");

        assertThat(TestDatabase.query("select setting_key from setting")).isEmpty();
        assertThat(life(node())).isEqualTo(Duration.ofMinutes(15));
        assertThat(refused(pinned, set("claviger.of-a-later-version", null)).reason())
                .isEqualTo(Reason.UNKNOWN);
    }

    @Test
    void whatIsAsItWasIsNoChange() throws SettingRefusedException {
        change(node, LIFE, "PT20M");
        Edition before = node.edition();
        List<String> said = said(() -> {
            assertThat(node.change(Map.of(), OptionalLong.of(first + 1), "root"))
                    .isSameAs(before);
            assertThat(change(node, LIFE, "PT20M")).isSameAs(before);
            assertThat(change(node, NAME, null)).isSameAs(before);
        });

        assertThat(said).isEmpty();
        Edition after = node.change(
                Map.of(LIFE, Optional.of("PT20M"), NAME, Optional.of("Other")), OptionalLong.of(first + 1), "root");
        assertThat(after.version()).isEqualTo(first + 2);
        assertThat(said(() -> node.change(
                        Map.of(LIFE, Optional.of("PT20M"), NAME, Optional.of("Another")),
                        OptionalLong.empty(),
                        "root")))
                .singleElement()
                .asString()
                .contains("key=\"" + NAME + "\"");
    }

    @Test
    void aClassificationThatClientsNameIsNotRemoved() throws SettingRefusedException {
        change(node, "claviger.classifications", "internal, partner");
        List<String> clients =
                IntStream.range(0, 7).mapToObj(i -> "client-" + i).toList();
        node.keepClassificationsOf(name -> name.equals("internal") ? clients : List.of());

        change(node, "claviger.classifications", "internal");
        SettingRefusedException refusal = refused(node, set("claviger.classifications", null));

        assertThat(refusal.reason()).isEqualTo(Reason.IN_USE);
        assertThat(refusal.key()).isEqualTo("claviger.classifications");
        assertThat(refusal)
                .hasMessageContaining("of internal: client-0, client-1, client-2, client-3, client-4 and 2 more");
        assertThat(node.get().classifications().names()).contains("internal");
    }

    @Test
    void whoChangesWhateverThereIsLosesToNobody() throws SettingRefusedException {
        LiveSettings other = node();
        change(node, "claviger.classifications", "internal");
        AtomicInteger looks = new AtomicInteger();
        node.keepClassificationsOf(name -> {
            if (looks.getAndIncrement() == 0) { // in the middle of the change
                Assertions.assertDoesNotThrow(() -> change(other, NAME, "Theirs"));
            }
            return List.of();
        });

        Edition after = change(node, "claviger.classifications", null);

        assertThat(looks).hasValue(2);
        assertThat(after.version()).isEqualTo(first + 3);
        assertThat(after.settings().brand().name()).isEqualTo("Theirs");
    }

    /** Whoever waits for a row of the database keeps nobody from hearing what others have changed. */
    @Test
    void aChangeThatWaitsInTheDatabaseKeepsNobodyFromReading() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try (Connection lock = TestDatabase.dataSource().getConnection()) {
            lock.setAutoCommit(false);
            try (Statement statement = lock.createStatement()) {
                statement.execute("update version_number set number = number + 1 where name = 'setting'");
            }
            Future<Edition> change = threads.submit(() -> change(node, NAME, "Ours"));
            while (TestDatabase.query("select 1 from information_schema.sessions where blocker_id is not null")
                    .isEmpty()) {
                Thread.onSpinWait();
            }

            threads.submit(node::refresh).get(10, TimeUnit.SECONDS);

            assertThat(change).isNotDone();
            lock.commit();
            assertThat(change.get(20, TimeUnit.SECONDS).version()).isEqualTo(first + 2);
            assertThat(node.get().brand().name()).isEqualTo("Ours");
        } finally {
            threads.shutdownNow();
        }
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
        assertThat(node.problem())
                .hasValueSatisfying(
                        problem -> assertThat(problem).contains(LIFE).doesNotContain("PT61M"));
        assertThat(node.edition().unusable()).isPresent();
    }

    @Test
    void aNodeOnWhichTheTableDoesNotFitSaysSoAndIsMended() throws SettingRefusedException {
        write(LIFE, "PT61M");
        node.refresh();

        SettingRefusedException refusal = refused(node, set(NAME, "Other"));
        assertThat(refusal.reason()).isEqualTo(Reason.UNUSABLE);
        assertThat(refusal).hasMessageStartingWith("the table as it is cannot be used here: " + LIFE + ": must be ");
        assertThat(refused(node, set(LIFE, "PT62M")).reason()).isEqualTo(Reason.INVALID);
        List<String> said = said(() -> change(node, LIFE, null));

        assertThat(node.problem()).isEmpty();
        assertThat(life(node())).isEqualTo(Duration.ofMinutes(15));
        assertThat(said).noneMatch(line -> line.contains("CLAVIGER-0801"));
        List<String> mended = said(() -> {
            write(LIFE, "PT61M");
            node.refresh();
            write(LIFE, "PT25M");
            node.refresh();
        });
        assertThat(mended).filteredOn(line -> line.contains("CLAVIGER-0804")).hasSize(1);
        assertThat(life(node)).isEqualTo(Duration.ofMinutes(25));
    }

    /** As in the middle of a rolling change. */
    @Test
    void aNodeWithAnotherEnvironmentSaysThatItDoesNotFollow() throws SettingRefusedException {
        LiveSettings other = pinned("CLAVIGER_SESSION_IDLE_LIFETIME", "PT20M");

        node.change(
                Map.of(
                        "claviger.session-idle-lifetime", Optional.of("PT5M"),
                        "claviger.session-absolute-lifetime", Optional.of("PT10M")),
                OptionalLong.empty(),
                "root");
        other.refresh();

        assertThat(other.problem()).hasValueSatisfying(problem -> assertThat(problem)
                .contains("claviger.session-idle-lifetime", "claviger.session-absolute-lifetime"));
        assertThat(other.get().classification("standard").lifetimes().sessionAbsolute())
                .isEqualTo(Duration.ofHours(10));
        assertThat(node.problem()).isEmpty();
    }

    @Test
    void aNodeDoesNotStartWithATableThatCannotBeUsedUnlessTheEnvironmentMendsIt() {
        write(LIFE, "PT61M");

        assertThatThrownBy(LiveSettingsTest::node)
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining("the table setting")
                .hasMessageContaining("delete the row of " + LIFE + ",");
        Settings pinning = Settings.read(config(Map.of("CLAVIGER_ACCESS_TOKEN_LIFETIME", "PT40M")));
        assertThat(life(LiveSettings.load(pinning, TestDatabase.database()))).isEqualTo(Duration.ofMinutes(40));
    }

    @Test
    void ofTwoRowsThatContradictEachOtherTheOneThatIsThereIsNamed() {
        String absolute = "claviger.classification.sensitive.session-absolute-lifetime";
        write(absolute, "PT5M");
        assertThatThrownBy(LiveSettingsTest::node)
                .hasMessageContaining("claviger.classification.sensitive.session-idle-lifetime: PT15M is longer than")
                .hasMessageContaining("delete the row of " + absolute + ",");

        write("claviger.session-idle-lifetime", "PT6M");
        assertThatThrownBy(LiveSettingsTest::node)
                .hasMessageContaining("delete the row of claviger.session-idle-lifetime or " + absolute + ",");
    }

    @Test
    void theRowThatAddsAClassificationIsNamedWhereWhatIsConfiguredOfThatIsWrong() {
        String own = "claviger.classification.later.access-token-lifetime";
        write("claviger.classifications", "later");

        assertThatThrownBy(() -> node(own, "PT61M"))
                .hasMessageContaining(own + ": must be ")
                .hasMessageContaining("delete the row of claviger.classifications,");
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
