package org.claviger.oauth;

import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A set of scope tokens (RFC 6749 section 3.3), in the order in which they were named. */
public final class Scope {
    /** What administration asks for, and the beginning of every narrower administration scope. */
    public static final String ADMIN = "claviger:admin";

    /** What lets its holder look at everything of administration, and change nothing. */
    public static final String ADMIN_READ = "claviger:admin.read";

    /** How the scope tokens begin that open Claviger itself. */
    public static final String RESERVED = "claviger:";

    /** Those of them that there are. */
    public static final Set<String> KNOWN = Collections.unmodifiableSortedSet(new TreeSet<>(Set.of(ADMIN, ADMIN_READ)));

    public static final Scope EMPTY = new Scope(Set.of());

    /** The longest scope that is read: more is an attempt to keep the server busy (CVE-2026-4634). */
    private static final int MAX_LENGTH = 1_000;

    // scope-token = 1*( %x21 / %x23-5B / %x5D-7E )
    private static final Pattern TOKEN = Pattern.compile("[\\x21\\x23-\\x5B\\x5D-\\x7E]+");

    private final Set<String> tokens;

    private Scope(Collection<String> tokens) {
        this.tokens = Collections.unmodifiableSet(new LinkedHashSet<>(tokens));
    }

    /**
     * Reads a scope.
     *
     * @param value scope tokens separated by one space; empty for no scope
     * @throws IllegalArgumentException if it is malformed or longer than 1,000 characters
     */
    public static Scope parse(String value) {
        if (value.isEmpty()) {
            return EMPTY;
        }
        if (value.length() > MAX_LENGTH) {
            throw new IllegalArgumentException("a scope has at most " + MAX_LENGTH + " characters");
        }
        String[] tokens = value.split(" ", -1);
        if (!Arrays.stream(tokens).allMatch(TOKEN.asMatchPredicate())) {
            throw new IllegalArgumentException("a scope is a list of scope tokens separated by one space");
        }
        return new Scope(new LinkedHashSet<>(Arrays.asList(tokens)));
    }

    /**
     * What a request asks for out of this scope, which is the most it may have.
     *
     * @throws OAuthException {@code invalid_scope} if it is malformed or more than that (RFC 6749 sections 3.3 and 6)
     */
    public Scope narrow(String asked) throws OAuthException {
        Scope narrowed;
        try {
            narrowed = parse(asked);
        } catch (IllegalArgumentException malformed) {
            throw new OAuthException(ErrorCode.INVALID_SCOPE, "the scope is malformed or too long");
        }
        if (!tokens.containsAll(narrowed.tokens)) {
            throw new OAuthException(ErrorCode.INVALID_SCOPE, "the scope is more than may be had");
        }
        return narrowed;
    }

    /** Those tokens that satisfy the condition. */
    public Scope only(Predicate<String> condition) {
        return new Scope(tokens.stream().filter(condition).collect(Collectors.toCollection(LinkedHashSet::new)));
    }

    public Stream<String> tokens() {
        return tokens.stream();
    }

    public boolean contains(String token) {
        return tokens.contains(token);
    }

    public boolean isEmpty() {
        return tokens.isEmpty();
    }

    /** Whether any of it opens administration. */
    public boolean isAdministrative() {
        return tokens.stream().anyMatch(Scope::isAdministrative);
    }

    /** Whether this scope token opens administration: all of it, to look at, or a narrower {@code claviger:admin:…}. */
    public static boolean isAdministrative(String token) {
        return KNOWN.contains(token) || token.startsWith(ADMIN + ":");
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Scope scope && tokens.equals(scope.tokens);
    }

    @Override
    public int hashCode() {
        return tokens.hashCode();
    }

    /** The tokens separated by one space, as requests and tokens write them. */
    @Override
    public String toString() {
        return String.join(" ", tokens);
    }
}
