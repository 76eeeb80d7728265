package org.claviger.settings;

import java.util.Optional;

/**
 * The administrator whom the settings name: made at the start if there is no such user.
 *
 * @param password in clear; either this or the hash is there, and neither is shown
 */
public record AdministratorSettings(String username, Optional<String> password, Optional<String> passwordHash) {
    public static final String USERNAME_KEY = "claviger.admin.username";
    public static final String PASSWORD_KEY = "claviger.admin.password";
    public static final String PASSWORD_HASH_KEY = "claviger.admin.password-hash";

    static Optional<AdministratorSettings> read(SettingReader reader) {
        Optional<String> username = reader.find(USERNAME_KEY);
        Optional<String> password = reader.find(PASSWORD_KEY);
        Optional<String> hash = reader.find(PASSWORD_HASH_KEY);
        if (username.isEmpty() && (password.isPresent() || hash.isPresent())) {
            throw new SettingsException(USERNAME_KEY, "is missing, but there is a password for it");
        }
        if (username.isPresent() && password.isPresent() == hash.isPresent()) {
            throw new SettingsException(
                    USERNAME_KEY, "needs " + PASSWORD_KEY + " or " + PASSWORD_HASH_KEY + ", and not both");
        }
        return username.map(name -> new AdministratorSettings(name, password, hash));
    }

    @Override
    public String toString() {
        return "AdministratorSettings[username=" + username + "]";
    }
}
