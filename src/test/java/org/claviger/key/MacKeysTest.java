package org.claviger.key;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.claviger.Fixture.RANDOM;
import static org.claviger.Fixture.keyEncryptionKey;
import static org.claviger.Fixture.keyWrap;

import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;
import org.claviger.Parallel;
import org.claviger.TestClock;
import org.claviger.TestDatabase;
import org.claviger.database.Database;
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

        assertThatThrownBy(() -> MacKeys.load(
                        database, new KeyWrap(keyEncryptionKey("another"), RANDOM), RANDOM, new TestClock()))
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
}
