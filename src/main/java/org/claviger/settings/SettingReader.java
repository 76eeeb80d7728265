package org.claviger.settings;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.claviger.settings.Setting.Range;
import org.claviger.settings.SettingValue.Written;

/** Reads one setting after the other and refuses, by its key, the first that is missing or unusable. */
final class SettingReader {
    private final Function<String, Optional<Written>> source;
    private final Map<String, SettingValue> values = new LinkedHashMap<>();
    private final Set<String> warnings = new LinkedHashSet<>();

    SettingReader(Function<String, Optional<Written>> source) {
        this.source = source;
    }

    /** What is written, if anything is. */
    Optional<String> find(Setting setting) {
        return find(setting, setting.key(), setting.byDefault());
    }

    private Optional<String> find(Setting setting, String key, String byDefault) {
        Optional<Written> found =
                source.apply(key).filter(written -> !written.text().isBlank());
        boolean forAllIsPinned = !key.equals(setting.key()) && value(setting).pinned();
        Optional<String> text = found.map(written -> written.text().strip());
        values.put(
                key,
                new SettingValue(
                        setting,
                        setting.isSecret() ? "" : text.orElse(byDefault),
                        byDefault,
                        found.map(Written::origin).orElse("default"),
                        forAllIsPinned || found.filter(Written::pinned).isPresent()));
        return text;
    }

    /** What is written, or the default. */
    String text(Setting setting) {
        return text(setting, setting.byDefault());
    }

    /** The same where the default follows from others. */
    String text(Setting setting, String byDefault) {
        return find(setting, setting.key(), byDefault).orElse(byDefault);
    }

    /** The same, separated by commas. */
    List<String> list(Setting setting) {
        return Arrays.stream(text(setting).split(",", -1)).map(String::strip).toList();
    }

    String require(Setting setting, String expected) {
        return find(setting).orElseThrow(() -> new SettingsException(setting, "is missing; it is " + expected));
    }

    Path path(Setting setting) {
        String text = text(setting);
        try {
            return Path.of(text).toAbsolutePath().normalize();
        } catch (InvalidPathException malformed) {
            throw new SettingsException(setting, "must be a path, not '" + text + "'");
        }
    }

    Duration duration(Setting setting) {
        return duration(setting, "");
    }

    /**
     * A duration for clients of one classification, or for all where that is empty. What is not said of the classification is what
     * is said of all, or the default of that classification if it is stricter: shorter.
     */
    Duration duration(Setting setting, String classification) {
        if (classification.isEmpty()) {
            return duration(setting, setting.key(), setting.byDefault(), Optional.empty());
        }
        Duration forAll = duration(setting, "");
        Optional<String> own = Classification.ownDefault(classification, setting);
        String byDefault = own.filter(text -> Duration.parse(text).compareTo(forAll) < 0)
                .orElse(value(setting).value());
        Optional<Duration> most =
                setting == Setting.GATEWAY_CACHE_LIFETIME ? own.map(Duration::parse) : Optional.empty();
        return duration(setting, setting.key(classification), byDefault, most);
    }

    private Duration duration(Setting setting, String key, String byDefault, Optional<Duration> most) {
        Optional<String> found = find(setting, key, byDefault);
        String text = found.orElse(byDefault);
        Duration value;
        try {
            value = Duration.parse(text);
        } catch (DateTimeParseException notADuration) {
            throw new SettingsException(
                    key, "must be an ISO 8601 duration such as " + byDefault + ", not '" + text + "'");
        }
        Range hard = setting.range().orElseThrow();
        if (!hard.contains(value)
                || most.filter(limit -> value.compareTo(limit) > 0).isPresent()) {
            throw new SettingsException(
                    key, "must be between " + hard.least() + " and " + most.orElse(hard.most()) + ", not " + value);
        }
        hard.advised()
                .filter(advised -> found.isPresent() && !advised.contains(value))
                .ifPresent(advised -> warnings.add(key + ": " + value + " is outside of what is advised: " + advised));
        return value;
    }

    /** A whole number for one classification, or for all where that is empty. */
    int number(Setting setting, String classification, int min, int max) {
        String key = setting.key(classification);
        String byDefault =
                classification.isEmpty() ? setting.byDefault() : String.valueOf(number(setting, "", min, max));
        String text = find(setting, key, byDefault).orElse(byDefault);
        int value = text.matches("[0-9]{1,9}") ? Integer.parseInt(text) : -1;
        if (value < min || value > max) {
            throw new SettingsException(key, "must be a whole number between " + min + " and " + max);
        }
        return value;
    }

    /** Yes or no, for one classification or for all; where a classification says nothing, yes is the stricter. */
    boolean flag(Setting setting, String classification) {
        String key = setting.key(classification);
        String byDefault = classification.isEmpty()
                ? setting.byDefault()
                : String.valueOf(flag(setting, "")
                        || Classification.ownDefault(classification, setting)
                                .filter("true"::equals)
                                .isPresent());
        String text = find(setting, key, byDefault).orElse(byDefault);
        return switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new SettingsException(key, "must be true or false");
        };
    }

    private SettingValue value(Setting setting) {
        SettingValue value = values.get(setting.key());
        if (value == null) {
            throw new IllegalStateException(setting + " has not been read");
        }
        return value;
    }

    /** All that has been read, by its key. */
    Map<String, SettingValue> values() {
        return values;
    }

    /** What is accepted and not advised. */
    List<String> warnings() {
        return List.copyOf(warnings);
    }
}
