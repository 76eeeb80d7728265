package org.claviger.identity;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;

/**
 * A password at rest: PBKDF2-HMAC-SHA-256 (RFC 8018 section 5.2) with its parameters, so that they can grow. Form:
 * {@code pbkdf2-sha256$<iterations>$<salt>$<hash>}.
 */
final class PasswordHash {
    /** What OWASP advises for PBKDF2-HMAC-SHA-256. */
    static final int ITERATIONS = 600_000;

    /** More would keep a core busy for seconds at each sign-in. */
    private static final int MAX_ITERATIONS = 10_000_000;

    private static final String SCHEME = "pbkdf2-sha256";
    private static final int SALT_BYTES = 16;
    private static final int HASH_BITS = 256;

    private static final int MAX_SALT_BYTES = 64;

    // Salt and hash in base64url without padding
    private static final Pattern FORM =
            Pattern.compile(SCHEME + "\\$([1-9][0-9]{0,8})\\$([A-Za-z0-9_-]+)\\$([A-Za-z0-9_-]+)");

    private final int iterations;
    private final byte[] salt;
    private final byte[] hash;

    private PasswordHash(int iterations, byte[] salt, byte[] hash) {
        this.iterations = iterations;
        this.salt = salt;
        this.hash = hash;
    }

    static PasswordHash of(String password, SecureRandom random) {
        byte[] salt = new byte[SALT_BYTES];
        random.nextBytes(salt);
        return new PasswordHash(ITERATIONS, salt, derive(password, salt, ITERATIONS));
    }

    /** A hash that no password has, for all anybody knows; checking one against it takes as long as against any other. */
    static PasswordHash ofNobody(SecureRandom random) {
        byte[] salt = new byte[SALT_BYTES];
        byte[] hash = new byte[HASH_BITS / 8];
        random.nextBytes(salt);
        random.nextBytes(hash);
        return new PasswordHash(ITERATIONS, salt, hash);
    }

    /** @throws IllegalArgumentException if it is not what {@link #toString} wrote */
    static PasswordHash parse(String stored) {
        Matcher parts = FORM.matcher(stored);
        if (!parts.matches()) {
            throw new IllegalArgumentException("not a password hash");
        }
        Base64.Decoder decoder = Base64.getUrlDecoder();
        return new PasswordHash(
                Integer.parseInt(parts.group(1)), decoder.decode(parts.group(2)), decoder.decode(parts.group(3)));
    }

    /** Whether somebody may bring this hash along: in our form, and no weaker than one that we make. */
    static boolean isAcceptable(String hash) {
        try {
            PasswordHash parsed = parse(hash);
            return parsed.iterations >= ITERATIONS
                    && parsed.iterations <= MAX_ITERATIONS
                    && parsed.salt.length >= SALT_BYTES
                    && parsed.salt.length <= MAX_SALT_BYTES
                    && parsed.hash.length == HASH_BITS / 8;
        } catch (IllegalArgumentException malformed) {
            return false;
        }
    }

    /** Whether it is the hash of this password; slow on purpose. */
    boolean matches(String password) {
        return MessageDigest.isEqual(hash, derive(password, salt, iterations));
    }

    /** Whether we make better ones now: with more work, more salt or more bits. */
    boolean isWeak() {
        return iterations < ITERATIONS || salt.length < SALT_BYTES || hash.length < HASH_BITS / 8;
    }

    private static byte[] derive(String password, byte[] salt, int iterations) {
        PBEKeySpec spec = new PBEKeySpec(password.toCharArray(), salt, iterations, HASH_BITS);
        try {
            return SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
                    .generateSecret(spec)
                    .getEncoded();
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("PBKDF2 does not work here", impossible);
        } finally {
            spec.clearPassword();
        }
    }

    /** The form for the database. */
    @Override
    public String toString() {
        Base64.Encoder encoder = Base64.getUrlEncoder().withoutPadding();
        return SCHEME + "$" + iterations + "$" + encoder.encodeToString(salt) + "$" + encoder.encodeToString(hash);
    }
}
