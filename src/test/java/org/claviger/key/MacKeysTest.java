package org.claviger.key;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.claviger.Fixture.RANDOM;
import static org.claviger.Fixture.keyWrap;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.claviger.Parallel;
import org.claviger.TestClock;
import org.claviger.TestDatabase;
import org.claviger.database.Database;
import org.claviger.settings.KeySettings;
import org.claviger.settings.SettingsException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class MacKeysTest {
    private final Database database = TestDatabase.empty();

    private MacKeys load() {
        return MacKeys.load(database, keyWrap(), RANDOM, new TestClock());
    }

    private static String macs(MacKeys keys) {
        return Arrays.stream(MacPurpose.values())
                .map(purpose -> keys.mac(purpose, 1, "text"))
                .collect(Collectors.joining(" "));
    }

    /** Another version of a key, as a rotation will write it. */
    private void addVersion(MacPurpose purpose, int version) {
        MacKeyRow row = new MacKeyRow();
        row.purpose = purpose.name();
        row.version = version;
        byte[] key = new byte[32];
        RANDOM.nextBytes(key);
        row.wrappedKey = keyWrap().wrap(key, "mac " + purpose + " " + version);
        row.createdAt = TestClock.START;
        row.usedFrom = TestClock.START;
        assertThat(database.insertIfAbsent(row)).isTrue();
    }

    @Test
    void loadingTwiceGivesTheSameKeys() {
        assertThat(macs(load())).isEqualTo(macs(load()));
    }

    @Test
    void nodesThatStartTogetherAgree() {
        List<String> nodes = Parallel.run(8, () -> macs(load()));

        assertThat(nodes).hasSize(8).containsOnly(macs(load()));
        assertThat(TestDatabase.query("select purpose from mac_key")).hasSize(MacPurpose.values().length);
    }

    @Test
    void aKeyNeverServesTwoPurposes() {
        assertThat(List.of(macs(load()).split(" ", -1)))
                .hasSize(MacPurpose.values().length)
                .doesNotHaveDuplicates();
    }

    @Test
    void anotherInstallationHasOtherKeys() {
        String first = macs(load());
        TestDatabase.empty();

        assertThat(macs(load())).isNotEqualTo(first);
    }

    @ParameterizedTest
    @EnumSource
    void aMacVerifiesForItsTextAndPurposeOnly(MacPurpose purpose) {
        MacKeys keys = load();
        String mac = keys.mac(purpose, 1, "text");

        assertThat(mac).matches("[A-Za-z0-9_-]{43}");
        assertThat(keys.verify(purpose, 1, "text", mac)).isTrue();
        assertThat(keys.verify(purpose, 1, "text ", mac)).isFalse();
        assertThat(keys.verify(purpose, 2, "text", mac)).isFalse();
        assertThat(keys.verify(purpose, 0, "text", mac)).isFalse();
        assertThat(keys.verify(purpose, 1, "text", mac + "A")).isFalse();
        assertThat(keys.verify(purpose, 1, "text", mac.substring(1))).isFalse();
        assertThat(keys.verify(purpose, 1, "text", "")).isFalse();
        for (MacPurpose other : MacPurpose.values()) {
            assertThat(keys.verify(other, 1, "text", mac)).isEqualTo(other == purpose);
        }
    }

    @Test
    void aMacIsNotMadeWithAVersionThatDoesNotExist() {
        MacKeys keys = load();

        assertThatIllegalStateException().isThrownBy(() -> keys.mac(MacPurpose.FORM, 2, "text"));
    }

    @Test
    void theNewestVersionMakesAndTheOldOnesStillVerify() {
        MacKeys before = load();
        String old = before.versionedMac(MacPurpose.FORM, "text");
        addVersion(MacPurpose.FORM, 2);
        MacKeys after = load();

        assertThat(before.currentVersion(MacPurpose.FORM)).isEqualTo(1);
        assertThat(after.currentVersion(MacPurpose.FORM)).isEqualTo(2);
        assertThat(after.currentVersion(MacPurpose.IMPORT)).isEqualTo(1);
        assertThat(after.versionedMac(MacPurpose.FORM, "text")).startsWith("2.").isNotEqualTo("2." + old.substring(2));
        assertThat(after.verifyVersioned(MacPurpose.FORM, "text", old)).isTrue();
        assertThat(before.verifyVersioned(MacPurpose.FORM, "text", after.versionedMac(MacPurpose.FORM, "text")))
                .isFalse();
    }

    @Test
    void aVersionedMacVerifiesForItsTextAndPurposeOnly() {
        MacKeys keys = load();
        String mac = keys.versionedMac(MacPurpose.FORM, "text");

        assertThat(mac).isEqualTo("1." + keys.mac(MacPurpose.FORM, 1, "text"));
        assertThat(keys.verifyVersioned(MacPurpose.FORM, "text", mac)).isTrue();
        assertThat(keys.verifyVersioned(MacPurpose.FORM, "other", mac)).isFalse();
        assertThat(keys.verifyVersioned(MacPurpose.IMPORT, "text", mac)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".",
                "1.",
                "1",
                "0.",
                "01.",
                "-1.",
                "+1.",
                "1..",
                "2147483648.",
                "99999999999.",
                "1.\n",
                " 1.",
                "é."
            })
    void whatIsNoVersionedMacDoesNotVerify(String begin) {
        MacKeys keys = load();
        String mac = keys.mac(MacPurpose.FORM, 1, "text");

        assertThat(keys.verifyVersioned(MacPurpose.FORM, "text", begin)).isFalse();
        if (!begin.equals("1.")) {
            assertThat(keys.verifyVersioned(MacPurpose.FORM, "text", begin + mac))
                    .isFalse();
        }
        assertThat(keys.verifyVersioned(MacPurpose.FORM, "text", "1." + mac + begin))
                .isEqualTo(begin.isEmpty());
    }

    @Test
    void anotherKeyEncryptionKeyIsCalledByItsSetting() {
        load();

        assertThatThrownBy(() -> MacKeys.load(database, keyWrap("another"), RANDOM, new TestClock()))
                .isInstanceOf(SettingsException.class)
                .hasMessageStartingWith("claviger.key-encryption-key: ");
        assertThat(TestDatabase.query("select purpose from mac_key")).hasSize(MacPurpose.values().length);
    }

    @Test
    void aKeyThatWasCopiedToAnotherRowDoesNotOpen() {
        load();
        TestDatabase.execute("update mac_key set wrapped_key ="
                + " (select wrapped_key from mac_key where purpose = 'FORM') where purpose = 'REFRESH_TOKEN'");

        assertThatIllegalStateException().isThrownBy(this::load);
    }

    @Test
    void j10NoMacKeyStandsInTheDatabaseInClear() {
        load();
        String dump = TestDatabase.dump();
        for (MacPurpose purpose : MacPurpose.values()) {
            byte[] key = keyWrap()
                    .unwrap(
                            TestDatabase.query("select wrapped_key from mac_key where purpose = ?", purpose.name())
                                    .get(0),
                            "mac " + purpose + " 1");

            assertThat(key).hasSize(32);
            assertThat(dump)
                    .contains(purpose.name())
                    .doesNotContain(Base64.getUrlEncoder().withoutPadding().encodeToString(key))
                    .doesNotContain(Base64.getEncoder().encodeToString(key))
                    .doesNotContain(HexFormat.of().formatHex(key));
        }
    }

    // --- Rotation ---

    private static final Duration PERIOD = Duration.ofDays(30);

    private final TestClock clock = new TestClock();

    private MacKeys node(KeyWrap wrap) {
        return MacKeys.load(database, wrap, RANDOM, clock);
    }

    @Test
    void aVersionIsKnownToEveryNodeBeforeItMakesAnything() {
        MacKeys one = node(keyWrap());
        MacKeys two = node(keyWrap());
        clock.advance(PERIOD.minus(KeySettings.PROPAGATION).minusMillis(1));
        one.rotateIfDue(PERIOD);
        assertThat(TestDatabase.query("select version from mac_key")).containsOnly("1");
        clock.advance(Duration.ofMillis(1));
        one.rotateIfDue(PERIOD);
        two.rotateIfDue(PERIOD);
        two.refresh();
        assertThat(one.currentVersion(MacPurpose.REFRESH_TOKEN)).isEqualTo(1);
        clock.advance(KeySettings.PROPAGATION);

        String mac = one.versionedMac(MacPurpose.REFRESH_TOKEN, "text");

        assertThat(mac).startsWith("2.").isEqualTo(two.versionedMac(MacPurpose.REFRESH_TOKEN, "text"));
        assertThat(TestDatabase.query("select version from mac_key where purpose = 'REFRESH_TOKEN'"))
                .containsExactly("1", "2");
    }

    @Test
    void ofManyNodesOneMakesTheNextVersion() {
        List<MacKeys> nodes = List.of(node(keyWrap()), node(keyWrap()), node(keyWrap()), node(keyWrap()));
        clock.advance(PERIOD);
        AtomicInteger next = new AtomicInteger();
        Parallel.run(4, () -> {
            MacKeys node = nodes.get(next.getAndIncrement());
            for (int i = 0; i < 8; i++) { // who loses a purpose to another node tries again a second later
                node.refresh();
                node.rotateIfDue(PERIOD);
            }
            return true;
        });

        nodes.forEach(MacKeys::refresh);
        clock.advance(KeySettings.PROPAGATION);
        assertThat(TestDatabase.query("select max(version) from mac_key group by purpose"))
                .containsOnly("1", "2")
                .hasSize(MacPurpose.values().length);
        assertThat(nodes)
                .extracting(node -> node.versionedMac(MacPurpose.FORM, "text"))
                .containsOnly(nodes.get(0).versionedMac(MacPurpose.FORM, "text"));
    }

    @Test
    void aVersionVerifiesAsLongAsThereCanBeAnythingThatItMade() {
        MacKeys keys = node(keyWrap());
        Map<MacPurpose, String> first = new EnumMap<>(MacPurpose.class);
        for (MacPurpose purpose : MacPurpose.values()) {
            first.put(purpose, keys.versionedMac(purpose, "text"));
        }
        List<String> known = new ArrayList<>();
        for (int day = 0; day < 100; day++) {
            clock.advance(Duration.ofDays(1));
            keys.rotateIfDue(Duration.ofDays(20));
            first.forEach((purpose, mac) -> {
                if (!keys.verifyVersioned(purpose, "text", mac)) {
                    known.add(purpose.name());
                }
            });
            first.keySet().removeIf(purpose -> known.contains(purpose.name()));
            assertThat(first.containsKey(MacPurpose.REFRESH_TOKEN) || day > 50).isTrue();
        }

        assertThat(known).containsExactlyInAnyOrder("REFRESH_TOKEN", "FORM", "BROWSER_SESSION", "SEAL");
        assertThat(keys.currentVersion(MacPurpose.CLIENT_SECRET)).isEqualTo(5);
        assertThat(keys.currentVersion(MacPurpose.THROTTLE)).isEqualTo(1);
        assertThat(TestDatabase.query("select version from mac_key where purpose = 'CLIENT_SECRET'"))
                .hasSize(6);
    }

    @Test
    void theKeyEncryptionKeyChangesWhileNodesRun() {
        MacKeys old = node(keyWrap("old", "new"));
        String mac = old.versionedMac(MacPurpose.FORM, "text");
        MacKeys changed = node(keyWrap("new", "old"));

        assertThat(changed.rewrap()).isEqualTo(MacPurpose.values().length);
        assertThat(changed.rewrap()).isZero();

        assertThat(node(keyWrap("new")).verifyVersioned(MacPurpose.FORM, "text", mac))
                .isTrue();
        assertThat(old.verifyVersioned(MacPurpose.FORM, "text", mac)).isTrue();
        assertThatThrownBy(() -> node(keyWrap("old"))).isInstanceOf(SettingsException.class);
    }

    @Test
    void withTheWrongKeyEncryptionKeyNothingIsAdded() {
        node(keyWrap());
        TestDatabase.execute("delete from mac_key where purpose = 'FORM'");
        String before = TestDatabase.dump();

        assertThatThrownBy(() -> node(keyWrap("another"))).isInstanceOf(SettingsException.class);

        assertThat(TestDatabase.dump()).isEqualTo(before);
    }
}
