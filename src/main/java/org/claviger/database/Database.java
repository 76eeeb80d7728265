package org.claviger.database;

import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import jakarta.persistence.PersistenceException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Map;
import javax.sql.DataSource;
import org.claviger.settings.DatabaseSettings;
import org.claviger.settings.SettingsException;
import org.hibernate.Session;
import org.hibernate.jpa.HibernatePersistenceProvider;

/**
 * Transactions on the one database. What is passed to {@link #transact} holds SQL and nothing else: no hashing, no
 * signing, no network.
 */
public final class Database implements AutoCloseable {
    private static final String H2 = "H2";

    private final DataSource dataSource;
    private final EntityManagerFactory factory;
    private final Outage outage;

    private Database(DataSource dataSource, String product) {
        this.dataSource = dataSource;
        this.factory = new HibernatePersistenceProvider()
                .createEntityManagerFactory(
                        "claviger",
                        Map.of(
                                "jakarta.persistence.nonJtaDataSource",
                                dataSource,
                                "hibernate.boot.allow_jdbc_metadata_access",
                                false,
                                "jakarta.persistence.database-product-name",
                                product,
                                "jakarta.persistence.database-major-version",
                                product.equals(H2) ? 2 : 13,
                                "jakarta.persistence.database-minor-version",
                                product.equals(H2) ? 2 : 0));
        this.outage = new Outage(dataSource, System::nanoTime);
    }

    /** Prepares what takes its time and no connection, so that the rest is quick when the database is there. */
    public static Database prepare(DataSource dataSource, DatabaseSettings settings) {
        return new Database(dataSource, settings.isH2() ? H2 : "PostgreSQL");
    }

    /**
     * Opens a database, whatever it is.
     *
     * @throws DatabaseAwayException if it cannot be reached, which may pass
     * @throws SettingsException if it can be reached but not be used, or is none
     */
    public static Database open(DataSource dataSource) {
        Database database;
        try (Connection connection = dataSource.getConnection()) {
            database = new Database(dataSource, connection.getMetaData().getDatabaseProductName());
        } catch (SQLException unusable) {
            throw unusable(unusable);
        }
        try {
            database.migrate();
            return database;
        } catch (RuntimeException unusable) {
            database.close();
            throw unusable;
        }
    }

    /**
     * Brings the schema up to date; before that there is nothing to be had from the database.
     *
     * @throws DatabaseAwayException if it cannot be reached, which may pass
     * @throws SettingsException if it can be reached but not be used, or is none
     */
    public void migrate() {
        try {
            Schema.migrate(dataSource);
        } catch (RuntimeException unusable) {
            throw unusable(unusable);
        }
    }

    private static RuntimeException unusable(Exception cause) {
        return DatabaseAwayException.isCauseOf(cause)
                ? new DatabaseAwayException(cause)
                : new SettingsException(
                        DatabaseSettings.URL_KEY,
                        "the database cannot be used: " + DatabaseAwayException.reason(cause),
                        cause);
    }

    /** SQL that answers something. */
    @FunctionalInterface
    public interface Work<T, E extends Exception> {
        T in(EntityManager entities) throws E;
    }

    /** SQL that answers nothing. */
    @FunctionalInterface
    public interface Change<E extends Exception> {
        void in(EntityManager entities) throws E;
    }

    /**
     * Runs the work in a transaction of its own, at the isolation READ COMMITTED. A checked exception commits, because it
     * is a refusal and what the refusal wrote must stay; an unchecked one is a fault and rolls back.
     *
     * @throws DatabaseAwayException if the database is or goes away; whether a commit took effect is then unknown
     */
    public <T, E extends Exception> T transact(Work<T, E> work) throws E {
        outage.refuse();
        try (EntityManager entities = factory.createEntityManager()) {
            begin(entities);
            T result = commitRefusals(entities, work);
            entities.getTransaction().commit();
            return result;
        } catch (RuntimeException fault) {
            throw outage.notice(fault);
        }
    }

    /** Whatever keeps us from getting a connection is an outage: we had one before. */
    private void begin(EntityManager entities) {
        try {
            entities.getTransaction().begin();
        } catch (PersistenceException unconnected) {
            throw outage.begin(unconnected);
        }
    }

    private static <T, E extends Exception> T commitRefusals(EntityManager entities, Work<T, E> work) throws E {
        try {
            return work.in(entities);
        } catch (RuntimeException | Error fault) {
            rollBack(entities, fault);
            throw fault;
        } catch (Exception refusal) {
            entities.getTransaction().commit();
            throw refusal;
        }
    }

    private static void rollBack(EntityManager entities, Throwable fault) {
        try {
            entities.getTransaction().rollback();
        } catch (RuntimeException alsoFailed) {
            fault.addSuppressed(alsoFailed);
        }
    }

    /**
     * The time of the database, by which all nodes agree on what came first: that of this call, and not of the beginning of a
     * transaction that may have waited for another.
     */
    public static Instant time(EntityManager entities) {
        boolean isPostgres = entities.unwrap(Session.class)
                .doReturningWork(connection -> connection.getMetaData().getDatabaseProductName())
                .equals("PostgreSQL");
        return (Instant) entities.createNativeQuery(
                        isPostgres ? "select clock_timestamp()" : "select current_timestamp", Instant.class)
                .getSingleResult();
    }

    /** The same for work that answers nothing. */
    public <E extends Exception> void change(Change<E> change) throws E {
        this.<Boolean, E>transact(entities -> {
            change.in(entities);
            return true;
        });
    }

    /**
     * The same for a change that another node may be making at this moment: where that node was first with a row, the change is
     * made once more, on top of it.
     */
    public void changeAlone(Change<RuntimeException> change) {
        try {
            change(change);
        } catch (PersistenceException refused) {
            if (!isUniqueViolation(refused)) {
                throw refused;
            }
            change(change);
        }
    }

    /**
     * Writes a row that another node may be writing at this moment.
     *
     * @return whether this call wrote it; false if the primary key or a unique constraint was taken
     */
    public boolean insertIfAbsent(Object row) {
        try {
            change(entities -> entities.persist(row));
            return true;
        } catch (PersistenceException refused) {
            if (isUniqueViolation(refused)) {
                return false;
            }
            throw refused;
        }
    }

    // SQLSTATE 23505 is a unique violation on both databases.
    private static boolean isUniqueViolation(Throwable thrown) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql && "23505".equals(sql.getSQLState())) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void close() {
        factory.close();
        Schema.close();
    }
}
