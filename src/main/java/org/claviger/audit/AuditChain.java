package org.claviger.audit;

import static org.claviger.audit.ChainVerification.ANCHOR;
import static org.claviger.audit.ChainVerification.HEAD;

import jakarta.persistence.EntityManager;
import java.lang.System.Logger.Level;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.function.Supplier;
import org.claviger.audit.ChainVerification.Ends;
import org.claviger.database.Database;
import org.claviger.database.Lease;
import org.jspecify.annotations.Nullable;

/**
 * Makes it evident that somebody has changed or removed rows of the audit: each has a MAC over its content and the MAC of the row before. Whoever
 * writes an event waits for nobody; one node gives the rows their order afterwards, every second. What is older than it is to be kept goes from
 * the beginning, and the chain then begins after it.
 */
public final class AuditChain {
    /** How many rows one transaction seals or removes. */
    static final int BATCH = 500;

    private static final System.Logger LOG = System.getLogger("org.claviger");

    /** How long others wait for a node that has stopped. */
    private static final Duration LEASE = Duration.ofSeconds(10);

    /** Of each second, in which {@link #run} is called. */
    private static final Duration BUDGET = Duration.ofMillis(200);

    /** The log has the end of the chain this often, so that who cuts it off has to change the log too. */
    private static final Duration SAY_EVERY = Duration.ofHours(1);

    private static final Duration FORGET_EVERY = Duration.ofMinutes(1);

    private final Database database;
    private final ChainSeals seals;
    private final ChainVerification verification;
    private final Supplier<Duration> retention;
    private final Lease lease;
    private final Clock clock;
    private final Function<EntityManager, Instant> time;

    private Instant leaseAt = Instant.MIN;
    private Instant forgetAt = Instant.MIN;
    private Instant sayAt = Instant.MIN;
    private boolean holding;
    private boolean sealsAll;
    private volatile @Nullable Instant sealedAt;
    private long said = -1;
    private volatile String saidProblem = "";
    private volatile boolean wentBack;
    private volatile boolean foundBroken;
    private Optional<End> known = Optional.empty();

    /** MACs under a key that serves nothing else. */
    public interface Seals {
        /** When the first key was made: nothing can have been sealed before. */
        Instant since();

        /** The version to make new ones with. */
        int version();

        /** The MAC under that version, in base64url. */
        String mac(int version, String text);

        /** Whether that is the MAC; false for a version that is not there. */
        boolean verify(int version, String text, String mac);
    }

    /**
     * An end of the chain.
     *
     * @param position 0 before the first row
     * @param mac of the row at that position; empty for 0
     */
    public record End(long position, String mac) {}

    /**
     * Rows that wait to be sealed.
     *
     * @param since when the first of them was written; empty if there are none
     */
    public record Waiting(long rows, Optional<Instant> since) {}

    /**
     * What a look at the whole chain has found.
     *
     * @param brokenAt the first position at which it is not what was sealed; empty if all of it is
     * @param problem what is wrong there, for people; empty as above
     * @param begin after which the chain begins: what was there before has been removed as too old
     * @param end what was sealed last
     * @param waiting what is not sealed yet
     */
    public record Verification(OptionalLong brokenAt, String problem, End begin, End end, Waiting waiting) {
        public boolean isWhole() {
            return brokenAt.isEmpty();
        }
    }

    /**
     * @param retention for how long rows are kept, at this moment
     * @param node a name that no other node has
     * @param time the clock of the database
     */
    public AuditChain(
            Database database,
            Seals seals,
            Supplier<Duration> retention,
            String node,
            Clock clock,
            Function<EntityManager, Instant> time) {
        this.database = database;
        this.seals = new ChainSeals(seals);
        this.verification = new ChainVerification(database, this.seals, clock);
        this.retention = retention;
        this.lease = new Lease(database, "audit", node, clock, time);
        this.clock = clock;
        this.time = time;
    }

    /** Begins the chain of a new installation; called at each start. Later, that there is none is a break. */
    public void begin() {
        database.change(entities -> {
            if (verification.ends(entities).nothingYet()) {
                begin(entities);
            }
        });
    }

    /** Seals what has come, and removes what is too old, if no other node does; called every second. */
    public void run() {
        Instant now = clock.instant();
        if (!now.isBefore(leaseAt) || leaseAt.isAfter(now.plus(LEASE))) {
            holding = lease.hold(LEASE);
            leaseAt = now.plus(LEASE.dividedBy(3));
        }
        if (!holding) {
            sealedAt = null; // what is known of the end stays: another node goes on from there, and never back
            return;
        }
        if (sealedAt == null) {
            sealedAt = now;
        }
        boolean more;
        do {
            more = seal();
        } while (more && clock.instant().isBefore(now.plus(BUDGET)));
        if (!more && sealsAll) {
            sealedAt = now;
        }
        if (!more
                && (!now.isBefore(forgetAt) || forgetAt.isAfter(now.plus(FORGET_EVERY)))) { // or the clock was set back
            more = forget();
            forgetAt = more ? now : now.plus(FORGET_EVERY);
        }
        sayEnd(now);
    }

    /** @param ends as they stand; none of them where there was nothing yet */
    private record Batch(List<AuditChainRow> ends, End end, List<AuditRow> rows) {}

    /** Seals what is there, a batch of it; whether there may be more. */
    boolean seal() {
        Optional<Batch> read = database.transact(this::readUnsealed);
        sealsAll = read.isPresent() && areSealed(read.get().ends); // who goes on from other ends would make them true
        if (!sealsAll) {
            return false;
        }
        Batch batch = read.orElseThrow();
        if (known.filter(last -> last.position > batch.end.position).isPresent()) {
            wentBack = true;
            sayOnce("ends at position " + batch.end.position + ", and this node has sealed " + known.get().position
                    + ": its end was removed, or the database restored from a backup");
        }
        known = Optional.of(batch.end);
        if (batch.rows.isEmpty()) {
            return false;
        }
        int version = seals.version();
        List<String> macs = new ArrayList<>();
        End last = batch.end;
        for (AuditRow row : batch.rows) {
            last = new End(last.position + 1, seals.mac(version, last, row));
            macs.add(last.mac);
        }
        End end = last;
        AuditChainRow head = seals.row(HEAD, end);
        if (database.transact(entities -> write(entities, batch, macs, version, head))) {
            known = Optional.of(end);
        }
        return batch.rows.size() == BATCH;
    }

    /** Whatever their numbers: a row that was committed late has a lower one than others that are sealed already. */
    private Optional<Batch> readUnsealed(EntityManager entities) {
        Ends ends = verification.ends(entities);
        if (ends.begin() == null || ends.end() == null) {
            if (!ends.nothingYet()) {
                sayOnce("has lost " + (ends.begin() == null && ends.end() == null ? "both its ends" : "one of its ends")
                        + ": nothing is sealed until the table audit_chain is what it was");
                return Optional.empty();
            }
            begin(entities);
            return Optional.of(new Batch(List.of(), new End(0, ""), List.of()));
        }
        return Optional.of(new Batch(
                List.of(ends.begin(), ends.end()),
                ChainSeals.end(ends.end()),
                entities.createQuery("from AuditRow where chainPosition is null order by id", AuditRow.class)
                        .setMaxResults(BATCH)
                        .getResultList()));
    }

    /** Nodes that start together all come here. */
    private void begin(EntityManager entities) {
        for (String name : List.of(ANCHOR, HEAD)) {
            AuditChainRow row = seals.row(name, new End(0, ""));
            entities.createQuery("insert into AuditChainRow (name, chainPosition, mac, seal)"
                            + " values (:name, :position, :mac, :seal) on conflict do nothing")
                    .setParameter("name", row.name)
                    .setParameter("position", row.chainPosition)
                    .setParameter("mac", row.mac)
                    .setParameter("seal", row.seal)
                    .executeUpdate();
        }
    }

    /** One conditional update decides who goes on; there is no second chain. */
    private boolean write(EntityManager entities, Batch batch, List<String> macs, int version, AuditChainRow head) {
        if (!replace(entities, head, batch.end)) {
            return false;
        }
        for (int i = 0; i < macs.size(); i++) {
            int written = entities.createQuery(
                            "update AuditRow set chainPosition = :position, mac = :mac, macKeyVersion = :version"
                                    + " where id = :id and chainPosition is null")
                    .setParameter("position", batch.end.position + i + 1)
                    .setParameter("mac", macs.get(i))
                    .setParameter("version", version)
                    .setParameter("id", batch.rows.get(i).id)
                    .executeUpdate();
            if (written != 1) {
                throw new IllegalStateException("the audit event " + batch.rows.get(i).id + " was there a moment ago");
            }
        }
        return true;
    }

    private static boolean replace(EntityManager entities, AuditChainRow row, End before) {
        return entities.createQuery("update AuditChainRow set chainPosition = :position, mac = :mac, seal = :seal"
                                + " where name = :name and chainPosition = :before and mac = :beforeMac")
                        .setParameter("position", row.chainPosition)
                        .setParameter("mac", row.mac)
                        .setParameter("seal", row.seal)
                        .setParameter("name", row.name)
                        .setParameter("before", before.position)
                        .setParameter("beforeMac", before.mac)
                        .executeUpdate()
                == 1;
    }

    /**
     * Removes sealed rows from the beginning that are older than they are to be kept, a batch of them; whether there may be more. What goes
     * is looked at first as by a verification: afterwards nobody could tell what it was, and a new anchor would make good of it.
     */
    boolean forget() {
        Duration kept = retention.get();
        Ends ends = verification.ends();
        if (ends.begin() == null || ends.end() == null || !areSealed(List.of(ends.begin(), ends.end()))) {
            return false;
        }
        End begin = ChainSeals.end(ends.begin());
        ChainWalk walk = new ChainWalk(seals, begin, ChainSeals.end(ends.end()), Optional.empty());
        List<AuditRow> gone = new ArrayList<>();
        List<AuditRow> oldest = verification.sealedAfter(begin);
        Instant before = database.transact(time::apply).minus(kept);
        for (AuditRow row : oldest) {
            if (!Objects.requireNonNull(row.occurredAt).isBefore(before)) {
                break;
            }
            Optional<String> problem = walk.step(row);
            if (problem.isPresent()) {
                AuditChainRow now = database.transact(entities -> entities.find(AuditChainRow.class, ANCHOR));
                if (now != null && now.chainPosition == begin.position) { // and no other node was faster
                    sayOnce("is broken at position " + (walk.at().position + 1) + ", " + problem.get()
                            + ": nothing is removed because of its age");
                }
                return false;
            }
            gone.add(row);
        }
        if (gone.isEmpty()) {
            return false;
        }
        AuditChainRow anchor = seals.row(ANCHOR, walk.at());
        database.change(entities -> {
            if (replace(entities, anchor, begin)) {
                entities.createQuery("delete from AuditRow where chainPosition <= :position")
                        .setParameter("position", anchor.chainPosition)
                        .executeUpdate();
            }
        });
        return gone.size() == BATCH;
    }

    private void sayEnd(Instant now) {
        if (!now.isBefore(sayAt) || sayAt.isAfter(now.plus(SAY_EVERY))) { // or the clock was set back
            sayAt = now.plus(SAY_EVERY);
            known.filter(end -> end.position != said).ifPresent(end -> {
                said = end.position;
                LOG.log(
                        Level.INFO,
                        "CLAVIGER-0901 the audit is sealed up to position {0}, MAC {1}",
                        Long.toString(end.position),
                        end.mac);
            });
        }
    }

    /** Since when this node, if it seals, has not sealed all that there is: a gauge. Zero on a node that does not seal. */
    public Duration unsealed() {
        Instant known = sealedAt;
        Instant now = clock.instant();
        return known == null || now.isBefore(known) ? Duration.ZERO : Duration.between(known, now);
    }

    /** Whether it is this node that seals. */
    public boolean isOurs() {
        return lease.isHeld();
    }

    /**
     * Whether this node has found that it is not what was sealed: by the last look at all of it, or as the log says since then. That it went back
     * is nothing that such a look could find mended: it holds until this node starts again.
     */
    public boolean isBroken() {
        return wentBack || !saidProblem.isEmpty() || foundBroken;
    }

    private void sayOnce(String problem) {
        if (!problem.equals(saidProblem)) {
            saidProblem = problem;
            LOG.log(Level.ERROR, "CLAVIGER-0902 the chain of the audit {0}", problem);
        }
    }

    private boolean areSealed(List<AuditChainRow> ends) {
        for (AuditChainRow row : ends) {
            if (!seals.isSealed(row)) {
                sayOnce("has an end that is not the one that was sealed, " + row.name
                        + ": nothing is sealed or removed until the table audit_chain is what it was");
                return false;
            }
        }
        return true;
    }

    /**
     * Looks at the whole chain, which takes its time.
     *
     * @param noted an end that was seen before, in the log for instance: whether the chain still has it
     * @return empty if this node is doing so already
     */
    public Optional<Verification> verify(Optional<End> noted) {
        Optional<Verification> found = verification.verify(noted);
        if (noted.isEmpty()) { // an end that somebody made up proves nothing
            found.ifPresent(this::keep);
        }
        return found;
    }

    private void keep(Verification seen) {
        foundBroken = !seen.isWhole();
        if (seen.isWhole()) {
            saidProblem = ""; // the next is said, whatever it is
        }
    }
}
