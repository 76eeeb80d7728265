package org.claviger.key;

import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Base64;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.claviger.database.Database;
import org.claviger.database.Topic;
import org.claviger.database.VersionNumber;
import org.claviger.settings.KeySettings;
import org.claviger.settings.SettingsException;

/**
 * Keys for HMAC-SHA-256 (RFC 2104), random, one line of versions for each purpose, wrapped in the database and held in
 * memory. A new version is known to every node before it makes anything; what was made with an earlier one still verifies.
 */
public final class MacKeys {
    private static final System.Logger LOG = System.getLogger("org.claviger");
    private static final String ALGORITHM = "HmacSHA256";
    private static final Pattern VERSIONED = Pattern.compile("([1-9][0-9]{0,8})\\.([A-Za-z0-9_-]{43})");
    private static final VersionNumber NUMBER = new VersionNumber("mac_key");

    private final Database database;
    private final KeyWrap wrap;
    private final SecureRandom random;
    private final Clock clock;
    private volatile Snapshot snapshot = new Snapshot(-1, Map.of());

    private record Version(SecretKeySpec key, Instant usedFrom) {}

    private record Snapshot(long number, Map<MacPurpose, NavigableMap<Integer, Version>> versions) {
        NavigableMap<Integer, Version> of(MacPurpose purpose) {
            return versions.getOrDefault(purpose, new TreeMap<>());
        }
    }

    private record Stored(long number, List<MacKeyRow> rows) {}

    private MacKeys(Database database, KeyWrap wrap, SecureRandom random, Clock clock) {
        this.database = database;
        this.wrap = wrap;
        this.random = random;
        this.clock = clock;
    }

    /**
     * Reads the keys of every purpose and makes the first of each that has none; of several nodes one wins.
     *
     * @throws SettingsException if another key-encryption key wrapped any; nothing has changed then
     */
    public static MacKeys load(Database database, KeyWrap wrap, SecureRandom random, Clock clock) {
        MacKeys keys = new MacKeys(database, wrap, random, clock);
        Stored stored = keys.read();
        stored.rows.forEach(row -> wrap.unwrap(row.wrappedKey, row.boundTo()));
        keys.keep(stored);
        for (MacPurpose purpose : MacPurpose.values()) {
            while (keys.snapshot.of(purpose).isEmpty()) {
                keys.add(purpose, 1, Duration.ZERO);
            }
        }
        return keys;
    }

    /** Reads the keys again if another node has changed them. */
    public void refresh() {
        if (database.transact(NUMBER::read) != snapshot.number) {
            keep(read());
        }
    }

    private Stored read() {
        return database.transact(entities -> new Stored(
                NUMBER.read(entities),
                entities.createQuery("from MacKeyRow", MacKeyRow.class).getResultList()));
    }

    private synchronized void keep(Stored stored) {
        if (stored.number < snapshot.number) {
            return; // another thread has read later
        }
        Map<MacPurpose, NavigableMap<Integer, Version>> versions = new EnumMap<>(MacPurpose.class);
        for (MacKeyRow row : stored.rows) {
            Arrays.stream(MacPurpose.values())
                    .filter(known -> known.name().equals(row.purpose)) // a later version may know more
                    .forEach(purpose -> open(row, purpose, versions));
        }
        snapshot = new Snapshot(stored.number, versions);
    }

    /** What a key-encryption key wrapped that only other nodes have is left out: this node goes on with the rest. */
    private void open(MacKeyRow row, MacPurpose purpose, Map<MacPurpose, NavigableMap<Integer, Version>> versions) {
        try {
            Version known = snapshot.of(purpose).get(row.version);
            SecretKeySpec key = known != null
                    ? known.key
                    : new SecretKeySpec(wrap.unwrap(row.wrappedKey, row.boundTo()), ALGORITHM);
            versions.computeIfAbsent(purpose, none -> new TreeMap<>()).put(row.version, new Version(key, row.usedFrom));
        } catch (SettingsException foreign) {
            LOG.log(Level.ERROR, "CLAVIGER-0207 {0} cannot be used: {1}", row.boundTo(), foreign.getMessage());
        }
    }

    /**
     * Makes the next version of each purpose whose newest is used for as long as this, and forgets versions by which nothing can be
     * verified that is still good; called every second, and of several nodes one wins.
     */
    public void rotateIfDue(Duration period) {
        for (MacPurpose purpose : MacPurpose.values()) {
            Map.Entry<Integer, Version> newest = snapshot.of(purpose).lastEntry();
            if (purpose.rotates()
                    && newest != null
                    && !clock.instant()
                            .isBefore(newest.getValue().usedFrom.plus(period).minus(KeySettings.PROPAGATION))) {
                add(purpose, newest.getKey() + 1, KeySettings.PROPAGATION);
            }
        }
    }

    private void add(MacPurpose purpose, int version, Duration announcement) {
        byte[] key = new byte[32];
        random.nextBytes(key);
        MacKeyRow row = new MacKeyRow();
        row.purpose = purpose.name();
        row.version = version;
        row.wrappedKey = wrap.wrap(key, row.boundTo());
        row.createdAt = clock.instant().truncatedTo(ChronoUnit.MICROS);
        row.usedFrom = row.createdAt.plus(announcement);
        List<Integer> forgotten = forgotten(purpose, row.createdAt);
        long seen = snapshot.number;
        database.change(entities -> {
            if (NUMBER.advance(entities, seen)) {
                entities.persist(row);
                database.announce(entities, Topic.MAC_KEY, "");
                entities.createQuery("delete from MacKeyRow where purpose = :purpose and version in :forgotten")
                        .setParameter("purpose", purpose.name())
                        .setParameter("forgotten", forgotten)
                        .executeUpdate();
            }
        });
        refresh();
    }

    /** A version is in use until the next one is. */
    private List<Integer> forgotten(MacPurpose purpose, Instant now) {
        NavigableMap<Integer, Version> versions = snapshot.of(purpose);
        return purpose.memory().stream()
                .flatMap(memory -> versions.keySet().stream()
                        .filter(version -> versions.higherEntry(version) != null
                                && versions.higherEntry(version)
                                        .getValue()
                                        .usedFrom
                                        .plus(memory)
                                        .isBefore(now)))
                .toList();
    }

    /** Wraps by the key-encryption key of now what others have wrapped, and says how many keys that were. */
    public int rewrap() {
        int rewrapped = 0;
        for (MacKeyRow row : read().rows) {
            rewrapped += wrap.rewrap(row.wrappedKey, row.boundTo())
                    .map(fresh -> database.<Integer, RuntimeException>transact(
                            entities -> entities.createQuery("update MacKeyRow set wrappedKey = :fresh"
                                            + " where purpose = :purpose and version = :version and wrappedKey = :old")
                                    .setParameter("fresh", fresh)
                                    .setParameter("purpose", row.purpose)
                                    .setParameter("version", row.version)
                                    .setParameter("old", row.wrappedKey)
                                    .executeUpdate()))
                    .orElse(0);
        }
        return rewrapped;
    }

    /** The version to make new values with. */
    public int currentVersion(MacPurpose purpose) {
        Instant now = clock.instant();
        NavigableMap<Integer, Version> versions = snapshot.of(purpose);
        return versions.descendingMap().entrySet().stream()
                .filter(version -> !now.isBefore(version.getValue().usedFrom))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElseGet(versions::firstKey); // the very first, by a clock that is a little late
    }

    /** HMAC-SHA-256 of the text under that version, in base64url. */
    public String mac(MacPurpose purpose, int version, String text) {
        Version found = snapshot.of(purpose).get(version);
        if (found == null) {
            throw new IllegalStateException("there is no MAC key " + purpose + " " + version);
        }
        return mac(found.key, text);
    }

    /** 256 bits that follow from that version and this label alone; empty for a version that does not exist. */
    Optional<byte[]> derive(MacPurpose purpose, int version, String label) {
        return Optional.ofNullable(snapshot.of(purpose).get(version))
                .map(found -> Base64.getUrlDecoder().decode(mac(found.key, label)));
    }

    private static String mac(SecretKeySpec key, String text) {
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

    /** Whether this node knows that version. */
    public boolean knows(MacPurpose purpose, int version) {
        return snapshot.of(purpose).containsKey(version);
    }

    /** Whether {@code mac} is that of the text, in constant time; false for a version that does not exist. */
    public boolean verify(MacPurpose purpose, int version, String text, String mac) {
        Version found = snapshot.of(purpose).get(version);
        return found != null
                && MessageDigest.isEqual(
                        mac(found.key, text).getBytes(StandardCharsets.US_ASCII), mac.getBytes(StandardCharsets.UTF_8));
    }

    /** When the first of its versions that are there was made. */
    public Instant since(MacPurpose purpose) {
        return snapshot.of(purpose).values().iterator().next().usedFrom;
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
}
