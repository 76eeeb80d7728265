package org.claviger.settings;

import java.time.Duration;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;

/** The classifications that there are. */
public final class Classifications {
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9]*(-[a-z0-9]+)*");
    private static final int MAX_LENGTH = 32;

    private final Map<String, Classification> byName;
    private final Classification strictest;
    private final Duration longestAccessToken;
    private final Duration longestSessionIdle;
    private final Duration longestSession;

    private Classifications(Map<String, Classification> byName) {
        this.byName = byName;
        this.strictest =
                byName.values().stream().reduce(Classification::stricter).orElseThrow();
        this.longestAccessToken = longest(Lifetimes::accessToken);
        this.longestSessionIdle = longest(Lifetimes::sessionIdle);
        this.longestSession = longest(Lifetimes::sessionAbsolute);
    }

    private Duration longest(Function<Lifetimes, Duration> life) {
        return byName.values().stream()
                .map(classification -> life.apply(classification.lifetimes()))
                .max(Comparator.naturalOrder())
                .orElseThrow();
    }

    static Classifications read(SettingReader reader) {
        Set<String> names = new LinkedHashSet<>(
                List.of(Classification.STANDARD, Classification.SENSITIVE, Classification.RESTRICTED));
        for (String name : reader.list(Setting.CLASSIFICATIONS)) {
            if (name.length() > MAX_LENGTH || !NAME.matcher(name).matches()) {
                throw new SettingsException(
                        Setting.CLASSIFICATIONS,
                        "must be names of small letters, digits and hyphens, at most " + MAX_LENGTH
                                + " characters each, separated by commas");
            }
            names.add(name);
        }
        Classification.read(reader, ""); // what holds for all fits together too
        Map<String, Classification> byName = new LinkedHashMap<>();
        names.forEach(name -> byName.put(name, Classification.read(reader, name)));
        return new Classifications(byName);
    }

    /**
     * That of this name; where there is none, of each rule the strictest that any other has. That may be laxer than what the one had
     * that is gone, which nobody knows any more: administration therefore refuses to remove one that a client names, and only
     * configuration can.
     */
    public Classification of(String name) {
        return byName.getOrDefault(name, strictest);
    }

    /** Of each rule the strictest that any of them has. */
    public Classification strictest() {
        return strictest;
    }

    public Set<String> names() {
        return Set.copyOf(byName.keySet());
    }

    /** How long an access token may live that is issued now. */
    public Duration longestAccessToken() {
        return longestAccessToken;
    }

    /** How long a sign-in session may be unused and still be good for somebody. */
    public Duration longestSessionIdle() {
        return longestSessionIdle;
    }

    /** How long a sign-in session may live and still be good for somebody. */
    public Duration longestSession() {
        return longestSession;
    }
}
