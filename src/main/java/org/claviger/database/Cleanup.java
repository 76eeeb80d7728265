package org.claviger.database;

import jakarta.persistence.EntityManager;
import jakarta.persistence.Query;
import java.lang.System.Logger.Level;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Removes rows that have expired, on one node at a time. Every few minutes it sweeps through each table in the order of its key, a few
 * hundred rows in a transaction and for a fraction of each second, so that it needs no index of its own and nobody waits for it.
 */
public final class Cleanup {
    /** How many rows one transaction looks at, and so removes at most. */
    static final int BATCH = 500;

    private static final System.Logger LOG = System.getLogger("org.claviger");

    /** Of each second, in which {@link #run} is called. */
    private static final Duration BUDGET = Duration.ofMillis(200);

    /** What is worth a line of the log. */
    private static final int MANY = 10_000;

    /** Of the rows of a table, which would take long to count. */
    private static final long UNKNOWN = -1;

    private static final Duration SWEEP_EVERY = Duration.ofMinutes(5);

    /** For how long a node that has stopped keeps others from cleaning up, beyond its next sweep. */
    private static final Duration LEASE = Duration.ofMinutes(1);

    private final Database database;
    private final List<Expiring> tables;
    private final Lease lease;
    private final Clock clock;
    private final Function<EntityManager, Instant> time;

    private Instant sweepAt = Instant.MIN;
    private boolean sweeping;
    private boolean late;
    private int table;
    private Optional<Object> after = Optional.empty();
    private final AtomicLongArray left;
    private volatile @Nullable Instant sweptAt;
    private long removed;
    private Instant begunAt = Instant.MIN;

    /**
     * Rows that expire.
     *
     * @param entity and its alias is {@code e}
     * @param key an attribute with an index, by which a sweep goes through the table; several rows may have the same
     * @param expired JPQL that holds for rows that had expired at {@code :then}
     * @param grace for how long an expired row is kept
     */
    public record Expiring(String entity, String key, String expired, Duration grace) {}

    /**
     * @param node a name that no other node has
     * @param clock says when to go on, and for how long
     * @param time the clock of the database, by which the lease ends, and what is removed has expired: that of a node may be wrong
     */
    public Cleanup(
            Database database, List<Expiring> tables, String node, Clock clock, Function<EntityManager, Instant> time) {
        this.time = time;
        this.database = database;
        this.tables = List.copyOf(tables);
        this.left = new AtomicLongArray(tables.size());
        this.lease = new Lease(database, "cleanup", node, clock, time);
        this.clock = clock;
    }

    /**
     * How many expired rows are left, as counted when this node began a sweep; empty until they are swept if it took too long to count them;
     * 0 on a node that does not clean up.
     */
    public OptionalLong backlog() {
        long sum = 0;
        for (int i = 0; i < left.length(); i++) {
            long rows = left.get(i);
            if (rows == UNKNOWN) {
                return OptionalLong.empty();
            }
            sum += rows;
        }
        return OptionalLong.of(sum);
    }

    /**
     * How long ago the last sweep began that has been through all tables: what had expired by then is gone. Before there was one, since when this
     * node cleans up; zero on a node that does not.
     */
    public Duration sweepAge() {
        Instant known = sweptAt;
        Instant now = clock.instant();
        return known == null || now.isBefore(known) ? Duration.ZERO : Duration.between(known, now);
    }

    /** Whether it is this node that cleans up. */
    public boolean isOurs() {
        return lease.isHeld();
    }

    /** Goes on cleaning up for a moment, if it is time and no other node does; called every second. */
    public void run() {
        Instant now = clock.instant();
        if (!sweeping
                && now.isBefore(sweepAt)
                && !sweepAt.isAfter(now.plus(SWEEP_EVERY))) { // else the clock was set back
            return;
        }
        if (!lease.hold(LEASE)) {
            sweeping = false;
            sweptAt = null;
            for (int i = 0; i < left.length(); i++) {
                left.set(i, 0);
            }
            sweepAt = now.plus(LEASE);
            return;
        }
        if (sweptAt == null) {
            sweptAt = now;
        }
        if (!sweeping) {
            begin(now);
        }
        warnIfLate(now);
        do {
            sweepBatch();
        } while (sweeping && clock.instant().isBefore(now.plus(BUDGET)));
        if (!sweeping) {
            sweptAt = begunAt;
            Duration next = Duration.between(now, sweepAt); // longer than the usual only by a clock that was set back
            lease.hold((next.compareTo(SWEEP_EVERY) < 0 ? next : SWEEP_EVERY).plus(LEASE));
            sayIfMany();
        }
    }

    private void begin(Instant now) {
        sweeping = true;
        late = false;
        table = 0;
        after = Optional.empty();
        sweepAt = now.plus(SWEEP_EVERY);
        begunAt = now;
        removed = 0;
        for (int i = 0; i < tables.size(); i++) {
            Expiring rows = tables.get(i);
            left.set(i, Database.counted(() -> count(rows)).orElse(UNKNOWN));
        }
    }

    private long count(Expiring rows) {
        return database.transact(entities -> entities.createQuery(
                        "select count(*) from " + rows.entity + " e where " + rows.expired, Long.class)
                .setParameter("then", time.apply(entities).minus(rows.grace))
                .setHint(Database.TIMEOUT, Database.LONGEST_COUNT)
                .getSingleResult());
    }

    private void warnIfLate(Instant now) {
        if (!late && now.isAfter(sweepAt)) {
            late = true;
            OptionalLong rows = backlog();
            LOG.log(
                    Level.WARNING,
                    "CLAVIGER-0602 cleanup does not keep up; expired rows that are left: {0}",
                    rows.isPresent() ? rows.getAsLong() : "too many to count");
        }
    }

    private void sayIfMany() {
        if (removed >= MANY) {
            LOG.log(
                    Level.INFO,
                    "CLAVIGER-0604 {0} expired rows were removed within {1} s",
                    removed,
                    Duration.between(begunAt, clock.instant()).toSeconds());
        }
    }

    private void sweepBatch() {
        Expiring rows = tables.get(table);
        Optional<Object> from = after;
        after = database.transact(entities -> {
            List<Object> keys = ranged(
                            entities.createQuery(
                                    "select e.%1$s from %2$s e where %3$s order by e.%1$s"
                                            .formatted(rows.key, rows.entity, range(rows, from)),
                                    Object.class),
                            from)
                    .setMaxResults(BATCH)
                    .getResultList();
            if (keys.isEmpty()) {
                return Optional.empty();
            }
            Object last = keys.get(keys.size() - 1);
            int gone = ranged(
                            entities.createQuery("delete from %2$s e where %3$s and e.%1$s <= :last and (%4$s)"
                                    .formatted(rows.key, rows.entity, range(rows, from), rows.expired)),
                            from)
                    .setParameter("last", last)
                    .setParameter("then", time.apply(entities).minus(rows.grace))
                    .executeUpdate();
            removed += gone;
            left.updateAndGet(table, known -> known == UNKNOWN ? UNKNOWN : Math.max(0, known - gone));
            return keys.size() < BATCH ? Optional.empty() : Optional.of(last);
        });
        if (after.isEmpty()) {
            left.set(table, 0);
            table++;
            sweeping = table < tables.size();
        }
    }

    private static String range(Expiring rows, Optional<Object> from) {
        return from.isPresent() ? "e." + rows.key + " > :from" : "1 = 1";
    }

    private static <Q extends Query> Q ranged(Q query, Optional<Object> from) {
        from.ifPresent(key -> query.setParameter("from", key));
        return query;
    }
}
