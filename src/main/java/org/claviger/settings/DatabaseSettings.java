package org.claviger.settings;

import org.eclipse.microprofile.config.Config;

/**
 * Where the database is.
 *
 * @param url {@code jdbc:h2:…} or {@code jdbc:postgresql:…}
 * @param user empty for the driver's own default
 * @param password never shown
 */
public record DatabaseSettings(String url, String user, String password) {
    /** The key that a message about an unusable database names. */
    public static final String URL_KEY = "claviger.database.url";

    /** Read on its own, because the server asks for the data source before the application starts. */
    public static DatabaseSettings read(Config config) {
        return read(Settings.reader(config));
    }

    static DatabaseSettings read(SettingReader reader) {
        String url = reader.find(URL_KEY).orElse("jdbc:h2:file:./data/claviger");
        if (!url.startsWith("jdbc:h2:") && !url.startsWith("jdbc:postgresql:")) {
            throw new SettingsException(URL_KEY, "must begin with jdbc:h2: or jdbc:postgresql:");
        }
        return new DatabaseSettings(
                url,
                reader.find("claviger.database.user").orElse(""),
                reader.find("claviger.database.password").orElse(""));
    }

    /** Whether it is H2; otherwise it is PostgreSQL. */
    public boolean isH2() {
        return url.startsWith("jdbc:h2:");
    }

    @Override
    public String toString() {
        return "DatabaseSettings[user=" + user + "]";
    }
}
