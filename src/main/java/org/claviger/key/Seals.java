package org.claviger.key;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Seals texts that leave memory, for the database or a browser, with AES-256-GCM (NIST SP 800-38D). Each has a key of its own, derived
 * from a wrapped key and 128 random bits (as NIST SP 800-108 does, by HMAC-SHA-256), so that no number of texts is too many for one key.
 * What a text belongs to is associated data: sealed for one place, it does not open at another.
 */
public final class Seals {
    private static final int SALT_BYTES = 16;
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;
    private static final Pattern FORM = Pattern.compile("([1-9][0-9]{0,8})\\.([A-Za-z0-9_-]+)");

    private final MacKeys keys;
    private final SecureRandom random;

    public Seals(MacKeys keys, SecureRandom random) {
        this.keys = keys;
        this.random = random;
    }

    /** Seals a text; {@code place} says where it belongs, and the same words open it again. */
    public String seal(String text, String place) {
        int version = keys.currentVersion(MacPurpose.SEAL);
        byte[] head = new byte[SALT_BYTES + NONCE_BYTES];
        random.nextBytes(head);
        try {
            byte[] sealed = cipher(Cipher.ENCRYPT_MODE, version, head, place)
                    .orElseThrow()
                    .doFinal(text.getBytes(UTF_8));
            byte[] whole = ByteBuffer.allocate(head.length + sealed.length)
                    .put(head)
                    .put(sealed)
                    .array();
            return version + "." + Base64.getUrlEncoder().withoutPadding().encodeToString(whole);
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("AES-GCM does not work here", impossible);
        }
    }

    /** The text; empty if it was altered, belongs elsewhere, or was sealed by a key that there is no more. */
    public Optional<String> open(String sealed, String place) {
        Matcher parts = FORM.matcher(sealed);
        if (!parts.matches()) {
            return Optional.empty();
        }
        try {
            byte[] whole = Base64.getUrlDecoder().decode(parts.group(2));
            int begin = SALT_BYTES + NONCE_BYTES;
            if (whole.length < begin + TAG_BITS / 8) {
                return Optional.empty();
            }
            Optional<Cipher> cipher =
                    cipher(Cipher.DECRYPT_MODE, Integer.parseInt(parts.group(1)), Arrays.copyOf(whole, begin), place);
            return cipher.isEmpty()
                    ? Optional.empty()
                    : Optional.of(new String(cipher.get().doFinal(whole, begin, whole.length - begin), UTF_8));
        } catch (GeneralSecurityException | IllegalArgumentException altered) {
            return Optional.empty();
        }
    }

    private Optional<Cipher> cipher(int mode, int version, byte[] head, String place) throws GeneralSecurityException {
        String salt = Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(head, SALT_BYTES));
        Optional<byte[]> key = keys.derive(MacPurpose.SEAL, version, "AES-256-GCM\n" + salt);
        if (key.isEmpty()) {
            return Optional.empty();
        }
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(
                mode,
                new SecretKeySpec(key.get(), "AES"),
                new GCMParameterSpec(TAG_BITS, head, SALT_BYTES, NONCE_BYTES));
        cipher.updateAAD(place.getBytes(UTF_8));
        return Optional.of(cipher);
    }
}
