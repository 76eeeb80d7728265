package org.claviger.jose;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Verifies access tokens and remembers, for five minutes at most and never beyond their {@code exp}, that it did. What it remembers
 * is evidence about a token, not the token: the key is the SHA-256 of all of it. It remembers nothing that was refused, and decides
 * nothing that can change: whether its key is still good, whether it is revoked, and for whom it is, is asked each time.
 */
public final class VerifiedTokens {
    private static final Duration LONGEST = Duration.ofMinutes(5);

    /** Two halves of this size are held: who is asked for stays, and the rest goes with its half. */
    private static final int HALF = 5_000;

    private final JwtVerifier verifier;
    private final Clock clock;
    private final int half;
    private volatile Map<String, Entry> young = new ConcurrentHashMap<>();
    private volatile Map<String, Entry> old = new ConcurrentHashMap<>();
    private final LongAdder hits = new LongAdder();
    private final LongAdder misses = new LongAdder();

    private record Entry(VerifiedJwt jwt, Instant until) {}

    public VerifiedTokens(JwtVerifier verifier, Clock clock) {
        this(verifier, clock, HALF);
    }

    VerifiedTokens(JwtVerifier verifier, Clock clock, int half) {
        this.verifier = verifier;
        this.clock = clock;
        this.half = half;
    }

    /**
     * The evidence that a token was signed by us and has not expired, for whatever audience it is.
     *
     * @throws InvalidTokenException if any check refuses the token
     */
    public VerifiedJwt verify(String token) throws InvalidTokenException {
        if (token.length() > JwtVerifier.MAX_LENGTH) { // not worth a hash
            return verifier.verify(token);
        }
        String key = hash(token);
        Entry known = find(key);
        if (known != null && clock.instant().isBefore(known.until) && verifier.knows(known.jwt.kid())) {
            hits.increment();
            return known.jwt.with(token);
        }
        misses.increment();
        VerifiedJwt jwt = verifier.verify(token);
        Instant expiresAt = Instant.ofEpochSecond(jwt.seconds("exp").orElse(0L));
        Instant latest = clock.instant().plus(LONGEST);
        remember(key, new Entry(jwt.with(""), expiresAt.isBefore(latest) ? expiresAt : latest));
        return jwt;
    }

    private @Nullable Entry find(String key) {
        Entry entry = young.get(key);
        if (entry == null) {
            entry = old.get(key);
            if (entry != null) {
                remember(key, entry);
            }
        }
        return entry;
    }

    private void remember(String key, Entry entry) {
        if (young.size() >= half) {
            synchronized (this) {
                if (young.size() >= half) {
                    old = young;
                    young = new ConcurrentHashMap<>();
                }
            }
        }
        young.put(key, entry);
    }

    /** Forgets what is over; called every second. */
    public void prune() {
        Instant now = clock.instant();
        young.values().removeIf(entry -> !now.isBefore(entry.until));
        old.values().removeIf(entry -> !now.isBefore(entry.until));
    }

    /** How often it was remembered that a token had been verified. */
    public long hits() {
        return hits.sum();
    }

    /** How often a token had to be verified because that was not so. */
    public long misses() {
        return misses.sum();
    }

    /** How many are remembered. */
    public int size() {
        return young.size() + old.size();
    }

    private static String hash(String token) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
            return new String(digest, StandardCharsets.ISO_8859_1);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("SHA-256 does not work here", impossible);
        }
    }
}
