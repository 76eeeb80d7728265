package org.claviger.identity;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.claviger.settings.PasswordSettings;
import org.claviger.settings.Settings;

/**
 * What a new password must be (NIST SP 800-63B section 5.1.1.2, ASVS 6.2): long, and none of those that are tried first. It need
 * not mix kinds of characters, and never expires. Passwords that are in use are not judged again.
 */
public final class PasswordPolicy {
    /** Characters that a password has beside the words that are tried first. */
    private static final int LEAST_BESIDE = PasswordSettings.LEAST;

    /** Characters that do not follow from those before them. */
    private static final int LEAST_UNFORESEEN = 6;

    private static final int SHORTEST_WORD = 3;

    private static final List<String> ROWS = List.of(
            "1234567890", "qwertzuiopü", "qwertyuiop", "azertyuiop", "asdfghjklöä", "yxcvbnm", "zxcvbnm", "qsdfghjklm");

    private static final List<String> COMMON = commonWords();

    private final Supplier<Settings> settings;

    public PasswordPolicy(Supplier<Settings> settings) {
        this.settings = settings;
    }

    /** Why a password is refused. */
    public enum Weakness {
        /** It has fewer characters than the settings say. */
        TOO_SHORT("is too short"),
        /** It has more than 1000 characters, or a control character, which no form can send. */
        UNUSABLE("must have at most 1000 characters, none of them a control character"),
        /** It stands in the administrator's list. */
        DENIED("is one that is tried first"),
        /** Beside well-known words, sequences, the person's name and that of the service there is too little. */
        GUESSABLE("is too easy to guess: beside well-known words, repetitions, the user's own name and that of this"
                + " service, too little of it is left");

        private final String words;

        Weakness(String words) {
            this.words = words;
        }
    }

    /** In characters. */
    public int minLength() {
        return settings.get().passwords().minLength();
    }

    /** Why this cannot be a new password of that user. */
    public Optional<Weakness> weakness(String password, ResourceOwner owner) {
        return weakness(password, words(owner.username(), owner.name(), owner.email()));
    }

    /** The same of a user who is to be. */
    public Optional<Weakness> weakness(String password, String username) {
        return weakness(password, words(username, Optional.empty(), Optional.empty()));
    }

    /** The same in words, for who reads a file or a setting; empty for a hash, of which nothing can be told. */
    public Optional<String> objection(NewResourceOwner owner) {
        return owner.credential() instanceof NewResourceOwner.Password password
                ? weakness(password.value(), words(owner.username(), owner.name(), owner.email()))
                        .map(weak -> weak == Weakness.TOO_SHORT
                                ? "must have at least " + minLength() + " characters"
                                : weak.words)
                : Optional.empty();
    }

    private Optional<Weakness> weakness(String password, Collection<String> personal) {
        if (password.codePointCount(0, password.length()) < minLength()) {
            return Optional.of(Weakness.TOO_SHORT);
        }
        if (!NewResourceOwner.isPassword(password)) {
            return Optional.of(Weakness.UNUSABLE);
        }
        String small = password.toLowerCase(Locale.ROOT);
        if (settings.get().passwords().denied().contains(small.strip())) {
            return Optional.of(Weakness.DENIED);
        }
        return isGuessable(small, personal) ? Optional.of(Weakness.GUESSABLE) : Optional.empty();
    }

    private boolean isGuessable(String small, Collection<String> personal) {
        if (unforeseen(small) < LEAST_UNFORESEEN) {
            return true;
        }
        List<String> context = new ArrayList<>(personal);
        context.addAll(service());
        String own = without(small, context);
        // One of the common words at a time: four of them in a row are a good password.
        return (!own.equals(small) && isLittle(own))
                || COMMON.stream().anyMatch(word -> {
                    String beside = without(own, List.of(word));
                    return !beside.equals(own) && isLittle(beside);
                });
    }

    private static boolean isLittle(String beside) {
        return beside.codePointCount(0, beside.length()) < LEAST_BESIDE || unforeseen(beside) < LEAST_UNFORESEEN;
    }

    /** The text without these words, also where digits and signs stand for their letters. */
    private static String without(String small, Collection<String> words) {
        String left = small;
        for (String word : words) {
            if (word.codePointCount(0, word.length()) < SHORTEST_WORD) {
                continue;
            }
            for (int at = find(left, word, 0); at >= 0; at = find(left, word, at)) {
                left = left.substring(0, at) + left.substring(at + word.length());
            }
        }
        return left;
    }

    private static int find(String text, String word, int from) {
        int plain = text.indexOf(word, from);
        int read = plainly(text).indexOf(word, from);
        return plain < 0 || (read >= 0 && read < plain) ? read : plain;
    }

    /** As it is read where digits and signs stand for letters; as long as before. */
    private static String plainly(String small) {
        StringBuilder read = new StringBuilder(small);
        for (int i = 0; i < read.length(); i++) {
            read.setCharAt(
                    i,
                    switch (read.charAt(i)) {
                        case '0' -> 'o';
                        case '1', '!' -> 'i';
                        case '3' -> 'e';
                        case '4', '@' -> 'a';
                        case '5', '$' -> 's';
                        case '7' -> 't';
                        default -> read.charAt(i);
                    });
        }
        return read.toString();
    }

    /** How many characters do not follow from those before: the same, the next, a neighbour on a keyboard, a pair that was there. */
    private static int unforeseen(String small) {
        int[] points = small.codePoints().toArray();
        int count = 0;
        for (int i = 0; i < points.length; i++) {
            if (i == 0 || !(isNext(points[i - 1], points[i]) || isRepeated(points, i))) {
                count++;
            }
        }
        return count;
    }

    private static boolean isNext(int before, int point) {
        return Math.abs(point - before) <= 1
                || ROWS.stream().anyMatch(row -> {
                    int at = row.indexOf(point);
                    int previous = row.indexOf(before);
                    return at >= 0 && previous >= 0 && Math.abs(at - previous) == 1;
                });
    }

    /** Whether the same pair stood there before. */
    private static boolean isRepeated(int[] points, int i) {
        for (int earlier = 1; earlier < i - 1; earlier++) {
            if (points[earlier] == points[i] && points[earlier - 1] == points[i - 1]) {
                return true;
            }
        }
        return false;
    }

    private List<String> service() {
        List<String> words = new ArrayList<>(List.of("claviger"));
        words.addAll(split(settings.get().brand().name()));
        String host = Objects.requireNonNullElse(
                URI.create(settings.get().issuer().value()).getHost(), "");
        String[] labels = host.toLowerCase(Locale.ROOT).split("\\.", -1);
        // What is left of the last dot: everybody has a top-level domain.
        words.addAll(Arrays.asList(labels).subList(0, Math.max(1, labels.length - 1)));
        words.removeIf(word -> word.chars().allMatch(Character::isDigit));
        return words;
    }

    private static List<String> words(String username, Optional<String> name, Optional<String> email) {
        return Stream.concat(
                        Stream.of(username.toLowerCase(Locale.ROOT)),
                        Stream.of(Optional.of(username), name, email)
                                .flatMap(Optional::stream)
                                .flatMap(text -> split(text).stream()))
                .distinct()
                .toList();
    }

    private static List<String> split(String text) {
        return Arrays.stream(text.toLowerCase(Locale.ROOT).split("[^\\p{L}\\p{N}]+", -1))
                .filter(word -> word.length() >= SHORTEST_WORD)
                .toList();
    }

    private static List<String> commonWords() {
        try (BufferedReader in = new BufferedReader(new InputStreamReader(
                Objects.requireNonNull(PasswordPolicy.class.getResourceAsStream("common-words.txt")),
                StandardCharsets.UTF_8))) {
            return in.lines()
                    .filter(line -> !line.startsWith("#"))
                    .flatMap(line -> Stream.of(line.split(" ", -1)))
                    .filter(word -> !word.isEmpty())
                    .toList();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
