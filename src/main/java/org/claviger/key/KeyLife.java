package org.claviger.key;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.claviger.jose.KeyType;
import org.claviger.settings.Lifetimes;

/**
 * The life of a signing key: announced, signing, retired, expired. Which of these it is now follows from its instants, so nothing
 * has to run on time. It is published, and verifies, from its announcement until it expires.
 *
 * @param kid the name of the key (RFC 7517 section 4.5)
 * @param line the keys that follow each other: one line signs by default, and one for each algorithm that clients ask for besides
 * @param announcedAt when it was made; not before that could anybody know it
 * @param signsFrom when it is the first choice of its line
 * @param retiredAt when its successor signs; moves on while there is none; not after {@code signsFrom} if it was withdrawn
 * @param compromisedAt when somebody said that it is; it verifies nothing since
 */
public record KeyLife(
        String kid,
        String line,
        KeyType type,
        Instant announcedAt,
        Instant signsFrom,
        Instant retiredAt,
        Optional<Instant> compromisedAt) {
    /** The line that signs where a client asks for nothing else. */
    public static final String DEFAULT_LINE = "default";

    /** By how much the clock of a verifier elsewhere may be late. */
    private static final Duration SKEW = Duration.ofMinutes(1);

    /** Where a key is in its life. */
    public enum State {
        /** Published, so that verifiers know it when it signs. */
        ANNOUNCED,
        SIGNING,
        /** Published for the tokens that it has signed. */
        RETIRED,
        /** Published no more. */
        EXPIRED
    }

    /** The last token that the key has signed is over then, whatever its lifetime was; a compromised key has no such time. */
    public Instant expiresAt() {
        return compromisedAt.orElse(
                retiredAt.plus(Lifetimes.LONGEST_ACCESS_TOKEN).plus(SKEW));
    }

    boolean isPublished(Instant now) {
        return compromisedAt.isEmpty() && now.isBefore(expiresAt());
    }

    /** Whether it may ever sign. */
    boolean isValid() {
        return compromisedAt.isEmpty() && signsFrom.isBefore(retiredAt);
    }

    /** What was made to sign at once does so on every node that knows it, also by a clock that is a little late. */
    boolean hasBegun(Instant now) {
        return !now.isBefore(signsFrom) || announcedAt.equals(signsFrom);
    }

    KeyLife signingFrom(Instant from, Instant until) {
        return new KeyLife(kid, line, type, announcedAt, from, until, compromisedAt);
    }

    KeyLife retiredAt(Instant at) {
        return signingFrom(signsFrom, at);
    }

    KeyLife compromisedAt(Instant at) {
        return new KeyLife(
                kid, line, type, announcedAt, signsFrom, at.isBefore(retiredAt) ? at : retiredAt, Optional.of(at));
    }
}
