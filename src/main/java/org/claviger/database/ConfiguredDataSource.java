package org.claviger.database;

import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Locale;
import java.util.Properties;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.claviger.settings.DatabaseSettings;
import org.claviger.settings.SettingsException;
import org.eclipse.microprofile.config.ConfigProvider;
import org.jspecify.annotations.Nullable;

/**
 * Connects to the database that MicroProfile Config names, so that the environment alone chooses it on every server. The
 * server pools it (see the {@code @DataSourceDefinition}) and makes it by its public constructor.
 */
public final class ConfiguredDataSource implements DataSource {
    /** After this PostgreSQL ends a statement: before {@code socketTimeout}, so that it is known what became of it. */
    static final Duration STATEMENT_TIMEOUT = Duration.ofSeconds(20);

    /**
     * After this PostgreSQL rolls back a transaction in which nothing happens, whose node was stopped or cut off: so long others may
     * have to wait for what it has locked.
     */
    static final Duration IDLE_TIMEOUT = Duration.ofSeconds(10);

    private final DatabaseSettings settings;
    private @Nullable PrintWriter logWriter;
    private int loginTimeout;

    /** What the server calls. */
    public ConfiguredDataSource() {
        // Payara asks for the first connection without a context class loader, so the configuration is named by ours.
        this(DatabaseSettings.read(ConfigProvider.getConfig(ConfiguredDataSource.class.getClassLoader())));
    }

    ConfiguredDataSource(DatabaseSettings settings) {
        this.settings = settings;
    }

    /** WildFly refuses a data source without a property; this one has no effect. */
    public void setProfile(String profile) {}

    @Override
    public Connection getConnection() throws SQLException {
        return LastingConnection.of(() -> connect(settings), System::nanoTime);
    }

    /** Connects, outside of any pool. */
    public static Connection connect(DatabaseSettings settings) throws SQLException {
        ConfiguredDataSource source = new ConfiguredDataSource(settings);
        Connection connection = source.driver().connect(settings.url(), source.properties());
        if (connection == null) {
            throw new SQLException(DatabaseSettings.URL_KEY + ": its driver does not accept this URL");
        }
        if (!settings.isH2()) {
            limit(connection);
        }
        return connection;
    }

    /** What no URL overrules: {@link ChangeFeed#LONGEST_COMMIT} rests on it. */
    private static void limit(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("set statement_timeout = " + STATEMENT_TIMEOUT.toMillis()
                    + "; set idle_in_transaction_session_timeout = " + IDLE_TIMEOUT.toMillis());
        } catch (SQLException refused) {
            connection.close();
            throw refused;
        }
    }

    /**
     * Looks whether a connection of somebody else's pool has these limits, or shorter ones.
     *
     * @param key of the setting that names the pool
     * @throws SettingsException if it has not, with the statements that mend it
     */
    static void requireLimits(Connection connection, String key) throws SQLException {
        requireLimit(connection, key, "statement_timeout", STATEMENT_TIMEOUT);
        requireLimit(connection, key, "idle_in_transaction_session_timeout", IDLE_TIMEOUT);
    }

    private static void requireLimit(Connection connection, String key, String name, Duration most)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(
                "select cast(setting as bigint) as millis, current_user as role from pg_settings where name = ?")) {
            statement.setString(1, name);
            try (ResultSet found = statement.executeQuery()) {
                found.next();
                long millis = found.getLong("millis");
                if (millis == 0 || millis > most.toMillis()) {
                    throw new SettingsException(
                            key,
                            "its connections need a limit, or a node that stops holds up all others: ALTER ROLE "
                                    + found.getString("role") + " SET " + name + " = '" + most.toSeconds() + "s'");
                }
            }
        }
    }

    private Driver driver() {
        return settings.isH2() ? new org.h2.Driver() : new org.postgresql.Driver();
    }

    private Properties properties() {
        Properties properties = new Properties();
        if (!settings.isH2()) {
            // A server or a network that does not answer must not hold a request for ever. The URL overrules all of
            // these.
            properties.setProperty("connectTimeout", "5");
            properties.setProperty("loginTimeout", "10");
            properties.setProperty("socketTimeout", "30");
            properties.setProperty("tcpKeepAlive", "true");
            properties.setProperty("ApplicationName", "claviger");
        }
        if (settings.isH2()) {
            if (!settings.url().toUpperCase(Locale.ROOT).contains(";WRITE_DELAY=")) {
                // What was committed must outlive a process that is killed; by default H2 writes half a second later.
                properties.setProperty("WRITE_DELAY", "0");
            }
            // H2 may answer a statement from memory for a moment after another transaction's commit was seen.
            properties.setProperty("OPTIMIZE_REUSE_RESULTS", "0");
        }
        if (!settings.user().isEmpty()) {
            properties.setProperty("user", settings.user());
        }
        if (!settings.password().isEmpty()) {
            properties.setProperty("password", settings.password());
        }
        return properties;
    }

    /** WildFly passes empty arguments; the configuration knows better. */
    @Override
    public Connection getConnection(@Nullable String username, @Nullable String password) throws SQLException {
        return getConnection();
    }

    @Override
    public @Nullable PrintWriter getLogWriter() {
        return logWriter;
    }

    @Override
    public void setLogWriter(@Nullable PrintWriter logWriter) {
        this.logWriter = logWriter;
    }

    @Override
    public void setLoginTimeout(int seconds) {
        loginTimeout = seconds;
    }

    @Override
    public int getLoginTimeout() {
        return loginTimeout;
    }

    @Override
    public Logger getParentLogger() throws SQLFeatureNotSupportedException {
        throw new SQLFeatureNotSupportedException();
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        if (!type.isInstance(this)) {
            throw new SQLException("not a wrapper for " + type.getName());
        }
        return type.cast(this);
    }

    @Override
    public boolean isWrapperFor(Class<?> type) {
        return type.isInstance(this);
    }
}
