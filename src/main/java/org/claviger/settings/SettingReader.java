package org.claviger.settings;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.function.Function;

/** Reads one setting after the other and refuses, by its key, the first that is missing or unusable. */
final class SettingReader {
    private final Function<String, Optional<String>> source;

    SettingReader(Function<String, Optional<String>> source) {
        this.source = source;
    }

    Optional<String> find(String key) {
        return source.apply(key).map(String::strip).filter(value -> !value.isEmpty());
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
