package org.claviger.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LastingConnectionTest {
    private static final String URL = "jdbc:h2:mem:lasting";

    private final List<Connection> real = new ArrayList<>();
    private final Connection connection = LastingConnection.of(this::connect, () -> 0);
    private boolean away;
    private Connection observer;

    private Connection connect() throws SQLException {
        if (away) {
            throw new SQLException("away", "08001");
        }
        real.add(DriverManager.getConnection(URL));
        return real.get(real.size() - 1);
    }

    private void lose() throws SQLException {
        real.get(real.size() - 1).close();
    }

    @BeforeEach
    void make_a_table() throws SQLException {
        observer = DriverManager.getConnection(URL);
        execute(observer, "create table thing (name varchar(9))");
    }

    @AfterEach
    void drop_everything() throws SQLException {
        execute(observer, "shutdown");
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private int things() throws SQLException {
        try (Statement statement = observer.createStatement();
                ResultSet found = statement.executeQuery("select count(*) from thing")) {
            found.next();
            return found.getInt(1);
        }
    }

    @Test
    void it_connects_when_it_is_used_and_once() throws SQLException {
        assertThat(connection.getAutoCommit()).isTrue();
        assertThat(connection.isClosed()).isFalse();
        assertThat(connection.isReadOnly()).isFalse();
        assertThat(connection.getTransactionIsolation()).isEqualTo(Connection.TRANSACTION_READ_COMMITTED);
        connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
        assertThat(Set.of(connection)).contains(connection);
        assertThat(real).isEmpty();

        execute(connection, "insert into thing values ('a')");
        execute(connection, "insert into thing values ('b')");

        assertThat(real).hasSize(1);
        assertThat(things()).isEqualTo(2);
        assertThat(connection.isReadOnly()).isFalse();
        assertThat(connection.getTransactionIsolation()).isEqualTo(Connection.TRANSACTION_READ_COMMITTED);
    }

    @Test
    void it_connects_again_where_a_transaction_begins() throws SQLException {
        execute(connection, "insert into thing values ('a')");
        lose();

        connection.setAutoCommit(false);
        execute(connection, "insert into thing values ('b')");
        assertThat(things()).isEqualTo(1);
        connection.commit();
        lose();
        execute(connection, "insert into thing values ('c')");
        connection.rollback();
        connection.setAutoCommit(true);

        assertThat(real).hasSize(3);
        assertThat(things()).isEqualTo(2);
    }

    @Test
    void a_transaction_that_has_begun_is_lost_with_its_connection() throws SQLException {
        connection.setAutoCommit(false);
        execute(connection, "insert into thing values ('a')");
        lose();

        assertThatExceptionOfType(SQLException.class)
                .isThrownBy(() -> execute(connection, "insert into thing values ('b')"));
        assertThatExceptionOfType(SQLException.class).isThrownBy(connection::commit);
        assertThat(things()).isZero();

        execute(connection, "insert into thing values ('c')");
        connection.commit();
        assertThat(things()).isEqualTo(1);
    }

    @Test
    void to_leave_a_lost_transaction_by_setting_auto_commit_is_no_commit() throws SQLException {
        connection.setAutoCommit(false);
        execute(connection, "insert into thing values ('a')");
        lose();

        assertThatExceptionOfType(SQLException.class).isThrownBy(() -> connection.setAutoCommit(true));
    }

    @Test
    void it_fails_as_long_as_the_server_is_away_and_no_longer() throws SQLException {
        execute(connection, "insert into thing values ('a')");
        lose();
        away = true;

        assertThatExceptionOfType(SQLException.class).isThrownBy(() -> connection.setAutoCommit(false));
        assertThat(connection.getAutoCommit()).isTrue();
        connection.rollback();
        connection.setAutoCommit(true);
        away = false;

        connection.setAutoCommit(false);
        execute(connection, "insert into thing values ('b')");
        connection.commit();
        assertThat(things()).isEqualTo(2);
    }

    @Test
    void closed_it_stays_closed() throws SQLException {
        execute(connection, "insert into thing values ('a')");
        connection.close();

        assertThat(connection.isClosed()).isTrue();
        assertThat(real.get(0).isClosed()).isTrue();
        assertThatExceptionOfType(SQLException.class).isThrownBy(connection::createStatement);
    }
}
