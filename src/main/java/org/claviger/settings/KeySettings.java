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
    private static final String ROTATION_PERIOD = "claviger.keys.rotation-period";
    private static final String VERIFIER_CACHE = "claviger.keys.verifier-cache";
    private static final String JWKS_MAX_AGE = "claviger.keys.jwks-max-age";
    private static final String ALGORITHM = "claviger.keys.algorithm";
    private static final String RSA_BITS = "claviger.keys.rsa-bits";

    /**
     * Until every node knows what one has written: each looks every second, one look may fail, the clock of either may differ from
     * the database's by a second, and one is to spare.
     */
    public static final Duration PROPAGATION = Duration.ofSeconds(5);

    static KeySettings read(SettingReader reader) {
        KeySettings settings = new KeySettings(
                reader.duration(ROTATION_PERIOD, "P30D", Duration.ofSeconds(1), Duration.ofDays(366)),
                reader.duration(VERIFIER_CACHE, "PT30M", Duration.ZERO, Duration.ofDays(7)),
                reader.duration(JWKS_MAX_AGE, "PT5M", Duration.ZERO, Duration.ofDays(1)),
                algorithm(reader.find(ALGORITHM).orElse(SigningAlgorithm.RS256.value())),
                rsaBits(reader.find(RSA_BITS).orElse("2048")));
        if (settings.rotationPeriod.compareTo(settings.announcement()) < 0) {
            throw new SettingsException(
                    ROTATION_PERIOD,
                    settings.rotationPeriod + " is shorter than the time for which a key is announced before it signs: "
                            + JWKS_MAX_AGE + " " + settings.jwksMaxAge + " + " + VERIFIER_CACHE + " "
                            + settings.verifierCache + " + " + PROPAGATION + " until all nodes know it = "
                            + settings.announcement());
        }
        return settings;
    }

    private static SigningAlgorithm algorithm(String name) {
        return SigningAlgorithm.find(name)
                .orElseThrow(() -> new SettingsException(
                        ALGORITHM,
                        "must be one of "
                                + Arrays.stream(SigningAlgorithm.values())
                                        .map(SigningAlgorithm::value)
                                        .collect(Collectors.joining(", "))));
    }

    private static int rsaBits(String bits) {
        return switch (bits) {
            case "2048", "3072", "4096" -> Integer.parseInt(bits);
            default -> throw new SettingsException(RSA_BITS, "must be 2048, 3072 or 4096");
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
