package org.claviger.audit;

import jakarta.persistence.EntityManager;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Semaphore;
import org.claviger.audit.AuditChain.End;
import org.claviger.audit.AuditChain.Verification;
import org.claviger.audit.AuditChain.Waiting;
import org.claviger.database.Database;
import org.jspecify.annotations.Nullable;

/** Looks at the chain, and changes nothing. */
final class ChainVerification {
    static final String HEAD = "head";
    static final String ANCHOR = "anchor";

    private final Database database;
    private final ChainSeals seals;
    private final Clock clock;
    private final Semaphore alone = new Semaphore(1);

    /** @param clock as that of the keys */
    ChainVerification(Database database, ChainSeals seals, Clock clock) {
        this.database = database;
        this.seals = seals;
        this.clock = clock;
    }

    /** {@link AuditChain#verify}. */
    Optional<Verification> verify(Optional<End> noted) {
        if (!alone.tryAcquire()) {
            return Optional.empty();
        }
        try {
            return Optional.of(verifyAlone(noted));
        } finally {
            alone.release();
        }
    }

    private Verification verifyAlone(Optional<End> noted) {
        Verification found = walk(ends(), noted);
        while (!found.isWhole()) {
            Ends now = ends();
            if (!isOvertaken(found, now)) {
                return found;
            }
            found = walk(now, noted);
        }
        return found;
    }

    /** Whether what seemed to be broken was removed meanwhile because of its age. */
    private static boolean isOvertaken(Verification found, Ends now) {
        return now.begin != null
                && now.end != null
                && now.begin.chainPosition > found.begin().position()
                && now.begin.chainPosition >= found.brokenAt().orElseThrow();
    }

    private Verification walk(Ends ends, Optional<End> noted) {
        Waiting waiting = waiting();
        if (ends.begin == null || ends.end == null) {
            boolean nothingYet = ends.nothingYet && noted.isEmpty();
            return new Verification(
                    nothingYet ? OptionalLong.empty() : OptionalLong.of(1),
                    nothingYet
                            ? ""
                            : ends.begin == null && ends.end == null
                                    ? "both ends of the chain are missing in the table audit_chain"
                                    : "an end of the chain is missing in the table audit_chain",
                    new End(0, ""),
                    new End(0, ""),
                    waiting);
        }
        End begin = ChainSeals.end(ends.begin);
        End end = ChainSeals.end(ends.end);
        if (!seals.isSealed(ends.begin)) {
            return broken(
                    begin.position(), "the beginning of the chain is not the one that was sealed", begin, end, waiting);
        }
        if (!seals.isSealed(ends.end)) {
            return broken(end.position(), "the end of the chain is not the one that was sealed", begin, end, waiting);
        }
        ChainWalk walk = new ChainWalk(seals, begin, end, noted);
        return problem(walk)
                .map(problem -> broken(walk.at().position() + 1, problem, begin, end, waiting))
                .orElse(new Verification(OptionalLong.empty(), "", begin, end, waiting));
    }

    private static Verification broken(long position, String problem, End begin, End end, Waiting waiting) {
        return new Verification(OptionalLong.of(position), problem, begin, end, waiting);
    }

    private Optional<String> problem(ChainWalk walk) {
        List<AuditRow> rows;
        do {
            rows = sealedAfter(walk.at());
            for (AuditRow row : rows) {
                Optional<String> problem = walk.step(row);
                if (problem.isPresent()) {
                    return problem;
                }
            }
        } while (rows.size() == AuditChain.BATCH);
        return walk.arrive();
    }

    /**
     * The ends as they stand.
     *
     * @param nothingYet whether there are none because nothing has ever been sealed: the installation is new
     */
    record Ends(@Nullable AuditChainRow begin, @Nullable AuditChainRow end, boolean nothingYet) {}

    Ends ends() {
        return database.transact(this::ends);
    }

    /** The same in a transaction that goes on with them. */
    Ends ends(EntityManager entities) {
        AuditChainRow begin = entities.find(AuditChainRow.class, ANCHOR);
        AuditChainRow end = entities.find(AuditChainRow.class, HEAD);
        return new Ends(
                begin, end, begin == null && end == null && seals.mayBegin(clock.instant()) && !isAnySealed(entities));
    }

    private static boolean isAnySealed(EntityManager entities) {
        return !entities.createQuery("select id from AuditRow where chainPosition is not null", Long.class)
                .setMaxResults(1)
                .getResultList()
                .isEmpty();
    }

    /** The rows after this one, at most a batch of them. */
    List<AuditRow> sealedAfter(End last) {
        return database.transact(entities -> entities.createQuery(
                        "from AuditRow where chainPosition > :position order by chainPosition", AuditRow.class)
                .setParameter("position", last.position())
                .setMaxResults(AuditChain.BATCH)
                .getResultList());
    }

    private Waiting waiting() {
        Object[] found = database.transact(entities -> entities.createQuery(
                        "select count(*), min(occurredAt) from AuditRow where chainPosition is null", Object[].class)
                .getSingleResult());
        return new Waiting((Long) found[0], Optional.ofNullable((Instant) found[1]));
    }
}
