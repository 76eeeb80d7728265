package org.claviger.throttle;

import jakarta.persistence.EntityManager;
import jakarta.persistence.LockModeType;
import java.net.Inet6Address;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.claviger.database.Database;
import org.claviger.key.MacKeys;
import org.claviger.key.MacPurpose;
import org.claviger.oauth.OAuthException;
import org.claviger.settings.Networks;

/**
 * Makes guessing slow (REQUIREMENTS T5; ASVS 6.3.1): after five failures of one name from one address each further failure
 * doubles the time until the next attempt is looked at. A name is slowed down only where it is guessed from, so nobody
 * is locked out from elsewhere. Whoever tries the passwords of others on many names gets a hundred failures from one address,
 * and then one in 36 seconds. Failures are counted in the database; what is blocked is in the memory of every node, so an
 * attempt that succeeds at once costs no SQL.
 */
public final class Throttle {
    private static final int FREE_FAILURES = 5;
    private static final Duration LONGEST_BLOCK = Duration.ofMinutes(15);
    private static final Duration MEMORY = Duration.ofHours(1);

    /** How many failures an address has for all names together, and in what time they come back. */
    private static final int FAILURES_OF_ADDRESS = 100;

    private static final Duration ONE_FAILURE_OF_ADDRESS = MEMORY.dividedBy(FAILURES_OF_ADDRESS);

    /** How many rows that mean nothing any more are deleted at once, and how often where there were fewer. */
    private static final int MAX_DELETED = 1_000;

    private static final Duration BETWEEN_DELETIONS = Duration.ofMinutes(1);

    /** How many blocks a node holds in memory: more are an attack with many addresses, and the newest matter most. */
    private static final int MAX_BLOCKS = 100_000;

    private final Database database;
    private final MacKeys macKeys;
    private final Clock clock;
    private final Function<EntityManager, Instant> time;
    private volatile Map<String, Instant> blocked = Map.of();

    /** Failures that this node has seen, so that it knows when there is something to forget. */
    private final Map<String, Instant> failed = new ConcurrentHashMap<>();

    private final LongAdder refused = new LongAdder();
    private Instant nextDeletion = Instant.MIN;

    /** @param time the clock of the database, by which failures are forgotten: that of a node may be wrong */
    public Throttle(Database database, MacKeys macKeys, Clock clock, Function<EntityManager, Instant> time) {
        this.database = database;
        this.macKeys = macKeys;
        this.clock = clock;
        this.time = time;
    }

    /** What is guessed: the password of a user, the secret of a client, the code that makes the first administrator, or one for a new password. */
    public enum Kind {
        SIGN_IN,
        CLIENT,
        SETUP,
        RESET
    }

    /** One attempt: whose credential is tried, and from where. */
    public record Attempt(Kind kind, String name, String address) {}

    /**
     * Refuses an attempt that comes too early.
     *
     * @throws OAuthException {@code slow_down} with the time to wait
     */
    public void check(Attempt attempt) throws OAuthException {
        Instant now = clock.instant();
        Instant until = latest(blockedUntil(key(attempt)), blockedUntil(addressKey(attempt)));
        if (now.isBefore(until)) {
            refused.increment();
            throw OAuthException.slowDown(
                    Duration.between(now, until).plusMillis(999).truncatedTo(ChronoUnit.SECONDS));
        }
    }

    /** How many attempts this node has refused because they came too early. */
    public long refused() {
        return refused.sum();
    }

    private Instant blockedUntil(String key) {
        return latest(blocked.getOrDefault(key, Instant.MIN), failed.getOrDefault(key, Instant.MIN));
    }

    private static Instant latest(Instant one, Instant other) {
        return one.isAfter(other) ? one : other;
    }

    /** Counts a failure. */
    public void failed(Attempt attempt) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        remember(key(attempt), count(key(attempt), row -> countForName(row, now)), now);
        if (attempt.kind() == Kind.SIGN_IN) { // what people choose is in lists; secrets and codes that we make are not
            remember(addressKey(attempt), count(addressKey(attempt), row -> countForAddress(row, now)), now);
        }
    }

    private void remember(String key, Instant until, Instant now) {
        if (failed.size() >= MAX_BLOCKS) {
            failed.values().removeIf(end -> end.isBefore(now));
        }
        if (failed.size() < MAX_BLOCKS) { // otherwise it comes with what other nodes have blocked, in a second
            failed.put(key, until);
        }
    }

    /** Counts on the row of this key, which anybody may add or delete meanwhile; until when it is blocked then. */
    private Instant count(String key, Consumer<ThrottleRow> counting) {
        while (true) {
            ThrottleRow counted = database.transact(entities -> {
                ThrottleRow row = entities.find(ThrottleRow.class, key, LockModeType.PESSIMISTIC_WRITE);
                if (row != null) {
                    counting.accept(row);
                }
                return row;
            });
            if (counted != null) {
                return counted.blockedUntil;
            }
            ThrottleRow first = new ThrottleRow();
            first.attempt = key;
            counting.accept(first);
            if (database.insertIfAbsent(first)) {
                return first.blockedUntil;
            }
        }
    }

    private static void countForName(ThrottleRow row, Instant now) {
        row.failures = row.forgottenAt.isBefore(now) ? 1 : row.failures + 1;
        row.blockedUntil = now.plus(block(row.failures));
        row.forgottenAt = now.plus(MEMORY);
    }

    /** A bucket that leaks: it is empty at {@code forgottenAt}, and full when that is an hour away. */
    private static void countForAddress(ThrottleRow row, Instant now) {
        row.failures++;
        row.forgottenAt = latest(row.forgottenAt, now).plus(ONE_FAILURE_OF_ADDRESS);
        row.blockedUntil = latest(now, row.forgottenAt.minus(MEMORY).plus(ONE_FAILURE_OF_ADDRESS));
    }

    private static Duration block(int failures) {
        if (failures <= FREE_FAILURES) {
            return Duration.ZERO;
        }
        Duration block = Duration.ofSeconds(1L << Math.min(failures - FREE_FAILURES - 1, 20));
        return block.compareTo(LONGEST_BLOCK) < 0 ? block : LONGEST_BLOCK;
    }

    /** Forgets the failures, if this node knows of any; otherwise it costs nothing. */
    public void succeeded(Attempt attempt) {
        String key = key(attempt);
        boolean failedHere = failed.remove(key) != null;
        if (failedHere || blocked.containsKey(key)) {
            database.change(entities -> entities.createQuery("delete from ThrottleRow where attempt = :attempt")
                    .setParameter("attempt", key)
                    .executeUpdate());
        }
    }

    /** Learns what other nodes have blocked, and deletes what is forgotten; called every second by one thread. */
    public void refresh() {
        Instant now = clock.instant();
        List<Object[]> rows = database.transact(entities -> entities.createQuery(
                        "select attempt, blockedUntil from ThrottleRow where blockedUntil > :now order by blockedUntil desc",
                        Object[].class)
                .setParameter("now", now)
                .setMaxResults(MAX_BLOCKS)
                .getResultList());
        blocked = rows.stream().collect(Collectors.toUnmodifiableMap(row -> (String) row[0], row -> (Instant) row[1]));
        if (!now.isBefore(nextDeletion)) {
            nextDeletion = deleteForgotten() < MAX_DELETED ? now.plus(BETWEEN_DELETIONS) : now;
        }
    }

    private int deleteForgotten() {
        Instant now = database.transact(time::apply);
        List<String> forgotten = database.transact(entities -> entities.createQuery(
                        "select attempt from ThrottleRow where forgottenAt < :now order by forgottenAt", String.class)
                .setParameter("now", now)
                .setMaxResults(MAX_DELETED)
                .getResultList());
        if (!forgotten.isEmpty()) {
            // What has failed again meanwhile stays.
            database.change(entities -> entities.createQuery(
                            "delete from ThrottleRow where attempt in :attempts and forgottenAt < :now")
                    .setParameter("attempts", forgotten)
                    .setParameter("now", now)
                    .executeUpdate());
        }
        return forgotten.size();
    }

    private String key(Attempt attempt) {
        return mac(attempt.kind() + "\n" + network(attempt.address()) + "\n" + attempt.name());
    }

    private String addressKey(Attempt attempt) {
        return mac(attempt.kind() + "\n" + network(attempt.address()));
    }

    private String mac(String text) {
        return macKeys.versionedMac(MacPurpose.THROTTLE, text);
    }

    /** One subscriber has a whole /64 of IPv6. */
    private static String network(String address) {
        return Networks.parseAddress(address)
                .filter(Inet6Address.class::isInstance)
                .map(v6 -> Arrays.toString(Arrays.copyOf(v6.getAddress(), 8)))
                .orElse(address);
    }
}
