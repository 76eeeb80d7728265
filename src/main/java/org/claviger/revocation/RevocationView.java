package org.claviger.revocation;

import jakarta.persistence.TypedQuery;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import org.claviger.database.ChangeFeed;
import org.claviger.database.Database;
import org.claviger.database.Freshness;
import org.claviger.jose.VerifiedJwt;
import org.claviger.oauth.ClientId;
import org.claviger.oauth.FamilyId;
import org.claviger.oauth.OAuthException;
import org.claviger.oauth.Subject;

/**
 * The live revocations in memory, for every validation: a few look-ups in hash tables, however many there are; no SQL, no lock. A
 * node knows its own at once and those of others by the feed, within a second.
 */
public final class RevocationView implements ChangeFeed.Reader {
    private static final Duration PRUNE_EVERY = Duration.ofMinutes(1);
    private static final int PAGE = 10_000;
    private static final int AT_ONCE = 1_000;
    private static final String SELECT =
            "select kind, name, issuedBefore, expiresAt, serialNumber from RevocationRow where ";

    private final Database database;
    private final Clock clock;
    private final Freshness freshness;
    private final Map<RevocationKind, Map<String, Entry>> live = new EnumMap<>(RevocationKind.class);

    private Instant pruneAt;

    /** Seconds since the epoch: what began before the one is over, until the other. */
    private record Entry(long before, long expiresAt) {
        Entry and(Entry other) {
            return new Entry(Math.max(before, other.before), Math.max(expiresAt, other.expiresAt));
        }
    }

    private RevocationView(Database database, Clock clock, Freshness freshness) {
        this.database = database;
        this.clock = clock;
        this.freshness = freshness;
        this.pruneAt = clock.instant().plus(PRUNE_EVERY);
        for (RevocationKind kind : RevocationKind.values()) {
            live.put(kind, new ConcurrentHashMap<>());
        }
    }

    /** Reads what there is. */
    public static RevocationView load(Database database, Clock clock, Freshness freshness) {
        RevocationView view = new RevocationView(database, clock, freshness);
        view.readAll();
        return view;
    }

    /**
     * Refuses with {@code temporarily_unavailable} while this view is too old to judge by. Whoever lets somebody in asks before and after:
     * a process may be stopped at any point in between, for any time.
     */
    public void requireFresh() throws OAuthException {
        freshness.require();
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

    /** Reads those with these serial numbers, whatever this node's clock says of their end. One that was renewed meanwhile has another, which is announced too. */
    @Override
    public void read(Set<String> serialNumbers) {
        List<Long> numbers = serialNumbers.stream().map(Long::valueOf).toList();
        for (int from = 0; from < numbers.size(); from += AT_ONCE) {
            List<Long> some = numbers.subList(from, Math.min(from + AT_ONCE, numbers.size()));
            select("serialNumber in :some", query -> query.setParameter("some", some))
                    .forEach(this::add);
        }
    }

    /** Reads all that are alive. What this node knows besides stays until it expires: a restored database brings nothing back here. */
    @Override
    public void readAll() {
        long after = -1;
        List<Object[]> page;
        do {
            long from = after;
            page = select(
                    "expiresAt > :now and serialNumber > :after order by serialNumber",
                    query -> query.setParameter("now", clock.instant())
                            .setParameter("after", from)
                            .setMaxResults(PAGE));
            page.forEach(this::add);
            after = page.isEmpty() ? after : (long) page.get(page.size() - 1)[4];
        } while (page.size() == PAGE);
    }

    private List<Object[]> select(String which, UnaryOperator<TypedQuery<Object[]>> set) {
        return database.transact(entities ->
                set.apply(entities.createQuery(SELECT + which, Object[].class)).getResultList());
    }

    private void add(Object[] row) {
        RevocationKind.find(((String) row[0]).toLowerCase(Locale.ROOT))
                .ifPresent(kind -> add(kind, (String) row[1], (Instant) row[2], (Instant) row[3]));
    }

    /** Forgets what has expired; called every second. */
    public void prune() {
        Instant now = clock.instant();
        if (!now.isBefore(pruneAt)) {
            live.values()
                    .forEach(entries -> entries.values().removeIf(entry -> entry.expiresAt <= now.getEpochSecond()));
            pruneAt = now.plus(PRUNE_EVERY);
        }
    }
}
