package org.claviger.settings;

import java.time.Duration;

/**
 * How long things live.
 *
 * @param accessToken an access token: 1 second to 60 minutes
 * @param refreshTokenIdle a token family that nobody refreshes: 1 second to 30 days
 * @param refreshTokenAbsolute a token family, however often it is refreshed: 1 second to 30 days
 * @param refreshTokenLeeway for how long a client that lost an answer may ask again with the same refresh token, where the client
 *     itself says nothing else: 0 to 60 seconds
 * @param authorizationCode an authorization code: 1 second to 10 minutes (RFC 6749 section 4.1.2)
 * @param sessionIdle a sign-in session that nobody uses: 1 second to 30 days
 * @param sessionAbsolute a sign-in session, however often it is used: 1 second to 30 days
 */
public record Lifetimes(
        Duration accessToken,
        Duration refreshTokenIdle,
        Duration refreshTokenAbsolute,
        Duration refreshTokenLeeway,
        Duration authorizationCode,
        Duration sessionIdle,
        Duration sessionAbsolute) {
    /** The longest leeway: more would leave a stolen refresh token unnoticed for long. */
    public static final Duration LONGEST_LEEWAY = Duration.ofSeconds(60);

    /** The most that an access token may live, whatever is or was configured: as long as keys verify that sign no more. */
    public static final Duration LONGEST_ACCESS_TOKEN = Duration.ofMinutes(60);

    /** The most that a token family may live, whatever is or was configured. */
    public static final Duration LONGEST_FAMILY = Duration.ofDays(30);

    /** The most that a sign-in session may live, whatever is or was configured. */
    public static final Duration LONGEST_SESSION = Duration.ofDays(30);

    private static final Duration SECOND = Duration.ofSeconds(1);

    static Lifetimes read(SettingReader reader) {
        Lifetimes lifetimes = new Lifetimes(
                reader.duration("claviger.access-token-lifetime", "PT15M", SECOND, LONGEST_ACCESS_TOKEN),
                reader.duration("claviger.refresh-token-idle-lifetime", "P7D", SECOND, LONGEST_FAMILY),
                reader.duration("claviger.refresh-token-absolute-lifetime", "P30D", SECOND, LONGEST_FAMILY),
                reader.duration("claviger.refresh-token-leeway", "PT0S", Duration.ZERO, LONGEST_LEEWAY),
                reader.duration("claviger.authorization-code-lifetime", "PT60S", SECOND, Duration.ofMinutes(10)),
                reader.duration("claviger.session-idle-lifetime", "PT30M", SECOND, LONGEST_SESSION),
                reader.duration("claviger.session-absolute-lifetime", "PT10H", SECOND, LONGEST_SESSION));
        atMost(
                "claviger.refresh-token-idle-lifetime",
                lifetimes.refreshTokenIdle,
                "claviger.refresh-token-absolute-lifetime",
                lifetimes.refreshTokenAbsolute);
        atMost(
                "claviger.session-idle-lifetime",
                lifetimes.sessionIdle,
                "claviger.session-absolute-lifetime",
                lifetimes.sessionAbsolute);
        return lifetimes;
    }

    private static void atMost(String idleKey, Duration idle, String absoluteKey, Duration absolute) {
        if (idle.compareTo(absolute) > 0) {
            throw new SettingsException(idleKey, idle + " is longer than " + absoluteKey + " " + absolute);
        }
    }
}
