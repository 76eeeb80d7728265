package org.claviger.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.sql.SQLException;
import java.util.Hashtable;
import java.util.Map;
import java.util.Optional;
import javax.naming.Context;
import javax.naming.InitialContext;
import javax.naming.NamingException;
import javax.naming.spi.InitialContextFactory;
import javax.sql.DataSource;
import org.claviger.Postgres;
import org.claviger.settings.DatabaseSettings;
import org.claviger.settings.SettingsException;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

/** {@code claviger.database.data-source}: the server may bind it before or after Claviger starts. */
class NamedDataSourceTest {
    private static final String NAME = "jdbc/claviger";
    private static Object bound;

    /** A JNDI that has one name at most. */
    public static final class OneName implements InitialContextFactory {
        @Override
        public Context getInitialContext(Hashtable<?, ?> environment) throws NamingException {
            return new InitialContext(true) {
                @Override
                public Object lookup(String name) throws NamingException {
                    if (!name.equals(NAME) || bound == null) {
                        throw new NamingException("nothing is bound to " + name);
                    }
                    return bound;
                }
            };
        }
    }

    @BeforeEach
    void provideNames() {
        System.setProperty(Context.INITIAL_CONTEXT_FACTORY, OneName.class.getName());
    }

    @AfterEach
    void clear() {
        System.clearProperty(Context.INITIAL_CONTEXT_FACTORY);
        bound = null;
    }

    private static Database prepare() {
        return Database.prepare(
                new JdbcDataSource(), // without a URL it cannot connect
                new DatabaseSettings(Optional.of(NAME), "jdbc:h2:mem:not-used", "", ""));
    }

    private static DataSource h2() {
        JdbcDataSource h2 = new JdbcDataSource();
        h2.setURL("jdbc:h2:mem:named;DB_CLOSE_DELAY=-1");
        return h2;
    }

    @Test
    void what_the_server_has_under_the_name_is_used() {
        bound = h2();
        try (Database database = prepare()) {
            database.migrate();
            assertThat(database.<Integer, RuntimeException>transact(
                            entities -> entities.createNativeQuery("select 1", Integer.class)
                                    .getResultList()
                                    .size()))
                    .isEqualTo(1);
        }
    }

    /** What nodes know of each other's changes rests on it; nothing is made before it is so. */
    @Test
    void a_pool_of_postgresql_without_our_limits_is_refused_before_the_schema_is_made() throws SQLException {
        Map<String, String> environment = Postgres.shared().newDatabase();
        PGSimpleDataSource pool = new PGSimpleDataSource();
        pool.setUrl(environment.get("CLAVIGER_DATABASE_URL"));
        pool.setUser(environment.get("CLAVIGER_DATABASE_USER"));
        pool.setPassword(environment.get("CLAVIGER_DATABASE_PASSWORD"));
        bound = pool;
        try (Database database = prepare()) {
            assertThatExceptionOfType(SettingsException.class)
                    .isThrownBy(database::migrate)
                    .withMessageStartingWith(DatabaseSettings.DATA_SOURCE_KEY)
                    .withMessageContaining("statement_timeout");
            assertThat(Postgres.rows(environment)).isEmpty();

            pool.setOptions("-c statement_timeout=20s -c idle_in_transaction_session_timeout=10s");
            database.migrate();

            assertThat(Postgres.rows(environment)).isNotEmpty();
        }
    }

    @Test
    void a_name_that_is_not_bound_is_a_database_that_is_away_and_the_message_says_which() {
        try (Database database = prepare()) {
            assertThatExceptionOfType(DatabaseAwayException.class)
                    .isThrownBy(database::migrate)
                    .withMessage("claviger.database.data-source: the database cannot be reached: the server has no data"
                            + " source jdbc/claviger");
        }
    }

    @Test
    void what_is_bound_and_no_data_source_counts_as_missing() {
        bound = "not a data source";
        try (Database database = prepare()) {
            assertThatExceptionOfType(DatabaseAwayException.class).isThrownBy(database::migrate);
        }
    }

    @Test
    void a_database_of_another_kind_than_it_was_prepared_for_is_refused() {
        try (Database database = prepare()) {
            bound = h2();
            assertThatExceptionOfType(SettingsException.class)
                    .isThrownBy(database::migrate)
                    .withMessage(
                            "claviger.database.data-source: is H2 and was not there at the start: redeploy Claviger");
        }
    }
}
