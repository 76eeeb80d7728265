package org.claviger.database;

import jakarta.persistence.TypedQuery;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Tells this node what others have changed: one look at one table, every half second and when somebody says that it is worth it.
 *
 * <p>Numbers are taken before a commit, without any lock, so a number may appear long after higher ones. Every number that was passed
 * and not seen is therefore remembered as a gap and looked for again, for longer than a transaction can live after it has taken a
 * number ({@link #LONGEST_COMMIT}). The last row that was seen is read again with every look: if it is not there, rows may be missing
 * that were never seen, because this node has slept for longer than rows are kept or the database was restored; then everything is read
 * again. So it is every few minutes too.
 */
public final class ChangeFeed {
    /** Rows are kept for longer than any node that still answers goes without a look; the newest stays. */
    public static final Cleanup.Expiring EXPIRING = new Cleanup.Expiring(
            "ChangeRow",
            "number",
            "e.writtenAt <= :then and e.number < (select max(newest.number) from ChangeRow newest)",
            Duration.ofHours(1));

    /**
     * A number is taken by the last statement before a commit ({@link Database#announce}). PostgreSQL ends a statement after
     * {@link ConfiguredDataSource#STATEMENT_TIMEOUT}, that one and the commit, and a transaction that is idle between them after
     * {@link ConfiguredDataSource#IDLE_TIMEOUT}: 50 s. The rest is to spare.
     */
    static final Duration LONGEST_COMMIT = Duration.ofMinutes(5);

    private static final System.Logger LOG = System.getLogger("org.claviger");
    private static final int PAGE = 10_000;

    /** What is beyond waits for everything to be read again. */
    private static final int MOST_GAPS = 1_000;

    /** How far below the oldest row a transaction may be under way when a node starts. */
    private static final int MARGIN = 100;

    private final Database database;
    private final Freshness freshness;
    private final Map<Topic, Reader> readers = new EnumMap<>(Topic.class);

    /** Each since when it is known, so that the time for which it is looked for does not depend on any clock of others. */
    private final TreeMap<Long, Long> gaps = new TreeMap<>();

    private final Map<Topic, Set<String>> changed = new EnumMap<>(Topic.class);
    private final Set<Topic> whole = EnumSet.noneOf(Topic.class);
    private long seen;
    private Instant seenWrittenAt = Instant.MIN;
    private long wholeAt;
    private boolean saidStale;

    /** Reads again what has changed of a topic. */
    public interface Reader {
        /** These, or more. */
        void read(Set<String> names);

        /** All there is. */
        void readAll();
    }

    private ChangeFeed(Database database, Freshness freshness) {
        this.database = database;
        this.freshness = freshness;
    }

    /** Begins: what is read from the tables after this is followed without a gap. */
    public static ChangeFeed open(Database database, Freshness freshness) {
        ChangeFeed feed = new ChangeFeed(database, freshness);
        Freshness.Moment begun = freshness.now();
        feed.begin(begun.nanos());
        freshness.renew(begun);
        return feed;
    }

    /** Who reads a topic of which there are few. */
    public ChangeFeed on(Topic topic, Runnable readAll) {
        return on(topic, new Reader() {
            @Override
            public void read(Set<String> names) {
                readAll.run();
            }

            @Override
            public void readAll() {
                readAll.run();
            }
        });
    }

    public ChangeFeed on(Topic topic, Reader reader) {
        readers.put(topic, reader);
        return this;
    }

    public Freshness freshness() {
        return freshness;
    }

    /**
     * Looks. What cannot be read now is tried again with the next look, and as long as anything is left this node becomes staler;
     * the first exception is thrown when everybody else has read.
     */
    public synchronized void poll() {
        Freshness.Moment begun = freshness.now();
        try {
            look(begun.nanos());
            read();
            freshness.renew(begun);
        } finally {
            say();
        }
    }

    /** How many numbers are looked for that were passed and not seen. */
    synchronized int gaps() {
        return gaps.size();
    }

    private void look(long now) {
        if (now - wholeAt >= LONGEST_COMMIT.toNanos()) {
            wholeAt = now;
            whole.addAll(readers.keySet());
        }
        List<ChangeRow> page;
        do {
            page = next();
            if (seen > 0 && page.stream().noneMatch(this::isLastSeen)) {
                LOG.log(
                        Level.WARNING,
                        "CLAVIGER-0701 the last change that this node has read is gone: it has slept for long, or the database was"
                                + " restored from a backup (see the README, \"Revocation\"); everything is read again");
                begin(now);
                whole.addAll(readers.keySet());
                return;
            }
            page.forEach(row -> take(row, now));
        } while (page.size() == PAGE);
        gaps.values().removeIf(known -> now - known > LONGEST_COMMIT.toNanos());
    }

    private boolean isLastSeen(ChangeRow row) {
        return row.number == seen && row.writtenAt.equals(seenWrittenAt);
    }

    private List<ChangeRow> next() {
        return database.transact(entities -> {
            TypedQuery<ChangeRow> query = entities.createQuery(
                            "from ChangeRow where number >= :seen" + (gaps.isEmpty() ? "" : " or number in :gaps")
                                    + " order by number",
                            ChangeRow.class)
                    .setParameter("seen", seen)
                    .setMaxResults(PAGE);
            return (gaps.isEmpty() ? query : query.setParameter("gaps", gaps.keySet())).getResultList();
        });
    }

    private void take(ChangeRow row, long now) {
        if (row.number > seen) {
            pass(seen + 1, row.number, now);
            seen = row.number;
            seenWrittenAt = row.writtenAt;
        } else if (gaps.remove(row.number) == null) {
            return;
        }
        Topic.find(row.topic).filter(readers::containsKey).ifPresent(topic -> changed.computeIfAbsent(
                        topic, none -> new HashSet<>())
                .add(row.name));
    }

    private void pass(long from, long to, long now) {
        for (long number = Math.max(from, to - MOST_GAPS); number < to; number++) {
            gaps.put(number, now);
        }
        while (gaps.size() > MOST_GAPS) {
            gaps.pollFirstEntry();
        }
    }

    /** Begins with the newest row; what may be under way below it is a gap. */
    private void begin(long now) {
        List<ChangeRow> latest = new ArrayList<>(database.transact(
                entities -> entities.createQuery("from ChangeRow order by number desc", ChangeRow.class)
                        .setMaxResults(MOST_GAPS)
                        .getResultList()));
        gaps.clear();
        seen = 0;
        if (!latest.isEmpty()) {
            seen = Math.max(0, latest.get(latest.size() - 1).number - MARGIN - 1);
            for (int i = latest.size() - 1; i >= 0; i--) {
                pass(seen + 1, latest.get(i).number, now);
                seen = latest.get(i).number;
            }
            seenWrittenAt = latest.get(0).writtenAt;
        }
        wholeAt = now;
    }

    private void read() {
        List<RuntimeException> faults = new ArrayList<>();
        readers.forEach((topic, reader) -> {
            try {
                if (whole.contains(topic)) {
                    reader.readAll();
                } else if (changed.containsKey(topic)) {
                    reader.read(changed.get(topic));
                }
                whole.remove(topic);
                changed.remove(topic);
            } catch (RuntimeException fault) {
                faults.add(fault);
            }
        });
        if (!faults.isEmpty()) {
            throw faults.get(0);
        }
    }

    private void say() {
        boolean stale = freshness.isStale();
        if (stale && !saidStale) {
            LOG.log(
                    Level.ERROR,
                    "CLAVIGER-0702 {0}",
                    freshness.problem().orElse("what other nodes have changed cannot be read"));
        } else if (!stale && saidStale) {
            LOG.log(Level.INFO, "CLAVIGER-0703 this node knows again what other nodes have changed");
        }
        saidStale = stale;
    }
}
