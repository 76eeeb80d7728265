package org.claviger.settings;

import java.util.Optional;

/**
 * The administrator whom the settings name: made at the start if there is no such user.
 *
 * @param password in clear; either this or the hash is there, and neither is shown
 */
public record AdministratorSettings(String username, Optional<String> password, Optional<String> passwordHash) {
    public static final String USERNAME_KEY = Setting.ADMIN_USERNAME.key();
    public static final String PASSWORD_KEY = Setting.ADMIN_PASSWORD.key();
    public static final String PASSWORD_HASH_KEY = Setting.ADMIN_PASSWORD_HASH.key();

    static Optional<AdministratorSettings> read(SettingReader reader) {
        Optional<String> username = reader.find(Setting.ADMIN_USERNAME);
        Optional<String> password = reader.find(Setting.ADMIN_PASSWORD);
        Optional<String> hash = reader.find(Setting.ADMIN_PASSWORD_HASH);
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
