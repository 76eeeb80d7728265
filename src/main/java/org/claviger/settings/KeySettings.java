package org.claviger.settings;

import java.time.Duration;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.claviger.jose.KeyType;
import org.claviger.jose.SigningAlgorithm;

/**
 * How signing keys are made and when they change.
 *
 * @param rotationPeriod how long a key signs: from {@link #announcement} to 366 days
 * @param verifierCache how long verifiers keep the JWK set whatever its {@code max-age} says: up to 7 days
 * @param jwksMaxAge the {@code max-age} of the JWK set: up to 1 day
 * @param algorithm of new keys, where a client asks for no other
 * @param rsaBits the size of new RSA keys
 */
public record KeySettings(
        Duration rotationPeriod, Duration verifierCache, Duration jwksMaxAge, SigningAlgorithm algorithm, int rsaBits) {
    /**
     * Until every node knows what one has written: each looks every second, one look may fail, the clock of either may differ from
     * the database's by a second, and one is to spare.
     */
    public static final Duration PROPAGATION = Duration.ofSeconds(5);

    static KeySettings read(SettingReader reader) {
        KeySettings settings = new KeySettings(
                reader.duration(Setting.KEYS_ROTATION_PERIOD),
                reader.duration(Setting.KEYS_VERIFIER_CACHE),
                reader.duration(Setting.KEYS_JWKS_MAX_AGE),
                algorithm(reader.text(Setting.KEYS_ALGORITHM)),
                rsaBits(reader.text(Setting.KEYS_RSA_BITS)));
        if (settings.rotationPeriod.compareTo(settings.announcement()) < 0) {
            throw new SettingsException(
                    Setting.KEYS_ROTATION_PERIOD,
                    settings.rotationPeriod + " is shorter than the time for which a key is announced before it signs: "
                            + Setting.KEYS_JWKS_MAX_AGE.key() + " " + settings.jwksMaxAge + " + "
                            + Setting.KEYS_VERIFIER_CACHE.key() + " "
                            + settings.verifierCache + " + " + PROPAGATION + " until all nodes know it = "
                            + settings.announcement());
        }
        return settings;
    }

    private static SigningAlgorithm algorithm(String name) {
        return SigningAlgorithm.find(name)
                .orElseThrow(() -> new SettingsException(
                        Setting.KEYS_ALGORITHM,
                        "must be one of "
                                + Arrays.stream(SigningAlgorithm.values())
                                        .map(SigningAlgorithm::value)
                                        .collect(Collectors.joining(", "))));
    }

    private static int rsaBits(String bits) {
        return switch (bits) {
            case "2048", "3072", "4096" -> Integer.parseInt(bits);
            default -> throw new SettingsException(Setting.KEYS_RSA_BITS, "must be 2048, 3072 or 4096");
        };
    }

    /** How long a key is published before it signs, so that no verifier meets a key that it cannot know. */
    public Duration announcement() {
        return jwksMaxAge.plus(verifierCache).plus(PROPAGATION);
    }

    /** The type of new keys. */
    public KeyType type() {
        return type(algorithm);
    }

    /** The type of new keys of that algorithm. */
    public KeyType type(SigningAlgorithm wanted) {
        return KeyType.of(wanted, rsaBits);
    }
}
