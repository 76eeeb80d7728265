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
    public static final String URL_KEY = "claviger.database.url";

    /** The key that a message about an unusable data source of the server names. */
    public static final String DATA_SOURCE_KEY = "claviger.database.data-source";

    // Not a URL: that would have JNDI ask another server, and load what it answers.
    private static final Pattern JNDI_NAME = Pattern.compile("(java:)?[\\w./-]+");
    private static final String USER_KEY = "claviger.database.user";
    private static final String PASSWORD_KEY = "claviger.database.password";

    /** The same without a data source of the server. */
    public DatabaseSettings(String url, String user, String password) {
        this(Optional.empty(), url, user, password);
    }

    /** Read on its own, because the server asks for the data source before the application starts. */
    public static DatabaseSettings read(Config config) {
        return read(Settings.reader(config));
    }

    static DatabaseSettings read(SettingReader reader) {
        Optional<String> dataSource = reader.find(DATA_SOURCE_KEY);
        if (dataSource.isPresent()) {
            if (!JNDI_NAME.matcher(dataSource.get()).matches()) {
                throw new SettingsException(
                        DATA_SOURCE_KEY, "must be a name of this server, such as java:jboss/datasources/claviger");
            }
            for (String key : List.of(URL_KEY, USER_KEY, PASSWORD_KEY)) {
                if (reader.find(key).isPresent()) {
                    throw new SettingsException(key, "must not be set where " + DATA_SOURCE_KEY + " is");
                }
            }
        }
        String url = reader.find(URL_KEY).orElse("jdbc:h2:file:./data/claviger");
        if (!url.startsWith("jdbc:h2:") && !url.startsWith("jdbc:postgresql:")) {
            throw new SettingsException(URL_KEY, "must begin with jdbc:h2: or jdbc:postgresql:");
        }
        return new DatabaseSettings(
                dataSource,
                url,
                reader.find(USER_KEY).orElse(""),
                reader.find(PASSWORD_KEY).orElse(""));
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
