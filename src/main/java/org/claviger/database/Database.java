package org.claviger.database;

import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import jakarta.persistence.PersistenceException;
import jakarta.persistence.Query;
import jakarta.persistence.QueryTimeoutException;
import jakarta.transaction.Status;
import jakarta.transaction.Synchronization;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.claviger.oauth.OAuthException;
import org.claviger.settings.DatabaseSettings;
import org.claviger.settings.SettingsException;
import org.claviger.trace.Span;
import org.claviger.trace.Trace;
import org.hibernate.Session;
import org.hibernate.dialect.Dialect;
import org.hibernate.dialect.PostgreSQLDialect;
import org.hibernate.engine.spi.SessionImplementor;
import org.hibernate.jpa.HibernatePersistenceProvider;

/**
 * Transactions on the one database. What is passed to {@link #transact} holds SQL and nothing else: no hashing, no
 * signing, no network.
 */
public final class Database implements AutoCloseable {
    private static final String H2 = "H2";
    private static final String POSTGRESQL = "PostgreSQL";

    private final DataSource dataSource;
    private final EntityManagerFactory factory;
    private final String product;
    private final String key;
    private final String system;
    private final Outage outage;
    private final Map<EntityManager, Set<Announcement>> announced = new ConcurrentHashMap<>();
    private final AtomicInteger connections = new AtomicInteger();
    private final LongAdder waits = new LongAdder();
    private final LongAdder waited = new LongAdder();
    private volatile Runnable afterAnnouncing = () -> {};

    private record Announcement(Topic topic, String name) {}

    private Database(DataSource dataSource, String product, String key) {
        this.dataSource = dataSource;
        this.product = product;
        this.key = key;
        this.system = product.equals(H2) ? "h2database" : "postgresql";
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
        this.outage = new Outage(dataSource, key, System::nanoTime);
    }

    /**
     * Prepares what takes its time and no connection, so that the rest is quick when the database is there.
     *
     * @param configured connects to the URL of the settings; not used where they name a data source of the server
     */
    public static Database prepare(DataSource configured, DatabaseSettings settings) {
        if (settings.dataSource().isEmpty()) {
            return new Database(configured, settings.isH2() ? H2 : POSTGRESQL, settings.key());
        }
        DataSource named = NamedDataSource.of(settings.dataSource().get());
        String product;
        try {
            product = product(named);
        } catch (SQLException away) {
            product = POSTGRESQL; // H2 is seldom away; migrate() looks again
        }
        if (!product.equals(H2) && !product.equals(POSTGRESQL)) {
            throw new SettingsException(settings.key(), "must be PostgreSQL or H2, not " + product);
        }
        return new Database(named, product, settings.key());
    }

    private static String product(DataSource dataSource) throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            return connection.getMetaData().getDatabaseProductName();
        }
    }

    /**
     * Opens a database, whatever it is.
     *
     * @throws DatabaseAwayException if it cannot be reached, which may pass
     * @throws SettingsException if it can be reached but not be used, or is none
     */
    public static Database open(DataSource dataSource) {
        Database database;
        try {
            database = new Database(dataSource, product(dataSource), DatabaseSettings.URL_KEY);
        } catch (SQLException unusable) {
            throw unusable(DatabaseSettings.URL_KEY, unusable);
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
            String found = product(dataSource);
            if (!found.equals(product)) { // a data source of the server that was not there at the start
                throw new SettingsException(key, "is " + found + " and was not there at the start: redeploy Claviger");
            }
            if (key.equals(DatabaseSettings.DATA_SOURCE_KEY) && found.equals(POSTGRESQL)) {
                requireLimits();
            }
            Schema.migrate(dataSource);
        } catch (SettingsException other) {
            throw other;
        } catch (SQLException | RuntimeException unusable) {
            throw unusable(key, unusable);
        }
    }

    private void requireLimits() throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            ConfiguredDataSource.requireLimits(connection, key);
        }
    }

    private static RuntimeException unusable(String key, Exception cause) {
        return DatabaseAwayException.isCauseOf(cause)
                ? new DatabaseAwayException(key, cause)
                : new SettingsException(
                        key, "the database cannot be used: " + DatabaseAwayException.reason(cause), cause);
    }

    /** Whether the last that was heard of it is that it is away; nobody asks it for that. */
    public boolean isAway() {
        return outage.isAway();
    }

    /** How often it has gone away. */
    public long outages() {
        return outage.begun();
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
        try (Span span = Trace.step("database transaction").set("db.system.name", system)) {
            return transact(work, span);
        }
    }

    private <T, E extends Exception> T transact(Work<T, E> work, Span span) throws E {
        try (EntityManager entities = factory.createEntityManager()) {
            begin(entities);
            connections.incrementAndGet();
            try {
                T result = commitRefusals(entities, work);
                commit(entities);
                return result;
            } finally {
                connections.decrementAndGet();
            }
        } catch (RuntimeException fault) {
            span.failed(fault.getClass().getName());
            throw outage.notice(fault);
        }
    }

    /** Whatever keeps us from getting a connection is an outage: we had one before. */
    private void begin(EntityManager entities) {
        long begun = System.nanoTime();
        try {
            entities.getTransaction().begin();
        } catch (PersistenceException unconnected) {
            throw outage.begin(unconnected);
        } finally {
            waits.increment();
            waited.add(System.nanoTime() - begun);
        }
    }

    /** How many transactions hold a connection at this moment. */
    public int connections() {
        return connections.get();
    }

    /** How many transactions have waited for a connection, however shortly. */
    public long waits() {
        return waits.sum();
    }

    /** How long all of these together. */
    public Duration waited() {
        return Duration.ofNanos(waited.sum());
    }

    private <T, E extends Exception> T commitRefusals(EntityManager entities, Work<T, E> work) throws E {
        try {
            return work.in(entities);
        } catch (RuntimeException | Error fault) {
            rollBack(entities, fault);
            throw fault;
        } catch (Exception refusal) {
            commit(entities);
            throw refusal;
        }
    }

    /**
     * Makes the change that this transaction makes known to every node ({@link ChangeFeed}). A number is taken for it, which others wait for
     * until the commit, so that is the last that the transaction does.
     *
     * @param name what of the topic has changed; empty for all
     */
    public void announce(EntityManager entities, Topic topic, String name) {
        announced.computeIfAbsent(entities, none -> new LinkedHashSet<>()).add(new Announcement(topic, name));
    }

    /** What is done after every commit that changes what other nodes know: quickly, for a request waits. */
    public void afterAnnouncing(Runnable work) {
        afterAnnouncing = work;
    }

    /** Whatever fails here ends the transaction: after a statement that took too long Hibernate keeps it, and its connection. */
    private void commit(EntityManager entities) {
        Set<Announcement> changes = announced.remove(entities);
        try {
            if (changes != null) {
                entities.flush();
                insert(entities, changes);
            }
            entities.getTransaction().commit();
        } catch (RuntimeException | Error fault) {
            rollBack(entities, fault);
            throw fault;
        }
        if (changes != null) {
            afterAnnouncing.run();
        }
    }

    /** One statement, whatever there is: how long a number can be under way must not depend on that. */
    private static void insert(EntityManager entities, Set<Announcement> changes) {
        StringBuilder values = new StringBuilder();
        for (int i = 0; i < changes.size(); i++) {
            values.append(i == 0 ? "" : ", ").append("(:topic" + i + ", :name" + i + ")");
        }
        Query query = entities.createQuery("insert into ChangeRow (topic, name) values " + values);
        int i = 0;
        for (Announcement change : changes) {
            query.setParameter("topic" + i, change.topic.text()).setParameter("name" + i, change.name);
            i++;
        }
        query.executeUpdate();
    }

    /** Does that when this transaction has been committed, and not if it is rolled back: quickly, for a request waits. */
    public static void afterCommit(EntityManager entities, Runnable work) {
        entities.unwrap(Session.class).getTransaction().registerSynchronization(new Synchronization() {
            @Override
            public void beforeCompletion() {}

            @Override
            public void afterCompletion(int status) {
                if (status == Status.STATUS_COMMITTED) {
                    work.run();
                }
            }
        });
    }

    /** The hint by which a query ends after so many milliseconds, such as {@link #LONGEST_COUNT}. */
    public static final String TIMEOUT = "jakarta.persistence.query.timeout";

    /** For how long at most, in milliseconds, rows are counted that are counted only to be told. */
    public static final int LONGEST_COUNT = 5_000;

    /** What such a query has counted; empty if it took too long. */
    public static OptionalLong counted(Supplier<Long> count) {
        try {
            return OptionalLong.of(count.get());
        } catch (QueryTimeoutException tooMany) {
            return OptionalLong.empty();
        }
    }

    /** For how long at most, in milliseconds, is looked for what somebody waits for: PostgreSQL ends the statement by itself soon after. */
    public static final int LONGEST_LOOK = 15_000;

    private static final Duration ASK_AGAIN_AFTER = Duration.ofMinutes(1);

    /**
     * What such a query has found.
     *
     * @param advice what would take less time
     * @throws OAuthException {@code temporarily_unavailable} if it took too long
     */
    public static <T> T found(Supplier<T> query, String advice) throws OAuthException {
        try {
            return query.get();
        } catch (QueryTimeoutException tooLong) {
            throw OAuthException.unavailable("the database takes too long for that: " + advice, ASK_AGAIN_AFTER);
        }
    }

    /** The next number of a sequence, which nobody else gets. */
    public static long next(EntityManager entities, String sequence) {
        String sql = dialect(entities).getSequenceSupport().getSequenceNextValString(sequence);
        return (long) entities.createNativeQuery(sql, Long.class).getSingleResult();
    }

    private static Dialect dialect(EntityManager entities) {
        return entities.unwrap(SessionImplementor.class).getJdbcServices().getDialect();
    }

    private void rollBack(EntityManager entities, Throwable fault) {
        announced.remove(entities);
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
        boolean isPostgres = dialect(entities) instanceof PostgreSQLDialect;
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
        return insertIfAbsent(row, entities -> {});
    }

    /**
     * The same with more.
     *
     * @param also is in the same transaction
     * @return whether this call did both; false if the primary key or a unique constraint was taken
     */
    public boolean insertIfAbsent(Object row, Change<RuntimeException> also) {
        try {
            change(entities -> {
                entities.persist(row);
                also.in(entities);
            });
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
        if (!factory.isOpen()) {
            return;
        }
        try {
            HibernateTraces.remove(factory);
        } finally {
            factory.close();
            Schema.close();
        }
    }
}
