package org.claviger.settings;

import java.time.Duration;

/**
 * How long things live that a client of one classification gets.
 *
 * @param accessToken an access token: 1 second to 60 minutes
 * @param refreshTokenIdle a token family that nobody refreshes: 1 second to 30 days
 * @param refreshTokenAbsolute a token family, however often it is refreshed: 1 second to 30 days
 * @param refreshTokenLeeway for how long a client that lost an answer may ask again with the same refresh token, where the client
 *     itself says nothing else: 0 to 60 seconds
 * @param authorizationCode an authorization code, the same for all: 1 second to 10 minutes (RFC 6749 section 4.1.2)
 * @param sessionIdle a sign-in session that nobody uses: 1 minute to 30 days
 * @param sessionAbsolute a sign-in session, however often it is used: 1 minute to 30 days
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
    public static final Duration LONGEST_LEEWAY = most(Setting.REFRESH_TOKEN_LEEWAY);

    /** The most that an access token may live, whatever is or was configured: as long as keys verify that sign no more. */
    public static final Duration LONGEST_ACCESS_TOKEN = most(Setting.ACCESS_TOKEN_LIFETIME);

    /** The most that a token family may live, whatever is or was configured. */
    public static final Duration LONGEST_FAMILY = most(Setting.REFRESH_TOKEN_ABSOLUTE_LIFETIME);

    /** The most that a sign-in session may live, whatever is or was configured. */
    public static final Duration LONGEST_SESSION = most(Setting.SESSION_ABSOLUTE_LIFETIME);

    private static Duration most(Setting setting) {
        return setting.range().orElseThrow().most();
    }

    /** Reads those of a classification, or what holds for all where that is empty. */
    static Lifetimes read(SettingReader reader, String classification) {
        Lifetimes lifetimes = new Lifetimes(
                reader.duration(Setting.ACCESS_TOKEN_LIFETIME, classification),
                reader.duration(Setting.REFRESH_TOKEN_IDLE_LIFETIME, classification),
                reader.duration(Setting.REFRESH_TOKEN_ABSOLUTE_LIFETIME, classification),
                reader.duration(Setting.REFRESH_TOKEN_LEEWAY, classification),
                reader.duration(Setting.AUTHORIZATION_CODE_LIFETIME),
                reader.duration(Setting.SESSION_IDLE_LIFETIME, classification),
                reader.duration(Setting.SESSION_ABSOLUTE_LIFETIME, classification));
        atMost(
                Setting.REFRESH_TOKEN_IDLE_LIFETIME.key(classification),
                lifetimes.refreshTokenIdle,
                Setting.REFRESH_TOKEN_ABSOLUTE_LIFETIME.key(classification),
                lifetimes.refreshTokenAbsolute);
        atMost(
                Setting.SESSION_IDLE_LIFETIME.key(classification),
                lifetimes.sessionIdle,
                Setting.SESSION_ABSOLUTE_LIFETIME.key(classification),
                lifetimes.sessionAbsolute);
        return lifetimes;
    }

    private static void atMost(String idleKey, Duration idle, String absoluteKey, Duration absolute) {
        if (idle.compareTo(absolute) > 0) {
            throw SettingsException.between(
                    idleKey, absoluteKey, idle + " is longer than " + absoluteKey + " " + absolute);
        }
    }

    /** Of each the shorter. */
    Lifetimes shorter(Lifetimes other) {
        return new Lifetimes(
                shorter(accessToken, other.accessToken),
                shorter(refreshTokenIdle, other.refreshTokenIdle),
                shorter(refreshTokenAbsolute, other.refreshTokenAbsolute),
                shorter(refreshTokenLeeway, other.refreshTokenLeeway),
                shorter(authorizationCode, other.authorizationCode),
                shorter(sessionIdle, other.sessionIdle),
                shorter(sessionAbsolute, other.sessionAbsolute));
    }

    static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) <= 0 ? one : other;
    }
}
