package org.claviger.audit;

import jakarta.persistence.EntityManager;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.function.Predicate;
import org.claviger.database.Database;

/**
 * Counts what happens by the minute: in memory, and every few seconds in the database, where the counts of all nodes come together. Only
 * names of registered clients and codes are told apart, so whatever is sent adds no more rows than those can make.
 */
public final class AuditCounts {
    /** For how long the database has what was counted. */
    static final Duration KEPT = Duration.ofDays(400);

    /** How many different counts are held in memory before clients are not told apart any more; nobody is counted beyond twice that. */
    static final int MOST = 10_000;

    /** How many counts one transaction adds. */
    private static final int BATCH = 200;

    /** What is removed at once. */
    private static final int MOST_HOURS = 48;

    private static final String ONE =
            " where epochMinute = :minute and event = :event and clientId = :client and reason = :reason";

    private final Database database;
    private final Predicate<String> registered;
    private final Clock clock;
    private final Function<EntityManager, Instant> time;
    private final Map<Key, LongAdder> counts = new ConcurrentHashMap<>();

    private long forgetAt;

    private record Key(long minute, AuditEvent event, String client, String reason) implements Comparable<Key> {
        private static final Comparator<Key> ORDER = Comparator.comparingLong(Key::minute)
                .thenComparing(Key::event)
                .thenComparing(Key::client)
                .thenComparing(Key::reason);

        @Override
        public int compareTo(Key other) {
            return ORDER.compare(this, other);
        }
    }

    /**
     * @param registered whether that is the identifier of a registered client, from memory
     * @param time the clock of the database, by which counts grow old: that of a node may be wrong
     */
    public AuditCounts(
            Database database, Predicate<String> registered, Clock clock, Function<EntityManager, Instant> time) {
        this.database = database;
        this.registered = registered;
        this.clock = clock;
        this.time = time;
    }

    /** Without a lock that anybody waits for, and without the database. */
    void count(AuditEvent event, Map<String, ?> details) {
        Object named = details.get("client");
        String client = named == null ? "" : named.toString();
        Key key = new Key(
                minute(), event, !client.isEmpty() && registered.test(client) ? client : "", Audit.code(details));
        LongAdder count = counts.get(key);
        if (count == null) {
            count = add(key);
        }
        count.increment();
    }

    private LongAdder add(Key key) {
        int held = counts.size();
        if (held >= 2 * MOST) { // the database has been away for hours
            return new LongAdder();
        }
        return counts.computeIfAbsent(
                held < MOST ? key : new Key(key.minute, key.event, "", key.reason), none -> new LongAdder());
    }

    private long minute() {
        return minute(clock.instant());
    }

    private static long minute(Instant at) {
        return Math.floorDiv(at.getEpochSecond(), 60L);
    }

    /** How many different counts are held in memory. */
    int held() {
        return counts.size();
    }

    /** Adds to the database what was counted since the last time. What cannot be added is kept for the next. */
    public synchronized void flush() {
        long minute = minute();
        TreeMap<Key, Long> counted = new TreeMap<>();
        counts.forEach((key, count) -> {
            long times = count.sumThenReset();
            if (times > 0) {
                counted.put(key, times);
            } else if (key.minute < minute - 1) { // nobody counts there any more
                counts.remove(key);
            }
        });
        List<Map.Entry<Key, Long>> all = new ArrayList<>(counted.entrySet());
        for (int from = 0; from < all.size(); from += BATCH) {
            List<Map.Entry<Key, Long>> batch = all.subList(from, Math.min(all.size(), from + BATCH));
            try {
                // In the order of the keys on every node, so that none waits for one that waits for it.
                database.change(entities -> batch.forEach(count -> add(entities, count.getKey(), count.getValue())));
            } catch (RuntimeException failed) {
                all.subList(from, all.size())
                        .forEach(count -> counts.computeIfAbsent(count.getKey(), none -> new LongAdder())
                                .add(count.getValue()));
                throw failed;
            }
        }
        forgetEachHour(minute);
    }

    private void forgetEachHour(long minute) {
        if (minute >= forgetAt || forgetAt > minute + 60) { // or the clock was set back
            forgetAt = minute + 60;
            for (int i = 0; i < MOST_HOURS && forget(); i++) {
                // what is older still goes in the next hour
            }
        }
    }

    /** Most minutes have been counted in before; and of two nodes that begin one at the same moment each adds to what the other wrote. */
    private static void add(EntityManager entities, Key key, long times) {
        if (!update(entities, key, times) && !insert(entities, key, times)) {
            update(entities, key, times);
        }
    }

    private static boolean update(EntityManager entities, Key key, long times) {
        return entities.createQuery("update AuditCountRow set times = times + :times" + ONE)
                        .setParameter("times", times)
                        .setParameter("minute", key.minute)
                        .setParameter("event", key.event.name())
                        .setParameter("client", key.client)
                        .setParameter("reason", key.reason)
                        .executeUpdate()
                == 1;
    }

    private static boolean insert(EntityManager entities, Key key, long times) {
        return entities.createQuery("insert into AuditCountRow (epochMinute, event, clientId, reason, times)"
                                + " values (:minute, :event, :client, :reason, :times) on conflict do nothing")
                        .setParameter("times", times)
                        .setParameter("minute", key.minute)
                        .setParameter("event", key.event.name())
                        .setParameter("client", key.client)
                        .setParameter("reason", key.reason)
                        .executeUpdate()
                == 1;
    }

    /** Removes what is older than {@link #KEPT}, an hour of it at a time; whether there may be more. */
    boolean forget() {
        return database.transact(entities -> {
            long oldest = minute(time.apply(entities)) - KEPT.toMinutes();
            Long first = entities.createQuery("select min(epochMinute) from AuditCountRow", Long.class)
                    .getSingleResult();
            if (first == null || first >= oldest) {
                return false;
            }
            entities.createQuery("delete from AuditCountRow where epochMinute < :before")
                    .setParameter("before", Math.min(oldest, first + 60))
                    .executeUpdate();
            return true;
        });
    }
}
