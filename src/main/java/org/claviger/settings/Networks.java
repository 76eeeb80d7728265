package org.claviger.settings;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Addresses and networks such as {@code 10.0.0.0/8} or {@code ::1}, by their literals: no name is ever looked up. */
public final class Networks {
    private static final String OCTET = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";

    // Nothing that Java would take for a name and look up: with a colon that is what begins with a digit or a colon.
    private static final Pattern LITERAL =
            Pattern.compile(OCTET + "(?:\\." + OCTET + "){3}|(?=[^:]*:)[0-9a-fA-F:][0-9a-fA-F:.]{1,44}");

    private final List<Network> networks;

    private Networks(List<Network> networks) {
        this.networks = networks;
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

    /** Reads them, separated by commas; none where nothing is written. */
    static Networks read(SettingReader reader, Setting setting) {
        return new Networks(reader.find(setting).stream()
                .flatMap(text -> Arrays.stream(text.split(",", -1)))
                .map(String::strip)
                .map(entry -> network(entry)
                        .orElseThrow(() -> new SettingsException(
                                setting, "must be addresses or networks such as 10.0.0.0/8, separated by commas")))
                .toList());
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

    /** Whether one of them holds this address; false for what is no address. */
    public boolean contains(String literal) {
        return parseAddress(literal)
                .filter(address -> networks.stream().anyMatch(network -> network.contains(address)))
                .isPresent();
    }
}
