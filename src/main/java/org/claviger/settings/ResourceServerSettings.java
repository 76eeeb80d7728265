package org.claviger.settings;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/**
 * How a resource server hears from its issuer what has ended.
 *
 * @param clientId as which it is registered there
 * @param clientSecret never shown
 * @param feed whether it follows what ends, or asks for each token
 * @param introspectionCache for how long it goes by one answer, where it asks: up to 5 minutes
 */
public record ResourceServerSettings(String clientId, String clientSecret, boolean feed, Duration introspectionCache) {
    /** The key that a message about refused credentials names. */
    public static final String CLIENT_ID_KEY = Setting.RESOURCE_SERVER_CLIENT_ID.key();

    private static final String FILE = "file:";
    private static final Set<Setting> OWN = EnumSet.of(
            Setting.RESOURCE_SERVER_CLIENT_ID,
            Setting.RESOURCE_SERVER_CLIENT_SECRET,
            Setting.RESOURCE_SERVER_REVOCATIONS,
            Setting.RESOURCE_SERVER_INTROSPECTION_CACHE);

    /** What a resource server reads beside its own. */
    private static final Set<Setting> SHARED = EnumSet.of(
            Setting.ROLE,
            Setting.ISSUER,
            Setting.AUDIENCE,
            Setting.GUARD_EXCLUDE,
            Setting.GUARD_INCLUDE,
            Setting.GUARD_AUDIENCE,
            Setting.GUARD_REQUIRED_SCOPE,
            Setting.GUARD_ROLE_CLAIM,
            Setting.GUARD_ROLE_MAPPING,
            Setting.REVOCATION_MAX_STALENESS,
            Setting.TRUSTED_PROXIES,
            Setting.FORWARDED_HEADERS,
            Setting.METRICS_ADDRESSES);

    /** Empty for an issuer. */
    static Optional<ResourceServerSettings> read(SettingReader reader, Role role) {
        Duration cache = reader.duration(Setting.RESOURCE_SERVER_INTROSPECTION_CACHE);
        boolean feed =
                switch (reader.text(Setting.RESOURCE_SERVER_REVOCATIONS)) {
                    case "feed" -> true;
                    case "introspection" -> false;
                    default ->
                        throw new SettingsException(
                                Setting.RESOURCE_SERVER_REVOCATIONS, "must be feed or introspection");
                };
        if (role == Role.ISSUER) {
            reader.find(Setting.RESOURCE_SERVER_CLIENT_ID);
            reader.find(Setting.RESOURCE_SERVER_CLIENT_SECRET);
            return Optional.empty();
        }
        return Optional.of(new ResourceServerSettings(
                reader.require(
                        Setting.RESOURCE_SERVER_CLIENT_ID,
                        "the client_id as which this resource server is registered at its issuer"),
                secret(reader),
                feed,
                cache));
    }

    private static String secret(SettingReader reader) {
        String text =
                reader.require(Setting.RESOURCE_SERVER_CLIENT_SECRET, "its secret, or file: and the path of a file");
        if (!text.startsWith(FILE)) {
            return text;
        }
        String path = text.substring(FILE.length());
        try {
            String secret = Files.readString(Path.of(path)).strip();
            if (secret.isEmpty()) {
                throw new SettingsException(Setting.RESOURCE_SERVER_CLIENT_SECRET, "the file " + path + " is empty");
            }
            return secret;
        } catch (IOException | InvalidPathException unreadable) {
            throw new SettingsException(Setting.RESOURCE_SERVER_CLIENT_SECRET, "the file " + path + " cannot be read");
        }
    }

    /** Names what is set and means nothing in this role, when all that can be set has been read. */
    static void warnOfOthers(SettingReader reader, Role role) {
        reader.values().values().stream()
                .filter(value -> reader.isConfigured(value))
                .filter(value -> role == Role.ISSUER
                        ? OWN.contains(value.setting())
                        : !OWN.contains(value.setting()) && !SHARED.contains(value.setting()))
                .forEach(value -> reader.warn(value.setting().key() + ": has no effect where " + Setting.ROLE.key()
                        + " is " + reader.text(Setting.ROLE)));
    }

    @Override
    public String toString() {
        return "ResourceServerSettings[clientId=" + clientId + ", feed=" + feed + "]";
    }
}
