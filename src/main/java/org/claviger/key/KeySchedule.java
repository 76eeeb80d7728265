package org.claviger.key;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.claviger.jose.KeyType;
import org.claviger.key.KeyLife.State;
import org.claviger.settings.KeySettings;
import org.claviger.settings.Lifetimes;

/**
 * Says of a line of keys, by their instants alone, which one signs and when the next is due. What it changes it answers as a new
 * line; whoever asks stores the difference.
 *
 * @param period how long a key signs
 * @param announcement how long it is published before
 * @param tokenLife how long the tokens live that are signed now, at most
 */
record KeySchedule(Duration period, Duration announcement, Duration tokenLife) {
    private static final Comparator<KeyLife> BY_SIGNING = Comparator.comparing(KeyLife::signsFrom);

    KeySchedule(KeySettings keys, Duration tokenLife) {
        this(keys.rotationPeriod(), keys.announcement(), tokenLife);
    }

    /**
     * The one key that signs. While nobody can make a successor, because the database is away, it goes on for as long as every
     * node still publishes it for the whole life of its tokens.
     */
    Optional<KeyLife> signer(List<KeyLife> line, Instant now) {
        return valid(line)
                .filter(key -> key.hasBegun(now) && !now.isAfter(signsUntil(key)))
                .max(BY_SIGNING);
    }

    /** The last instant at which it may sign if no successor comes. */
    Instant signsUntil(KeyLife key) {
        return key.retiredAt().plus(Lifetimes.LONGEST_ACCESS_TOKEN).minus(tokenLife);
    }

    /** The key that signs next, if it has been announced. */
    Optional<KeyLife> announced(List<KeyLife> line, Instant now) {
        return valid(line).filter(key -> !key.hasBegun(now)).min(BY_SIGNING);
    }

    private static Stream<KeyLife> valid(List<KeyLife> line) {
        return line.stream().filter(KeyLife::isValid);
    }

    /** Where a key of the line is in its life. */
    State state(List<KeyLife> line, KeyLife key, Instant now) {
        if (signer(line, now).filter(key::equals).isPresent()) {
            return State.SIGNING;
        }
        if (key.isValid() && !key.hasBegun(now)) {
            return State.ANNOUNCED;
        }
        return key.isPublished(now) ? State.RETIRED : State.EXPIRED;
    }

    /** When the successor of the signing key is to be announced; empty if there is one. Another type than wanted is due at once. */
    Optional<Instant> announcementDue(List<KeyLife> line, KeyType wanted, Instant now) {
        if (announced(line, now).isPresent()) {
            return Optional.empty();
        }
        return signer(line, now)
                .filter(signer -> signer.type().equals(wanted))
                .map(signer -> earlier(signer.retiredAt(), signer.signsFrom().plus(period))
                        .minus(announcement))
                .or(() -> Optional.of(now));
    }

    private static Instant earlier(Instant one, Instant other) {
        return one.isBefore(other) ? one : other;
    }

    /**
     * From when a key that is made now would sign: at once where nothing else can, otherwise when every verifier knows it.
     *
     * @param starting whether this node has served nobody yet. If the key that is to retire is over its time by then, no node was
     *     up while a successor could be announced; so nobody keeps a key set that is new enough to be used, and waiting
     *     for that helps nobody
     */
    Instant signsFrom(List<KeyLife> line, boolean starting, Instant now) {
        Optional<KeyLife> signer = signer(line, now);
        boolean nobodyWasUp =
                starting && signer.filter(key -> !now.isBefore(key.retiredAt())).isPresent();
        return signer.isEmpty() || nobodyWasUp ? now : now.plus(announcement);
    }

    /** The line with a new key that signs from then on, until the one that was announced before it or for a whole period. */
    List<KeyLife> with(List<KeyLife> line, KeyLife fresh, Instant now) {
        Instant until = announced(line, now)
                .map(KeyLife::signsFrom)
                .orElse(fresh.signsFrom().plus(period));
        List<KeyLife> changed = signer(line, now)
                .map(signer -> replace(line, signer.retiredAt(fresh.signsFrom())))
                .orElse(line);
        List<KeyLife> longer = new ArrayList<>(changed);
        longer.add(fresh.signingFrom(fresh.signsFrom(), until));
        return longer;
    }

    /**
     * The line in which that key signs no more. If it is the one that does, its announced successor takes over as soon as every
     * node can know of it; {@link #with} has to bring one first if there is none.
     */
    List<KeyLife> retired(List<KeyLife> line, KeyLife key, Instant now) {
        if (signer(line, now).filter(key::equals).isPresent()) {
            KeyLife successor = announced(line, now).orElseThrow();
            Instant from = earlier(successor.signsFrom(), now.plus(KeySettings.PROPAGATION));
            return replace(replace(line, key.retiredAt(from)), successor.signingFrom(from, from.plus(period)));
        }
        return now.isBefore(key.retiredAt()) ? replace(line, key.retiredAt(now)) : line;
    }

    static List<KeyLife> replace(List<KeyLife> line, KeyLife changed) {
        return line.stream()
                .map(key -> key.kid().equals(changed.kid()) ? changed : key)
                .toList();
    }

    /** The next instant at which anything of the line changes by itself. */
    Optional<Instant> nextChange(List<KeyLife> line, Instant now) {
        return line.stream()
                .filter(key -> key.compromisedAt().isEmpty())
                .flatMap(key -> Stream.of(
                        key.signsFrom(),
                        key.retiredAt(),
                        key.expiresAt(),
                        signsUntil(key).plusNanos(1)))
                .filter((Predicate<Instant>) now::isBefore)
                .min(Comparator.naturalOrder());
    }
}
