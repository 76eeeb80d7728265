package org.claviger.settings;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Pattern;
import javax.crypto.SecretKey;
import org.eclipse.microprofile.config.Config;

/**
 * The settings of this installation, validated as a whole when they are read; see the README for the table of keys.
 *
 * @param audience what access tokens are for where their client names nothing else, and what the guard expects
 * @param roleClaims further claims that carry what {@code groups} carries, for verifiers that look elsewhere
 * @param feed how a node hears of what others change
 * @param guard which applications of the server are guarded, and by what
 * @param keyEncryptionKey wraps every key in the database
 * @param furtherKeyEncryptionKeys open what they have wrapped, and wrap nothing
 * @param importFile the file of clients and users to import at the start, if any
 * @param administrator whom the settings name as administrator, if anybody
 * @param dataDirectory where the server writes files
 * @param origins where each setting stands, by its key, as the server names it; a default stands nowhere
 */
public record Settings(
        Issuer issuer,
        String audience,
        List<String> roleClaims,
        Lifetimes lifetimes,
        KeySettings keys,
        DatabaseSettings database,
        BrandSettings brand,
        TrustedProxies trustedProxies,
        FeedSettings feed,
        GuardSettings guard,
        SecretKey keyEncryptionKey,
        List<SecretKey> furtherKeyEncryptionKeys,
        Optional<String> importFile,
        Optional<AdministratorSettings> administrator,
        Path dataDirectory,
        Map<String, String> origins) {
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
        return read(reader(config));
    }

    /** The same from any source: a test's map. */
    public static Settings read(Function<String, Optional<String>> source) {
        return read(new SettingReader(source));
    }

    private static Settings read(SettingReader reader) {
        Issuer issuer = new Issuer(reader.require(
                "claviger.issuer", "the https URL of this service, such as https://id.example.org/api/v2/auth"));
        String audience = reader.find("claviger.audience").orElse(issuer.value());
        if (audience.equals(issuer.adminAudience())) {
            throw new SettingsException("claviger.audience", "must not be that of administration");
        }
        return new Settings(
                issuer,
                audience,
                roleClaims(reader),
                Lifetimes.read(reader),
                KeySettings.read(reader),
                DatabaseSettings.read(reader),
                BrandSettings.read(reader),
                TrustedProxies.read(reader),
                FeedSettings.read(reader),
                GuardSettings.read(reader, audience, issuer.adminAudience()),
                KeyEncryptionKeys.read(reader),
                KeyEncryptionKeys.readFurther(reader),
                reader.find("claviger.import"),
                AdministratorSettings.read(reader),
                reader.path("claviger.data-directory", "./data"),
                reader.origins());
    }

    private static List<String> roleClaims(SettingReader reader) {
        String key = "claviger.role-claims";
        List<String> names = Arrays.stream(reader.find(key).orElse("roles").split(",", -1))
                .map(String::strip)
                .toList();
        if (names.stream().anyMatch(name -> !CLAIM_NAME.matcher(name).matches() || OWN_CLAIMS.contains(name))) {
            throw new SettingsException(key, "must be names of claims separated by commas, none of " + OWN_CLAIMS);
        }
        return names;
    }

    static SettingReader reader(Config config) {
        return new SettingReader(
                key -> config.getOptionalValue(key, String.class),
                key -> Objects.requireNonNullElse(config.getConfigValue(key).getSourceName(), "configuration"));
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
