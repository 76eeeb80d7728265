package org.claviger.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.Map;
import org.claviger.Postgres;
import org.claviger.settings.DatabaseSettings;
import org.claviger.settings.SettingsException;
import org.h2.api.ErrorCode;
import org.h2.message.DbException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DatabaseAwayExceptionTest {
    @ParameterizedTest
    @CsvSource({
        // PostgreSQL
        "08001, true", // nobody there
        "08006, true", // the connection broke
        "57P01, true", // shut down by an administrator
        "57P02, true", // crashed
        "57P03, true", // starting up
        "53300, true", // too many connections
        "53100, true", // no room on the disk
        "25P03, true", // the connection was idle in a transaction for too long: this node stood still
        "25P04, true", // the transaction took too long (PostgreSQL 17, where an administrator says so)
        "25006, true", // a standby, which nobody has told to take over
        "57014, false", // the statement was cancelled
        "28P01, false", // wrong password
        "3D000, false", // no such database
        "23505, false", // taken already
        "40001, false", // serialization failure
        // H2
        "90067, true", // connection broken
        "90121, true", // shut down
        "90020, false", // locked by another process
        "90013, false", // no such database
    })
    void the_state_says_whether_the_database_is_away(String state, boolean away) {
        Exception thrown = new IllegalStateException(new RuntimeException(new SQLException("no", state)));

        assertThat(DatabaseAwayException.isCauseOf(thrown)).isEqualTo(away);
    }

    @Test
    void so_does_the_type_where_a_driver_or_a_pool_gives_no_state() {
        assertThat(DatabaseAwayException.isCauseOf(new SQLTransientConnectionException("no")))
                .isTrue();
        assertThat(DatabaseAwayException.isCauseOf(new SQLException("no"))).isFalse();
        assertThat(DatabaseAwayException.isCauseOf(new IllegalStateException("no")))
                .isFalse();
    }

    @Test
    void a_file_that_another_process_has_locked_is_not_away() {
        SQLException locked = DbException.get(ErrorCode.DATABASE_ALREADY_OPEN_1, "claviger.mv.db")
                .getSQLException();

        assertThat(DatabaseAwayException.isCauseOf(locked)).isFalse();
    }

    @Test
    void the_password_in_a_url_is_not_repeated() {
        SQLException refused = new SQLException("cannot use jdbc:x;PASSWORD=swordfish;\n  user=me&password=sword");

        assertThat(new DatabaseAwayException("claviger.database.url", refused))
                .hasMessage("claviger.database.url: the database cannot be reached:"
                        + " cannot use jdbc:x;PASSWORD=***; user=me&password=***");
    }

    @Test
    void what_the_driver_said_is_said_and_not_how_a_pool_wraps_it() {
        SQLException refused = new SQLException("Connection refused.", "08001", new IOException("refused"));
        Exception wrapped = new RuntimeException(new SQLException("IJ000453", new IOException("IJ031084", refused)));

        assertThat(new DatabaseAwayException("claviger.database.url", wrapped))
                .hasMessageEndingWith("reached: Connection refused");
    }

    private static void open(String url, String user, String password) {
        Database.open(new ConfiguredDataSource(new DatabaseSettings(url, user, password)))
                .close();
    }

    @Test
    void nobody_listens() throws IOException {
        int port;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }

        assertThatExceptionOfType(DatabaseAwayException.class)
                .isThrownBy(() -> open("jdbc:postgresql://127.0.0.1:" + port + "/claviger", "me", "swordfish"))
                .withMessageStartingWith(
                        "claviger.database.url: the database cannot be reached: Connection to 127.0.0.1")
                .withMessageNotContaining("swordfish");
    }

    @Test
    void a_host_that_has_no_address_yet_may_get_one() {
        assertThatExceptionOfType(DatabaseAwayException.class)
                .isThrownBy(() -> open("jdbc:postgresql://claviger.invalid/claviger", "me", "swordfish"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"password", "user", "database"})
    void a_server_that_refuses_us_is_there(String wrong) {
        Map<String, String> database = Postgres.shared().newDatabase();
        String url = database.get("CLAVIGER_DATABASE_URL") + (wrong.equals("database") ? "x" : "");
        String user = wrong.equals("user") ? "nobody" : database.get("CLAVIGER_DATABASE_USER");
        String password = wrong.equals("password") ? "swordfish" : database.get("CLAVIGER_DATABASE_PASSWORD");

        assertThatExceptionOfType(SettingsException.class)
                .isThrownBy(() -> open(url, user, password))
                .withMessageStartingWith("claviger.database.url: the database cannot be used: FATAL: ")
                .withMessageNotContaining("swordfish");
    }
}
