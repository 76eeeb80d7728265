package org.claviger.settings;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The proxies in front of this service, and what they write: only such headers are believed, and only from these addresses; none
 * by default. What a proxy does not write it passes on as a caller sent it, so of the other headers nothing is true.
 */
public final class TrustedProxies {
    /** RFC 7239. */
    public static final String FORWARDED = "Forwarded";

    public static final String X_FORWARDED_FOR = "X-Forwarded-For";
    public static final String X_FORWARDED_HOST = "X-Forwarded-Host";

    private static final List<String> HEADERS = List.of(FORWARDED, X_FORWARDED_FOR, X_FORWARDED_HOST);

    /** What says who the caller is must be one thing. */
    private static final Set<Set<String>> USEFUL =
            Set.of(Set.of(FORWARDED), Set.of(X_FORWARDED_FOR), Set.of(X_FORWARDED_FOR, X_FORWARDED_HOST));

    private final Networks networks;
    private final Set<String> headers;

    private TrustedProxies(Networks networks, Set<String> headers) {
        this.networks = networks;
        this.headers = headers;
    }

    /** Reads addresses and networks such as {@code 10.0.0.0/8} or {@code ::1}, separated by commas, and names of headers. */
    static TrustedProxies read(SettingReader reader) {
        Networks networks = Networks.read(reader, Setting.TRUSTED_PROXIES);
        Set<String> headers = reader.list(Setting.FORWARDED_HEADERS).stream()
                .map(TrustedProxies::header)
                .collect(Collectors.toUnmodifiableSet());
        if (!USEFUL.contains(headers)) {
            throw new SettingsException(
                    Setting.FORWARDED_HEADERS,
                    "must be Forwarded, or X-Forwarded-For with or without X-Forwarded-Host");
        }
        return new TrustedProxies(networks, headers);
    }

    private static String header(String name) {
        return HEADERS.stream().filter(name::equalsIgnoreCase).findFirst().orElse(name);
    }

    /** Whether this header is one that the proxies write; others are a caller's own. */
    public boolean write(String header) {
        return headers.contains(header);
    }

    public boolean contains(String literal) {
        return networks.contains(literal);
    }
}
