package org.claviger.calls;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The base URIs below which tokens are sent. What two parties could read differently is below none of them: dot segments, encoded
 * slashes, dots and semicolons, what is not UTF-8, user information (RFC 3986 sections 3.2.1, 6.2.2 and 7.3).
 */
final class Destinations {
    private static final Pattern LOOPBACK = Pattern.compile("localhost|127(\\.\\d{1,3}){3}|\\[::1]");

    /** Slash, backslash, dot, semicolon, percent and control characters in disguise, and a backslash as it is. */
    private static final Pattern AMBIGUOUS =
            Pattern.compile("%2f|%5c|%2e|%3b|%25|%[01][0-9a-f]|%7f|\\\\", Pattern.CASE_INSENSITIVE);

    private final List<Place> bases;

    /** Scheme, host, port and the raw path without a slash at its end. */
    private record Place(String scheme, String host, int port, String path) {
        boolean holds(Place other) {
            return scheme.equals(other.scheme)
                    && host.equals(other.host)
                    && port == other.port
                    && (other.path.equals(path) || other.path.startsWith(path + "/"));
        }
    }

    /** Refuses with {@link IllegalArgumentException} what tokens must not be sent to. */
    Destinations(List<URI> bases) {
        if (bases.isEmpty()) {
            throw new IllegalArgumentException("there is no base URI that tokens may be sent to");
        }
        List<Place> places = new ArrayList<>();
        for (URI base : bases) {
            Place place = place(base)
                    .filter(found -> isPrivate(found.scheme, found.host))
                    .filter(found -> base.getRawQuery() == null && base.getRawFragment() == null)
                    .orElseThrow(() -> new IllegalArgumentException("a base URI must be https, or http on a loopback"
                            + " address, and have no user, query, fragment, dot segment or encoded slash"));
            places.add(place);
        }
        this.bases = List.copyOf(places);
    }

    /** Whether a token may go there. */
    boolean include(URI uri) {
        return place(uri)
                .filter(place -> bases.stream().anyMatch(base -> base.holds(place)))
                .isPresent();
    }

    /** Whether nobody on the way can read what is sent there: by https, or on this machine. */
    static boolean isPrivate(URI uri) {
        return uri.getScheme() != null
                && uri.getHost() != null
                && uri.getRawUserInfo() == null
                && isPrivate(lower(uri.getScheme()), lower(uri.getHost()));
    }

    private static boolean isPrivate(String scheme, String host) {
        return scheme.equals("https")
                || (scheme.equals("http") && LOOPBACK.matcher(host).matches());
    }

    private static Optional<Place> place(URI uri) {
        // Without a host, but with an authority, are names that only some would look up.
        if (uri.getScheme() == null || uri.getHost() == null || uri.getRawUserInfo() != null) {
            return Optional.empty();
        }
        String scheme = lower(uri.getScheme());
        if (!scheme.equals("https") && !scheme.equals("http")) {
            return Optional.empty();
        }
        String path = uri.getRawPath() == null ? "" : uri.getRawPath();
        if (AMBIGUOUS.matcher(path).find() || hasDotSegment(path) || !isUtf8(path)) {
            return Optional.empty();
        }
        int port = uri.getPort() >= 0 ? uri.getPort() : scheme.equals("https") ? 443 : 80;
        return Optional.of(new Place(
                scheme, lower(uri.getHost()), port, path.endsWith("/") ? path.substring(0, path.length() - 1) : path));
    }

    /** Servers differ in whether {@code ..;x} is one. */
    private static boolean hasDotSegment(String path) {
        for (String segment : path.split("/", -1)) {
            int parameters = segment.indexOf(';');
            String name = parameters < 0 ? segment : segment.substring(0, parameters);
            if (name.equals(".") || name.equals("..")) {
                return true;
            }
        }
        return false;
    }

    /** Others are read differently, as overlong forms of a slash are. */
    private static boolean isUtf8(String path) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int at = 0; at < path.length(); at++) {
            if (path.charAt(at) == '%') {
                bytes.write(Integer.parseInt(path.substring(at + 1, at + 3), 16));
                at += 2;
            } else {
                bytes.writeBytes(String.valueOf(path.charAt(at)).getBytes(UTF_8));
            }
        }
        try {
            UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes.toByteArray()));
            return true;
        } catch (CharacterCodingException another) {
            return false;
        }
    }

    private static String lower(String text) {
        return text.toLowerCase(Locale.ROOT);
    }
}
