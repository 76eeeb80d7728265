package org.claviger.key;

import jakarta.persistence.EntityManager;
import java.lang.System.Logger.Level;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.claviger.audit.Audit;
import org.claviger.audit.AuditEvent;
import org.claviger.database.Database;
import org.claviger.database.Topic;
import org.claviger.database.VersionNumber;
import org.claviger.jose.KeyType;
import org.claviger.jose.SigningKey;
import org.claviger.jose.VerificationKey;
import org.claviger.settings.Lifetimes;
import org.claviger.settings.SettingsException;
import org.jspecify.annotations.Nullable;

/** The signing keys in the database, and the last that this node has read of them. */
final class StoredKeys {
    private static final System.Logger LOG = System.getLogger("org.claviger");
    private static final VersionNumber NUMBER = new VersionNumber("signing_key");

    private final Database database;
    private final KeyWrap wrap;
    private volatile Snapshot snapshot = new Snapshot(-1, List.of());

    StoredKeys(Database database, KeyWrap wrap) {
        this.database = database;
        this.wrap = wrap;
    }

    /** {@code signing} is empty once the key cannot sign any more, or where only other nodes can open it. */
    record Key(KeyLife life, int serialNumber, VerificationKey verification, Optional<SigningKey> signing) {}

    /** All keys as they were stored, by their serial number. */
    record Snapshot(long number, List<Key> keys) {
        List<KeyLife> line(String name) {
            return lives().filter(life -> life.line().equals(name)).toList();
        }

        Stream<KeyLife> lives() {
            return keys.stream().map(Key::life);
        }

        Optional<KeyLife> find(String kid) {
            return lives().filter(life -> life.kid().equals(kid)).findFirst();
        }
    }

    /** A key that was made and is not stored yet. */
    record Fresh(KeyLife life, VerificationKey verification, String wrappedPrivateKey) {}

    private record Rows(long number, List<SigningKeyRow> rows) {}

    Snapshot snapshot() {
        return snapshot;
    }

    /**
     * Reads the keys for the first time.
     *
     * @throws SettingsException if a key-encryption key wrapped any that is not configured
     */
    void load() {
        Rows stored = read();
        stored.rows.stream()
                .filter(row -> !row.wrappedPrivateKey.isEmpty())
                .forEach(row -> wrap.unwrap(row.wrappedPrivateKey, row.purpose()));
        keep(stored);
    }

    /** Reads the keys again if they have changed. */
    void refresh() {
        if (database.transact(NUMBER::read) != snapshot.number) {
            keep(read());
        }
    }

    private Rows read() {
        return database.transact(entities -> new Rows(
                NUMBER.read(entities),
                entities.createQuery("from SigningKeyRow order by serialNumber", SigningKeyRow.class)
                        .getResultList()));
    }

    private synchronized void keep(Rows stored) {
        if (stored.number < snapshot.number) {
            return; // another thread has read later
        }
        Map<String, Key> known =
                snapshot.keys.stream().collect(Collectors.toMap(key -> key.life.kid(), Function.identity()));
        snapshot = new Snapshot(
                stored.number,
                stored.rows.stream().map(row -> key(row, known.get(row.kid))).toList());
    }

    private Key key(SigningKeyRow row, @Nullable Key known) {
        VerificationKey verification = known == null ? VerificationKey.parse(row.publicJwk) : known.verification;
        KeyLife life = row.life(verification.type());
        Optional<SigningKey> signing =
                row.wrappedPrivateKey.isEmpty() || life.compromisedAt().isPresent()
                        ? Optional.empty()
                        : Optional.ofNullable(known).flatMap(Key::signing).or(() -> open(row, verification.type()));
        return new Key(life, row.serialNumber, verification, signing);
    }

    /** What a key-encryption key wrapped that only other nodes have verifies here, but does not sign. */
    private Optional<SigningKey> open(SigningKeyRow row, KeyType type) {
        try {
            PrivateKey key = type.privateKey(wrap.unwrap(row.wrappedPrivateKey, row.purpose()));
            return Optional.of(new SigningKey(row.kid, type.algorithm(), key));
        } catch (GeneralSecurityException altered) {
            throw new IllegalStateException("the signing key " + row.kid + " cannot be read", altered);
        } catch (SettingsException foreign) {
            LOG.log(Level.ERROR, "CLAVIGER-0207 {0} cannot be used: {1}", row.purpose(), foreign.getMessage());
            return Optional.empty();
        }
    }

    /**
     * Stores what has changed of a line, unless any key was changed since the snapshot.
     *
     * @return whether this call has
     */
    boolean change(Snapshot seen, List<KeyLife> line, Optional<Fresh> fresh, String by, Instant now) {
        List<KeyLife> before = seen.lives().toList();
        List<KeyLife> changed =
                line.stream().filter(life -> !before.contains(life)).toList();
        int serialNumber = seen.keys.stream().mapToInt(Key::serialNumber).max().orElse(0) + 1;
        boolean won = database.transact(entities -> {
            if (!NUMBER.advance(entities, seen.number)) {
                return false;
            }
            database.announce(entities, Topic.SIGNING_KEY, "");
            for (KeyLife life : changed) {
                account(entities, life, isOf(life, fresh), by);
                if (isOf(life, fresh)) {
                    entities.persist(row(life, fresh.orElseThrow(), serialNumber));
                } else {
                    entities.find(SigningKeyRow.class, life.kid()).set(life);
                }
            }
            // What cannot sign any more needs no private half, and what has expired is remembered for a day.
            entities.createQuery("update SigningKeyRow set wrappedPrivateKey = ''"
                            + " where compromisedAt is not null or retiredAt < :over")
                    .setParameter("over", now.minus(Lifetimes.LONGEST_ACCESS_TOKEN))
                    .executeUpdate();
            entities.createQuery("delete from SigningKeyRow where retiredAt < :forgotten")
                    .setParameter("forgotten", now.minus(Lifetimes.LONGEST_ACCESS_TOKEN.plusDays(1)))
                    .executeUpdate();
            return true;
        });
        refresh();
        return won;
    }

    private static boolean isOf(KeyLife life, Optional<Fresh> fresh) {
        return fresh.filter(made -> made.life.kid().equals(life.kid())).isPresent();
    }

    private static SigningKeyRow row(KeyLife life, Fresh fresh, int serialNumber) {
        SigningKeyRow row = new SigningKeyRow();
        row.set(life);
        row.serialNumber = serialNumber;
        row.publicJwk = fresh.verification.toJson();
        row.wrappedPrivateKey = fresh.wrappedPrivateKey;
        return row;
    }

    private static void account(EntityManager entities, KeyLife life, boolean isFresh, String by) {
        AuditEvent ofOlder = life.compromisedAt().isPresent() ? AuditEvent.KEY_COMPROMISED : AuditEvent.KEY_RETIRES;
        Audit.write(
                entities,
                isFresh ? AuditEvent.KEY_ANNOUNCED : ofOlder,
                Map.of(
                        "kid", life.kid(),
                        "line", life.line(),
                        "algorithm", life.type().algorithm().value(),
                        "by", by,
                        "signs_from", life.signsFrom(),
                        "retired_at", life.retiredAt()));
    }

    /** Wraps by the key-encryption key of now what others have wrapped, and says how many keys that were. */
    int rewrap() {
        int rewrapped = 0;
        for (SigningKeyRow row : read().rows) {
            if (!row.wrappedPrivateKey.isEmpty()) {
                rewrapped += wrap.rewrap(row.wrappedPrivateKey, row.purpose())
                        .map(fresh -> replace(row, fresh))
                        .orElse(0);
            }
        }
        return rewrapped;
    }

    private int replace(SigningKeyRow row, String fresh) {
        return database.transact(entities -> entities.createQuery("update SigningKeyRow set wrappedPrivateKey = :fresh"
                        + " where kid = :kid and wrappedPrivateKey = :old")
                .setParameter("fresh", fresh)
                .setParameter("kid", row.kid)
                .setParameter("old", row.wrappedPrivateKey)
                .executeUpdate());
    }
}
