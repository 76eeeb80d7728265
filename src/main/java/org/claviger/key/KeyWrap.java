package org.claviger.key;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import org.claviger.settings.SettingsException;

/**
 * Wraps keys for the database with AES-256-GCM (NIST SP 800-38D). What a key is for is associated data, so a wrapped key
 * moved to another row does not open. Form: {@code <key-encryption key id>.<nonce and ciphertext in base64url>}.
 */
public final class KeyWrap {
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;
    private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();

    private final SecretKey keyEncryptionKey;
    private final String id;
    private final Map<String, SecretKey> opening;
    private final SecureRandom random;

    /** Wraps with one key, and opens what it or any of the further ones has wrapped. */
    public KeyWrap(SecretKey keyEncryptionKey, List<SecretKey> further, SecureRandom random) {
        this.keyEncryptionKey = keyEncryptionKey;
        this.random = random;
        this.id = idOf(keyEncryptionKey);
        this.opening = Stream.concat(Stream.of(keyEncryptionKey), further.stream())
                .collect(Collectors.toUnmodifiableMap(KeyWrap::idOf, Function.identity(), (one, same) -> one));
    }

    /** Wraps a key; {@code purpose} says which key this is, and the same words open it again. */
    String wrap(byte[] key, String purpose) {
        byte[] nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        try {
            byte[] sealed = cipher(Cipher.ENCRYPT_MODE, keyEncryptionKey, nonce, purpose)
                    .doFinal(key);
            byte[] whole = ByteBuffer.allocate(nonce.length + sealed.length)
                    .put(nonce)
                    .put(sealed)
                    .array();
            return id + "." + ENCODER.encodeToString(whole);
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("AES-GCM does not work here", impossible);
        }
    }

    /**
     * @throws SettingsException if a key-encryption key wrapped it that is not configured
     * @throws IllegalStateException if it was altered, or moved from another row
     */
    byte[] unwrap(String wrapped, String purpose) {
        int dot = wrapped.indexOf('.');
        SecretKey wrapping = opening.get(wrapped.substring(0, Math.max(dot, 0)));
        if (wrapping == null) {
            throw new SettingsException(
                    "claviger.key-encryption-key",
                    "is not the one that wrapped the keys in the database, nor is any of"
                            + " claviger.further-key-encryption-keys; configure the key with which it was set up");
        }
        try {
            byte[] whole = Base64.getUrlDecoder().decode(wrapped.substring(dot + 1));
            if (whole.length
                    < NONCE_BYTES + TAG_BITS / 8) { // the JDK takes no input at all for a message without a tag
                throw new IllegalArgumentException("too short");
            }
            byte[] nonce = Arrays.copyOf(whole, NONCE_BYTES);
            return cipher(Cipher.DECRYPT_MODE, wrapping, nonce, purpose)
                    .doFinal(whole, NONCE_BYTES, whole.length - NONCE_BYTES);
        } catch (GeneralSecurityException | IllegalArgumentException altered) {
            throw new IllegalStateException("the wrapped key for " + purpose + " was altered in the database", altered);
        }
    }

    /** The same key wrapped by the key-encryption key of now; empty if it is already. */
    Optional<String> rewrap(String wrapped, String purpose) {
        return wrapped.startsWith(id + ".") ? Optional.empty() : Optional.of(wrap(unwrap(wrapped, purpose), purpose));
    }

    private static Cipher cipher(int mode, SecretKey key, byte[] nonce, String purpose)
            throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
        cipher.updateAAD(purpose.getBytes(StandardCharsets.UTF_8));
        return cipher;
    }

    // 64 bits of a hash: enough to tell a wrong key from an altered row, too little to speak of a 256-bit random key.
    private static String idOf(SecretKey key) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update("claviger key-encryption key id".getBytes(StandardCharsets.US_ASCII));
            return ENCODER.encodeToString(Arrays.copyOf(digest.digest(key.getEncoded()), 8));
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("SHA-256 does not work here", impossible);
        }
    }
}
