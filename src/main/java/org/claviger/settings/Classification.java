package org.claviger.settings;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * The rules for clients of one security classification.
 *
 * @param renewalThreshold after how many percent of its life an access token should be renewed
 * @param consentEachTime whether people are asked each time, whatever they have allowed before
 * @param reauthenticationAge how old a sign-in may be when such a client asks for an authorization
 * @param gatewayCache how long a gateway may remember that a token was good
 */
public record Classification(
        String name,
        Lifetimes lifetimes,
        int renewalThreshold,
        boolean consentEachTime,
        Duration reauthenticationAge,
        Duration gatewayCache) {
    /** That of a client that names none. */
    public static final String STANDARD = "standard";

    static final String SENSITIVE = "sensitive";
    static final String RESTRICTED = "restricted";

    /** What is stricter for some by default. Their gateways' cache is the most that can be set for them, too. */
    private static final Map<String, Map<Setting, String>> OWN_DEFAULTS = Map.of(
            SENSITIVE,
            Map.of(
                    Setting.REFRESH_TOKEN_IDLE_LIFETIME, "P7D",
                    Setting.REFRESH_TOKEN_ABSOLUTE_LIFETIME, "P14D",
                    Setting.SESSION_IDLE_LIFETIME, "PT15M",
                    Setting.SESSION_ABSOLUTE_LIFETIME, "PT8H",
                    Setting.REAUTHENTICATION_AGE, "PT1H",
                    Setting.GATEWAY_CACHE_LIFETIME, "PT30S"),
            RESTRICTED,
            Map.of(
                    Setting.REFRESH_TOKEN_IDLE_LIFETIME, "P7D",
                    Setting.REFRESH_TOKEN_ABSOLUTE_LIFETIME, "P7D",
                    Setting.SESSION_IDLE_LIFETIME, "PT10M",
                    Setting.SESSION_ABSOLUTE_LIFETIME, "PT1H",
                    Setting.CONSENT_EACH_TIME, "true",
                    Setting.REAUTHENTICATION_AGE, "PT15M",
                    Setting.GATEWAY_CACHE_LIFETIME, "PT0S"));

    /** What this classification has by default that others have not. */
    static Optional<String> ownDefault(String classification, Setting setting) {
        return Optional.ofNullable(
                OWN_DEFAULTS.getOrDefault(classification, Map.of()).get(setting));
    }

    /** Reads that of this name, or what holds for all where that is empty. */
    static Classification read(SettingReader reader, String name) {
        return new Classification(
                name,
                Lifetimes.read(reader, name),
                reader.number(Setting.RENEWAL_THRESHOLD, name, 1, 99),
                reader.flag(Setting.CONSENT_EACH_TIME, name),
                reader.duration(Setting.REAUTHENTICATION_AGE, name),
                reader.duration(Setting.GATEWAY_CACHE_LIFETIME, name));
    }

    /** Of each rule the stricter. */
    Classification stricter(Classification other) {
        return new Classification(
                name,
                lifetimes.shorter(other.lifetimes),
                Math.min(renewalThreshold, other.renewalThreshold),
                consentEachTime || other.consentEachTime,
                Lifetimes.shorter(reauthenticationAge, other.reauthenticationAge),
                Lifetimes.shorter(gatewayCache, other.gatewayCache));
    }
}
