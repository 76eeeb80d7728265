package org.claviger.settings;

import org.jspecify.annotations.Nullable;

/** A setting is missing or unusable: the message names the key and says what was expected, never the value of a secret. */
public final class SettingsException extends RuntimeException {
    private final String key;

    public SettingsException(Setting setting, String expected) {
        this(setting.key(), expected, null);
    }

    public SettingsException(String key, String expected) {
        this(key, expected, null);
    }

    public SettingsException(String key, String expected, @Nullable Throwable cause) {
        super(key + ": " + expected, cause);
        this.key = key;
    }

    /** Of the setting that cannot be used. */
    public String key() {
        return key;
    }
}
