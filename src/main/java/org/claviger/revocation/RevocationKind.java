package org.claviger.revocation;

import static org.claviger.settings.Lifetimes.LONGEST_ACCESS_TOKEN;
import static org.claviger.settings.Lifetimes.LONGEST_FAMILY;
import static org.claviger.settings.Lifetimes.LONGEST_SESSION;

import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What a revocation ends. It is kept for as long as anything could live that it ends, whatever the settings were. */
public enum RevocationKind {
    /** One access token, by its {@code jti}. */
    TOKEN(false, LONGEST_ACCESS_TOKEN.plus(Margin.CLOCKS)),
    /** The access tokens of a family; its refresh tokens end with its own row. */
    FAMILY(false, LONGEST_ACCESS_TOKEN.plus(Margin.CLOCKS)),
    /** All that descends from a sign-in of this subject before an instant: sessions, families, access tokens. */
    SUBJECT(
            true,
            LONGEST_SESSION.plus(LONGEST_FAMILY).plus(LONGEST_ACCESS_TOKEN).plus(Margin.CLOCKS)),
    /** All that this client has from sign-ins, or was issued for itself, before an instant. */
    CLIENT(true, SUBJECT.kept),
    /** All of everybody before an instant; its name is empty. */
    EVERYTHING(true, SUBJECT.kept),
    /** All that this key has signed, by its {@code kid}. Who has a stolen key can sign for any time, so this stays. */
    KEY(false, Duration.ofDays(36_500));

    /** Clocks differ, and a token ends with the second. */
    private static final class Margin {
        static final Duration CLOCKS = Duration.ofMinutes(1);
    }

    private final boolean dated;
    private final Duration kept;

    RevocationKind(boolean dated, Duration kept) {
        this.dated = dated;
        this.kept = kept;
    }

    /** Whether it ends only what began before an instant. */
    public boolean isDated() {
        return dated;
    }

    Duration kept() {
        return kept;
    }

    /** How administration writes it: in lower case. */
    public String value() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Whether that is the name of a kind, or of one that only a later version knows. */
    static boolean isKnown(String name) {
        return find(name.toLowerCase(Locale.ROOT)).isPresent();
    }

    /** Empty for anything else. */
    public static Optional<RevocationKind> find(String value) {
        return Arrays.stream(values())
                .filter(kind -> kind.value().equals(value))
                .findFirst();
    }
}
