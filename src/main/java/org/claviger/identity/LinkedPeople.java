package org.claviger.identity;

import static org.claviger.oauth.ErrorCode.ACCESS_DENIED;

import jakarta.persistence.EntityManager;
import jakarta.persistence.LockModeType;
import java.lang.System.Logger.Level;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import org.claviger.audit.Audit;
import org.claviger.audit.AuditEvent;
import org.claviger.database.Database;
import org.claviger.identity.IdentityStore.Person;
import org.claviger.oauth.OAuthException;
import org.claviger.oauth.Subject;
import org.claviger.revocation.RevocationRepository;
import org.jspecify.annotations.Nullable;

/**
 * People, wherever they are: those of the database first, then those of the other store, if one is configured. Who comes from there gets a user of
 * the database without a password, found again by what never changes over there: a person with another name is the same
 * subject, and another person with the same name is another.
 */
public final class LinkedPeople {
    private static final System.Logger LOG = System.getLogger("org.claviger");

    private final Database database;
    private final RevocationRepository revocations;
    private final ResourceOwners resourceOwners;
    private final @Nullable IdentityStore store;
    private final Predicate<String> isClient;
    private final Clock clock;

    /**
     * @param store who is asked for those whom the database does not know
     * @param isClient whether a client has this name: no user is taken for one (RFC 9068 section 5)
     */
    public LinkedPeople(
            Database database,
            RevocationRepository revocations,
            ResourceOwners resourceOwners,
            Optional<IdentityStore> store,
            Predicate<String> isClient,
            Clock clock) {
        this.database = database;
        this.revocations = revocations;
        this.resourceOwners = resourceOwners;
        this.store = store.orElse(null);
        this.isClient = isClient;
        this.clock = clock;
    }

    /** Whether names that differ only in capitals, width or spaces may be the same: then guesses at them count together. */
    public boolean areNamesLoose() {
        return store != null;
    }

    /**
     * Proves somebody by password.
     *
     * @throws OAuthException as {@link ResourceOwners#authenticate}, and with {@code temporarily_unavailable} if the other store cannot be asked
     */
    public ResourceOwner authenticate(String username, String password, ServerLogin server) throws OAuthException {
        if (store == null) {
            return resourceOwners.authenticate(username, password);
        }
        if (resourceOwners.isLocal(username)) {
            return authenticateLocal(store, username, password);
        }
        resourceOwners.hashInVain(password);
        return link(
                store,
                prove(store, username, password, server)
                        .orElseThrow(() -> refusal("unknown to " + store.name() + ", or a wrong password")));
    }

    /** Neither the answer nor its time tells whether a name is of the database, even while the store is away. */
    private ResourceOwner authenticateLocal(IdentityStore other, String username, String password)
            throws OAuthException {
        try {
            return resourceOwners.authenticate(username, password);
        } catch (OAuthException refusal) {
            if (refusal.code() == ACCESS_DENIED) {
                other.searchInVain(username);
            }
            throw refusal;
        }
    }

    /** RFC 4513 section 5.1.2: a name with an empty password is no proof, and a directory may say yes to it. */
    private static Optional<Person> prove(IdentityStore by, String username, String password, ServerLogin server)
            throws OAuthException {
        if (password.isEmpty()) {
            by.searchInVain(username);
            return Optional.empty();
        }
        return by.authenticate(username, password, server);
    }

    private static OAuthException refusal(String detail) {
        return new OAuthException(ACCESS_DENIED, "user name or password is wrong", detail);
    }

    /**
     * An enabled user for whom a token is to be made. What another store said of them is asked anew when it is too old; who is gone
     * from there loses everything.
     *
     * @throws OAuthException {@code temporarily_unavailable} if that store cannot be asked
     */
    public Optional<ResourceOwner> find(Subject subject) throws OAuthException {
        Optional<ResourceOwnerRow> row = resourceOwners.findRow(subject);
        if (store == null || row.isEmpty() || !isDue(store, row.get())) {
            return row.map(ResourceOwnerRow::toResourceOwner);
        }
        Optional<Person> person = store.find(String.valueOf(row.get().storeId));
        if (person.isEmpty()) {
            end(subject, store.name());
            return Optional.empty();
        }
        try {
            return Optional.of(link(store, person.get()))
                    .filter(owner -> owner.subject().equals(subject));
        } catch (OAuthException clash) {
            return Optional.empty();
        }
    }

    private boolean isDue(IdentityStore asked, ResourceOwnerRow row) {
        Instant confirmed = row.confirmedAt;
        return confirmed != null
                && asked.recheck()
                        .filter(recheck -> !clock.instant().isBefore(confirmed.plus(recheck)))
                        .isPresent();
    }

    private void end(Subject subject, String by) {
        revocations.transact((entities, ending) -> {
            ResourceOwners.lock(entities, subject);
            ResourceOwners.endAll(entities, ending, subject.value());
            Audit.write(entities, AuditEvent.REVOKED, Map.of("subject", subject, "by", by));
            return true;
        });
    }

    /** The user who this person is, as the person is now. */
    private ResourceOwner link(IdentityStore from, Person person) throws OAuthException {
        if (isClient.test(person.username())) {
            throw clash(from, "the client_id of a client");
        }
        AtomicReference<Found> found = new AtomicReference<>();
        // Another node may see the same person for the first time at this moment.
        database.changeAlone(entities -> found.set(link(entities, from.name(), person)));
        Found now = Objects.requireNonNull(found.get());
        if (now.owner == null) {
            throw now.problem.isEmpty() ? refusal("disabled here") : clash(from, now.problem);
        }
        return now.owner;
    }

    private static OAuthException clash(IdentityStore from, String with) {
        LOG.log(
                Level.WARNING,
                "CLAVIGER-1504 somebody of {0} is refused: the user name is {1}. Give one of them another name",
                from.name(),
                with);
        return refusal("the name is " + with);
    }

    /** A user, or why there is none; neither for who is disabled here. */
    private record Found(@Nullable ResourceOwner owner, String problem) {}

    private Found link(EntityManager entities, String from, Person seen) {
        LinkedPersonRow link = entities.find(LinkedPersonRow.class, new LinkedPersonRow.Key(from, seen.id()));
        ResourceOwnerRow row = link == null
                ? null
                : entities.find(ResourceOwnerRow.class, link.subject, LockModeType.PESSIMISTIC_WRITE);
        if (row != null && !row.enabled) {
            return new Found(null, "");
        }
        Person person = row == null ? seen : spelled(seen, row.username);
        if (row == null || !row.username.equals(person.username())) {
            String problem = problem(entities, person.username());
            if (!problem.isEmpty()) {
                return new Found(null, problem);
            }
            displaceHolder(entities, from, person.username());
        }
        ResourceOwnerRow owner = row == null ? create(entities, from, person) : row;
        if (link == null || row == null) {
            remember(entities, link, owner);
        }
        update(entities, from, owner, person);
        return new Found(owner.toResourceOwner(), "");
    }

    /** Where the name is all that there is of somebody, the first spelling stays: applications may compare it. */
    private static Person spelled(Person person, String before) {
        return person.id().equals(Usernames.folded(before))
                ? new Person(person.id(), before, person.name(), person.email(), person.groups())
                : person;
    }

    /** Why nobody of a store can have this name; empty if somebody can. */
    private static String problem(EntityManager entities, String username) {
        if (entities.find(ResourceOwnerRow.class, username) != null) {
            return "the subject of a user";
        }
        String folded = Usernames.folded(username);
        // All of them, since no database folds as we do; that is once for each person, and they are few where people
        // are elsewhere.
        boolean taken = entities.createQuery(
                        "select r.username from ResourceOwnerRow r where r.store is null", String.class)
                .getResultStream()
                .anyMatch(other -> Usernames.folded(other).equals(folded));
        return taken ? "that of a user of the database, or differs from it only in its spelling" : "";
    }

    private void displaceHolder(EntityManager entities, String from, String username) {
        List<String> holders = entities.createQuery(
                        "select r.subject from ResourceOwnerRow r where r.username = :username", String.class)
                .setParameter("username", username)
                .getResultList();
        for (String holder : holders) {
            ResourceOwnerRow other = entities.find(ResourceOwnerRow.class, holder, LockModeType.PESSIMISTIC_WRITE);
            if (other != null && other.username.equals(username)) {
                displace(entities, from, other);
            }
        }
    }

    /** Somebody else has this name over there now, or there is another store: who had it is gone or has another, which the next sign-in tells. */
    private void displace(EntityManager entities, String from, ResourceOwnerRow other) {
        other.username = other.subject;
        other.advance(entities);
        ResourceOwners.endAll(entities, (kind, name) -> revocations.write(entities, kind, name), other.subject);
        account(entities, AuditEvent.USER_CHANGED, other, Map.of("members", "username", "by", from));
        entities.flush(); // the name is free before it is given
        LOG.log(
                Level.INFO,
                "CLAVIGER-1507 the user name of {0} belongs to somebody else in {1} now; what that user had has ended",
                other.subject,
                from);
    }

    private ResourceOwnerRow create(EntityManager entities, String from, Person person) {
        ResourceOwnerRow row = resourceOwners.row(new NewResourceOwner(
                person.username(), new NewResourceOwner.NoPassword(), person.name(), person.email(), person.groups()));
        row.store = from;
        row.storeId = person.id();
        row.confirmedAt = now();
        row.advance(entities);
        entities.persist(row);
        account(entities, AuditEvent.USER_CREATED, row, Map.of("by", from));
        return row;
    }

    private static void remember(EntityManager entities, @Nullable LinkedPersonRow known, ResourceOwnerRow owner) {
        LinkedPersonRow link = known == null ? new LinkedPersonRow() : known; // known: the user was deleted
        link.store = String.valueOf(owner.store);
        link.storeId = String.valueOf(owner.storeId);
        link.subject = owner.subject;
        if (known == null) {
            entities.persist(link);
        }
    }

    private void update(EntityManager entities, String from, ResourceOwnerRow row, Person person) {
        var before = Accounts.profile(row);
        boolean administered = row.groups.contains(ResourceOwner.ADMIN_GROUP);
        row.username = person.username();
        row.fullName = person.name().orElse(null);
        row.email = person.email().orElse(null);
        row.groups.retainAll(person.groups());
        row.groups.addAll(person.groups());
        row.confirmedAt = now();
        String members = Audit.differing(before, Accounts.profile(row));
        if (members.isEmpty()) {
            return;
        }
        row.advance(entities);
        account(entities, AuditEvent.USER_CHANGED, row, Map.of("members", members, "by", from));
        if (administered && !row.groups.contains(ResourceOwner.ADMIN_GROUP)) {
            ResourceOwners.endAll(entities, (kind, name) -> revocations.write(entities, kind, name), row.subject);
        }
    }

    private static void account(EntityManager entities, AuditEvent event, ResourceOwnerRow row, Map<String, ?> known) {
        Map<String, Object> details = new LinkedHashMap<>(known);
        details.put("subject", row.subject);
        Audit.write(entities, event, details);
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }
}
