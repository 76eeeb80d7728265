package org.claviger.browser;

import jakarta.persistence.EntityManager;
import java.lang.System.Logger.Level;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.claviger.audit.Audit;
import org.claviger.audit.AuditEvent;
import org.claviger.database.Database;
import org.claviger.database.WatchedClock;
import org.claviger.key.Seals;
import org.claviger.oauth.ClientId;
import org.claviger.oauth.FamilyId;
import org.claviger.oauth.Subject;

/**
 * Browser sessions in the database.
 *
 * @param time the clock of the database, by which all nodes agree: that of a node may be wrong
 */
record SessionStore(Database database, Seals seals, Function<EntityManager, Instant> time) {
    private static final System.Logger LOG = System.getLogger("org.claviger");

    /** Keeps a new session, and accounts for it, in the transaction that consumes its code. */
    static void insert(EntityManager entities, Sealed sealed) {
        Stored session = sealed.session;
        BrowserSessionRow row = new BrowserSessionRow();
        row.idHash = session.idHash();
        row.application = session.application();
        row.clientId = session.client().value();
        row.subject = session.subject().value();
        row.familyId = session.family().value();
        row.generation = session.generation();
        row.sealedToken = sealed.sealedToken;
        row.issuedAt = session.issuedAt();
        row.tokenExpiresAt = session.tokenExpiresAt();
        row.createdAt = session.createdAt();
        row.lastUsedAt = session.lastUsedAt();
        row.expiresAt = session.expiresAt();
        entities.persist(row);
        Audit.write(
                entities,
                AuditEvent.BROWSER_SESSION_OPENED,
                details(session, Map.of("by", session.subject().value())));
    }

    /** The session of this hash; empty too if its token does not open: somebody has changed the row. */
    Optional<Stored> find(String idHash) {
        return Optional.ofNullable(database.transact(entities -> entities.find(BrowserSessionRow.class, idHash)))
                .flatMap(this::open);
    }

    private Optional<Stored> open(BrowserSessionRow row) {
        Stored closed = new Stored(
                row.idHash,
                row.application,
                new ClientId(row.clientId),
                new Subject(row.subject),
                new FamilyId(row.familyId),
                row.generation,
                "",
                row.issuedAt,
                row.tokenExpiresAt,
                row.createdAt,
                row.lastUsedAt,
                row.expiresAt);
        Optional<String> token = seals.open(row.sealedToken, closed.place());
        if (token.isEmpty()) {
            LOG.log(
                    Level.ERROR,
                    "CLAVIGER-1003 the browser session of the family {0} does not open: it was altered in the database, or"
                            + " sealed by a key that this node has not; it counts for nothing",
                    row.familyId);
        }
        return token.map(clear -> new Stored(
                closed.idHash(),
                closed.application(),
                closed.client(),
                closed.subject(),
                closed.family(),
                closed.generation(),
                clear,
                closed.issuedAt(),
                closed.tokenExpiresAt(),
                closed.createdAt(),
                closed.lastUsedAt(),
                closed.expiresAt()));
    }

    /** A session with its token sealed: what takes its time, and is done before the transaction. */
    record Sealed(Stored session, String sealedToken) {
        @Override
        public String toString() {
            return "Sealed[" + session + "]";
        }
    }

    Sealed seal(Stored session) {
        return new Sealed(session, seals.seal(session.token(), session.place()));
    }

    /** Writes what a renewal has made, in the transaction that decides whose it is. */
    static void update(EntityManager entities, Sealed renewed) {
        Stored session = renewed.session;
        entities.createQuery("update BrowserSessionRow set generation = :generation, sealedToken = :token,"
                        + " issuedAt = :issuedAt, tokenExpiresAt = :expiresAt"
                        + " where idHash = :idHash and generation = :before")
                .setParameter("generation", session.generation())
                .setParameter("token", renewed.sealedToken)
                .setParameter("issuedAt", session.issuedAt())
                .setParameter("expiresAt", session.tokenExpiresAt())
                .setParameter("idHash", session.idHash())
                .setParameter("before", session.generation() - 1)
                .executeUpdate();
    }

    /** Notes that it is used at this moment. */
    void noteUse(String idHash) {
        database.change(entities -> entities.createQuery("update BrowserSessionRow set lastUsedAt = :now"
                        + " where idHash = :idHash and lastUsedAt < :now")
                .setParameter("now", time.apply(entities).truncatedTo(ChronoUnit.MICROS))
                .setParameter("idHash", idHash)
                .executeUpdate());
    }

    /** Whether that instant has come, but for what clocks may differ. */
    boolean hasCome(Instant instant) {
        return !instant.isAfter(database.transact(time::apply).plus(WatchedClock.TOLERANCE));
    }

    /** Takes a session away, and accounts for that if it was there: of many calls for one session one does. */
    void delete(Stored session, String reason, String by) {
        database.change(entities -> {
            int deleted = entities.createQuery("delete from BrowserSessionRow where idHash = :idHash")
                    .setParameter("idHash", session.idHash())
                    .executeUpdate();
            if (deleted == 1) {
                Audit.write(
                        entities,
                        AuditEvent.BROWSER_SESSION_ENDED,
                        details(session, Map.of("reason", reason, "by", by)));
            }
        });
    }

    private static Map<String, Object> details(Stored session, Map<String, String> more) {
        Map<String, Object> details = new LinkedHashMap<>(more);
        details.put("application", session.application());
        details.put("client", session.client());
        details.put("subject", session.subject());
        details.put("family", session.family());
        return details;
    }
}
