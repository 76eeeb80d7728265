package org.claviger.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.claviger.Postgres;
import org.claviger.settings.DatabaseSettings;
import org.claviger.settings.SettingsException;
import org.h2.engine.SessionLocal;
import org.h2.jdbc.JdbcConnection;
import org.junit.jupiter.api.Test;

class ConfiguredDataSourceTest {
    private static final Map<String, String> DATABASE = Postgres.shared().newDatabase();

    private static Connection connect(String parameters) throws SQLException {
        return new ConfiguredDataSource(new DatabaseSettings(
                        DATABASE.get("CLAVIGER_DATABASE_URL") + parameters,
                        DATABASE.get("CLAVIGER_DATABASE_USER"),
                        DATABASE.get("CLAVIGER_DATABASE_PASSWORD")))
                .getConnection();
    }

    private static String ask(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet answer = statement.executeQuery(sql)) {
            answer.next();
            return answer.getString(1);
        }
    }

    @Test
    void a_connection_says_whose_it_is_and_does_not_wait_for_ever() throws SQLException {
        try (Connection connection = connect("")) {
            assertThat(ask(connection, "show application_name")).isEqualTo("claviger");
            assertThat(connection.getNetworkTimeout()).isEqualTo(30_000);
        }
    }

    /** What others hand out may have no limits; whoever uses it is told what to run, one after the other. */
    @Test
    void a_connection_of_another_pool_is_refused_until_it_has_our_limits() throws SQLException {
        String key = DatabaseSettings.DATA_SOURCE_KEY;
        try (Connection foreign = DriverManager.getConnection(
                        DATABASE.get("CLAVIGER_DATABASE_URL"),
                        DATABASE.get("CLAVIGER_DATABASE_USER"),
                        DATABASE.get("CLAVIGER_DATABASE_PASSWORD"));
                Statement statement = foreign.createStatement()) {
            assertThatThrownBy(() -> ConfiguredDataSource.requireLimits(foreign, key))
                    .isInstanceOf(SettingsException.class)
                    .hasMessageContaining(key)
                    .hasMessageContaining("ALTER ROLE claviger SET statement_timeout = '20s'");
            statement.execute("set statement_timeout = '20001ms'");
            assertThatThrownBy(() -> ConfiguredDataSource.requireLimits(foreign, key))
                    .hasMessageContaining("statement_timeout");
            statement.execute("set statement_timeout = '20s'");
            assertThatThrownBy(() -> ConfiguredDataSource.requireLimits(foreign, key))
                    .hasMessageContaining("ALTER ROLE claviger SET idle_in_transaction_session_timeout = '10s'");
            statement.execute("set idle_in_transaction_session_timeout = '5s'");

            ConfiguredDataSource.requireLimits(foreign, key);
        }
    }

    /** With them, one of 64 that raced for a row of H2 could find it as it was before it lost. */
    @Test
    void h2_answers_nothing_from_what_it_remembers() throws SQLException {
        DatabaseSettings h2 = new DatabaseSettings("jdbc:h2:mem:", "", "");
        try (Connection connection = ConfiguredDataSource.connect(h2)) {
            SessionLocal session =
                    (SessionLocal) connection.unwrap(JdbcConnection.class).getSession();
            assertThat(session.getDatabase().getOptimizeReuseResults()).isFalse();
        }
    }

    @Test
    void the_url_overrules_what_we_think_best() throws SQLException {
        try (Connection connection = connect("?ApplicationName=other&socketTimeout=7")) {
            assertThat(ask(connection, "show application_name")).isEqualTo("other");
            assertThat(connection.getNetworkTimeout()).isEqualTo(7_000);
        }
    }

    @Test
    void a_connection_that_the_server_has_ended_is_replaced_before_the_next_transaction() throws SQLException {
        AtomicLong time = new AtomicLong();
        try (Connection connection = LastingConnection.of(() -> connect(""), time::get);
                Connection administrator = connect("")) {
            String first = ask(connection, "select pg_backend_pid()");
            assertThat(ask(administrator, "select pg_terminate_backend(" + first + ", 5000)"))
                    .isEqualTo("t");
            time.addAndGet(1_000_000_000); // what has just been used is trusted

            connection.setAutoCommit(false);
            assertThat(ask(connection, "select pg_backend_pid()")).isNotEqualTo(first);
            connection.rollback();
        }
    }
}
