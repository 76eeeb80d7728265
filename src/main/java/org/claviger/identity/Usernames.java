package org.claviger.identity;

import java.text.Normalizer;
import java.util.Locale;

/** User names as those read them who take several spellings for one (RFC 4518 section 2): directories, realms and data sources of servers. */
public final class Usernames {
    /** What nobody sees (RFC 4518 section 2.2). */
    private static final String UNSEEN = "[\\p{Cf}\\p{Cc}&&[^\\s\\x85]]+";

    private Usernames() {}

    /** The same for names that differ only in capitals, width, spaces, or in what nobody sees. */
    static String folded(String username) {
        String spaced = Normalizer.normalize(username, Normalizer.Form.NFKC)
                .replaceAll(UNSEEN, "")
                .replaceAll("[\\s\\p{Z}\\x85]+", " ")
                .strip();
        // There and back: a sharp s is two, as in the case folding of Unicode.
        String small = spaced.toUpperCase(Locale.ROOT).toLowerCase(Locale.ROOT);
        return Normalizer.normalize(small, Normalizer.Form.NFKC);
    }

    /** The same without accents too, which some leave out of account: for counting guesses, not for telling people apart. */
    public static String plain(String username) {
        String parted = Normalizer.normalize(username, Normalizer.Form.NFKD);
        String bare = folded(parted.replaceAll(UNSEEN, "").replaceAll("\\p{M}+", ""));
        return Normalizer.normalize(bare, Normalizer.Form.NFKD).replaceAll("\\p{M}+", "");
    }
}
