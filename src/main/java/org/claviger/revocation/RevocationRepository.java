package org.claviger.revocation;

import jakarta.persistence.EntityManager;
import jakarta.persistence.LockModeType;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.claviger.audit.Audit;
import org.claviger.audit.AuditEvent;
import org.claviger.database.Cleanup.Expiring;
import org.claviger.database.Database;
import org.claviger.database.DatabaseAwayException;
import org.claviger.database.Topic;

/**
 * Writes revocations: one row each, in the transaction of what else ends with it. They are durable before anybody is told of them,
 * and a storage that fails is never a success: {@link DatabaseAwayException} becomes a 503.
 */
public final class RevocationRepository {
    public static final Expiring EXPIRING =
            new Expiring("RevocationRow", "serialNumber", "e.expiresAt <= :then", Duration.ofMinutes(1));

    /** How far the clock of a node that issues tokens may be ahead of the database's. */
    static final Duration CLOCKS_DIFFER = Duration.ofSeconds(1);

    /** For how long at most something new cannot be told from what was ended: a second of clocks, and the rest of another. */
    public static final Duration LONGEST_MOMENT = CLOCKS_DIFFER.plusSeconds(1);

    private final Database database;
    private final RevocationView view;
    private final Function<EntityManager, Instant> time;

    /** @param time the clock of the database, asked within a transaction */
    public RevocationRepository(Database database, RevocationView view, Function<EntityManager, Instant> time) {
        this.database = database;
        this.view = view;
        this.time = time;
    }

    /** What is known in memory. */
    public RevocationView view() {
        return view;
    }

    /** Ends something, for a transaction that does more. */
    @FunctionalInterface
    public interface Ending {
        Revocation end(RevocationKind kind, String name);
    }

    /** SQL that ends something and answers something. */
    @FunctionalInterface
    public interface Work<T, E extends Exception> {
        T in(EntityManager entities, Ending ending) throws E;
    }

    /**
     * Runs the work in a transaction, as {@link Database#transact} does; what it has ended is known to this node when this returns,
     * or refuses, which commits too.
     */
    public <T, E extends Exception> T transact(Work<T, E> work) throws E {
        List<Revocation> written = new ArrayList<>();
        try {
            return database.transact(entities -> work.in(entities, (kind, name) -> {
                Revocation ended = write(entities, kind, name);
                written.add(ended);
                return ended;
            }));
        } catch (RuntimeException undone) {
            written.clear();
            throw undone;
        } finally {
            written.forEach(view::add);
        }
    }

    /**
     * Ends one thing in a transaction of its own; an earlier end of it stays.
     *
     * @param known what the audit is to say beside that: {@code by} whom, or which {@code client} has asked for it
     */
    public Revocation revoke(RevocationKind kind, String name, Map<String, ?> known) {
        Map<String, Object> details = new LinkedHashMap<>(known);
        details.put(kind.value(), name);
        Revocation written = database.transact(entities -> {
            Audit.write(entities, AuditEvent.REVOKED, details);
            return write(entities, kind, name);
        });
        view.add(written);
        return written;
    }

    /**
     * The same for a transaction of somebody else: this node learns of it as other nodes do, within about a second.
     */
    public Revocation write(EntityManager entities, RevocationKind kind, String name) {
        RevocationRow row = new RevocationRow();
        row.kind = kind.name();
        row.name = name;
        row.renew(now(entities), kind);
        row.serialNumber = Database.next(entities, "revocation_number");
        if (insert(entities, row) == 0) { // and whoever has renewed it at this moment has committed
            RevocationRow found = entities.find(
                    RevocationRow.class, new RevocationRow.Key(row.kind, name), LockModeType.PESSIMISTIC_WRITE);
            found.renew(now(entities), kind); // later than whoever was waited for
            found.serialNumber = row.serialNumber;
            row = found;
        }
        database.announce(entities, Topic.REVOCATION, Long.toString(row.serialNumber));
        return row.toRevocation();
    }

    /** The time of the database, asked within a transaction, as fine as the database keeps it. */
    public Instant now(EntityManager entities) {
        return time.apply(entities).truncatedTo(ChronoUnit.MICROS);
    }

    private static int insert(EntityManager entities, RevocationRow row) {
        return entities.createQuery(
                        "insert into RevocationRow (kind, name, serialNumber, revokedAt, issuedBefore, expiresAt)"
                                + " values (:kind, :name, :number, :revoked, :before, :expires) on conflict do nothing")
                .setParameter("kind", row.kind)
                .setParameter("name", row.name)
                .setParameter("number", row.serialNumber)
                .setParameter("revoked", row.revokedAt)
                .setParameter("before", row.issuedBefore)
                .setParameter("expires", row.expiresAt)
                .executeUpdate();
    }

    /**
     * Revocations that have not expired, in the order in which they were written; one whose commit is late may appear before what was
     * listed already.
     *
     * @param after the serial number after which to go on
     */
    public List<Revocation> list(long after, int limit) {
        return database
                .transact(entities -> entities.createQuery(
                                "from RevocationRow where serialNumber > :after and expiresAt > :now order by serialNumber",
                                RevocationRow.class)
                        .setParameter("after", after)
                        .setParameter("now", time.apply(entities))
                        .setMaxResults(limit)
                        .getResultList())
                .stream()
                .filter(row -> RevocationKind.isKnown(row.kind))
                .map(RevocationRow::toRevocation)
                .toList();
    }

    /**
     * JPQL that holds unless what came from a sign-in at this instant has been ended by subject, by client or with everything: for the
     * statement that decides, so that no node can be late.
     */
    public static String notEnded(String subject, String client, String signedIn) {
        return unless("SUBJECT", subject, signedIn)
                + unless("CLIENT", client, signedIn)
                + unless("EVERYTHING", "''", signedIn);
    }

    // Three, because a database finds each by its primary key; joined by "or" it may read the whole table.
    private static String unless(String kind, String name, String signedIn) {
        return " and not exists (select 1 from RevocationRow r%1$s where r%1$s.kind = '%1$s' and r%1$s.name = %2$s and r%1$s.issuedBefore > %3$s)"
                .formatted(kind, name, signedIn);
    }
}
