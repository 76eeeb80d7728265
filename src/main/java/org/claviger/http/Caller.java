package org.claviger.http;

import jakarta.servlet.http.HttpServletRequest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.claviger.settings.Networks;
import org.claviger.settings.TrustedProxies;

/**
 * Where a request came from and to which host, as far as it can be believed: headers of proxies count only when a trusted
 * proxy passed the request on, and only those that it writes itself (RFC 7239 section 8.1).
 *
 * @param address of the caller: the last one before our own proxies
 * @param host that the caller named, with its port if any
 */
public record Caller(String address, String host) {
    // RFC 7239 section 4: for="[2001:db8::17]:4711"
    private static final Pattern FORWARDED_FOR = Pattern.compile("(?i)(?:^|;)\\s*for=\"?(\\[[^\\]]*]|[^:;\"]*)");
    private static final Pattern FORWARDED_HOST = Pattern.compile("(?i)(?:^|;)\\s*host=\"?([^;\"]*)");

    public static Caller of(HttpServletRequest request, TrustedProxies trusted) {
        String peer = request.getRemoteAddr();
        String host = Optional.ofNullable(request.getHeader("Host")).orElse("");
        if (!trusted.contains(peer)) {
            return new Caller(peer, host);
        }
        return trusted.write(TrustedProxies.FORWARDED)
                ? byForwarded(request, peer, host, trusted)
                : byNamesWithX(request, peer, host, trusted);
    }

    /** RFC 7239: address and host from the same element, for those to the left of it are what the caller may have made up. */
    private static Caller byForwarded(HttpServletRequest request, String peer, String host, TrustedProxies trusted) {
        List<String> elements = elements(request, TrustedProxies.FORWARDED);
        List<String> addresses =
                elements.stream().map(element -> first(FORWARDED_FOR, element)).toList();
        int believed = believed(addresses, peer, trusted);
        if (believed == addresses.size()) {
            return new Caller(peer, host);
        }
        String named = first(FORWARDED_HOST, elements.get(believed));
        return new Caller(addresses.get(believed), named.isEmpty() ? host : named);
    }

    private static Caller byNamesWithX(HttpServletRequest request, String peer, String host, TrustedProxies trusted) {
        List<String> addresses = elements(request, TrustedProxies.X_FORWARDED_FOR);
        int believed = believed(addresses, peer, trusted);
        List<String> hosts = trusted.write(TrustedProxies.X_FORWARDED_HOST)
                ? elements(request, TrustedProxies.X_FORWARDED_HOST)
                : List.of();
        String named = hosts.isEmpty() ? "" : hosts.get(hosts.size() - 1);
        return new Caller(
                believed == addresses.size() ? peer : addresses.get(believed), named.isEmpty() ? host : named);
    }

    private static List<String> elements(HttpServletRequest request, String header) {
        List<String> elements = new ArrayList<>();
        Requests.headers(request, header)
                .forEach(value ->
                        Arrays.stream(value.split(",", -1)).map(String::strip).forEach(elements::add));
        return elements;
    }

    private static String first(Pattern pattern, String element) {
        Matcher matcher = pattern.matcher(element);
        return matcher.find() ? matcher.group(1).replace("[", "").replace("]", "") : "";
    }

    /**
     * Which element names the last one before our own proxies, counted from the right; their number if none is believed. What
     * is no address ends the search.
     */
    private static int believed(List<String> addresses, String peer, TrustedProxies trusted) {
        int believed = addresses.size();
        String address = peer;
        while (believed > 0
                && trusted.contains(address)
                && Networks.parseAddress(addresses.get(believed - 1)).isPresent()) {
            believed--;
            address = addresses.get(believed);
        }
        return believed;
    }
}
