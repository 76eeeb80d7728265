package org.claviger.authorize;

import jakarta.persistence.EntityManager;
import jakarta.persistence.LockModeType;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.claviger.audit.Audit;
import org.claviger.audit.AuditEvent;
import org.claviger.client.Client;
import org.claviger.database.Cleanup.Expiring;
import org.claviger.database.Database;
import org.claviger.oauth.ClientId;
import org.claviger.oauth.Scope;
import org.claviger.oauth.Subject;
import org.claviger.settings.Settings;

/** What resource owners have allowed which clients (ASVS 10.7). */
public final class Consents {
    /** How long nobody is asked again: people forget what they have allowed. */
    static final Duration REMEMBERED = Duration.ofDays(90);

    public static final Expiring EXPIRING = new Expiring("ConsentRow", "subject", "e.allowedAt <= :then", REMEMBERED);

    private final Database database;
    private final Supplier<Settings> settings;
    private final Clock clock;

    public Consents(Database database, Supplier<Settings> settings, Clock clock) {
        this.database = database;
        this.settings = settings;
        this.clock = clock;
    }

    /** Whether the resource owner has allowed this client all of the scope, and need not be asked again. */
    boolean isAllowed(Subject subject, Client client, Scope scope) {
        if (settings.get().classification(client.classification()).consentEachTime()) {
            return false;
        }
        ConsentRow row = database.transact(entities -> entities.find(ConsentRow.class, key(subject, client)));
        return row != null
                && isRemembered(row)
                && scope.only(token -> !Scope.parse(row.scope).contains(token)).isEmpty();
    }

    private boolean isRemembered(ConsentRow row) {
        return now().isBefore(row.allowedAt.plus(REMEMBERED));
    }

    /**
     * Remembers what the resource owner has just allowed, and what is still remembered beside it; of both together the older
     * date counts, for only what was shown has been allowed anew.
     */
    void allow(Subject subject, Client client, Scope scope) {
        database.changeAlone(entities -> {
            ConsentRow row = entities.find(ConsentRow.class, key(subject, client), LockModeType.PESSIMISTIC_WRITE);
            if (row == null) {
                row = new ConsentRow();
                row.subject = subject.value();
                row.clientId = client.id().value();
                entities.persist(row);
            }
            Scope earlier = isRemembered(row) ? Scope.parse(row.scope) : Scope.EMPTY;
            if (earlier.tokens().allMatch(scope::contains)) {
                row.allowedAt = now();
            }
            // What the client may not have any more is left out, so that the rest fits into the row.
            row.scope = client.scope()
                    .only(token -> scope.contains(token) || earlier.contains(token))
                    .toString();
            Audit.write(
                    entities, AuditEvent.CONSENTED, Map.of("client", client.id(), "subject", subject, "scope", scope));
        });
    }

    /**
     * What a resource owner has allowed a client, and nobody has forgotten yet.
     *
     * @param until then it is forgotten
     */
    public record Consent(ClientId client, Scope scope, Instant allowedAt, Instant until) {}

    /** What a resource owner has allowed, in the order of the clients' identifiers, at most so many. */
    public List<Consent> list(Subject subject, int limit) {
        return database
                .transact(entities -> entities.createQuery(
                                "from ConsentRow where subject = :subject and allowedAt > :forgotten order by clientId",
                                ConsentRow.class)
                        .setParameter("subject", subject.value())
                        .setParameter("forgotten", now().minus(REMEMBERED))
                        .setMaxResults(limit)
                        .getResultList())
                .stream()
                .map(row -> new Consent(
                        new ClientId(row.clientId),
                        Scope.parse(row.scope),
                        row.allowedAt,
                        row.allowedAt.plus(REMEMBERED)))
                .toList();
    }

    /** The SQL that forgets what a resource owner has allowed a client; whether there was something. */
    public Predicate<EntityManager> withdrawal(Subject subject, ClientId client) {
        return entities -> {
            boolean withdrawn =
                    entities.createQuery("delete from ConsentRow where subject = :subject and clientId = :client")
                                    .setParameter("subject", subject.value())
                                    .setParameter("client", client.value())
                                    .executeUpdate()
                            == 1;
            if (withdrawn) {
                Audit.write(
                        entities,
                        AuditEvent.CONSENT_WITHDRAWN,
                        Map.of("client", client, "subject", subject, "by", subject.value()));
            }
            return withdrawn;
        };
    }

    /** The SQL that forgets what anybody has allowed this client, so that another of its identifier does not inherit it. */
    public Database.Change<RuntimeException> withdrawal(ClientId client) {
        return entities -> entities.createQuery("delete from ConsentRow where clientId = :client")
                .setParameter("client", client.value())
                .executeUpdate();
    }

    /** The SQL that forgets everything that a resource owner has allowed. */
    public Database.Change<RuntimeException> withdrawal(Subject subject) {
        return entities -> entities.createQuery("delete from ConsentRow where subject = :subject")
                .setParameter("subject", subject.value())
                .executeUpdate();
    }

    // The database keeps microseconds; what is compared with it must not be finer.
    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }

    private static ConsentRow.Key key(Subject subject, Client client) {
        return new ConsentRow.Key(subject.value(), client.id().value());
    }
}
