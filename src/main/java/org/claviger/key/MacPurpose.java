package org.claviger.key;

import java.time.Duration;
import java.util.Optional;
import org.claviger.settings.Lifetimes;
import org.jspecify.annotations.Nullable;

/** What a MAC key is for; a key never serves two purposes. */
public enum MacPurpose {
    /** Refresh tokens. */
    REFRESH_TOKEN(Lifetimes.LONGEST_FAMILY.plusDays(1)),
    /** Client secrets at rest: a row keeps the version with which it was written. */
    CLIENT_SECRET(null),
    /** The forms of the sign-in pages, against cross-site request forgery. */
    FORM(Duration.ofDays(1)),
    /** The entries of the import file, to see that one has changed: a row keeps its version, as above. */
    IMPORT(null),
    /** Who failed to prove who they are, and from where: found by its MAC, so a new version would forget them all. */
    THROTTLE(null),
    /** The cookies of browser sessions, so that a made-up one costs no look at the database, and what forms of theirs prove. */
    BROWSER_SESSION(Lifetimes.LONGEST_SESSION.plusDays(1)),
    /** What {@link Seals} encrypts: each time under a key of its own that is derived from this one. */
    SEAL(Lifetimes.LONGEST_SESSION.plusDays(1)),
    /** The chain of the audit: a row keeps its version. */
    AUDIT(null);

    private final Optional<Duration> memory;

    MacPurpose(@Nullable Duration memory) {
        this.memory = Optional.ofNullable(memory);
    }

    /** How long an earlier version still verifies; empty for as long as there are rows that may need it. */
    Optional<Duration> memory() {
        return memory;
    }

    boolean rotates() {
        return this != THROTTLE;
    }
}
