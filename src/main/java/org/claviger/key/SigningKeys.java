package org.claviger.key;

import static org.claviger.key.KeyLife.DEFAULT_LINE;

import java.security.KeyPair;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.claviger.database.Database;
import org.claviger.database.WatchedClock;
import org.claviger.jose.JwkSet;
import org.claviger.jose.KeyType;
import org.claviger.jose.SigningAlgorithm;
import org.claviger.jose.SigningKey;
import org.claviger.jose.VerificationKey;
import org.claviger.key.StoredKeys.Fresh;
import org.claviger.key.StoredKeys.Snapshot;
import org.claviger.oauth.ErrorCode;
import org.claviger.oauth.OAuthException;
import org.claviger.settings.KeySettings;
import org.claviger.settings.Settings;
import org.claviger.settings.SettingsException;
import org.jspecify.annotations.Nullable;

/**
 * The signing keys of this installation. They rotate by themselves: each node holds them all in memory and follows their instants
 * by its clock; what a node changes rests on the version that it has read, so of several nodes one wins, and the others read again
 * within a second.
 */
public final class SigningKeys {
    private final StoredKeys stored;
    private final KeyWrap wrap;
    private final SecureRandom random;
    private final WatchedClock clock;
    private final KeySettings settings;
    private final Supplier<Settings> live;
    private volatile @Nullable View view;
    private volatile Set<SigningAlgorithm> wantedByClients = Set.of();

    /** What follows from a snapshot between two instants. */
    private record View(
            Snapshot of,
            Duration tokenLife,
            Instant from,
            Optional<Instant> until,
            JwkSet published,
            Map<String, SigningKey> signers) {
        @SuppressWarnings("ReferenceEquality") // a snapshot is replaced as a whole
        boolean holds(Snapshot now, Duration life, Instant instant) {
            return of == now
                    && tokenLife.equals(life)
                    && !instant.isBefore(from)
                    && until.filter(end -> !instant.isBefore(end)).isEmpty();
        }
    }

    private SigningKeys(
            Supplier<Settings> settings, Database database, KeyWrap wrap, SecureRandom random, WatchedClock clock) {
        this.stored = new StoredKeys(database, wrap);
        this.wrap = wrap;
        this.random = random;
        this.clock = clock;
        this.settings = settings.get().keys();
        this.live = settings;
    }

    /**
     * Reads the keys and makes the one that signs if there is none, or if its time ended while no node was up; of several nodes
     * that start together one wins.
     *
     * @throws SettingsException if another key-encryption key wrapped them; nothing has changed then
     */
    public static SigningKeys load(
            Supplier<Settings> settings, Database database, KeyWrap wrap, SecureRandom random, WatchedClock clock) {
        SigningKeys keys = new SigningKeys(settings, database, wrap, random, clock);
        keys.stored.load();
        keys.rotateIfDue(DEFAULT_LINE, keys.settings.type(), true);
        if (keys.view().signers.get(DEFAULT_LINE) == null) {
            throw new IllegalStateException("no key can sign, and none can be made: "
                    + clock.problem().orElse("what is in the database does not fit together"));
        }
        return keys;
    }

    /** What it says depends on how long tokens live, which administrators change while this runs. */
    private KeySchedule schedule() {
        return new KeySchedule(settings, tokenLife());
    }

    private Duration tokenLife() {
        return live.get().classifications().longestAccessToken();
    }

    /** Reads the keys again if another node has changed them. */
    public void refresh() {
        stored.refresh();
    }

    // --- What is asked of them; from memory, without a lock ---

    /** The key that signs now for who asks for that algorithm; the default one as long as there is none, or nobody asks. */
    public SigningKey current(Optional<SigningAlgorithm> wanted) throws OAuthException {
        if (clock.problem().isPresent()) {
            throw new OAuthException(
                    ErrorCode.TEMPORARILY_UNAVAILABLE,
                    "the clock of this node is wrong",
                    clock.problem().get());
        }
        Map<String, SigningKey> signers = view().signers;
        SigningKey byDefault = signers.get(DEFAULT_LINE);
        if (byDefault == null) {
            throw new OAuthException(
                    ErrorCode.TEMPORARILY_UNAVAILABLE,
                    "no key can sign",
                    "the last key is over its time, and its successor could not be made or opened");
        }
        return wanted.filter(algorithm -> algorithm != byDefault.algorithm())
                .map(algorithm -> signers.get(algorithm.value()))
                .orElse(byDefault);
    }

    /** Why no token can be issued here now, if that is so. */
    public Optional<String> problem() {
        return clock.problem()
                .or(() -> view().signers.containsKey(DEFAULT_LINE) ? Optional.empty() : Optional.of("no key can sign"));
    }

    /**
     * The public keys that verify what is alive, and those that will sign next. It is the same object for as long as they are the
     * same, so whoever remembers what it has verified can tell by that when to forget it.
     */
    public JwkSet published() {
        return view().published;
    }

    private View view() {
        Snapshot now = stored.snapshot();
        Instant instant = clock.instant();
        View last = view;
        if (last != null && last.holds(now, tokenLife(), instant)) {
            return last;
        }
        View fresh = view(now, instant, last);
        view = fresh;
        return fresh;
    }

    private View view(Snapshot now, Instant instant, @Nullable View last) {
        JwkSet published = new JwkSet(now.keys().stream()
                .filter(key -> key.life().isPublished(instant))
                .map(StoredKeys.Key::verification)
                .toList());
        Map<String, SigningKey> signers = new HashMap<>();
        Map<String, List<KeyLife>> lines = now.keys().stream()
                .filter(key -> key.signing().isPresent())
                .map(StoredKeys.Key::life)
                .collect(Collectors.groupingBy(KeyLife::line));
        lines.forEach((name, line) -> schedule()
                .signer(line, instant)
                .flatMap(signer -> now.keys().stream()
                        .filter(key -> key.life().equals(signer))
                        .findFirst())
                .flatMap(StoredKeys.Key::signing)
                .ifPresent(signer -> signers.put(name, signer)));
        return new View(
                now,
                tokenLife(),
                instant,
                schedule().nextChange(now.lives().toList(), instant),
                last != null && last.published.toJson().equals(published.toJson()) ? last.published : published,
                signers);
    }

    // --- Rotation ---

    /**
     * Announces the successors that are due; called every second. Making a key takes its time, so this is not for a thread on
     * which anything waits.
     *
     * @param wanted the algorithms that clients ask for; each gets a line of its own. One that nobody asks for any more gets no
     *     successor, and ends when its key retires
     */
    public void rotateIfDue(Set<SigningAlgorithm> wanted) {
        wantedByClients = wanted;
        lines().forEach((line, type) -> rotateIfDue(line, type, false));
    }

    /** The default line last: when it changes its algorithm, that of who asks for the old one must sign by then. */
    private Map<String, KeyType> lines() {
        Map<String, KeyType> lines = new LinkedHashMap<>();
        wantedByClients.stream()
                .filter(algorithm -> algorithm != settings.algorithm())
                .sorted()
                .forEach(algorithm -> lines.put(algorithm.value(), settings.type(algorithm)));
        lines.put(DEFAULT_LINE, settings.type());
        return lines;
    }

    private void rotateIfDue(String name, KeyType wanted, boolean starting) {
        Snapshot seen = stored.snapshot();
        if (clock.problem().isPresent()
                || schedule()
                        .announcementDue(seen.line(name), wanted, clock.instant())
                        .filter(due -> !clock.instant().isBefore(due))
                        .isEmpty()) {
            return;
        }
        KeyPair pair = wanted.generate(random);
        Instant now = now();
        // While a line that clients ask for has no key yet, the default one signs for them.
        Instant from = !name.equals(DEFAULT_LINE) && seen.line(name).isEmpty()
                ? now.plus(settings.announcement())
                : schedule().signsFrom(seen.line(name), starting, now);
        Fresh fresh = fresh(pair, wanted, name, now, from);
        stored.change(
                seen, schedule().with(seen.line(name), fresh.life(), now), Optional.of(fresh), "the schedule", now);
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS); // as the database keeps it
    }

    private Fresh fresh(KeyPair pair, KeyType type, String line, Instant now, Instant signsFrom) {
        VerificationKey verification = VerificationKey.of(pair.getPublic(), type.algorithm());
        SigningKeyRow row = new SigningKeyRow();
        row.kid = verification.kid();
        return new Fresh(
                new KeyLife(
                        row.kid,
                        line,
                        type,
                        now,
                        signsFrom,
                        signsFrom.plus(settings.rotationPeriod()),
                        Optional.empty()),
                verification,
                wrap.wrap(pair.getPrivate().getEncoded(), row.purpose()));
    }

    // --- Emergencies ---

    /**
     * Announces the successor of every key that signs now rather than on schedule; nobody meets a key too early. Where one is
     * announced already, nothing changes.
     *
     * @param by who asks for it, for the audit log
     */
    public void rotate(String by) throws OAuthException {
        for (Map.Entry<String, KeyType> line : lines().entrySet()) {
            change(
                    by,
                    seen -> schedule()
                                    .announced(seen.line(line.getKey()), clock.instant())
                                    .isPresent()
                            ? Optional.empty()
                            : Optional.of(successor(seen, line.getKey(), line.getValue(), settings.announcement())));
        }
    }

    /**
     * Makes a key sign no more, as soon as every node can know it; its tokens stay valid. If it is the one that signs, its
     * successor does then, whether or not every verifier elsewhere has seen it.
     *
     * @return whether there is such a key
     */
    public boolean retire(String kid, String by) throws OAuthException {
        change(by, seen -> seen.find(kid).flatMap(life -> {
            List<KeyLife> line = seen.line(life.line());
            if (isSignerWithoutSuccessor(line, life)) {
                return Optional.of(successor(seen, life.line(), typeOf(life), KeySettings.PROPAGATION));
            }
            List<KeyLife> changed = schedule().retired(line, life, now());
            return changed.equals(line) ? Optional.empty() : Optional.of(new Edit(changed, Optional.empty()));
        }));
        return stored.snapshot().find(kid).isPresent();
    }

    /**
     * Ends a key that somebody else may hold: it is published no more, and its tokens are refused, here at once and on every other
     * node within two seconds. If it is the one that signs, a fresh key does at once.
     *
     * @return whether there is such a key
     */
    public boolean compromised(String kid, String by) throws OAuthException {
        change(by, seen -> seen.find(kid)
                .filter(life -> life.compromisedAt().isEmpty())
                .map(life -> {
                    List<KeyLife> line = seen.line(life.line());
                    Edit edit = schedule()
                                    .signer(line, clock.instant())
                                    .filter(life::equals)
                                    .isPresent()
                            ? successor(seen, life.line(), typeOf(life), Duration.ZERO)
                            : new Edit(line, Optional.empty());
                    return new Edit(KeySchedule.replace(edit.changed, life.compromisedAt(now())), edit.fresh);
                }));
        return stored.snapshot().find(kid).isPresent();
    }

    private boolean isSignerWithoutSuccessor(List<KeyLife> line, KeyLife life) {
        Instant now = clock.instant();
        return schedule().signer(line, now).filter(life::equals).isPresent()
                && schedule().announced(line, now).isEmpty();
    }

    private KeyType typeOf(KeyLife life) {
        return lines().getOrDefault(life.line(), life.type());
    }

    /** A line as it is to be, and the key that it has more. */
    private record Edit(List<KeyLife> changed, Optional<Fresh> fresh) {}

    private Edit successor(Snapshot seen, String line, KeyType type, Duration announcement) {
        KeyPair pair = type.generate(random);
        Instant now = now();
        Fresh fresh = fresh(pair, type, line, now, now.plus(announcement));
        return new Edit(schedule().with(seen.line(line), fresh.life(), now), Optional.of(fresh));
    }

    /** Changes what is there now, again if another node comes first. */
    private void change(String by, Function<Snapshot, Optional<Edit>> change) throws OAuthException {
        if (clock.problem().isPresent()) {
            throw new OAuthException(ErrorCode.TEMPORARILY_UNAVAILABLE, "the clock of this node is wrong");
        }
        boolean done;
        do {
            refresh();
            Snapshot seen = stored.snapshot();
            done = change.apply(seen)
                    .map(edit -> stored.change(seen, edit.changed, edit.fresh, by, now()))
                    .orElse(true);
        } while (!done);
    }

    // --- What administrators see ---

    /** A key and where it is in its life now. */
    public record Listed(KeyLife life, KeyLife.State state) {}

    /**
     * All there is to see.
     *
     * @param problem why this node can issue no tokens, if that is so
     * @param keys those that are not long over, in the order in which they were made
     * @param nextChange what happens if nobody does anything
     */
    public record Overview(Instant now, Optional<String> problem, List<Listed> keys, Optional<Change> nextChange) {}

    public Overview overview() {
        return new Overview(now(), problem(), list(), nextChange());
    }

    List<Listed> list() {
        Snapshot now = stored.snapshot();
        Instant instant = clock.instant();
        return now.lives()
                .map(life -> new Listed(life, schedule().state(now.line(life.line()), life, instant)))
                .toList();
    }

    /** What becomes of a key by itself: {@code kid} is empty for one that is yet to be made. */
    public record Change(Instant at, KeyLife.State to, String line, Optional<String> kid) {}

    /** What changes next if nobody does anything. */
    Optional<Change> nextChange() {
        Snapshot now = stored.snapshot();
        Instant instant = clock.instant();
        Stream<Change> announcements = lines().entrySet().stream()
                .flatMap(line -> schedule()
                        .announcementDue(now.line(line.getKey()), line.getValue(), instant)
                        .map(at -> new Change(at, KeyLife.State.ANNOUNCED, line.getKey(), Optional.empty()))
                        .stream());
        Stream<Change> others = now.lives().flatMap(life -> Stream.of(
                        change(life, life.signsFrom(), KeyLife.State.SIGNING, life.isValid()),
                        change(
                                life,
                                life.expiresAt(),
                                KeyLife.State.EXPIRED,
                                life.compromisedAt().isEmpty()))
                .flatMap(Optional::stream)
                .filter(change -> change.at.isAfter(instant)));
        return Stream.concat(announcements, others).min(Comparator.comparing(Change::at));
    }

    private static Optional<Change> change(KeyLife life, Instant at, KeyLife.State to, boolean happens) {
        return happens ? Optional.of(new Change(at, to, life.line(), Optional.of(life.kid()))) : Optional.empty();
    }

    /** Wraps by the key-encryption key of now what others have wrapped, and says how many keys that were. */
    public int rewrap() {
        return stored.rewrap();
    }
}
