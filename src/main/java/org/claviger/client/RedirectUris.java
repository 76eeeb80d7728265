package org.claviger.client;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Which redirect URIs a client may register, and which of a request are the same (RFC 9700 section 2.1, RFC 8252 section 7). */
final class RedirectUris {
    /** What {@link #isAcceptable} asks for, in words. */
    static final String EXPECTED =
            "must be https, http on localhost, 127.0.0.1 or [::1], or a private-use scheme with a dot;"
                    + " without fragment, wildcard, user information or spaces";

    private static final Set<String> LOOPBACK_HOSTS = Set.of("localhost", "127.0.0.1", "[::1]");

    /** What the row of a token family holds. */
    private static final int MAX_LENGTH = 2_000;

    private static final Pattern PRINTABLE = Pattern.compile("[\\x21-\\x7E]+");

    private static final Pattern LOOPBACK =
            Pattern.compile("(?<host>http://(?:127\\.0\\.0\\.1|\\[::1]))(?::(?<port>[0-9]*))?(?<rest>(?:[/?].*)?)");

    private static final Pattern PORT = Pattern.compile("[1-9][0-9]{0,4}");

    private RedirectUris() {}

    /** https with a host, http on loopback, or a private-use scheme with a dot; no fragment, user information or wildcard. */
    static boolean isAcceptable(String value) {
        if (!PRINTABLE.matcher(value).matches() || value.length() > MAX_LENGTH) {
            return false;
        }
        URI uri;
        try {
            uri = new URI(value);
        } catch (URISyntaxException malformed) {
            return false;
        }
        String authority = Objects.requireNonNullElse(uri.getRawAuthority(), "");
        if (uri.getScheme() == null || uri.getRawFragment() != null || authority.contains("@") || value.contains("*")) {
            return false;
        }
        String host = uri.getHost();
        return switch (uri.getScheme()) {
            case "https" -> host != null && uri.getPort() <= 65_535;
            case "http" -> host != null && LOOPBACK_HOSTS.contains(host) && uri.getPort() <= 65_535;
            // RFC 8252 section 7.1: a private-use scheme is a domain name turned round, so it has a dot; javascript and
            // data have none.
            default -> uri.getScheme().contains(".");
        };
    }

    /**
     * Whether the URI of a request is the registered one. RFC 8252 section 7.3: "The authorization server MUST allow any port to
     * be specified at the time of the request for loopback IP redirect URIs". Everything else is compared character by character;
     * {@code localhost} too, for it is a name, which may lead to another interface than loopback (section 8.3).
     */
    static boolean isSame(String registered, String requested) {
        return registered.equals(requested) || isOnAnotherPort(registered, requested);
    }

    private static boolean isOnAnotherPort(String registered, String requested) {
        Matcher one = LOOPBACK.matcher(registered);
        Matcher other = LOOPBACK.matcher(requested);
        return requested.length() <= MAX_LENGTH
                && one.matches()
                && other.matches()
                && one.group("host").equals(other.group("host"))
                && one.group("rest").equals(other.group("rest"))
                && isPort(other.group("port"));
    }

    private static boolean isPort(@Nullable String port) {
        return port == null || (PORT.matcher(port).matches() && Integer.parseInt(port) <= 65_535);
    }
}
