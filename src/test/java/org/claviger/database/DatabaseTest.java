package org.claviger.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.persistence.EntityManager;
import jakarta.persistence.PersistenceException;
import jakarta.persistence.QueryTimeoutException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.claviger.Parallel;
import org.claviger.Postgres;
import org.claviger.TestDatabase;
import org.claviger.settings.DatabaseSettings;
import org.claviger.settings.SettingsException;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DatabaseTest {
    private final Database database = TestDatabase.empty();

    @AfterEach
    void removeRows() {
        TestDatabase.execute("delete from version_number where name like 'test%'");
    }

    private static final class Refusal extends Exception {}

    private static VersionNumberRow row(String name) {
        VersionNumberRow row = new VersionNumberRow();
        row.name = name;
        return row;
    }

    private static void add(EntityManager entities, String name) {
        entities.persist(row(name));
        entities.flush();
    }

    private static boolean isThere(String name) {
        return !TestDatabase.query("select name from version_number where name = ?", name)
                .isEmpty();
    }

    @Test
    void whatWorkWroteIsCommitted() {
        database.change(entities -> add(entities, "test"));

        assertThat(isThere("test")).isTrue();
    }

    @Test
    void workAnswers() {
        String answer = database.transact(entities -> "answer");

        assertThat(answer).isEqualTo("answer");
    }

    @Test
    void aRefusalCommitsWhatItWrote() {
        assertThatThrownBy(() -> database.change(entities -> {
                    add(entities, "test");
                    throw new Refusal();
                }))
                .isInstanceOf(Refusal.class);

        assertThat(isThere("test")).isTrue();
    }

    @Test
    void aFaultRollsBack() {
        assertThatIllegalStateException()
                .isThrownBy(() -> database.change(entities -> {
                    add(entities, "test");
                    throw new IllegalStateException("fault");
                }));
        assertThatThrownBy(() -> database.change(entities -> {
                    add(entities, "test");
                    throw new StackOverflowError();
                }))
                .isInstanceOf(StackOverflowError.class);

        assertThat(isThere("test")).isFalse();
    }

    @Test
    void aRowIsInsertedOnce() {
        assertThat(database.insertIfAbsent(row("test"))).isTrue();
        assertThat(database.insertIfAbsent(row("test"))).isFalse();
        assertThat(database.insertIfAbsent(row("test2"))).isTrue();
    }

    @Test
    void ofManyWhoInsertTheSameRowOneWins() {
        for (int round = 0; round < 10; round++) {
            String name = "test" + round;

            assertThat(Parallel.run(8, () -> database.insertIfAbsent(row(name))))
                    .containsOnlyOnce(true)
                    .hasSize(8);
        }
    }

    @Test
    void aChangeIsMadeOnceMoreWhereAnotherNodeWasFirst() {
        List<String> attempts = new ArrayList<>();

        database.changeAlone(entities -> {
            attempts.add("test");
            if (attempts.size() == 1) {
                // At this moment another node writes the row that this one has not found.
                database.change(other -> add(other, "test"));
                entities.persist(row("test"));
            }
        });

        assertThat(attempts).hasSize(2);
        assertThat(isThere("test")).isTrue();
    }

    @Test
    void aChangeThatIsNeverPossibleIsNotMadeForEver() {
        database.change(entities -> add(entities, "test"));

        assertThatThrownBy(() -> database.changeAlone(entities -> entities.persist(row("test"))))
                .isInstanceOf(PersistenceException.class);
    }

    @Test
    void aChangeThatFailsIsNotMadeOnceMore() {
        List<String> attempts = new ArrayList<>();

        assertThatIllegalStateException()
                .isThrownBy(() -> database.changeAlone(entities -> {
                    attempts.add("test");
                    throw new IllegalStateException("fault");
                }));
        assertThatThrownBy(() -> database.changeAlone(entities -> {
                    attempts.add("test");
                    entities.persist(row("test".repeat(100)));
                }))
                .isInstanceOf(PersistenceException.class);

        assertThat(attempts).hasSize(2);
    }

    @Test
    void aRowThatDoesNotFitIsAFaultAndNotAbsent() {
        assertThatThrownBy(() -> database.insertIfAbsent(row("test".repeat(100))))
                .isInstanceOf(PersistenceException.class);
    }

    @Test
    void aDatabaseThatCannotBeReachedIsCalledByItsSetting() {
        JdbcDataSource missing = new JdbcDataSource();
        missing.setURL("jdbc:h2:mem:missing;IFEXISTS=TRUE");
        missing.setPassword("swordfish");

        assertThatThrownBy(() -> Database.open(missing))
                .isInstanceOf(SettingsException.class)
                .hasMessageStartingWith("claviger.database.url: the database cannot be used: ")
                .hasMessageNotContaining("swordfish");
    }

    @Test
    void openingTwiceMigratesOnce() {
        Database.open(TestDatabase.dataSource()).close();

        assertThat(TestDatabase.query("select \"version\" from \"flyway_schema_history\""))
                .doesNotHaveDuplicates()
                .isNotEmpty();
    }

    /** Version N starts, and goes on, beside N+1 (docs/upgrade.md). */
    @Test
    void aMigrationOfALaterReleaseIsLeftAlone() {
        String record = "\"flyway_schema_history\" where \"version\" = '9000'";
        TestDatabase.execute("insert into \"flyway_schema_history\" select 9000, '9000', \"description\", \"type\","
                + " 'V9000__later.sql', 1, \"installed_by\", current_timestamp, 1, true from \"flyway_schema_history\""
                + " where \"version\" = '6'");
        try (Database opened = Database.open(TestDatabase.dataSource())) {
            opened.change(entities -> add(entities, "test"));

            assertThat(isThere("test")).isTrue();
            assertThat(TestDatabase.query("select \"script\" from " + record)).containsExactly("V9000__later.sql");
        } finally {
            TestDatabase.execute("delete from " + record);
        }
    }

    /**
     * The change is announced at the end of its transaction, which waits for whoever has locked that table. Hibernate does not end a
     * transaction by a statement that has taken too long; a connection that is not given back is lost to this node for good.
     */
    @Test
    void aChangeThatCannotBeAnnouncedInTimeGivesItsConnectionBack() throws SQLException {
        Map<String, String> environment = Postgres.shared().newDatabase();
        DataSource source = new ConfiguredDataSource(new DatabaseSettings(
                environment.get("CLAVIGER_DATABASE_URL"),
                environment.get("CLAVIGER_DATABASE_USER"),
                environment.get("CLAVIGER_DATABASE_PASSWORD")));
        Database.open(source).close(); // tables are made without such a hurry
        List<Connection> handedOut = new ArrayList<>();
        try (Database postgres = Database.open(impatient(source, handedOut));
                Connection vacuum = source.getConnection()) {
            vacuum.setAutoCommit(false);
            execute(vacuum, "lock table change in access exclusive mode");

            assertThatThrownBy(() -> postgres.change(entities -> announce(postgres, entities, "test")))
                    .isInstanceOf(QueryTimeoutException.class);
            assertThatThrownBy(() -> postgres.change(entities -> {
                        announce(postgres, entities, "test2");
                        throw new Refusal();
                    }))
                    .isInstanceOf(QueryTimeoutException.class);

            for (Connection connection : handedOut) {
                assertThat(connection.isClosed()).isTrue();
            }
            vacuum.rollback();
            postgres.change(entities -> announce(postgres, entities, "test3"));
            assertThat(Postgres.rows(environment)).contains("test3").doesNotContain("test2");
        } finally {
            for (Connection connection : handedOut) {
                connection.close();
            }
        }
    }

    private static void announce(Database database, EntityManager entities, String name) {
        entities.persist(row(name));
        database.announce(entities, Topic.CLIENT, name);
    }

    /** Connections whose statements end after a moment; what has been handed out is told. */
    private static DataSource impatient(DataSource source, List<Connection> handedOut) {
        return (DataSource) Proxy.newProxyInstance(
                DatabaseTest.class.getClassLoader(), new Class<?>[] {DataSource.class}, (self, method, arguments) -> {
                    Connection connection = source.getConnection();
                    handedOut.add(connection);
                    execute(connection, "set statement_timeout = 300");
                    return connection;
                });
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @Test
    void aClosedDatabaseAnswersNoMore() {
        JdbcDataSource source = new JdbcDataSource();
        source.setURL("jdbc:h2:mem:closing;DB_CLOSE_DELAY=-1");
        Database closed = Database.open(source);
        closed.close();

        assertThatIllegalStateException().isThrownBy(() -> closed.change(entities -> {}));
    }
}
