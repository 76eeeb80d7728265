package org.claviger.database;

import java.lang.System.Logger.Level;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Optional;
import org.claviger.settings.KeySettings;

/**
 * The clock of this node, compared with that of the database every second. Nodes agree on when a key signs by what their clocks
 * say, so one that is wrong by more than a second makes its node unready: see {@link #problem}.
 */
public final class WatchedClock extends Clock {
    private static final System.Logger LOG = System.getLogger("org.claviger");

    /** How much a clock may differ; {@link KeySettings#PROPAGATION} counts on it. */
    public static final Duration TOLERANCE = Duration.ofSeconds(1);

    private final Clock clock;
    private final Database database;
    private volatile Optional<String> problem = Optional.empty();
    private volatile Duration offset = Duration.ZERO;

    public WatchedClock(Clock clock, Database database) {
        this.clock = clock;
        this.database = database;
    }

    /** Compares again. */
    public void refresh() {
        Instant before = clock.instant();
        Instant theirs = database.transact(Database::time);
        Instant after = clock.instant();
        // How long the question took cannot be told from a difference: it is in the clock's favour.
        Duration ahead = Duration.between(theirs, before);
        Duration behind = Duration.between(after, theirs);
        boolean isAhead = ahead.compareTo(behind) > 0;
        Duration difference = isAhead ? ahead : behind;
        offset = difference.isNegative() ? Duration.ZERO : isAhead ? difference : difference.negated();
        say(
                difference.compareTo(TOLERANCE) > 0
                        ? Optional.of("the clock of this node is " + difference.toMillis() + " ms "
                                + (isAhead ? "ahead of" : "behind")
                                + " that of the database; it may differ by "
                                + TOLERANCE.toMillis() + " ms")
                        : Optional.empty());
    }

    private void say(Optional<String> now) {
        if (now.isPresent() && problem.isEmpty()) {
            LOG.log(Level.ERROR, "CLAVIGER-0205 {0}; this node issues no token until it is right", now.get());
        } else if (now.isEmpty() && problem.isPresent()) {
            LOG.log(Level.INFO, "CLAVIGER-0206 the clock of this node is right again");
        }
        problem = now;
    }

    /** By how much this clock was ahead of the database's when they were last compared; negative if it was behind. */
    public Duration offset() {
        return offset;
    }

    /** Why this node is not ready, if its clock was wrong when it was last compared. */
    public Optional<String> problem() {
        return problem;
    }

    @Override
    public Instant instant() {
        return clock.instant();
    }

    @Override
    public ZoneId getZone() {
        return clock.getZone();
    }

    @Override
    public Clock withZone(ZoneId zone) {
        return clock.withZone(zone);
    }
}
