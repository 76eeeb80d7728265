package org.claviger.key;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Base64;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.claviger.database.Database;

/**
 * Keys for HMAC-SHA-256 (RFC 2104), random, one line of versions for each purpose, wrapped in the database and held in
 * memory. What was made with an earlier version still verifies.
 */
public final class MacKeys {
    private static final String ALGORITHM = "HmacSHA256";
    private static final Pattern VERSIONED = Pattern.compile("([1-9][0-9]{0,8})\\.([A-Za-z0-9_-]{43})");

    private final Map<MacPurpose, Map<Integer, SecretKeySpec>> keys;

    private MacKeys(Map<MacPurpose, Map<Integer, SecretKeySpec>> keys) {
        this.keys = keys;
    }

    /** Reads the keys of every purpose and makes the first of each that has none; of several nodes one wins. */
    public static MacKeys load(Database database, KeyWrap wrap, SecureRandom random, Clock clock) {
        for (MacPurpose purpose : MacPurpose.values()) {
            if (rows(database, purpose).isEmpty()) {
                byte[] key = new byte[32];
                random.nextBytes(key);
                MacKeyRow row = new MacKeyRow();
                row.purpose = purpose.name();
                row.version = 1;
                row.wrappedKey = wrap.wrap(key, context(row));
                row.createdAt = clock.instant();
                database.insertIfAbsent(row);
            }
        }
        Map<MacPurpose, Map<Integer, SecretKeySpec>> keys = new EnumMap<>(MacPurpose.class);
        for (MacPurpose purpose : MacPurpose.values()) {
            Map<Integer, SecretKeySpec> versions = new HashMap<>();
            for (MacKeyRow row : rows(database, purpose)) {
                versions.put(row.version, new SecretKeySpec(wrap.unwrap(row.wrappedKey, context(row)), ALGORITHM));
            }
            keys.put(purpose, Map.copyOf(versions));
        }
        return new MacKeys(keys);
    }

    private static List<MacKeyRow> rows(Database database, MacPurpose purpose) {
        return database.transact(
                entities -> entities.createQuery("from MacKeyRow where purpose = :purpose", MacKeyRow.class)
                        .setParameter("purpose", purpose.name())
                        .getResultList());
    }

    private static String context(MacKeyRow row) {
        return "mac " + row.purpose + " " + row.version;
    }

    /** The version to make new values with. */
    public int currentVersion(MacPurpose purpose) {
        return versions(purpose).keySet().stream().mapToInt(v -> v).max().orElseThrow();
    }

    /** HMAC-SHA-256 of the text under that version, in base64url. */
    public String mac(MacPurpose purpose, int version, String text) {
        SecretKeySpec key = versions(purpose).get(version);
        if (key == null) {
            throw new IllegalStateException("there is no MAC key " + purpose + " " + version);
        }
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            return Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("HMAC-SHA-256 does not work here", impossible);
        }
    }

    /** Whether {@code mac} is that of the text, in constant time; false for a version that does not exist. */
    public boolean verify(MacPurpose purpose, int version, String text, String mac) {
        return versions(purpose).containsKey(version)
                && MessageDigest.isEqual(
                        mac(purpose, version, text).getBytes(StandardCharsets.US_ASCII),
                        mac.getBytes(StandardCharsets.UTF_8));
    }

    /** The MAC of the text under the current version, with that version in front: {@code version.mac}. */
    public String versionedMac(MacPurpose purpose, String text) {
        int version = currentVersion(purpose);
        return version + "." + mac(purpose, version, text);
    }

    /** Whether that is what {@link #versionedMac} made of the text, now or under an earlier version; in constant time. */
    public boolean verifyVersioned(MacPurpose purpose, String text, String versionedMac) {
        Matcher parts = VERSIONED.matcher(versionedMac);
        return parts.matches() && verify(purpose, Integer.parseInt(parts.group(1)), text, parts.group(2));
    }

    private Map<Integer, SecretKeySpec> versions(MacPurpose purpose) {
        return keys.getOrDefault(purpose, Map.of());
    }
}
