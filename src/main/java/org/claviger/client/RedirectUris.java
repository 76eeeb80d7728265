package org.claviger.client;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/** Which redirect URIs a client may register (RFC 9700 section 2.1, RFC 8252 section 7). */
final class RedirectUris {
    private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");

    // RFC 3986 section 2: a URI is ASCII, and it goes into a header.
    private static final Pattern PRINTABLE = Pattern.compile("[\\x21-\\x7E]+");

    private RedirectUris() {}

    /** https with a host, http on loopback, or a private-use scheme with a dot; no fragment, user information or wildcard. */
    static boolean isAcceptable(String value) {
        if (!PRINTABLE.matcher(value).matches()) {
            return false;
        }
        URI uri;
        try {
            uri = new URI(value);
        } catch (URISyntaxException malformed) {
            return false;
        }
        if (uri.getScheme() == null
                || uri.getRawFragment() != null
                || uri.getRawUserInfo() != null
                || value.contains("*")
                || value.length() > 2000) {
            return false;
        }
        String host = uri.getHost();
        return switch (uri.getScheme().toLowerCase(Locale.ROOT)) {
            case "https" -> host != null;
            case "http" -> host != null && LOOPBACK.contains(host.toLowerCase(Locale.ROOT));
            // RFC 8252 section 7.1: a private-use scheme is a domain name turned round, so it has a dot; javascript has
            // none.
            default -> uri.getScheme().contains(".");
        };
    }
}
