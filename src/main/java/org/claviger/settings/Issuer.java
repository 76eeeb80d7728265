package org.claviger.settings;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * The issuer identifier (RFC 8414 section 2): "a URL that uses the 'https' scheme and has no query or fragment
 * components"; {@code http} is accepted on a loopback address only. It is configured, never taken from a request.
 *
 * @param value without a slash at the end
 */
public record Issuer(String value) {
    private static final String KEY = "claviger.issuer";

    /** What may go into headers, cookies and content security policies as it is. */
    private static final Pattern CHARACTERS = Pattern.compile("[a-z]+://[A-Za-z0-9.:\\[\\]-]+(/[A-Za-z0-9._~-]+)*/?");

    private static final Pattern LOOPBACK = Pattern.compile("localhost|127(\\.\\d{1,3}){3}|\\[::1]");

    /** Refuses with {@link SettingsException} what is not an issuer identifier. */
    public Issuer {
        URI uri;
        try {
            uri = new URI(value);
        } catch (URISyntaxException malformed) {
            throw new SettingsException(KEY, "must be a URL, not '" + value + "'");
        }
        String scheme = uri.getScheme() == null ? "" : uri.getScheme();
        boolean secure = scheme.equals("https");
        if (uri.getHost() == null || (!secure && !scheme.equals("http"))) {
            throw new SettingsException(KEY, "must be an https URL with a host, not '" + value + "'");
        }
        if (!secure && !LOOPBACK.matcher(uri.getHost().toLowerCase(Locale.ROOT)).matches()) {
            throw new SettingsException(KEY, "may use http on a loopback address only; use https for " + uri.getHost());
        }
        if (uri.getRawQuery() != null || uri.getRawFragment() != null || uri.getRawUserInfo() != null) {
            throw new SettingsException(KEY, "must have no query, fragment or user information");
        }
        if (!CHARACTERS.matcher(value).matches()) {
            throw new SettingsException(KEY, "must have only letters, digits and -._~/ after its host, in ASCII");
        }
        if (value.endsWith("/")) {
            throw new SettingsException(KEY, "must not end with a slash");
        }
    }

    /** The address of something below the issuer; {@code path} begins with a slash. */
    public String at(String path) {
        return value + path;
    }

    /** Whether a {@code Host} header (RFC 9110 section 7.2) names its host and port. */
    public boolean isHost(String host) {
        String standardPort = isSecure() ? ":443" : ":80";
        String name = host.endsWith(standardPort) ? host.substring(0, host.length() - standardPort.length()) : host;
        return origin().equals(URI.create(value).getScheme() + "://" + name.toLowerCase(Locale.ROOT));
    }

    /** The path of it, {@code /} for none: what its cookies are limited to. */
    public String path() {
        String path = URI.create(value).getRawPath();
        return path.isEmpty() ? "/" : path;
    }

    /** Whether browsers reach it by https, so that its cookies can be {@code Secure}. */
    public boolean isSecure() {
        return value.startsWith("https:");
    }

    /** Scheme, host and port, as browsers write them in {@code Origin} (RFC 6454 section 6.2). */
    public String origin() {
        URI uri = URI.create(value);
        boolean standardPort = uri.getPort() < 0 || uri.getPort() == (isSecure() ? 443 : 80);
        return uri.getScheme()
                + "://"
                + uri.getHost().toLowerCase(Locale.ROOT)
                + (standardPort ? "" : ":" + uri.getPort());
    }

    /** The one audience of tokens that open administration. */
    public String adminAudience() {
        return at("/admin");
    }

    @Override
    public String toString() {
        return value;
    }
}
