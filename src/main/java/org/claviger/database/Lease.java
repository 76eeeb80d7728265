package org.claviger.database;

import jakarta.persistence.EntityManager;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Function;

/** Says which of several nodes does what one is to do for all. One conditional update decides, and the time of the database. */
public final class Lease {
    /** Nobody takes one for longer: one that is to last longer was written by somebody else, or by a clock that was set back since. */
    static final Duration LONGEST = Duration.ofMinutes(10);

    private final Database database;
    private final String name;
    private final String node;
    private final Clock clock;
    private final Function<EntityManager, Instant> time;
    private volatile Instant heldUntil = Instant.MIN;

    /**
     * @param name of a row that a migration has made
     * @param node a name that no other node has
     * @param clock of this node, which says until when it knows that it has the lease
     * @param time the clock of the database
     */
    public Lease(Database database, String name, String node, Clock clock, Function<EntityManager, Instant> time) {
        this.database = database;
        this.name = name;
        this.node = node;
        this.clock = clock;
        this.time = time;
    }

    /** Takes or keeps the lease for so long, {@link #LONGEST} at most; whether this node has it. */
    public boolean hold(Duration length) {
        Instant asked = clock.instant();
        boolean held = database.transact(entities -> {
                    Instant now = time.apply(entities);
                    return entities.createQuery(
                                    "update CleanupLeaseRow set holder = :node, expiresAt = :until"
                                            + " where name = :name and (holder = :node or expiresAt <= :now or expiresAt > :latest)")
                            .setParameter("name", name)
                            .setParameter("node", node)
                            .setParameter("until", now.plus(length))
                            .setParameter("now", now)
                            .setParameter("latest", now.plus(LONGEST))
                            .executeUpdate();
                })
                == 1;
        heldUntil = held ? asked.plus(length) : Instant.MIN;
        return held;
    }

    /** Whether this node has the lease, as it was told last. */
    public boolean isHeld() {
        return clock.instant().isBefore(heldUntil);
    }
}
