package org.claviger.key;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.claviger.Fixture.RANDOM;
import static org.claviger.Fixture.json;
import static org.claviger.Fixture.keyEncryptionKey;
import static org.claviger.Fixture.keyWrap;

import jakarta.json.JsonObject;
import java.math.BigInteger;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.interfaces.RSAPublicKey;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.claviger.Parallel;
import org.claviger.TestClock;
import org.claviger.TestDatabase;
import org.claviger.database.Database;
import org.claviger.settings.SettingsException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class SigningKeysTest {
    private static Database database;

    /** To make a key takes half a second, so all tests here begin with the same. */
    @BeforeAll
    static void empty() {
        database = TestDatabase.empty();
    }

    private static SigningKeys load() {
        return SigningKeys.load(database, keyWrap(), RANDOM, new TestClock());
    }

    @Test
    void loadingTwiceGivesTheSameKeys() {
        SigningKeys first = load();
        SigningKeys second = load();

        assertThat(second.current()).isEqualTo(first.current());
        assertThat(second.published().toJson()).isEqualTo(first.published().toJson());
    }

    @Test
    void nodesThatStartTogetherAgree() {
        TestDatabase.empty();

        List<String> nodes = Parallel.run(3, () -> load().current().kid());

        assertThat(nodes).hasSize(3).containsOnly(load().current().kid());
        assertThat(TestDatabase.query("select kid from signing_key")).hasSize(1);
    }

    @Test
    void j7TheKeyThatSignsIsPublishedWithoutItsPrivateHalf() {
        SigningKeys keys = load();
        RSAPrivateCrtKey signing = (RSAPrivateCrtKey) keys.current().privateKey();

        assertThat(keys.published().find(keys.current().kid())).hasValueSatisfying(published -> {
            RSAPublicKey key = (RSAPublicKey) published.publicKey();
            assertThat(key.getModulus()).isEqualTo(signing.getModulus());
            assertThat(key.getModulus().bitLength()).isGreaterThanOrEqualTo(2048);
            assertThat(published.algorithm()).isEqualTo("RS256");
        });
        assertThat(json(keys.published().toJson()).getJsonArray("keys").getValuesAs(JsonObject.class))
                .singleElement()
                .satisfies(jwk ->
                        assertThat(jwk.keySet()).containsExactlyInAnyOrder("kty", "n", "e", "kid", "use", "alg"));
    }

    @Test
    void j10NoPrivateMemberStandsInTheDatabaseInClear() {
        RSAPrivateCrtKey key = (RSAPrivateCrtKey) load().current().privateKey();
        String dump = TestDatabase.dump();

        assertThat(dump).contains(load().current().kid()).doesNotContain("PRIVATE KEY");
        assertThat(dump)
                .doesNotContain(
                        Base64.getUrlEncoder().encodeToString(key.getEncoded()).substring(100, 140))
                .doesNotContain(
                        Base64.getEncoder().encodeToString(key.getEncoded()).substring(100, 140));
        for (BigInteger member : List.of(
                key.getPrivateExponent(),
                key.getPrimeP(),
                key.getPrimeQ(),
                key.getPrimeExponentP(),
                key.getPrimeExponentQ(),
                key.getCrtCoefficient())) {
            byte[] bytes = member.toByteArray();
            assertThat(dump.toLowerCase(Locale.ROOT))
                    .doesNotContain(HexFormat.of().formatHex(bytes).substring(10, 40));
            for (int offset = 0; offset < 3; offset++) {
                byte[] some = Arrays.copyOfRange(bytes, 10 + offset, 40 + offset);
                assertThat(dump)
                        .doesNotContain(Base64.getUrlEncoder().encodeToString(some))
                        .doesNotContain(Base64.getEncoder().encodeToString(some));
            }
        }
    }

    @Test
    void anotherKeyEncryptionKeyIsCalledByItsSetting() {
        load();

        assertThatThrownBy(() -> SigningKeys.load(
                        database, new KeyWrap(keyEncryptionKey("another"), RANDOM), RANDOM, new TestClock()))
                .isInstanceOf(SettingsException.class)
                .hasMessageStartingWith("claviger.key-encryption-key: ");
        assertThat(TestDatabase.query("select kid from signing_key")).hasSize(1);
    }

    @Test
    void aPrivateKeyUnderAnotherKidDoesNotOpen() {
        String kid = load().current().kid();
        TestDatabase.execute("update signing_key set kid = 'another'");
        try {
            assertThatIllegalStateException().isThrownBy(SigningKeysTest::load);
        } finally {
            TestDatabase.execute("update signing_key set kid = ?", kid);
        }
    }
}
