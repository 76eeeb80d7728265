package org.claviger.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.claviger.Fixture.ISSUER;
import static org.claviger.Fixture.KEY_ENCRYPTION_KEY;
import static org.claviger.settings.Setting.Kind.BY_CLASSIFICATION;

import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.smallrye.config.SysPropConfigSource;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import javax.crypto.spec.SecretKeySpec;
import org.claviger.oauth.Scope;
import org.eclipse.microprofile.config.Config;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Each setting as an environment variable, read by the implementation of MicroProfile Config that WildFly has. */
class SettingTest {
    private static final String OTHER_KEY = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    private static final String HASH = "pbkdf2-sha256$600000$MDEyMzQ1Njc4OWFiY2RlZg$" + "x".repeat(43);

    /** A value, what must stand beside it, and how it shows itself in the settings. */
    private record Sample(String value, Map<String, String> beside, Function<Settings, Object> read, Object expected) {
        Sample(String value, Function<Settings, Object> read, Object expected) {
            this(value, Map.of(), read, expected);
        }
    }

    private static final Map<Setting, Sample> SAMPLES = new EnumMap<>(Setting.class);

    @BeforeAll
    static void takeSamples(@TempDir Path folder) throws IOException, GeneralSecurityException {
        Path file = Files.writeString(folder.resolve("logo.png"), "");
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setEntry(
                "kek",
                new KeyStore.SecretKeyEntry(new SecretKeySpec(new byte[32], "AES")),
                new KeyStore.PasswordProtection("swordfish".toCharArray()));
        Path keystore = folder.resolve("kek.p12");
        try (OutputStream out = Files.newOutputStream(keystore)) {
            store.store(out, "swordfish".toCharArray());
        }
        Map<Setting, Sample> samples = SAMPLES;
        samples.put(
                Setting.ISSUER,
                new Sample("https://other.example.org", s -> s.issuer().value(), "https://other.example.org"));
        Map<String, String> resourceServer = Map.of(
                "CLAVIGER_ROLE", "resource-server",
                "CLAVIGER_RESOURCE_SERVER_CLIENT_ID", "rs",
                "CLAVIGER_RESOURCE_SERVER_CLIENT_SECRET", "swordfish");
        samples.put(Setting.ROLE, new Sample("resource-server", resourceServer, Settings::role, Role.RESOURCE_SERVER));
        samples.put(
                Setting.RESOURCE_SERVER_CLIENT_ID,
                new Sample(
                        "orders",
                        resourceServer,
                        s -> s.resourceServer().orElseThrow().clientId(),
                        "orders"));
        samples.put(
                Setting.RESOURCE_SERVER_CLIENT_SECRET,
                new Sample(
                        "other",
                        resourceServer,
                        s -> s.resourceServer().orElseThrow().clientSecret(),
                        "other"));
        samples.put(
                Setting.RESOURCE_SERVER_REVOCATIONS,
                new Sample(
                        "introspection",
                        resourceServer,
                        s -> s.resourceServer().orElseThrow().feed(),
                        false));
        samples.put(
                Setting.RESOURCE_SERVER_INTROSPECTION_CACHE,
                new Sample(
                        "PT90S",
                        resourceServer,
                        s -> s.resourceServer().orElseThrow().introspectionCache(),
                        Duration.ofSeconds(90)));
        samples.put(
                Setting.KEY_ENCRYPTION_KEY,
                new Sample(
                        OTHER_KEY,
                        s -> List.of(s.keyEncryptionKey()),
                        List.of(new SecretKeySpec(new byte[32], "AES"))));
        samples.put(
                Setting.KEY_ENCRYPTION_KEY_PASSWORD,
                new Sample(
                        "swordfish",
                        Map.of("CLAVIGER_KEY_ENCRYPTION_KEY", "pkcs12:" + keystore),
                        s -> List.of(s.keyEncryptionKey()),
                        List.of(new SecretKeySpec(new byte[32], "AES"))));
        samples.put(
                Setting.FURTHER_KEY_ENCRYPTION_KEYS,
                new Sample(
                        OTHER_KEY,
                        Settings::furtherKeyEncryptionKeys,
                        List.of(new SecretKeySpec(new byte[32], "AES"))));
        samples.put(Setting.KEYS_ROTATION_PERIOD, duration("P10D", s -> s.keys().rotationPeriod()));
        samples.put(Setting.KEYS_JWKS_MAX_AGE, duration("PT1M", s -> s.keys().jwksMaxAge()));
        samples.put(Setting.KEYS_VERIFIER_CACHE, duration("PT2M", s -> s.keys().verifierCache()));
        samples.put(
                Setting.KEYS_ALGORITHM,
                new Sample("EdDSA", s -> s.keys().algorithm().value(), "EdDSA"));
        samples.put(Setting.KEYS_RSA_BITS, new Sample("3072", s -> s.keys().rsaBits(), 3072));
        samples.put(
                Setting.DATABASE_URL,
                new Sample("jdbc:h2:mem:x", s -> s.database().url(), "jdbc:h2:mem:x"));
        samples.put(Setting.DATABASE_USER, new Sample("u", s -> s.database().user(), "u"));
        samples.put(Setting.DATABASE_PASSWORD, new Sample("p", s -> s.database().password(), "p"));
        samples.put(
                Setting.DATABASE_DATA_SOURCE,
                new Sample("jdbc/c", s -> s.database().dataSource().orElseThrow(), "jdbc/c"));
        samples.put(Setting.IMPORT, new Sample("i.json", s -> s.importFile().orElseThrow(), "i.json"));
        Map<String, String> hash = Map.of("CLAVIGER_ADMIN_PASSWORD_HASH", HASH);
        Map<String, String> root = Map.of("CLAVIGER_ADMIN_USERNAME", "root");
        samples.put(
                Setting.ADMIN_USERNAME,
                new Sample("root", hash, s -> s.administrator().orElseThrow().username(), "root"));
        samples.put(
                Setting.ADMIN_PASSWORD,
                new Sample(
                        "p".repeat(12),
                        root,
                        s -> s.administrator().orElseThrow().password().orElseThrow(),
                        "p".repeat(12)));
        samples.put(
                Setting.ADMIN_PASSWORD_HASH,
                new Sample(
                        HASH,
                        root,
                        s -> s.administrator().orElseThrow().passwordHash().orElseThrow(),
                        HASH));
        samples.put(
                Setting.PASSWORD_MIN_LENGTH, new Sample("15", s -> s.passwords().minLength(), 15));
        samples.put(
                Setting.PASSWORD_DENIED_FILE,
                new Sample(
                        Files.writeString(folder.resolve("denied.txt"), "Swordfish\n\n")
                                .toString(),
                        s -> s.passwords().denied(),
                        Set.of("swordfish")));
        Map<String, String> ldap = Map.of(
                "CLAVIGER_IDENTITY_STORE", "ldap",
                "CLAVIGER_LDAP_URL", "ldaps://ldap.example.org",
                "CLAVIGER_LDAP_USER", "cn=reader",
                "CLAVIGER_LDAP_PASSWORD", "swordfish",
                "CLAVIGER_LDAP_USER_BASE", "ou=people",
                "CLAVIGER_LDAP_GROUP_BASE", "ou=groups");
        samples.put(
                Setting.IDENTITY_STORE, new Sample("server", s -> s.identity().store(), IdentitySettings.Store.SERVER));
        samples.put(
                Setting.IDENTITY_STORE_GROUPS,
                new Sample(
                        "user, staff>demo, staff>claviger-admin",
                        s -> s.identity().groups(),
                        Map.of("user", Set.of("user"), "staff", Set.of("demo", "claviger-admin"))));
        samples.put(
                Setting.LDAP_URL,
                new Sample(
                        "ldaps://a.example.org, ldaps://b.example.org:1636",
                        ldap,
                        s -> s.identity().ldap().orElseThrow().urls(),
                        "ldaps://a.example.org ldaps://b.example.org:1636"));
        Map<String, String> plain = new HashMap<>(ldap);
        plain.put("CLAVIGER_LDAP_URL", "ldap://ldap.example.org");
        samples.put(
                Setting.LDAP_START_TLS,
                new Sample("true", plain, s -> s.identity().ldap().orElseThrow().startTls(), true));
        samples.put(
                Setting.LDAP_TRUSTED_CERTIFICATES,
                new Sample(
                        file.toString(),
                        ldap,
                        s -> s.identity().ldap().orElseThrow().trusted().orElseThrow(),
                        file));
        samples.put(
                Setting.LDAP_USER,
                new Sample(
                        "cn=other", ldap, s -> s.identity().ldap().orElseThrow().user(), "cn=other"));
        samples.put(
                Setting.LDAP_PASSWORD,
                new Sample(
                        "hammerhead",
                        ldap,
                        s -> s.identity().ldap().orElseThrow().password(),
                        "hammerhead"));
        samples.put(
                Setting.LDAP_USER_BASE,
                new Sample(
                        "ou=others",
                        ldap,
                        s -> s.identity().ldap().orElseThrow().person().base(),
                        "ou=others"));
        samples.put(
                Setting.LDAP_USER_FILTER,
                new Sample(
                        "(objectClass=user)",
                        ldap,
                        s -> s.identity().ldap().orElseThrow().person().filter(),
                        "(objectClass=user)"));
        samples.put(
                Setting.LDAP_USERNAME_ATTRIBUTE,
                new Sample(
                        "sAMAccountName",
                        ldap,
                        s -> s.identity().ldap().orElseThrow().person().username(),
                        "sAMAccountName"));
        samples.put(
                Setting.LDAP_ID_ATTRIBUTE,
                new Sample(
                        "objectGUID",
                        ldap,
                        s -> s.identity().ldap().orElseThrow().person().id(),
                        "objectGUID"));
        samples.put(
                Setting.LDAP_NAME_ATTRIBUTE,
                new Sample(
                        "displayName",
                        ldap,
                        s -> s.identity().ldap().orElseThrow().person().name(),
                        "displayName"));
        samples.put(
                Setting.LDAP_EMAIL_ATTRIBUTE,
                new Sample(
                        "email",
                        ldap,
                        s -> s.identity().ldap().orElseThrow().person().email(),
                        "email"));
        samples.put(
                Setting.LDAP_GROUP_BASE,
                new Sample(
                        "ou=roles",
                        ldap,
                        s -> s.identity().ldap().orElseThrow().group().base(),
                        "ou=roles"));
        samples.put(
                Setting.LDAP_GROUP_FILTER,
                new Sample(
                        "(memberUid={1})",
                        ldap, s -> s.identity().ldap().orElseThrow().group().filter(), "(memberUid={1})"));
        samples.put(
                Setting.LDAP_MEMBER_OF_ATTRIBUTE,
                new Sample(
                        "memberOf",
                        ldap,
                        s -> s.identity().ldap().orElseThrow().group().memberOf(),
                        "memberOf"));
        samples.put(
                Setting.LDAP_TIMEOUT,
                new Sample("PT2S", ldap, s -> s.identity().ldap().orElseThrow().timeout(), Duration.ofSeconds(2)));
        samples.put(
                Setting.LDAP_RECHECK,
                new Sample("PT1M", ldap, s -> s.identity().ldap().orElseThrow().recheck(), Duration.ofMinutes(1)));
        samples.put(
                Setting.DATA_DIRECTORY,
                new Sample(
                        folder.toString(),
                        Settings::dataDirectory,
                        folder.toAbsolutePath().normalize()));
        samples.put(Setting.AUDIENCE, new Sample("a", Settings::audience, "a"));
        samples.put(
                Setting.GUARD_EXCLUDE,
                new Sample("/a,/b", s -> List.copyOf(s.guard().exclude()), List.of("/a", "/b")));
        samples.put(
                Setting.GUARD_INCLUDE,
                new Sample("/a", s -> List.copyOf(s.guard().include()), List.of("/a")));
        samples.put(
                Setting.GUARD_AUDIENCE,
                new Sample("/a=x", s -> s.guard().of("/a").audience(), "x"));
        samples.put(
                Setting.GUARD_REQUIRED_SCOPE,
                new Sample("/a=x", s -> s.guard().of("/a").requiredScope(), Scope.parse("x")));
        samples.put(
                Setting.GUARD_ROLE_CLAIM,
                new Sample("/a=x", s -> s.guard().of("/a").roleClaim(), "x"));
        samples.put(
                Setting.GUARD_ROLE_MAPPING,
                new Sample("/a=g>r", s -> s.guard().of("/a").roleMapping().toString(), "{g=[r]}"));
        samples.put(Setting.ROLE_CLAIMS, new Sample("a, b", Settings::roleClaims, List.of("a", "b")));
        samples.put(
                Setting.CLASSIFICATIONS,
                new Sample("internal", s -> s.classifications().names().contains("internal"), true));
        samples.put(Setting.ACCESS_TOKEN_LIFETIME, life("PT16M", Lifetimes::accessToken));
        samples.put(Setting.REFRESH_TOKEN_IDLE_LIFETIME, life("P8D", Lifetimes::refreshTokenIdle));
        samples.put(Setting.REFRESH_TOKEN_ABSOLUTE_LIFETIME, life("P20D", Lifetimes::refreshTokenAbsolute));
        samples.put(Setting.REFRESH_TOKEN_LEEWAY, life("PT7S", Lifetimes::refreshTokenLeeway));
        samples.put(Setting.SESSION_IDLE_LIFETIME, life("PT29M", Lifetimes::sessionIdle));
        samples.put(Setting.SESSION_ABSOLUTE_LIFETIME, life("PT9H", Lifetimes::sessionAbsolute));
        samples.put(Setting.AUTHORIZATION_CODE_LIFETIME, life("PT30S", Lifetimes::authorizationCode));
        samples.put(
                Setting.RENEWAL_THRESHOLD,
                new Sample("50", s -> s.classification("standard").renewalThreshold(), 50));
        samples.put(
                Setting.CONSENT_EACH_TIME,
                new Sample("true", s -> s.classification("standard").consentEachTime(), true));
        samples.put(Setting.REAUTHENTICATION_AGE, duration("PT2H", s -> s.classification("standard")
                .reauthenticationAge()));
        samples.put(Setting.GATEWAY_CACHE_LIFETIME, duration("PT20S", s -> s.classification("standard")
                .gatewayCache()));
        samples.put(Setting.CLIENT_SECRET_OVERLAP, duration("PT2H", Settings::clientSecretOverlap));
        samples.put(Setting.AUDIT_RETENTION, duration("P30D", Settings::auditRetention));
        samples.put(
                Setting.REVOCATION_MAX_STALENESS, duration("PT2M", s -> s.feed().maxStaleness()));
        samples.put(Setting.PUSH, new Sample("hazelcast", s -> s.feed().push(), Set.of("hazelcast")));
        samples.put(
                Setting.TRUSTED_PROXIES,
                new Sample("10.0.0.0/8", s -> s.trustedProxies().contains("10.1.2.3"), true));
        samples.put(
                Setting.FORWARDED_HEADERS,
                new Sample("Forwarded", s -> s.trustedProxies().write("Forwarded"), true));
        samples.put(
                Setting.METRICS_ADDRESSES,
                new Sample("10.0.0.0/8", s -> s.metricsReaders().contains("10.1.2.3"), true));
        samples.put(
                Setting.GATEWAY_HEADERS,
                new Sample(
                        "name=Remote-User",
                        s -> s.gatewayHeaders().names(),
                        Map.of(GatewayHeaders.Fact.NAME, "Remote-User")));
        samples.put(Setting.BRAND_NAME, new Sample("Acme", s -> s.brand().name(), "Acme"));
        samples.put(
                Setting.BRAND_COLOR,
                new Sample("#123456", s -> s.brand().color().orElseThrow(), "#123456"));
        samples.put(
                Setting.BRAND_LOGO,
                new Sample(file.toString(), s -> s.brand().logo().orElseThrow().toString(), file.toString()));
        samples.put(
                Setting.BRAND_CSS,
                new Sample(file.toString(), s -> s.brand().css().orElseThrow().toString(), file.toString()));
        samples.put(
                Setting.GUARD_BROWSER_CLIENT,
                new Sample(
                        "/shop=shop-web",
                        s -> s.guard().of("/shop").browserClient().orElseThrow().value(),
                        "shop-web"));
        samples.put(
                Setting.CONSOLE_CLASSIFICATION, new Sample("sensitive", Settings::consoleClassification, "sensitive"));
        samples.put(
                Setting.BRAND_TEXTS,
                new Sample(file.toString(), s -> s.brand().texts().orElseThrow().toString(), file.toString()));
    }

    private static Sample duration(String value, Function<Settings, Object> read) {
        return new Sample(value, read, Duration.parse(value));
    }

    private static Sample life(String value, Function<Lifetimes, Object> read) {
        return duration(value, s -> read.apply(s.classification("standard").lifetimes()));
    }

    /** How MicroProfile Config 3.1 (section "Environment Variables Mapping Rules") writes a key. */
    private static String variable(String key) {
        return key.replaceAll("[^A-Za-z0-9]", "_").toUpperCase(Locale.ROOT);
    }

    private static Config config(Map<String, String> environment) {
        Map<String, String> all =
                new HashMap<>(Map.of("CLAVIGER_ISSUER", ISSUER, "CLAVIGER_KEY_ENCRYPTION_KEY", KEY_ENCRYPTION_KEY));
        all.putAll(environment);
        return new SmallRyeConfigBuilder()
                .withSources(new EnvConfigSource(all, 300))
                .build();
    }

    private static Sample sample(Setting setting) {
        Sample sample = SAMPLES.get(setting);
        assertThat(sample).as("a sample of " + setting).isNotNull();
        return sample;
    }

    @ParameterizedTest
    @EnumSource
    void everySettingIsReadFromTheEnvironment(Setting setting) {
        Sample sample = sample(setting);
        Map<String, String> environment = new HashMap<>(sample.beside);
        environment.put(variable(setting.key()), sample.value);

        Settings settings = Settings.read(config(environment));

        assertThat(sample.read.apply(settings)).isEqualTo(sample.expected);
        SettingValue shown = settings.values().get(setting.key());
        assertThat(shown.pinned()).isTrue();
        assertThat(shown.origin()).contains("Env");
        assertThat(shown.value()).isEqualTo(setting.isSecret() ? "" : sample.value);
        assertThat(shown.byDefault()).isNotEqualTo(sample.value);
    }

    private static Stream<Setting> byClassification() {
        return Arrays.stream(Setting.values()).filter(setting -> setting.kind() == BY_CLASSIFICATION);
    }

    @ParameterizedTest
    @MethodSource("byClassification")
    void everyRuleOfAClassificationIsReadFromTheEnvironment(Setting setting) {
        Map<String, String> environment =
                Map.of("CLAVIGER_CLASSIFICATIONS", "our-own", variable(setting.key("our-own")), sample(setting).value);

        Settings settings = Settings.read(config(environment));

        SettingValue shown = settings.values().get(setting.key("our-own"));
        assertThat(shown.value()).isEqualTo(sample(setting).value);
        assertThat(shown.pinned()).isTrue();
        assertThat(settings.classification("our-own")).isNotEqualTo(settings.classification("standard"));
        assertThat(settings.values().get(setting.key()).origin()).isEqualTo("default");
    }

    @ParameterizedTest
    @EnumSource
    void aDefaultIsAcceptedAndAdvised(Setting setting) {
        if (!setting.byDefault().isEmpty()) {
            Map<String, String> environment = Map.of(variable(setting.key()), setting.byDefault());
            assertThat(Settings.read(config(environment)).warnings()).isEmpty();
        }
    }

    @Test
    void systemPropertiesAndTheEnvironmentPinAndNothingElseDoes() {
        Config config = new SmallRyeConfigBuilder()
                .withSources(
                        new PropertiesConfigSource(
                                Map.of(
                                        "claviger.issuer", ISSUER,
                                        "claviger.key-encryption-key", KEY_ENCRYPTION_KEY,
                                        "claviger.brand.name", "File"),
                                "a file",
                                110),
                        new EnvConfigSource(Map.of("CLAVIGER_ROLE_CLAIMS", "fromEnvironment"), 300),
                        new SysPropConfigSource())
                .build();
        System.setProperty("claviger.brand.color", "#123456");
        try {
            Settings configured = Settings.read(config);
            Settings settings = configured.withAdministered(Map.of(
                    "claviger.brand.name", "Administered",
                    "claviger.brand.color", "#abcdef",
                    "claviger.role-claims", "administered",
                    "claviger.access-token-lifetime", "PT20M"));

            assertThat(settings.brand().name()).isEqualTo("Administered");
            assertThat(settings.brand().color()).contains("#123456");
            assertThat(settings.roleClaims()).containsExactly("fromEnvironment");
            assertThat(settings.values().get("claviger.brand.name").origin()).isEqualTo(Settings.ADMINISTERED);
            assertThat(settings.values().get("claviger.access-token-lifetime").origin())
                    .isEqualTo(Settings.ADMINISTERED);
            assertThat(settings.values().values().stream()
                            .filter(SettingValue::pinned)
                            .map(value -> value.setting()))
                    .containsExactlyInAnyOrder(Setting.BRAND_COLOR, Setting.ROLE_CLAIMS);
            assertThat(configured.brand().name()).isEqualTo("File");
        } finally {
            System.clearProperty("claviger.brand.color");
        }
    }

    @Test
    void aVariableThatIsEmptyPinsNothing() {
        Settings settings = Settings.read(config(Map.of("CLAVIGER_BRAND_NAME", "", "CLAVIGER_ROLE_CLAIMS", " ")))
                .withAdministered(Map.of("claviger.brand.name", "Administered", "claviger.role-claims", "a"));

        assertThat(settings.brand().name()).isEqualTo("Administered");
        assertThat(settings.roleClaims()).containsExactly("a");
    }

    @Test
    void whatIsLiveIsLaidOverWhatWasConfiguredAtTheStart() {
        Map<String, String> properties = new HashMap<>(Map.of(
                "claviger.issuer",
                ISSUER,
                "claviger.key-encryption-key",
                KEY_ENCRYPTION_KEY,
                "claviger.brand.color",
                "#123456",
                "claviger.classification.sensitive.access-token-lifetime",
                "PT16M"));
        Settings settings = Settings.read(key -> Optional.ofNullable(properties.get(key)));

        properties.put("claviger.brand.color", "#abcdef");
        properties.put("claviger.brand.name", "Changed");
        properties.put("claviger.classification.sensitive.access-token-lifetime", "PT60M");
        properties.put("claviger.classification.later.access-token-lifetime", "PT17M");
        Map<String, String> administered = Map.of("claviger.classifications", "later");
        Settings now = settings.withAdministered(administered);

        assertThat(now.brand().name()).isEqualTo("Claviger");
        assertThat(now.brand().color()).contains("#123456");
        assertThat(now.classification("sensitive").lifetimes().accessToken()).isEqualTo(Duration.ofMinutes(16));
        assertThat(now.classification("later").lifetimes().accessToken())
                .as("which could not be read before there was such a classification")
                .isEqualTo(Duration.ofMinutes(17));
        properties.put("claviger.classification.later.access-token-lifetime", "PT60M");
        assertThat(settings.withAdministered(administered)
                        .classification("later")
                        .lifetimes()
                        .accessToken())
                .isEqualTo(Duration.ofMinutes(17));
    }

    @Test
    void noSecretIsKeptToReadLiveSettings() {
        Map<String, String> properties = new HashMap<>(Map.of(
                "claviger.issuer", ISSUER,
                "claviger.key-encryption-key", KEY_ENCRYPTION_KEY,
                "claviger.database.password", "swordfish"));
        Settings settings = Settings.read(key -> Optional.ofNullable(properties.get(key)));

        properties.clear();

        assertThat(settings.configured().apply("claviger.database.password")).isEmpty();
        assertThat(settings.configured().apply("claviger.key-encryption-key")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "roles, groups, 0",
        "roles, scope, 0",
        "roles, roles, 0",
        "'a, b', b, 0",
        "roles, b, 1",
        "roles, /shop=b, 1",
        "a, 'b, /shop=c, /desk=a', 2",
    })
    void aRoleClaimThatTheGuardReadsAndNoTokenCarriesIsAWarning(String claims, String read, int warnings) {
        Settings configured =
                Settings.read(config(Map.of("CLAVIGER_ROLE_CLAIMS", claims, "CLAVIGER_GUARD_ROLE_CLAIM", read)));
        assertThat(configured.warnings())
                .hasSize(warnings)
                .allMatch(warning -> warning.startsWith("claviger.role-claims: "));

        Settings live = Settings.read(config(Map.of("CLAVIGER_GUARD_ROLE_CLAIM", read)))
                .withAdministered(Map.of("claviger.role-claims", claims));
        assertThat(live.warnings()).isEqualTo(configured.warnings());
    }

    @Test
    void aNameForThePagesAndTheRoleClaimsHaveALimit() {
        String claims = "a,b,c,d,e,f,g,h";
        Settings settings =
                Settings.read(config(Map.of("CLAVIGER_BRAND_NAME", "x".repeat(200), "CLAVIGER_ROLE_CLAIMS", claims)));

        assertThat(settings.roleClaims()).hasSize(8);
        assertThatThrownBy(() -> settings(Map.of("CLAVIGER_BRAND_NAME", "x".repeat(201))))
                .hasMessageStartingWith("claviger.brand.name: ");
        assertThatThrownBy(() -> settings(Map.of("CLAVIGER_ROLE_CLAIMS", claims + ",i")))
                .hasMessageStartingWith("claviger.role-claims: ");
    }

    private static Settings settings(Map<String, String> environment) {
        return Settings.read(config(environment));
    }

    /** What a directory is told, it is told over TLS; and nobody administers because a group happens to have that name. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "IDENTITY_STORE | files | claviger.identity-store: must be",
                "LDAP_URL | '' | claviger.ldap.url: is missing",
                "LDAP_URL | ldap://ldap.example.org | claviger.ldap.url: must begin with ldaps:",
                "LDAP_URL | ldaps://a.example.org,ldap://127.example.org | claviger.ldap.url: must begin with ldaps:",
                "LDAP_URL | ldaps://ldap.example.org/dc=org | claviger.ldap.url: must be",
                "LDAP_URL | ldaps://x@ldap.example.org | claviger.ldap.url: must be",
                "LDAP_URL | https://ldap.example.org | claviger.ldap.url: must be",
                "LDAP_URL | ldaps:// | claviger.ldap.url: must be",
                "LDAP_URL | ldaps://a.example.org,ldap://localhost | claviger.ldap.url: must be ldaps: in all",
                "LDAP_START_TLS | true | claviger.ldap.start-tls: is for",
                "LDAP_PASSWORD | '' | claviger.ldap.password: is missing",
                "LDAP_PASSWORD | file:/nowhere | claviger.ldap.password: the file",
                "LDAP_USER | '' | claviger.ldap.user: is missing",
                "LDAP_USER_BASE | '' | claviger.ldap.user-base: is missing",
                "LDAP_USER_BASE | people | claviger.ldap.user-base: must be a DN",
                "LDAP_GROUP_BASE | '' | claviger.ldap.group-base: is missing",
                "LDAP_USER_FILTER | (uid={0}) | claviger.ldap.user-filter: must be",
                "LDAP_USER_FILTER | uid=x | claviger.ldap.user-filter: must be",
                "LDAP_GROUP_FILTER | (member=x) | claviger.ldap.group-filter: must be",
                "LDAP_GROUP_FILTER | (member={2}) | claviger.ldap.group-filter: must be",
                "LDAP_USERNAME_ATTRIBUTE | uid=x)(uid | claviger.ldap.username-attribute: must be",
                "LDAP_RECHECK | PT301S | claviger.ldap.recheck: must be",
                "IDENTITY_STORE_GROUPS | claviger-admin | claviger.identity-store.groups: gives none",
                "IDENTITY_STORE_GROUPS | x>claviger-other | claviger.identity-store.groups: gives none",
                "IDENTITY_STORE_GROUPS | x> | claviger.identity-store.groups: must be",
                "IDENTITY_STORE_GROUPS | x>y>z | claviger.identity-store.groups: must be",
            })
    void aDirectoryThatWouldNotBeSafeIsRefused(String name, String value, String message) {
        Map<String, String> environment = new HashMap<>(Map.of(
                "CLAVIGER_IDENTITY_STORE", "ldap",
                "CLAVIGER_IDENTITY_STORE_GROUPS", "user",
                "CLAVIGER_LDAP_URL", "ldaps://ldap.example.org",
                "CLAVIGER_LDAP_USER", "cn=reader",
                "CLAVIGER_LDAP_PASSWORD", "swordfish",
                "CLAVIGER_LDAP_USER_BASE", "ou=people",
                "CLAVIGER_LDAP_GROUP_BASE", "ou=groups"));
        assertThat(settings(environment).toString()).doesNotContain("swordfish");
        environment.put("CLAVIGER_" + name, value);

        assertThatThrownBy(() -> settings(environment)).hasMessageStartingWith(message);
    }

    @Test
    void theDataSourceIsReadOnItsOwn() {
        assertThat(DatabaseSettings.read(config(Map.of("CLAVIGER_DATABASE_URL", "jdbc:h2:mem:x")))
                        .url())
                .isEqualTo("jdbc:h2:mem:x");
    }

    @Test
    void whatIsSecretIsNeverLive() {
        assertThat(Arrays.stream(Setting.values()).filter(Setting::isSecret)).noneMatch(Setting::isLive);
    }

    @Test
    void theReadmesTableIsMadeFromTheSettings() throws IOException {
        Path file = Path.of("README.md");
        String readme = Files.readString(file);
        String begin = "<!-- begin of the settings, made from org.claviger.settings.Setting -->\n";
        String end = "<!-- end of the settings -->\n";
        String table = table();
        String expected =
                readme.replaceAll("(?s)(?<=" + begin + ").*(?=" + end + ")", "").replace(begin, begin + table);
        if (Boolean.getBoolean("readme.write")) { // ./mvnw test -Dtest=SettingTest -Dreadme.write=true
            Files.writeString(file, expected, StandardCharsets.UTF_8);
            return;
        }

        assertThat(readme).containsOnlyOnce(begin).containsOnlyOnce(end);
        assertThat(readme)
                .as("the table of settings in the README; -Dreadme.write=true writes it:\n" + table)
                .isEqualTo(expected);
    }

    private static String table() {
        StringBuilder table =
                new StringBuilder("| key | type | default | accepted | changed by | |\n|---|---|---|---|---|---|\n");
        for (Setting setting : Setting.values()) {
            String advised = setting.range()
                    .flatMap(Setting.Range::advised)
                    .map(range -> "; advised: " + range)
                    .orElse("");
            table.append("| `%s` | %s | %s | %s | %s | %s |%n"
                    .formatted(
                            setting.key(),
                            setting.type().word()
                                    + (setting.type().unit().isEmpty()
                                            ? ""
                                            : ", " + setting.type().unit()),
                            setting.byDefault().isEmpty()
                                    ? "–"
                                    : "`" + setting.byDefault().replace("|", "\\|") + "`",
                            setting.accepted() + advised,
                            switch (setting.kind()) {
                                case RESTART -> "restart";
                                case SECRET -> "restart; secret";
                                case LIVE -> "live";
                                case BY_CLASSIFICATION -> "live, also by classification";
                            },
                            setting.meaning().replace("|", "\\|")));
        }
        return table.toString();
    }

    @Test
    void aKeyThatIsNoSettingIsNotRead() {
        Settings settings = Settings.read(config(Map.of()));

        assertThat(settings.withAdministered(Map.of("claviger.unheard-of", "x")).values())
                .doesNotContainKey("claviger.unheard-of");
    }
}
