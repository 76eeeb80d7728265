package org.claviger.settings;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.claviger.settings.Setting.Range;
import org.claviger.settings.SettingValue.Written;

/** Reads one setting after the other and refuses, by its key, the first that is missing or unusable. */
final class SettingReader {
    private static final String DEFAULT = "default";

    private final Function<String, Optional<Written>> configured;
    private final Map<String, String> administered;
    private final Map<String, SettingValue> values = new LinkedHashMap<>();
    private final Set<String> warnings = new LinkedHashSet<>();

    SettingReader(Function<String, Optional<Written>> configured) {
        this(configured, Map.of());
    }

    /** The same with what administrators say on top, except of what is pinned. */
    SettingReader(Function<String, Optional<Written>> configured, Map<String, String> administered) {
        this.configured = configured;
        this.administered = administered;
    }

    private Optional<Written> written(String key) {
        Optional<Written> here = notBlank(configured.apply(key));
        return here.filter(Written::pinned).or(() -> administered(key)).or(() -> here);
    }

    private Optional<Written> administered(String key) {
        return notBlank(Optional.ofNullable(administered.get(key))
                .map(text -> new Written(text, Settings.ADMINISTERED, false)));
    }

    private static Optional<Written> notBlank(Optional<Written> found) {
        return found.filter(written -> !written.text().isBlank())
                .map(written -> new Written(written.text().strip(), written.origin(), written.pinned()));
    }

    /** What is written, if anything is. */
    Optional<String> find(Setting setting) {
        return find(setting, setting.key(), setting.byDefault());
    }

    private Optional<String> find(Setting setting, String key, String byDefault) {
        Optional<Written> found = written(key);
        show(setting, key, found.orElse(new Written(byDefault, DEFAULT, false)), byDefault, Optional.empty());
        return found.map(Written::text);
    }

    private void show(Setting setting, String key, Written inForce, String byDefault, Optional<String> bound) {
        values.put(
                key,
                new SettingValue(
                        setting,
                        setting.isSecret() ? "" : inForce.text(),
                        byDefault,
                        inForce.origin(),
                        inForce.pinned(),
                        bound));
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

    /** A duration that is the same for all. */
    Duration duration(Setting setting) {
        return duration(setting, "");
    }

    /** A duration for clients of one classification, or for all where that is empty; the shorter is the stricter. */
    Duration duration(Setting setting, String classification) {
        // Their gateways' cache is the most that can be set for some classifications.
        Optional<Duration> most = setting == Setting.GATEWAY_CACHE_LIFETIME
                ? Classification.ownDefault(classification, setting).map(Duration::parse)
                : Optional.empty();
        String plain = setting.key();
        return rule(
                setting,
                classification,
                (key, text) -> parse(setting, key, text, key.equals(plain) ? Optional.empty() : most),
                Comparator.<Duration>naturalOrder());
    }

    private Duration parse(Setting setting, String key, String text, Optional<Duration> most) {
        Duration value;
        try {
            value = Duration.parse(text);
        } catch (DateTimeParseException notADuration) {
            throw new SettingsException(
                    key, "must be an ISO 8601 duration such as " + setting.byDefault() + ", not '" + text + "'");
        }
        Range hard = setting.range().orElseThrow();
        if (!hard.contains(value)
                || most.filter(limit -> value.compareTo(limit) > 0).isPresent()) {
            throw new SettingsException(
                    key, "must be between " + hard.least() + " and " + most.orElse(hard.most()) + ", not " + value);
        }
        return value;
    }

    /** A whole number for one classification, or for all where that is empty; the smaller is the stricter. */
    int number(Setting setting, String classification, int min, int max) {
        return rule(
                setting,
                classification,
                (key, text) -> {
                    int value = text.matches("[0-9]{1,9}") ? Integer.parseInt(text) : -1;
                    if (value < min || value > max) {
                        throw new SettingsException(key, "must be a whole number between " + min + " and " + max);
                    }
                    return value;
                },
                Comparator.<Integer>naturalOrder());
    }

    /** Yes or no, for one classification or for all; yes is the stricter. */
    boolean flag(Setting setting, String classification) {
        return rule(
                setting,
                classification,
                (key, text) -> switch (text) {
                    case "true" -> true;
                    case "false" -> false;
                    default -> throw new SettingsException(key, "must be true or false");
                },
                Comparator.<Boolean>reverseOrder());
    }

    /**
     * What holds for clients of one classification, or for all where that is empty. What is not said of the classification is what is
     * said of all, or the default of that classification if it is stricter. What is pinned for all bounds what administrators say of one:
     * the stricter of the two is in force.
     *
     * @param parse reads a value, and refuses it by its key
     * @param laxer the greater is the laxer
     */
    private <T> T rule(
            Setting setting, String classification, BiFunction<String, String, T> parse, Comparator<T> laxer) {
        T forAll = parse.apply(setting.key(), text(setting));
        SettingValue plain = value(setting);
        if (classification.isEmpty()) {
            warnIfNotAdvised(setting, setting.key(), plain.origin(), forAll);
            return forAll;
        }
        String key = setting.key(classification);
        Written inherited = Classification.ownDefault(classification, setting)
                .filter(text -> laxer.compare(parse.apply(key, text), forAll) < 0)
                .map(text -> new Written(text, DEFAULT, false))
                .orElse(new Written(plain.value(), plain.origin(), false));
        Optional<Written> own = written(key);
        Optional<String> bound = Optional.of(plain.value())
                .filter(any -> plain.pinned() && own.filter(Written::pinned).isEmpty());
        Written inForce = own.orElse(inherited);
        T value = parse.apply(key, inForce.text());
        if (bound.isPresent() && isAdministered(own) && laxer.compare(value, forAll) > 0) {
            inForce = new Written(plain.value(), plain.origin(), false);
            value = forAll;
        } else if (own.isPresent()) {
            warnIfNotAdvised(setting, key, inForce.origin(), value);
        }
        show(setting, key, inForce, inherited.text(), bound);
        return value;
    }

    private static boolean isAdministered(Optional<Written> written) {
        return written.filter(found -> found.origin().equals(Settings.ADMINISTERED))
                .isPresent();
    }

    private void warnIfNotAdvised(Setting setting, String key, String origin, Object value) {
        setting.range()
                .flatMap(Range::advised)
                .filter(advised ->
                        !origin.equals(DEFAULT) && value instanceof Duration duration && !advised.contains(duration))
                .ifPresent(advised -> warn(key + ": " + value + " is outside of what is advised: " + advised));
    }

    /** Whether somebody has set it, and not to what it is anyhow. */
    boolean isConfigured(SettingValue value) {
        return !value.origin().equals(DEFAULT)
                && (value.setting().isSecret() || !value.value().equals(value.byDefault()));
    }

    void warn(String warning) {
        warnings.add(warning);
    }

    private SettingValue value(Setting setting) {
        return value(setting.key());
    }

    /** What has been read. */
    SettingValue value(String key) {
        SettingValue value = values.get(key);
        if (value == null) {
            throw new IllegalStateException(key + " has not been read");
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
