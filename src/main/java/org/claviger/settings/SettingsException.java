package org.claviger.settings;

import org.jspecify.annotations.Nullable;

/** A setting is missing or unusable: the message names the key and says what was expected, never the value of a secret. */
public final class SettingsException extends RuntimeException {
    public SettingsException(String key, String expected) {
        this(key, expected, null);
    }

    public SettingsException(String key, String expected, @Nullable Throwable cause) {
        super(key + ": " + expected, cause);
    }
}
