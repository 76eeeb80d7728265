package org.claviger.browser;

import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.claviger.http.Requests;
import org.claviger.settings.Issuer;

/** From where a browser was made to send a request (Fetch Metadata Request Headers; the Fetch standard, section 3.2). */
public final class Origins {
    private static final Set<String> SAFE = Set.of("GET", "HEAD", "OPTIONS", "TRACE");

    private Origins() {}

    /** Whether it changes nothing (RFC 9110 section 9.2.1), nor opens a channel by which something could be changed. */
    public static boolean isSafe(HttpServletRequest request) {
        return SAFE.contains(request.getMethod()) && request.getHeader("Upgrade") == null;
    }

    /**
     * Whether it is from a page of the issuer's own origin, or typed by the person, as far as the browser says: by {@code Sec-Fetch-Site},
     * or an older one by {@code Origin}. One that says nothing of both is not.
     */
    public static boolean isOwn(HttpServletRequest request, Issuer issuer) {
        List<String> sites = Requests.headers(request, "Sec-Fetch-Site");
        List<String> origins = Requests.headers(request, "Origin");
        if (!sites.isEmpty()) {
            return sites.stream().allMatch(site -> site.equals("same-origin") || site.equals("none"));
        }
        return !origins.isEmpty() && origins.stream().allMatch(issuer.origin()::equals);
    }

    /** Whether the browser says that it is from another origin. Pages that tell nobody where they were send {@code null} as theirs. */
    public static boolean isForeign(HttpServletRequest request, Issuer issuer) {
        return !isOwn(request, issuer)
                && (!Requests.headers(request, "Sec-Fetch-Site").isEmpty()
                        || Requests.headers(request, "Origin").stream().anyMatch(origin -> !origin.equals("null")));
    }

    /** Whether the browser says nothing of where the request is from. */
    static boolean isUnknown(HttpServletRequest request) {
        return Requests.headers(request, "Sec-Fetch-Site").isEmpty()
                && Requests.headers(request, "Origin").isEmpty();
    }

    /** Whether a person goes somewhere, and can be sent elsewhere on the way. */
    static boolean isNavigation(HttpServletRequest request) {
        if ((!request.getMethod().equals("GET") && !request.getMethod().equals("HEAD")) || isAhead(request)) {
            return false;
        }
        List<String> modes = Requests.headers(request, "Sec-Fetch-Mode");
        return modes.isEmpty()
                ? Requests.headers(request, "Accept").stream().anyMatch(accept -> accept.contains("text/html"))
                : modes.stream().allMatch("navigate"::equals);
    }

    /** Whether a browser fetches what a person may want next (the Fetch standard; before that, {@code Purpose}): nobody has gone there yet. */
    public static boolean isAhead(HttpServletRequest request) {
        return Stream.of("Sec-Purpose", "Purpose")
                .flatMap(name -> Requests.headers(request, name).stream())
                .anyMatch(purpose -> purpose.contains("prefetch"));
    }

    /** The path and query that it asks for. */
    public static String target(HttpServletRequest request) {
        String query = request.getQueryString();
        return request.getRequestURI() + (query == null ? "" : "?" + query);
    }
}
