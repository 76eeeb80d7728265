package org.claviger.settings;

import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * How a node hears what other nodes have changed.
 *
 * @param maxStaleness for how long it judges by what it knows when it hears nothing: 5 seconds to 10 minutes
 * @param push what may tell it to look at once, where it is there: {@code hazelcast}, {@code infinispan}, {@code postgresql}
 */
public record FeedSettings(Duration maxStaleness, Set<String> push) {
    public static final String MAX_STALENESS = Setting.REVOCATION_MAX_STALENESS.key();

    private static final String NONE = "none";
    private static final Set<String> ALL = new TreeSet<>(Set.of("hazelcast", "infinispan", "postgresql"));

    static FeedSettings read(SettingReader reader) {
        // A poll that waits for a slow database takes a second or two: with less a node would be away now and then.
        Duration maxStaleness = reader.duration(Setting.REVOCATION_MAX_STALENESS);
        return new FeedSettings(maxStaleness, push(reader));
    }

    private static Set<String> push(SettingReader reader) {
        String text = reader.text(Setting.PUSH);
        if (text.equals(NONE)) {
            return Set.of();
        }
        Set<String> chosen =
                Arrays.stream(text.split(",", -1)).map(String::strip).collect(Collectors.toUnmodifiableSet());
        if (!ALL.containsAll(chosen)) {
            throw new SettingsException(Setting.PUSH, "must be " + NONE + " or of " + ALL + ", separated by commas");
        }
        return chosen;
    }
}
