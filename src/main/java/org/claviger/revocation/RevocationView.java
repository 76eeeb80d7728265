package org.claviger.revocation;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.claviger.database.Database;
import org.claviger.jose.VerifiedJwt;
import org.claviger.oauth.ClientId;
import org.claviger.oauth.FamilyId;
import org.claviger.oauth.Subject;

/**
 * The live revocations in memory, for every validation: a few look-ups in hash tables, however many there are; no SQL, no lock. A
 * node knows its own at once and those of others within about a second.
 */
public final class RevocationView {
    private static final Duration PRUNE_EVERY = Duration.ofMinutes(1);
    private static final int PAGE = 10_000;

    private final Database database;
    private final Clock clock;
    private final Map<RevocationKind, Map<String, Entry>> live = new EnumMap<>(RevocationKind.class);

    private long seen;
    private Instant pruneAt;

    /** Seconds since the epoch: what began before the one is over, until the other. */
    private record Entry(long before, long expiresAt) {
        Entry and(Entry other) {
            return new Entry(Math.max(before, other.before), Math.max(expiresAt, other.expiresAt));
        }
    }

    private RevocationView(Database database, Clock clock) {
        this.database = database;
        this.clock = clock;
        this.pruneAt = clock.instant().plus(PRUNE_EVERY);
        for (RevocationKind kind : RevocationKind.values()) {
            live.put(kind, new ConcurrentHashMap<>());
        }
    }

    /** Reads what there is. */
    public static RevocationView load(Database database, Clock clock) {
        RevocationView view = new RevocationView(database, clock);
        view.refresh();
        return view;
    }

    /** Whether an access token has ended, although its signature and times are good. */
    public boolean isRevoked(VerifiedJwt jwt) {
        long since = jwt.seconds("auth_time").or(() -> jwt.seconds("iat")).orElse(0L);
        return isEnded(RevocationKind.TOKEN, jwt.text("jti"), since)
                || isEnded(RevocationKind.FAMILY, jwt.text(FamilyId.CLAIM), since)
                || isEnded(RevocationKind.SUBJECT, jwt.text("sub"), since)
                || isEnded(RevocationKind.CLIENT, jwt.text("client_id"), since)
                || isEnded(RevocationKind.EVERYTHING, Optional.of(""), since)
                || isKeyRevoked(jwt.kid());
    }

    /** Whether what comes from a sign-in of the subject at that instant has ended: a session, for instance. */
    public boolean isEnded(Subject subject, Instant signedIn) {
        long since = signedIn.getEpochSecond();
        return isEnded(RevocationKind.SUBJECT, Optional.of(subject.value()), since)
                || isEnded(RevocationKind.EVERYTHING, Optional.of(""), since);
    }

    /** The same for what a client has of it; of a client that acts for itself, what was issued to it at that instant. */
    public boolean isEnded(Subject subject, ClientId client, Instant since) {
        return isEnded(subject, since)
                || isEnded(RevocationKind.CLIENT, Optional.of(client.value()), since.getEpochSecond());
    }

    public boolean isKeyRevoked(String kid) {
        return isEnded(RevocationKind.KEY, Optional.of(kid), 0);
    }

    private boolean isEnded(RevocationKind kind, Optional<String> name, long since) {
        Entry entry = name.map(named(kind)::get).orElse(null);
        return entry != null && since < entry.before;
    }

    private Map<String, Entry> named(RevocationKind kind) {
        return live.getOrDefault(kind, Map.of());
    }

    /** How many revocations are held. */
    public int size() {
        return live.values().stream().mapToInt(Map::size).sum();
    }

    /** Makes known what has been committed. */
    void add(Revocation revocation) {
        add(revocation.kind(), revocation.name(), revocation.issuedBefore(), revocation.expiresAt());
    }

    private void add(RevocationKind kind, String name, Instant issuedBefore, Instant expiresAt) {
        long before = kind.isDated() ? issuedBefore.getEpochSecond() : Long.MAX_VALUE;
        named(kind).merge(name, new Entry(before, expiresAt.getEpochSecond()), Entry::and);
    }

    /**
     * Reads what has come since the last time and forgets what has expired; called every second. A number counts the commits of
     * revocations, under a lock until each commit: none that commits late is missed.
     */
    public synchronized void refresh() {
        long newest = database.transact(entities -> entities.createQuery(
                        "select number from VersionNumberRow where name = 'revocation'", Long.class)
                .getSingleResult());
        while (seen < newest) {
            List<Object[]> page = database.transact(entities -> entities.createQuery(
                            "select kind, name, issuedBefore, expiresAt, serialNumber from RevocationRow"
                                    + " where serialNumber > :seen and expiresAt > :now order by serialNumber",
                            Object[].class)
                    .setParameter("seen", seen)
                    .setParameter("now", clock.instant())
                    .setMaxResults(PAGE)
                    .getResultList());
            page.forEach(this::add);
            long last = page.isEmpty() ? newest : (long) page.get(page.size() - 1)[4];
            seen = page.size() < PAGE ? Math.max(newest, last) : last;
        }
        prune();
    }

    private void add(Object[] row) {
        RevocationKind.find(((String) row[0]).toLowerCase(Locale.ROOT))
                .ifPresent(kind -> add(kind, (String) row[1], (Instant) row[2], (Instant) row[3]));
    }

    private void prune() {
        Instant now = clock.instant();
        if (!now.isBefore(pruneAt)) {
            live.values()
                    .forEach(entries -> entries.values().removeIf(entry -> entry.expiresAt <= now.getEpochSecond()));
            pruneAt = now.plus(PRUNE_EVERY);
        }
    }
}
