package org.claviger.database;

import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import jakarta.persistence.EntityTransaction;
import jakarta.persistence.PersistenceException;
import java.sql.SQLException;
import java.util.Map;
import javax.sql.DataSource;
import org.claviger.settings.DatabaseSettings;
import org.claviger.settings.SettingsException;
import org.hibernate.jpa.HibernatePersistenceProvider;

/**
 * Transactions on the one database. What is passed to {@link #transact} holds SQL and nothing else: no hashing, no
 * signing, no network.
 */
public final class Database implements AutoCloseable {
    private final EntityManagerFactory factory;

    private Database(EntityManagerFactory factory) {
        this.factory = factory;
    }

    /**
     * Brings the schema up to date and opens the database.
     *
     * @throws SettingsException if it cannot be used
     */
    public static Database open(DataSource dataSource) {
        try {
            Schema.migrate(dataSource);
            return new Database(new HibernatePersistenceProvider()
                    .createEntityManagerFactory(
                            "claviger", Map.of("jakarta.persistence.nonJtaDataSource", dataSource)));
        } catch (RuntimeException unusable) {
            Throwable cause = unusable;
            while (cause.getCause() != null) {
                cause = cause.getCause();
            }
            throw new SettingsException(
                    DatabaseSettings.URL_KEY, "the database cannot be used: " + cause.getMessage(), unusable);
        }
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
     */
    public <T, E extends Exception> T transact(Work<T, E> work) throws E {
        try (EntityManager entities = factory.createEntityManager()) {
            EntityTransaction transaction = entities.getTransaction();
            transaction.begin();
            T result;
            try {
                result = work.in(entities);
            } catch (RuntimeException | Error fault) {
                rollBack(transaction, fault);
                throw fault;
            } catch (Exception refusal) {
                transaction.commit();
                throw refusal;
            }
            transaction.commit();
            return result;
        }
    }

    /** What led to it must not be hidden by a connection that is dead. */
    private static void rollBack(EntityTransaction transaction, Throwable fault) {
        try {
            transaction.rollback();
        } catch (RuntimeException further) {
            fault.addSuppressed(further);
        }
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
    }
}
