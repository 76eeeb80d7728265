package org.claviger.settings;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

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

    private static final String OCTET = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";

    // Nothing that Java would take for a name and look up: with a colon that is what begins with a digit or a colon.
    private static final Pattern LITERAL =
            Pattern.compile(OCTET + "(?:\\." + OCTET + "){3}|(?=[^:]*:)[0-9a-fA-F:][0-9a-fA-F:.]{1,44}");

    private final List<Network> networks;
    private final Set<String> headers;

    private TrustedProxies(List<Network> networks, Set<String> headers) {
        this.networks = networks;
        this.headers = headers;
    }

    private record Network(InetAddress address, int bits) {
        boolean contains(InetAddress other) {
            byte[] mine = address.getAddress();
            byte[] theirs = other.getAddress();
            if (mine.length != theirs.length) {
                return false;
            }
            for (int bit = 0; bit < bits; bit++) {
                int mask = 0x80 >> (bit % 8);
                if ((mine[bit / 8] & mask) != (theirs[bit / 8] & mask)) {
                    return false;
                }
            }
            return true;
        }
    }

    /** Reads addresses and networks such as {@code 10.0.0.0/8} or {@code ::1}, separated by commas, and names of headers. */
    static TrustedProxies read(SettingReader reader) {
        List<Network> networks = entries(reader.find(Setting.TRUSTED_PROXIES))
                .map(entry -> network(entry)
                        .orElseThrow(() -> new SettingsException(
                                Setting.TRUSTED_PROXIES,
                                "must be addresses or networks such as 10.0.0.0/8, separated by commas")))
                .toList();
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

    private static Stream<String> entries(Optional<String> list) {
        return list.stream().flatMap(text -> Arrays.stream(text.split(",", -1))).map(String::strip);
    }

    private static String header(String name) {
        return HEADERS.stream().filter(name::equalsIgnoreCase).findFirst().orElse(name);
    }

    /** Whether this header is one that the proxies write; others are a caller's own. */
    public boolean write(String header) {
        return headers.contains(header);
    }

    private static Optional<Network> network(String entry) {
        String[] parts = entry.split("/", -1);
        Optional<InetAddress> address = parseAddress(parts[0]);
        if (address.isEmpty() || parts.length > 2 || (parts.length == 2 && !parts[1].matches("[0-9]{1,3}"))) {
            return Optional.empty();
        }
        int length = address.get().getAddress().length * 8;
        int bits = parts.length == 2 ? Integer.parseInt(parts[1]) : length;
        return bits > length ? Optional.empty() : Optional.of(new Network(address.get(), bits));
    }

    /** An address by its literal; empty for anything else, names included. Nothing is ever looked up. */
    public static Optional<InetAddress> parseAddress(String literal) {
        try {
            return LITERAL.matcher(literal).matches() ? Optional.of(InetAddress.getByName(literal)) : Optional.empty();
        } catch (UnknownHostException malformed) {
            return Optional.empty();
        }
    }

    public boolean contains(String literal) {
        return parseAddress(literal)
                .filter(address -> networks.stream().anyMatch(network -> network.contains(address)))
                .isPresent();
    }
}
