package org.claviger.settings;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Reads one setting after the other and refuses, by its key, the first that is missing or unusable. */
final class SettingReader {
    private final Function<String, Optional<String>> source;
    private final Function<String, String> originOf;
    private final Map<String, String> origins = new HashMap<>();

    SettingReader(Function<String, Optional<String>> source) {
        this(source, key -> "configuration");
    }

    /** Reads from there; {@code originOf} names where the value of a key stands. */
    SettingReader(Function<String, Optional<String>> source, Function<String, String> originOf) {
        this.source = source;
        this.originOf = originOf;
    }

    Optional<String> find(String key) {
        Optional<String> found = source.apply(key).map(String::strip).filter(value -> !value.isEmpty());
        if (found.isPresent()) {
            origins.put(key, originOf.apply(key));
        }
        return found;
    }

    /** Where each setting that has been found stands, by its key. */
    Map<String, String> origins() {
        return Map.copyOf(origins);
    }

    String require(String key, String expected) {
        return find(key).orElseThrow(() -> new SettingsException(key, "is missing; it is " + expected));
    }

    Path path(String key, String byDefault) {
        String text = find(key).orElse(byDefault);
        try {
            return Path.of(text).toAbsolutePath().normalize();
        } catch (InvalidPathException malformed) {
            throw new SettingsException(key, "must be a path, not '" + text + "'");
        }
    }

    Duration duration(String key, String byDefault, Duration min, Duration max) {
        String text = find(key).orElse(byDefault);
        Duration value;
        try {
            value = Duration.parse(text);
        } catch (DateTimeParseException notADuration) {
            throw new SettingsException(
                    key, "must be an ISO 8601 duration such as " + byDefault + ", not '" + text + "'");
        }
        if (value.compareTo(min) < 0 || value.compareTo(max) > 0) {
            throw new SettingsException(key, "must be between " + min + " and " + max + ", not " + value);
        }
        return value;
    }
}
