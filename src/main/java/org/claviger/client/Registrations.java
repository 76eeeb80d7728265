package org.claviger.client;

import jakarta.json.JsonObject;
import jakarta.persistence.EntityManager;
import jakarta.persistence.LockModeType;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.claviger.audit.Audit;
import org.claviger.audit.AuditEvent;
import org.claviger.database.Database;
import org.claviger.database.Topic;
import org.claviger.key.MacKeys;
import org.claviger.oauth.ClientId;
import org.claviger.revocation.RevocationKind;
import org.claviger.revocation.RevocationRepository;

/**
 * The registered clients as administrators see and change them, in the database. A change rests on what was seen, and is made only if
 * nobody has changed that meanwhile; this node knows it when it is answered, the others within a second.
 */
public final class Registrations {
    /** How many clients are read at once to look for a name. */
    private static final int CHUNK = 200;

    private final Database database;
    private final RevocationRepository revocations;
    private final MacKeys macKeys;
    private final Clients clients;
    private final Clock clock;

    public Registrations(
            Database database, RevocationRepository revocations, MacKeys macKeys, Clients clients, Clock clock) {
        this.database = database;
        this.revocations = revocations;
        this.macKeys = macKeys;
        this.clients = clients;
        this.clock = clock;
    }

    /**
     * A client as it is registered.
     *
     * @param metadata with the member names of RFC 7591 section 2, without a secret
     * @param previousSecretUntil when the secret before the last rotation ends, if it is good still
     * @param edition another after each change
     */
    public record Registered(
            ClientId id, JsonObject metadata, boolean enabled, Optional<Instant> previousSecretUntil, long edition) {}

    public Optional<Registered> find(ClientId id) {
        return Optional.ofNullable(database.transact(entities -> entities.find(ClientRow.class, id.value())))
                .map(this::registered);
    }

    private Registered registered(ClientRow row) {
        return new Registered(
                new ClientId(row.clientId),
                row.metadata(),
                row.enabled,
                Optional.ofNullable(row.previousSecretUntil).filter(until -> until.isAfter(clock.instant())),
                row.edition);
    }

    /** How many there are, disabled ones too. */
    public long count() {
        return database.transact(entities -> entities.createQuery("select count(c) from ClientRow c", Long.class)
                .getSingleResult());
    }

    /**
     * Clients in the order of their identifiers.
     *
     * @param after the identifier after which to begin; empty for the first
     * @param name what the name or the identifier contains, in small letters or capitals; empty for all
     */
    public List<Registered> list(String after, int limit, String name) {
        List<Registered> found = new ArrayList<>();
        String last = after;
        List<ClientRow> chunk;
        do {
            chunk = chunk(last);
            chunk.stream()
                    .map(this::registered)
                    .filter(client -> isNamed(client, name.toLowerCase(Locale.ROOT)))
                    .limit(limit - (long) found.size())
                    .forEach(found::add);
            last = chunk.isEmpty() ? last : chunk.get(chunk.size() - 1).clientId;
        } while (chunk.size() == CHUNK && found.size() < limit);
        return found;
    }

    private List<ClientRow> chunk(String after) {
        return database.transact(entities -> entities.createQuery(
                        "from ClientRow where clientId > :after order by clientId", ClientRow.class)
                .setParameter("after", after)
                .setMaxResults(CHUNK)
                .getResultList());
    }

    private static boolean isNamed(Registered client, String part) {
        return (client.id.value() + "\n" + client.metadata.getString("client_name", ""))
                .toLowerCase(Locale.ROOT)
                .contains(part);
    }

    /**
     * Registers a client.
     *
     * @param also is in the same transaction
     * @param by who does it, for the audit, as below
     * @return empty if there is one of this identifier
     */
    public Optional<Registered> create(NewClient client, Database.Change<RuntimeException> also, String by) {
        ClientRow row = new ClientRow();
        row.clientId = client.id().value();
        row.metadata = client.metadata();
        row.setSecret(stored(client));
        AtomicBoolean created = new AtomicBoolean();
        database.changeAlone(entities -> {
            created.set(entities.find(ClientRow.class, row.clientId) == null);
            if (created.get()) {
                also.in(entities);
                row.advance(entities);
                entities.persist(row);
                account(entities, AuditEvent.CLIENT_CREATED, row, Map.of("by", by));
                database.announce(entities, Topic.CLIENT, row.clientId);
            }
        });
        clients.refresh();
        return created.get() ? Optional.of(registered(row)) : Optional.empty();
    }

    private Optional<StoredSecret> stored(NewClient client) {
        return client.secret().map(secret -> StoredSecret.of(client.id(), secret, macKeys));
    }

    /** Gives a client other metadata; empty if somebody else was first. */
    public Optional<Registered> change(Registered seen, NewClient after, String by) {
        Optional<StoredSecret> secret = stored(after);
        return update(seen, AuditEvent.CLIENT_CHANGED, row -> {
            row.metadata = after.metadata();
            if (after.isPublic() || secret.isPresent()) {
                row.keepSecret(Optional.empty());
                row.setSecret(secret);
            }
            return Map.of("members", Audit.differing(seen.metadata, row.metadata()), "by", by);
        });
    }

    /**
     * Lets a client do nothing more, or again. While it is disabled it is as if it were not registered, and its tokens open nothing; what it
     * has does not end by that.
     */
    public Optional<Registered> enable(Registered seen, boolean enabled, String by) {
        return update(seen, enabled ? AuditEvent.CLIENT_ENABLED : AuditEvent.CLIENT_DISABLED, row -> {
            row.enabled = enabled;
            return Map.of("by", by);
        });
    }

    /**
     * Gives a client another secret.
     *
     * @param overlap how long the secret of now stays good; one that an earlier rotation has left ends
     */
    public Optional<Registered> rotate(Registered seen, String secret, Duration overlap, String by) {
        StoredSecret stored = StoredSecret.of(seen.id, secret, macKeys);
        Instant until = clock.instant().plus(overlap).truncatedTo(ChronoUnit.MICROS); // as the database keeps it
        return update(seen, AuditEvent.CLIENT_SECRET_ROTATED, row -> {
            row.keepSecret(overlap.isZero() ? Optional.empty() : Optional.of(until));
            row.setSecret(Optional.of(stored));
            return Map.of("overlap", overlap, "by", by);
        });
    }

    /** @param change answers what the audit is to say of it, beside which client it is */
    private Optional<Registered> update(Registered seen, AuditEvent event, Function<ClientRow, Map<String, ?>> change) {
        Optional<Registered> changed = database.transact(entities -> {
            Optional<ClientRow> found = find(entities, seen);
            found.ifPresent(row -> {
                Map<String, ?> details = change.apply(row);
                row.advance(entities);
                account(entities, event, row, details);
                database.announce(entities, Topic.CLIENT, row.clientId);
            });
            return found.map(this::registered);
        });
        clients.refresh();
        return changed;
    }

    private static void account(EntityManager entities, AuditEvent event, ClientRow row, Map<String, ?> known) {
        Map<String, Object> details = new LinkedHashMap<>(known);
        details.put("client", row.clientId);
        Audit.write(entities, event, details);
    }

    /** The row that was seen, locked until the commit; empty if it has changed since. */
    private static Optional<ClientRow> find(EntityManager entities, Registered seen) {
        return Optional.ofNullable(entities.find(ClientRow.class, seen.id.value(), LockModeType.PESSIMISTIC_WRITE))
                .filter(row -> row.edition == seen.edition);
    }

    /**
     * Removes a client; everything that it has ends, also for another that gets its identifier later.
     *
     * @param also is in the same transaction
     * @return whether it was removed; not if somebody else was first with it
     */
    public boolean delete(Registered seen, Database.Change<RuntimeException> also, String by) {
        boolean deleted = revocations.transact((entities, ending) -> {
            Optional<ClientRow> found = find(entities, seen);
            if (found.isPresent()) {
                also.in(entities);
                entities.remove(found.get());
                account(entities, AuditEvent.CLIENT_DELETED, found.get(), Map.of("by", by));
                database.announce(entities, Topic.CLIENT, seen.id.value());
                ending.end(RevocationKind.CLIENT, seen.id.value());
            }
            return found.isPresent();
        });
        clients.refresh();
        return deleted;
    }
}
