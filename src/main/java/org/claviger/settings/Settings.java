package org.claviger.settings;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.regex.Pattern;
import javax.crypto.SecretKey;
import org.claviger.settings.SettingValue.Written;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.ConfigValue;

/**
 * The settings of this installation, validated as a whole when they are read; {@link Setting} lists them. What administrators may
 * change is laid over them by {@link #withAdministered}: whoever needs that asks for the settings anew each time.
 *
 * @param role whether this is the issuer, or a resource server of one that is elsewhere
 * @param resourceServer how that hears from its issuer; empty for an issuer
 * @param audience what access tokens are for where their client names nothing else, and what the guard expects
 * @param roleClaims further claims that carry what {@code groups} carries, for verifiers that look elsewhere
 * @param metricsReaders the addresses that may read metrics without a token
 * @param clientSecretOverlap how long the secret of a client stays good after it was given another
 * @param auditRetention how long events stay in the audit
 * @param feed how a node hears of what others change
 * @param guard which applications of the server are guarded, and by what
 * @param consoleClassification names the rules for the administration console
 * @param wrappingKey wraps every key in the database; empty for a resource server, which has neither
 * @param furtherKeyEncryptionKeys open what they have wrapped, and wrap nothing
 * @param importFile the file of clients and users to import at the start, if any
 * @param administrator whom the settings name as administrator, if anybody
 * @param passwords what passwords of users in the database must be
 * @param identity where people are who are not in the database
 * @param dataDirectory where the server writes files
 * @param values every setting as it is in force, by its key
 * @param warnings what is accepted and not advised, a line each
 * @param configured what was written in MicroProfile Config at the start, by the key of a live setting
 */
public record Settings(
        Role role,
        Optional<ResourceServerSettings> resourceServer,
        Issuer issuer,
        String audience,
        List<String> roleClaims,
        Classifications classifications,
        Duration clientSecretOverlap,
        Duration auditRetention,
        KeySettings keys,
        DatabaseSettings database,
        BrandSettings brand,
        TrustedProxies trustedProxies,
        Networks metricsReaders,
        GatewayHeaders gatewayHeaders,
        FeedSettings feed,
        GuardSettings guard,
        String consoleClassification,
        Optional<SecretKey> wrappingKey,
        List<SecretKey> furtherKeyEncryptionKeys,
        Optional<String> importFile,
        Optional<AdministratorSettings> administrator,
        PasswordSettings passwords,
        IdentitySettings identity,
        Path dataDirectory,
        Map<String, SettingValue> values,
        List<String> warnings,
        Function<String, Optional<Written>> configured) {
    /** Where a value stands that an administrator has set. */
    public static final String ADMINISTERED = "administered";

    /**
     * The ordinal of environment variables (MicroProfile Config 3.1, section "ConfigSource Ordering"; system properties have 400):
     * what stands there or above wins over what administrators say.
     */
    private static final int PINNED_FROM = 300;

    /** Each of them makes every token longer. */
    private static final int MOST_ROLE_CLAIMS = 8;

    private static final Pattern CLAIM_NAME = Pattern.compile("[A-Za-z0-9_.:/-]{1,100}");

    /** The claims that mean something else already. */
    private static final Set<String> OWN_CLAIMS = new TreeSet<>(Set.of(
            "iss",
            "sub",
            "aud",
            "exp",
            "nbf",
            "iat",
            "jti",
            "client_id",
            "scope",
            "auth_time",
            "acr",
            "amr",
            "cnf",
            "upn",
            "preferred_username",
            "name",
            "email",
            "groups",
            "claviger_family"));

    /** Reads them; throws {@link SettingsException} naming the first key that is missing or unusable. */
    public static Settings read(Config config) {
        return readAll(source(config));
    }

    /** The same from any source: a test's map. */
    public static Settings read(Function<String, Optional<String>> source) {
        return readAll(written(source));
    }

    /** Whether the telemetry of the server is switched on: MicroProfile Telemetry 1.1 has it off unless {@code otel.sdk.disabled} is {@code false}. */
    public static boolean isTelemetryOn(Config config) {
        return config.getOptionalValue("otel.sdk.disabled", String.class)
                .filter(off -> off.strip().equalsIgnoreCase("false"))
                .isPresent();
    }

    static Function<String, Optional<Written>> written(Function<String, Optional<String>> source) {
        return key -> source.apply(key).map(text -> new Written(text, "configuration", false));
    }

    private static Settings readAll(Function<String, Optional<Written>> source) {
        Map<String, Optional<Written>> atStart = new ConcurrentHashMap<>();
        SettingReader reader = new SettingReader(key -> atStart.computeIfAbsent(key, source));
        Issuer issuer = new Issuer(reader.require(
                Setting.ISSUER, "the https URL of this service, such as https://id.example.org/api/v2/auth"));
        String audience = reader.text(Setting.AUDIENCE, issuer.value());
        if (audience.equals(issuer.adminAudience())) {
            throw new SettingsException(Setting.AUDIENCE, "must not be that of administration");
        }
        List<String> claims = roleClaims(reader);
        GuardSettings guard = GuardSettings.read(reader, audience, issuer.adminAudience());
        Role role = Role.read(reader);
        if (role == Role.ISSUER) { // what tokens carry is the issuer's to know
            warnOfRoleClaims(reader, claims, guard);
        }
        Settings read = new Settings(
                role,
                ResourceServerSettings.read(reader, role),
                issuer,
                audience,
                claims,
                Classifications.read(reader),
                reader.duration(Setting.CLIENT_SECRET_OVERLAP),
                reader.duration(Setting.AUDIT_RETENTION),
                KeySettings.read(reader),
                DatabaseSettings.read(reader),
                BrandSettings.read(reader),
                TrustedProxies.read(reader),
                Networks.read(reader, Setting.METRICS_ADDRESSES),
                GatewayHeaders.read(reader),
                FeedSettings.read(reader),
                guard,
                reader.text(Setting.CONSOLE_CLASSIFICATION),
                KeyEncryptionKeys.read(reader, role),
                KeyEncryptionKeys.readFurther(reader),
                reader.find(Setting.IMPORT),
                AdministratorSettings.read(reader),
                PasswordSettings.read(reader),
                IdentitySettings.read(reader),
                reader.path(Setting.DATA_DIRECTORY),
                reader.values(),
                warnings(reader, role),
                // Only the rules of a classification that is added later are not there yet: they are looked up once,
                // and kept.
                key -> atStart.computeIfAbsent(key, source));
        atStart.keySet().removeIf(key -> !reader.value(key).setting().isLive()); // no secret stays here
        return read;
    }

    /**
     * These, as they were configured, with what administrators say on top; what stands in the environment or the system properties
     * wins, and what stands there for all classifications bounds what they say of one. Only live settings are read anew, the others stay as they were at the start. Keys that no setting has are passed over:
     * nodes are updated one by one.
     *
     * @param administered values by their key
     * @throws SettingsException if they do not fit
     */
    public Settings withAdministered(Map<String, String> administered) {
        SettingReader reader = new SettingReader(configured, administered);
        List<String> claims = roleClaims(reader);
        warnOfRoleClaims(reader, claims, guard);
        Classifications classes = Classifications.read(reader);
        Duration overlap = reader.duration(Setting.CLIENT_SECRET_OVERLAP);
        Duration audited = reader.duration(Setting.AUDIT_RETENTION);
        BrandSettings look = brand.readLive(reader);
        PasswordSettings newPasswords = passwords.readLive(reader);
        Map<String, SettingValue> all = new LinkedHashMap<>(values);
        all.values().removeIf(value -> value.setting().isLive());
        all.putAll(reader.values());
        return new Settings(
                role,
                resourceServer,
                issuer,
                audience,
                claims,
                classes,
                overlap,
                audited,
                keys,
                database,
                look,
                trustedProxies,
                metricsReaders,
                gatewayHeaders,
                feed,
                guard,
                consoleClassification,
                wrappingKey,
                furtherKeyEncryptionKeys,
                importFile,
                administrator,
                newPasswords,
                identity,
                dataDirectory,
                all,
                reader.warnings(),
                configured);
    }

    /** Of an issuer: a resource server has none. */
    public SecretKey keyEncryptionKey() {
        return wrappingKey.orElseThrow(() -> new IllegalStateException("there is no key-encryption key in this role"));
    }

    private static List<String> warnings(SettingReader reader, Role role) {
        reader.find(Setting.KEY_ENCRYPTION_KEY_PASSWORD); // which only a keystore needs
        ResourceServerSettings.warnOfOthers(reader, role);
        return reader.warnings();
    }

    /** Every setting as it is in force, by its key: first those for all in the order of {@link Setting}, then each classification's. */
    @Override
    public Map<String, SettingValue> values() {
        Map<String, SettingValue> sorted = new LinkedHashMap<>();
        for (Setting setting : Setting.values()) {
            sorted.put(setting.key(), Objects.requireNonNull(values.get(setting.key()), setting.key()));
        }
        sorted.putAll(values);
        return Collections.unmodifiableMap(sorted);
    }

    /** The rules for clients of this classification; the strictest of all if there is none of that name. */
    public Classification classification(String name) {
        return classifications.of(name);
    }

    private static List<String> roleClaims(SettingReader reader) {
        List<String> names = reader.list(Setting.ROLE_CLAIMS);
        if (names.stream().anyMatch(name -> !CLAIM_NAME.matcher(name).matches() || OWN_CLAIMS.contains(name))) {
            throw new SettingsException(
                    Setting.ROLE_CLAIMS, "must be names of claims separated by commas, none of " + OWN_CLAIMS);
        }
        if (names.size() > MOST_ROLE_CLAIMS) {
            throw new SettingsException(Setting.ROLE_CLAIMS, "must be at most " + MOST_ROLE_CLAIMS + " names");
        }
        return names;
    }

    /** Tokens carry roles in {@code groups} and in these; in any other claim the guard finds none. */
    private static void warnOfRoleClaims(SettingReader reader, List<String> names, GuardSettings guard) {
        guard.roleClaims()
                .filter(read -> !OWN_CLAIMS.contains(read) && !names.contains(read))
                .forEach(read -> reader.warn(Setting.ROLE_CLAIMS.key() + ": does not name " + read + ", by which "
                        + Setting.GUARD_ROLE_CLAIM.key() + " finds roles: there are none in new tokens"));
    }

    static SettingReader reader(Config config) {
        return new SettingReader(source(config));
    }

    private static Function<String, Optional<Written>> source(Config config) {
        return key -> config.getOptionalValue(key, String.class).map(text -> {
            ConfigValue place = config.getConfigValue(key);
            return new Written(
                    text,
                    Objects.requireNonNullElse(place.getSourceName(), "configuration"),
                    place.getSourceOrdinal() >= PINNED_FROM);
        });
    }

    /** The clock of the whole service. */
    public static Clock clock() {
        return Clock.systemUTC();
    }

    /** The random source of the whole service. */
    public static SecureRandom random() {
        return new SecureRandom();
    }
}
