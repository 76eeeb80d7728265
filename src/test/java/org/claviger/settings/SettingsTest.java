package org.claviger.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.claviger.Fixture.ISSUER;
import static org.claviger.Fixture.KEY_ENCRYPTION_KEY;
import static org.claviger.Fixture.settings;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import javax.crypto.spec.SecretKeySpec;
import org.claviger.jose.SigningAlgorithm;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsTest {
    private static void assertRefused(String key, String value) {
        assertThatThrownBy(() -> settings(key, value))
                .isInstanceOf(SettingsException.class)
                .hasMessageStartingWith(key + ": ")
                .hasMessageNotContainingAny("\n", "\r");
    }

    @Test
    void whatIsNotSetHasItsDefault() {
        Settings settings = settings();

        assertThat(settings.issuer().value()).isEqualTo(ISSUER);
        assertThat(settings.audience()).isEqualTo(ISSUER);
        assertThat(settings.roleClaims()).containsExactly("roles");
        assertThat(settings.importFile()).isEmpty();
        assertThat(settings.classification("standard").lifetimes())
                .isEqualTo(new Lifetimes(
                        Duration.ofMinutes(15),
                        Duration.ofDays(7),
                        Duration.ofDays(30),
                        Duration.ZERO,
                        Duration.ofSeconds(60),
                        Duration.ofMinutes(30),
                        Duration.ofHours(10)));
        assertThat(settings.database()).isEqualTo(new DatabaseSettings("jdbc:h2:file:./data/claviger", "", ""));
        assertThat(settings.keyEncryptionKey().getAlgorithm()).isEqualTo("AES");
        assertThat(settings.keyEncryptionKey().getEncoded()).asString().isEqualTo("0123456789abcdef0123456789abcdef");
    }

    private static Settings resourceServer(String... keysAndValues) {
        Map<String, String> values = new HashMap<>(Map.of(
                "claviger.role", "resource-server",
                "claviger.issuer", ISSUER,
                "claviger.resource-server.client-id", "orders",
                "claviger.resource-server.client-secret", "swordfish"));
        for (int i = 0; i < keysAndValues.length; i += 2) {
            values.put(keysAndValues[i], keysAndValues[i + 1]);
        }
        return Settings.read(key -> Optional.ofNullable(values.get(key)));
    }

    @Test
    void aResourceServerNeedsNeitherADatabaseNorAKey() {
        Settings settings = resourceServer();

        assertThat(settings.role()).isEqualTo(Role.RESOURCE_SERVER);
        assertThat(settings.wrappingKey()).isEmpty();
        assertThat(settings.database().url()).isEqualTo("jdbc:h2:mem:");
        assertThat(settings.warnings()).isEmpty();
        assertThat(settings.resourceServer())
                .contains(new ResourceServerSettings("orders", "swordfish", true, Duration.ofSeconds(60)));
        assertThat(settings.resourceServer().toString()).doesNotContain("swordfish");
        assertThat(settings().resourceServer()).isEmpty();
    }

    @Test
    void theSecretOfAResourceServerMayStandInAFile(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("secret"), "swordfish\n");

        assertThat(resourceServer("claviger.resource-server.client-secret", "file:" + file)
                        .resourceServer()
                        .orElseThrow()
                        .clientSecret())
                .isEqualTo("swordfish");
        assertThatThrownBy(() -> resourceServer("claviger.resource-server.client-secret", "file:" + folder))
                .hasMessage("claviger.resource-server.client-secret: the file " + folder + " cannot be read");
    }

    @ParameterizedTest
    @CsvSource({
        "claviger.role, issuers",
        "claviger.resource-server.client-id, ''",
        "claviger.resource-server.client-secret, ''",
        "claviger.resource-server.revocations, none",
        "claviger.resource-server.introspection-cache, PT301S",
        "claviger.issuer, http://id.example.org"
    })
    void aResourceServerIsRefusedByTheKeyThatIsWrong(String key, String value) {
        assertThatThrownBy(() -> resourceServer(key, value))
                .isInstanceOf(SettingsException.class)
                .hasMessageStartingWith(key + ": ");
    }

    @Test
    void whatMeansNothingInARoleIsAWarning() {
        assertThat(resourceServer(
                                "claviger.import", "x.json",
                                "claviger.key-encryption-key", "not even one",
                                "claviger.database.url", "jdbc:h2:file:x",
                                "claviger.classification.standard.access-token-lifetime", "PT16M",
                                "claviger.guard.exclude", "/x")
                        .warnings())
                .containsExactlyInAnyOrder(
                        "claviger.import: has no effect where claviger.role is resource-server",
                        "claviger.key-encryption-key: has no effect where claviger.role is resource-server",
                        "claviger.database.url: has no effect where claviger.role is resource-server",
                        "claviger.access-token-lifetime: has no effect where claviger.role is resource-server");
        assertThat(settings("claviger.resource-server.client-secret", "swordfish")
                        .warnings())
                .containsExactly("claviger.resource-server.client-secret: has no effect where claviger.role is issuer");
    }

    @Test
    void howANodeHearsOfChangesHasBounds() {
        assertThat(settings().feed())
                .isEqualTo(new FeedSettings(Duration.ofMinutes(1), Set.of("hazelcast", "infinispan", "postgresql")));
        assertThat(settings("claviger.push", "none", "claviger.revocation.max-staleness", "PT10M")
                        .feed())
                .isEqualTo(new FeedSettings(Duration.ofMinutes(10), Set.of()));
        assertThat(settings("claviger.push", " postgresql , infinispan").feed().push())
                .containsExactlyInAnyOrder("postgresql", "infinispan");
        for (String value : List.of("PT4.999S", "PT10M0.001S", "60", "-PT1M")) {
            assertRefused("claviger.revocation.max-staleness", value);
        }
        for (String value : List.of("all", "postgresql,", "none,postgresql", "kafka")) {
            assertRefused("claviger.push", value);
        }
    }

    @Test
    void whatIsSetIsRead() {
        Settings settings = settings(
                "claviger.audience", "https://apps.example.org",
                "claviger.role-claims", "roles, https://example.org/roles",
                "claviger.import", "/etc/claviger/import.json",
                "claviger.access-token-lifetime", "PT1M",
                "claviger.refresh-token-idle-lifetime", "PT2M",
                "claviger.refresh-token-absolute-lifetime", "PT3M",
                "claviger.refresh-token-leeway", "PT7S",
                "claviger.authorization-code-lifetime", "PT4S",
                "claviger.session-idle-lifetime", "PT5M",
                "claviger.session-absolute-lifetime", "PT6M",
                "claviger.database.url", "jdbc:postgresql://db/claviger",
                "claviger.database.user", "claviger",
                "claviger.database.password", "swordfish");

        assertThat(settings.audience()).isEqualTo("https://apps.example.org");
        assertThat(settings.roleClaims()).containsExactly("roles", "https://example.org/roles");
        assertThat(settings.importFile()).contains("/etc/claviger/import.json");
        assertThat(settings.classification("standard").lifetimes())
                .isEqualTo(new Lifetimes(
                        Duration.ofMinutes(1),
                        Duration.ofMinutes(2),
                        Duration.ofMinutes(3),
                        Duration.ofSeconds(7),
                        Duration.ofSeconds(4),
                        Duration.ofMinutes(5),
                        Duration.ofMinutes(6)));
        assertThat(settings.database())
                .isEqualTo(new DatabaseSettings("jdbc:postgresql://db/claviger", "claviger", "swordfish"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"claviger.issuer", "claviger.key-encryption-key"})
    void whatMustBeSetIsAskedFor(String key) {
        assertThatThrownBy(() -> settings(key, null))
                .isInstanceOf(SettingsException.class)
                .hasMessageStartingWith(key + ": is missing; it is ");
        assertThatThrownBy(() -> settings(key, "  "))
                .isInstanceOf(SettingsException.class)
                .hasMessageStartingWith(key + ": is missing");
    }

    @Test
    void anEmptyValueIsAsGoodAsNone() {
        assertThat(settings(
                                "claviger.audience", "",
                                "claviger.role-claims", " ",
                                "claviger.import", "",
                                "claviger.access-token-lifetime", "",
                                "claviger.database.url", "")
                        .classification("standard"))
                .isEqualTo(settings().classification("standard"));
    }

    @Test
    void spacesAroundAValueDoNotCount() {
        assertThat(settings("claviger.issuer", " " + ISSUER + "\n").issuer().value())
                .isEqualTo(ISSUER);
    }

    @ParameterizedTest
    @CsvSource({
        "claviger.access-token-lifetime, PT1S, PT1H",
        "claviger.authorization-code-lifetime, PT1S, PT10M",
        "claviger.refresh-token-idle-lifetime, PT1S, P30D",
        "claviger.session-idle-lifetime, PT1M, P30D",
        "claviger.refresh-token-absolute-lifetime, PT1S, P30D",
        "claviger.session-absolute-lifetime, PT1M, P30D"
    })
    void aLifetimeHasBounds(String key, Duration least, Duration most) {
        String idle = key.replace("absolute", "idle");
        String absolute = key.replace("idle", "absolute");

        settings(absolute, most.toString(), idle, least.toString(), key, least.toString());
        settings(absolute, most.toString(), idle, most.toString(), key, most.toString());
        assertRefused(key, least.minusMillis(1).toString());
        assertRefused(key, most.plusMillis(1).toString());
        assertRefused(key, "PT0S");
        assertRefused(key, "-PT1M");
        assertRefused(key, "P10000D");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "claviger.access-token-lifetime",
                "claviger.authorization-code-lifetime",
                "claviger.refresh-token-idle-lifetime",
                "claviger.refresh-token-absolute-lifetime",
                "claviger.session-idle-lifetime",
                "claviger.session-absolute-lifetime"
            })
    void aLifetimeIsAnIsoDuration(String key) {
        for (String value : new String[] {"15", "15m", "PT", "P1M", "PT15M ago", "never", "PT99999999999999999999S"}) {
            assertRefused(key, value);
        }
    }

    @Test
    void whatEndsWhenUnusedEndsNoLaterThanWhatEndsAnyway() {
        assertThatThrownBy(() -> settings("claviger.refresh-token-absolute-lifetime", "P1D"))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining("claviger.refresh-token-idle-lifetime")
                .hasMessageContaining("claviger.refresh-token-absolute-lifetime");
        assertThatThrownBy(() -> settings("claviger.session-absolute-lifetime", "PT1M"))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining("claviger.session-idle-lifetime")
                .hasMessageContaining("claviger.session-absolute-lifetime");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "roles,",
                ",",
                "a,,b",
                "ro les",
                "rôles",
                "roles;x",
                "\"roles\"",
                "roles,sub",
                "iss",
                "aud",
                "exp",
                "nbf",
                "iat",
                "jti",
                "client_id",
                "scope",
                "auth_time",
                "upn",
                "preferred_username",
                "groups",
                "claviger_family",
                "cnf",
                "acr",
                "amr"
            })
    void aRoleClaimIsTheNameOfAClaimThatMeansNothingElse(String value) {
        assertRefused("claviger.role-claims", value);
    }

    @Test
    void aRoleClaimHasAtMost100Characters() {
        assertThat(settings("claviger.role-claims", "r".repeat(100)).roleClaims())
                .containsExactly("r".repeat(100));
        assertRefused("claviger.role-claims", "r".repeat(101));
    }

    @ParameterizedTest
    @ValueSource(strings = {"jdbc:mysql://db/claviger", "postgresql://db/claviger", "JDBC:H2:mem:x", "h2", "jdbc:h2"})
    void theDatabaseIsH2OrPostgresql(String url) {
        assertRefused("claviger.database.url", url);
    }

    @Test
    void aDataSourceOfTheServerTakesThePlaceOfTheUrl() {
        String key = "claviger.database.data-source";
        DatabaseSettings database = settings(key, "jdbc/claviger").database();

        assertThat(database.dataSource()).hasValue("jdbc/claviger");
        assertThat(database.key()).isEqualTo(key);
        assertThat(database.toString()).contains("jdbc/claviger");
        assertThat(settings().database().dataSource()).isEmpty();
        assertThat(settings().database().key()).isEqualTo("claviger.database.url");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ldap://db/claviger", "rmi:claviger", "java:ldap:x", "jdbc claviger", "${jdbc/claviger}"})
    void aDataSourceIsANameOfThisServer(String name) {
        assertRefused("claviger.database.data-source", name);
    }

    @ParameterizedTest
    @CsvSource({
        "claviger.database.url, jdbc:h2:mem:x",
        "claviger.database.user, claviger",
        "claviger.database.password, swordfish",
    })
    void aDataSourceOfTheServerHasEverythingThatTheOthersSay(String key, String value) {
        assertThatThrownBy(() -> settings("claviger.database.data-source", "jdbc/claviger", key, value))
                .isInstanceOf(SettingsException.class)
                .hasMessage(key + ": must not be set where claviger.database.data-source is");
    }

    @Test
    void thePasswordOfTheDatabaseIsNeverShown() {
        Settings settings = settings(
                "claviger.database.url", "jdbc:postgresql://db/claviger?password=swordfish",
                "claviger.database.password", "swordfish");

        assertThat(settings.toString()).doesNotContain("swordfish");
        assertThatThrownBy(() -> settings("claviger.database.url", "jdbc:mysql://u:swordfish@db"))
                .hasMessageNotContaining("swordfish");
    }

    @Test
    void theKeyEncryptionKeyIsNeverShown() {
        assertThat(settings().toString()).doesNotContain(KEY_ENCRYPTION_KEY).doesNotContain("0123456789abcdef");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "swordfish",
                "swordfish!",
                "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZQ",
                "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWYA",
                "MDEyMzQ1Njc4OWFiY2RlZg",
                "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNk+/8",
                "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
                "MDEyMzQ1Njc4OWFiY2RlZjAx MjM0NTY3ODlhYmNkZWY"
            })
    void aKeyEncryptionKeyHas256BitsInBase64urlAndIsNotRepeatedInTheMessage(String value) {
        assertRefused("claviger.key-encryption-key", value);
        assertThatThrownBy(() -> settings("claviger.key-encryption-key", value)).hasMessageNotContaining(value);
    }

    @Test
    void aKeyEncryptionKeyMayBePadded() {
        assertThat(settings("claviger.key-encryption-key", KEY_ENCRYPTION_KEY + "=")
                        .keyEncryptionKey())
                .isEqualTo(settings().keyEncryptionKey());
    }

    @Test
    void theKeyEncryptionKeyCanStandInAFile(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("kek"), KEY_ENCRYPTION_KEY + "\n");

        assertThat(settings("claviger.key-encryption-key", "file:" + file).keyEncryptionKey())
                .isEqualTo(settings().keyEncryptionKey());
    }

    @Test
    void aFileWithoutAKeyIsRefusedAndItsContentNotShown(@TempDir Path folder) throws IOException {
        Path empty = Files.writeString(folder.resolve("empty"), "");
        Path wrong = Files.writeString(folder.resolve("wrong"), "swordfish and more");
        Path bytes = Files.write(folder.resolve("bytes"), new byte[] {(byte) 0xff, (byte) 0xfe, 0});

        for (Path file : new Path[] {empty, wrong, bytes, folder, folder.resolve("missing")}) {
            assertRefused("claviger.key-encryption-key", "file:" + file);
        }
        assertThatThrownBy(() -> settings("claviger.key-encryption-key", "file:" + wrong))
                .hasMessageNotContaining("swordfish");
        assertThatThrownBy(() -> settings("claviger.key-encryption-key", "file:" + folder.resolve("missing")))
                .hasMessageContaining("missing")
                .hasMessageContaining("cannot be read");
        assertRefused("claviger.key-encryption-key", "file:");
        assertRefused("claviger.key-encryption-key", "file:\0");
    }

    @Test
    void theAudienceOfApplicationsIsNotThatOfAdministration() {
        assertRefused("claviger.audience", ISSUER + "/admin");
    }

    // --- Keys ---

    @Test
    void keysRotateEveryThirtyDaysUnlessSetOtherwise() {
        assertThat(settings().keys())
                .isEqualTo(new KeySettings(
                        Duration.ofDays(30),
                        Duration.ofMinutes(30),
                        Duration.ofMinutes(5),
                        SigningAlgorithm.RS256,
                        2048));
        assertThat(settings().keys().announcement()).isEqualTo(Duration.parse("PT35M5S"));
        assertThat(settings(
                                "claviger.keys.rotation-period", "PT8S",
                                "claviger.keys.verifier-cache", "PT1S",
                                "claviger.keys.jwks-max-age", "PT2S",
                                "claviger.keys.algorithm", "EdDSA",
                                "claviger.keys.rsa-bits", "4096")
                        .keys())
                .isEqualTo(new KeySettings(
                        Duration.ofSeconds(8),
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(2),
                        SigningAlgorithm.EDDSA,
                        4096));
    }

    @ParameterizedTest
    @CsvSource({
        "claviger.keys.rotation-period, PT0.5S",
        "claviger.keys.rotation-period, P367D",
        "claviger.keys.rotation-period, monthly",
        "claviger.keys.verifier-cache, PT-1S",
        "claviger.keys.verifier-cache, P8D",
        "claviger.keys.jwks-max-age, P2D",
        "claviger.keys.algorithm, HS256",
        "claviger.keys.algorithm, none",
        "claviger.keys.algorithm, rs256",
        "claviger.keys.rsa-bits, 1024",
        "claviger.keys.rsa-bits, 2049",
        "claviger.keys.rsa-bits, many"
    })
    void aKeySettingThatIsNoneIsRefused(String key, String value) {
        assertRefused(key, value);
    }

    @Test
    void aPeriodThatIsTooShortForTheAnnouncementIsRefusedWithTheArithmetic() {
        assertThatThrownBy(() -> settings("claviger.keys.rotation-period", "PT35M4S"))
                .isInstanceOf(SettingsException.class)
                .hasMessage(
                        "claviger.keys.rotation-period: PT35M4S is shorter than the time for which a key is announced"
                                + " before it signs: claviger.keys.jwks-max-age PT5M + claviger.keys.verifier-cache PT30M"
                                + " + PT5S until all nodes know it = PT35M5S");
        assertThat(settings("claviger.keys.rotation-period", "PT35M5S").keys().rotationPeriod())
                .isEqualTo(Duration.parse("PT35M5S"));
    }

    @Test
    void withoutAKeyEncryptionKeyTheMessageSaysHowToMakeOne() {
        assertThatThrownBy(() -> settings("claviger.key-encryption-key", ""))
                .isInstanceOf(SettingsException.class)
                .hasMessageStartingWith("claviger.key-encryption-key: is missing")
                .hasMessageContaining("openssl rand -base64 32");
    }

    @Test
    void furtherKeyEncryptionKeysAreListed(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("kek"), KEY_ENCRYPTION_KEY);

        assertThat(settings().furtherKeyEncryptionKeys()).isEmpty();
        assertThat(settings(
                                "claviger.further-key-encryption-keys",
                                "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA, file:" + file + ",")
                        .furtherKeyEncryptionKeys())
                .containsExactly(
                        new SecretKeySpec(new byte[32], "AES"), settings().keyEncryptionKey());
        assertRefused("claviger.further-key-encryption-keys", "swordfish");
        assertThatThrownBy(() -> settings("claviger.further-key-encryption-keys", "swordfish"))
                .hasMessageNotContaining("swordfish");
    }

    /** As {@code keytool -genseckey -keyalg AES -keysize 256} makes it. */
    private static Path keystore(Path folder, String... aliases) throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        for (String alias : aliases) {
            byte[] key = Arrays.copyOf(alias.getBytes(StandardCharsets.US_ASCII), alias.startsWith("short") ? 16 : 32);
            store.setEntry(
                    alias,
                    new KeyStore.SecretKeyEntry(new SecretKeySpec(key, "AES")),
                    new KeyStore.PasswordProtection("swordfish".toCharArray()));
        }
        Path file = folder.resolve(String.join("-", aliases) + ".p12");
        try (OutputStream out = Files.newOutputStream(file)) {
            store.store(out, "swordfish".toCharArray());
        }
        return file;
    }

    private static Settings fromKeystore(String place, String password) {
        return settings(
                "claviger.key-encryption-key", "pkcs12:" + place, "claviger.key-encryption-key-password", password);
    }

    @Test
    void theKeyEncryptionKeyCanStandInAKeystore(@TempDir Path folder) throws GeneralSecurityException, IOException {
        Path one = keystore(folder, "kek");
        Path two = keystore(folder, "first", "second");
        Path password = Files.writeString(folder.resolve("password"), "swordfish\n");

        assertThat(fromKeystore(one.toString(), "swordfish").keyEncryptionKey().getEncoded())
                .asString()
                .startsWith("kek");
        assertThat(fromKeystore(two + "#second", "file:" + password)
                        .keyEncryptionKey()
                        .getEncoded())
                .asString()
                .startsWith("second");
    }

    @Test
    void aKeystoreThatCannotBeUsedIsRefusedAndItsPasswordNotShown(@TempDir Path folder)
            throws GeneralSecurityException, IOException {
        Path one = keystore(folder, "kek");
        Path two = keystore(folder, "first", "second");
        Path small = keystore(folder, "short");
        Path garbage = Files.writeString(folder.resolve("garbage"), "swordfish");

        for (String place : List.of(
                two.toString(), one + "#other", small.toString(), garbage.toString(), folder.toString(), "missing")) {
            assertThatThrownBy(() -> fromKeystore(place, "swordfish"))
                    .isInstanceOf(SettingsException.class)
                    .hasMessageStartingWith("claviger.key-encryption-key: ")
                    .hasMessageNotContainingAny("swordfish", "\n");
        }
        assertThatThrownBy(() -> fromKeystore(one.toString(), "wrong-password"))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining("claviger.key-encryption-key-password")
                .hasMessageNotContaining("wrong-password");
        assertThatThrownBy(() -> settings("claviger.key-encryption-key", "pkcs12:" + one))
                .isInstanceOf(SettingsException.class)
                .hasMessageStartingWith("claviger.key-encryption-key-password: is missing");
    }
}
