package org.claviger.settings;

import java.time.Duration;

/**
 * How long things live.
 *
 * @param accessToken an access token: 1 second to 60 minutes
 * @param refreshTokenIdle a token family that nobody refreshes: 1 second to 30 days
 * @param refreshTokenAbsolute a token family, however often it is refreshed: 1 second to 30 days
 * @param authorizationCode an authorization code: 1 second to 10 minutes (RFC 6749 section 4.1.2)
 * @param sessionIdle a sign-in session that nobody uses: 1 second to 30 days
 * @param sessionAbsolute a sign-in session, however often it is used: 1 second to 30 days
 */
public record Lifetimes(
        Duration accessToken,
        Duration refreshTokenIdle,
        Duration refreshTokenAbsolute,
        Duration authorizationCode,
        Duration sessionIdle,
        Duration sessionAbsolute) {
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration MONTH = Duration.ofDays(30);

    static Lifetimes read(SettingReader reader) {
        Lifetimes lifetimes = new Lifetimes(
                reader.duration("claviger.access-token-lifetime", "PT15M", SECOND, Duration.ofMinutes(60)),
                reader.duration("claviger.refresh-token-idle-lifetime", "P7D", SECOND, MONTH),
                reader.duration("claviger.refresh-token-absolute-lifetime", "P30D", SECOND, MONTH),
                reader.duration("claviger.authorization-code-lifetime", "PT60S", SECOND, Duration.ofMinutes(10)),
                reader.duration("claviger.session-idle-lifetime", "PT30M", SECOND, MONTH),
                reader.duration("claviger.session-absolute-lifetime", "PT10H", SECOND, MONTH));
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
