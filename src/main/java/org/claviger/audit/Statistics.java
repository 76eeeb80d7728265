package org.claviger.audit;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import org.claviger.database.Database;
import org.claviger.oauth.OAuthException;
import org.jspecify.annotations.Nullable;

/** What was counted, over time, and what there is now: for whoever looks after an installation. All nodes together, up to a few seconds ago. */
public final class Statistics {
    /** A series has no more points than this. */
    public static final int MOST_POINTS = 1_500;

    /** What there is now costs to count, and a page that many look at asks for it again and again. */
    private static final Duration NOW_IS_GOOD_FOR = Duration.ofSeconds(10);

    private final int longest;
    private final Database database;
    private final Supplier<Now> counting;
    private final Clock clock;
    private final Semaphore alone = new Semaphore(1);
    private volatile @Nullable Counted last;

    private record Counted(Instant at, Now now) {
        boolean isGoodAt(Instant time) {
            return !time.isBefore(at) && time.isBefore(at.plus(NOW_IS_GOOD_FOR));
        }
    }

    /** @param counting what there is now */
    public Statistics(Database database, Supplier<Now> counting, Clock clock) {
        this(database, counting, clock, Database.LONGEST_LOOK);
    }

    /** The same for a test, with how long at most, in milliseconds, a series is added up. */
    Statistics(Database database, Supplier<Now> counting, Clock clock, int longest) {
        this.longest = longest;
        this.database = database;
        this.counting = counting;
        this.clock = clock;
    }

    /** The time now. */
    public Instant time() {
        return clock.instant();
    }

    /** How much time one point stands for; a day is one of UTC. */
    public enum Step {
        MINUTE(1),
        HOUR(60),
        DAY(1_440);

        private final int minutes;

        Step(int minutes) {
            this.minutes = minutes;
        }

        public Duration length() {
            return Duration.ofMinutes(minutes);
        }

        /** The beginning of the step in which that instant is. */
        public Instant floor(Instant at) {
            long seconds = minutes * 60L;
            return Instant.ofEpochSecond(Math.floorDiv(at.getEpochSecond(), seconds) * seconds);
        }
    }

    /**
     * What happened within one step.
     *
     * @param from its beginning
     * @param signIns how often somebody has signed in
     * @param tokens how many access tokens were issued, by {@code grant_type}
     * @param introspections how often a client was told what a token means
     * @param refusals how often something was refused, by event and, after a space, the code of the reason where there is one
     */
    public record Point(
            Instant from, long signIns, Map<String, Long> tokens, long introspections, Map<String, Long> refusals) {
        /** Access tokens of every grant. */
        public long tokensIssued() {
            return sum(tokens);
        }

        /** Refusals for whatever reason. */
        public long refused() {
            return sum(refusals);
        }

        private static long sum(Map<String, Long> numbers) {
            return numbers.values().stream().mapToLong(Long::longValue).sum();
        }
    }

    /**
     * What there is now.
     *
     * @param signInSessions that are alive; empty if counting them takes too long
     * @param tokenFamilies that can be refreshed; empty if counting them takes too long
     * @param clients that are registered, disabled ones too
     * @param users as above
     * @param signingKeys that are announced, sign or verify
     */
    public record Now(
            OptionalLong signInSessions, OptionalLong tokenFamilies, long clients, long users, long signingKeys) {}

    /** Counted within the last seconds; while somebody counts, everybody else is told what was counted before. */
    public Now now() {
        Instant now = clock.instant();
        Counted known = last;
        if (known == null) {
            alone.acquireUninterruptibly(); // there is nothing to tell yet
        } else if (known.isGoodAt(now) || !alone.tryAcquire()) {
            return known.now;
        }
        try {
            Counted counted = last;
            if (counted == null || !counted.isGoodAt(now)) {
                counted = new Counted(now, counting.get());
                last = counted;
            }
            return counted.now;
        } finally {
            alone.release();
        }
    }

    /**
     * One point for each step, also where nothing happened, the earliest first.
     *
     * @param from rounded down to the beginning of a step
     * @param until and not that itself
     * @throws IllegalArgumentException if that would be no point or more than {@link #MOST_POINTS}
     * @throws OAuthException if the database takes too long to add that up
     */
    public List<Point> series(Instant from, Instant until, Step step) throws OAuthException {
        Instant first = step.floor(from);
        long points = until.isAfter(first)
                ? ceilDiv(
                        Duration.between(first, until).toSeconds(),
                        step.length().toSeconds())
                : 0;
        if (points < 1 || points > MOST_POINTS) {
            throw new IllegalArgumentException("from and until must be 1 to " + MOST_POINTS + " steps apart");
        }
        List<Point> series = new ArrayList<>();
        for (int i = 0; i < points; i++) {
            series.add(new Point(first.plus(step.length().multipliedBy(i)), 0, new TreeMap<>(), 0, new TreeMap<>()));
        }
        for (Object[] row : rows(first, first.plus(step.length().multipliedBy(points)), step)) {
            long begun = ((Number) row[0]).longValue() * step.length().toSeconds();
            int i = (int) ((begun - first.getEpochSecond()) / step.length().toSeconds());
            series.set(i, add(series.get(i), (String) row[1], (String) row[2], ((Number) row[3]).longValue()));
        }
        return series;
    }

    private static long ceilDiv(long seconds, long by) {
        return -Math.floorDiv(-seconds, by);
    }

    private List<Object[]> rows(Instant from, Instant until, Step step) throws OAuthException {
        return Database.found(() -> summed(from, until, step), "ask for less time");
    }

    // The divisor stands in the text, because to PostgreSQL two parameters are never the same expression.
    private List<Object[]> summed(Instant from, Instant until, Step step) {
        String steps = "c.epochMinute / " + step.minutes;
        return database.transact(entities -> entities.createQuery(
                        "select " + steps + ", c.event, c.reason, sum(c.times) from AuditCountRow c"
                                + " where c.epochMinute >= :from and c.epochMinute < :until group by " + steps
                                + ", c.event, c.reason",
                        Object[].class)
                .setParameter("from", from.getEpochSecond() / 60)
                .setParameter("until", until.getEpochSecond() / 60)
                .setHint(Database.TIMEOUT, longest)
                .getResultList());
    }

    private static Point add(Point point, String event, String reason, long times) {
        long signIns = point.signIns;
        long introspections = point.introspections;
        if (event.equals(AuditEvent.SIGNED_IN.name())) {
            signIns += times;
        } else if (event.equals(AuditEvent.INTROSPECTED.name())) {
            introspections += times;
        } else if (event.equals(AuditEvent.TOKEN_ISSUED.name())) {
            point.tokens.merge(reason, times, Long::sum);
        } else if (AuditEvent.find(event).filter(AuditEvent::isRefusal).isPresent()) {
            point.refusals.merge(reason.isEmpty() ? event : event + " " + reason, times, Long::sum);
        }
        return new Point(point.from, signIns, point.tokens, introspections, point.refusals);
    }
}
