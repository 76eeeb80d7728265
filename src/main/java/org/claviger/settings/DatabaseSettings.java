package org.claviger.settings;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.eclipse.microprofile.config.Config;

/**
 * Where the database is.
 *
 * @param dataSource the JNDI name of a data source of the server; the others then mean nothing
 * @param url {@code jdbc:h2:…} or {@code jdbc:postgresql:…}
 * @param user empty for the driver's own default
 * @param password never shown
 */
public record DatabaseSettings(Optional<String> dataSource, String url, String user, String password) {
    /** The key that a message about an unusable database names, unless it is {@link #DATA_SOURCE_KEY}. */
    public static final String URL_KEY = Setting.DATABASE_URL.key();

    /** The key that a message about an unusable data source of the server names. */
    public static final String DATA_SOURCE_KEY = Setting.DATABASE_DATA_SOURCE.key();

    /** A resource server has no database: what a server may open all the same is empty, in memory, and gone when it is closed. */
    private static final DatabaseSettings NONE = new DatabaseSettings("jdbc:h2:mem:", "", "");

    // Not a URL: that would have JNDI ask another server, and load what it answers.
    private static final Pattern JNDI_NAME = Pattern.compile("(java:)?[\\w./-]+");

    /** The same without a data source of the server. */
    public DatabaseSettings(String url, String user, String password) {
        this(Optional.empty(), url, user, password);
    }

    /** Read on its own, because the server asks for the data source before the application starts. */
    public static DatabaseSettings read(Config config) {
        return read(Settings.reader(config));
    }

    static DatabaseSettings read(SettingReader reader) {
        Optional<String> dataSource = reader.find(Setting.DATABASE_DATA_SOURCE);
        if (Role.read(reader) == Role.RESOURCE_SERVER) {
            List.of(Setting.DATABASE_URL, Setting.DATABASE_USER, Setting.DATABASE_PASSWORD)
                    .forEach(reader::find);
            return NONE;
        }
        if (dataSource.isPresent()) {
            if (!JNDI_NAME.matcher(dataSource.get()).matches()) {
                throw new SettingsException(
                        DATA_SOURCE_KEY, "must be a name of this server, such as java:jboss/datasources/claviger");
            }
            for (Setting setting : List.of(Setting.DATABASE_URL, Setting.DATABASE_USER, Setting.DATABASE_PASSWORD)) {
                if (reader.find(setting).isPresent()) {
                    throw new SettingsException(setting, "must not be set where " + DATA_SOURCE_KEY + " is");
                }
            }
        }
        String url = reader.text(Setting.DATABASE_URL);
        if (!url.startsWith("jdbc:h2:") && !url.startsWith("jdbc:postgresql:")) {
            throw new SettingsException(URL_KEY, "must begin with jdbc:h2: or jdbc:postgresql:");
        }
        return new DatabaseSettings(
                dataSource, url, reader.text(Setting.DATABASE_USER), reader.text(Setting.DATABASE_PASSWORD));
    }

    /** Whether the URL is of H2; otherwise it is of PostgreSQL. */
    public boolean isH2() {
        return url.startsWith("jdbc:h2:");
    }

    /** The key that says where the database is. */
    public String key() {
        return dataSource.isPresent() ? DATA_SOURCE_KEY : URL_KEY;
    }

    @Override
    public String toString() {
        return "DatabaseSettings["
                + dataSource.map(name -> "dataSource=" + name).orElse("user=" + user) + "]";
    }
}
