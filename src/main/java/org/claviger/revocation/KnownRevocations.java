package org.claviger.revocation;

import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.claviger.database.Freshness;
import org.claviger.jose.VerifiedJwt;
import org.claviger.oauth.ClientId;
import org.claviger.oauth.FamilyId;
import org.claviger.oauth.OAuthException;
import org.claviger.oauth.Subject;

/**
 * The live revocations in memory, for every validation: a few look-ups in hash tables, however many there are; no SQL, no lock. Where
 * they come from is the business of who adds them: the database of an issuer, or the issuer of a resource server.
 */
public class KnownRevocations {
    private static final Duration PRUNE_EVERY = Duration.ofMinutes(1);

    private final Freshness freshness;
    private final Map<RevocationKind, Map<String, Entry>> live = new EnumMap<>(RevocationKind.class);

    private Instant pruneAt = Instant.MIN;

    /**
     * What has ended.
     *
     * @param before in seconds since the epoch: what began before that is over, where its kind is dated
     * @param until in seconds since the epoch: nothing can live then that it ends
     */
    public record Ended(RevocationKind kind, String name, long before, long until) {}

    /** Seconds since the epoch: what began before the one is over, until the other. */
    private record Entry(long before, long expiresAt) {
        Entry and(Entry other) {
            return new Entry(Math.max(before, other.before), Math.max(expiresAt, other.expiresAt));
        }

        boolean covers(Entry other) {
            return before >= other.before && expiresAt >= other.expiresAt;
        }
    }

    /** None yet. */
    public KnownRevocations(Freshness freshness) {
        this.freshness = freshness;
        for (RevocationKind kind : RevocationKind.values()) {
            live.put(kind, new ConcurrentHashMap<>());
        }
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

    /** Whether the token with this {@code jti} was revoked by it. */
    public boolean isRevokedByName(String jti) {
        return isEnded(RevocationKind.TOKEN, Optional.of(jti), 0);
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

    /** Makes something known; what is known of it already stays where it ends more. */
    public void add(Ended ended) {
        Entry fresh = new Entry(ended.kind.isDated() ? ended.before : Long.MAX_VALUE, ended.until);
        Entry known = named(ended.kind).get(ended.name);
        if (known == null || !known.covers(fresh)) {
            named(ended.kind).merge(ended.name, fresh, Entry::and);
            added(ended);
        }
    }

    /** What was just made known, and was not known before; may be said twice. */
    void added(Ended ended) {}

    /** All that is held: by no clock, which may be wrong. */
    Stream<Ended> all() {
        return live.entrySet().stream().flatMap(kind -> kind.getValue().entrySet().stream()
                .map(named ->
                        new Ended(kind.getKey(), named.getKey(), named.getValue().before, named.getValue().expiresAt)));
    }

    /** Forgets what has expired by then: by a clock that is right, for what is forgotten too early would be accepted again. */
    public void prune(Instant now) {
        if (!now.isBefore(pruneAt)) {
            live.values()
                    .forEach(entries -> entries.values().removeIf(entry -> entry.expiresAt <= now.getEpochSecond()));
            pruneAt = now.plus(PRUNE_EVERY);
        }
    }
}
