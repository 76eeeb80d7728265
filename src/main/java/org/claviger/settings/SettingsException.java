package org.claviger.settings;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A setting is missing or unusable: the message names the key and says what was expected, never the value of a secret. */
public final class SettingsException extends RuntimeException {
    private final String key;
    private final Optional<String> other;

    public SettingsException(Setting setting, String expected) {
        this(setting.key(), expected, null);
    }

    public SettingsException(String key, String expected) {
        this(key, expected, null);
    }

    public SettingsException(String key, String expected, @Nullable Throwable cause) {
        this(key, Optional.empty(), expected, cause);
    }

    private SettingsException(String key, Optional<String> other, String expected, @Nullable Throwable cause) {
        super(key + ": " + expected, cause);
        this.key = key;
        this.other = other;
    }

    /** Of two that do not fit together. */
    static SettingsException between(String key, String other, String expected) {
        return new SettingsException(key, Optional.of(other), expected, null);
    }

    /** Of the setting that cannot be used. */
    public String key() {
        return key;
    }

    /** Of every setting that it may be: of two that do not fit together both. */
    public List<String> keys() {
        return Stream.concat(Stream.of(key), other.stream()).toList();
    }
}
