package org.claviger.identity;

import jakarta.json.Json;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.persistence.EntityManager;
import jakarta.persistence.LockModeType;
import jakarta.persistence.TypedQuery;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.claviger.audit.Audit;
import org.claviger.audit.AuditEvent;
import org.claviger.database.Database;
import org.claviger.oauth.OAuthException;
import org.claviger.oauth.Subject;
import org.claviger.revocation.RevocationRepository;

/**
 * The users as administrators see and change them. A change rests on what was seen, and is made only if nobody has changed that
 * meanwhile.
 */
public final class Accounts {
    private final Database database;
    private final RevocationRepository revocations;
    private final ResourceOwners resourceOwners;

    public Accounts(Database database, RevocationRepository revocations, ResourceOwners resourceOwners) {
        this.database = database;
        this.revocations = revocations;
        this.resourceOwners = resourceOwners;
    }

    /**
     * A user as registered.
     *
     * @param edition another after each change
     */
    public record Account(ResourceOwner owner, boolean enabled, long edition) {
        /** What can be changed of it, and the user name, as the import file writes them. */
        public JsonObject profile() {
            return Accounts.profile(owner);
        }
    }

    static JsonObject profile(ResourceOwnerRow row) {
        return profile(row.toResourceOwner());
    }

    private static JsonObject profile(ResourceOwner owner) {
        JsonObjectBuilder profile = Json.createObjectBuilder().add("username", owner.username());
        owner.name().ifPresent(name -> profile.add("name", name));
        owner.email().ifPresent(email -> profile.add("email", email));
        JsonArrayBuilder groups = Json.createArrayBuilder();
        new TreeSet<>(owner.groups()).forEach(groups::add);
        return profile.add("groups", groups).build();
    }

    private static Account account(ResourceOwnerRow row) {
        return new Account(row.toResourceOwner(), row.enabled, row.edition);
    }

    public Optional<Account> find(Subject subject) {
        return database.transact(entities -> Optional.ofNullable(entities.find(ResourceOwnerRow.class, subject.value()))
                .map(Accounts::account));
    }

    /** The user of this name, enabled or not. */
    public Optional<Account> findNamed(String username) {
        return database.transact(entities ->
                ResourceOwners.findAnyByName(entities, username).findFirst().map(Accounts::account));
    }

    /** How many there are, disabled ones too. */
    public long count() {
        return database.transact(entities -> entities.createQuery("select count(r) from ResourceOwnerRow r", Long.class)
                .getSingleResult());
    }

    /**
     * Users in the order of their user names.
     *
     * @param after the user name after which to begin; empty for the first
     * @param part what user name, name or e-mail address contain, in small letters or capitals; empty for all
     * @throws OAuthException {@code temporarily_unavailable} if the database takes too long to find that
     */
    public List<Account> list(String after, int limit, String part) throws OAuthException {
        return Database.found(() -> found(after, limit, part), "ask without a name, or after one");
    }

    private List<Account> found(String after, int limit, String part) {
        String named = part.isEmpty()
                ? ""
                : " and (locate(:part, lower(r.username)) > 0 or locate(:part, lower(r.fullName)) > 0"
                        + " or locate(:part, lower(r.email)) > 0)";
        return database.transact(entities -> {
            TypedQuery<String> query = entities.createQuery(
                            "select r.subject from ResourceOwnerRow r where r.username > :after" + named
                                    + " order by r.username",
                            String.class)
                    .setParameter("after", after)
                    .setMaxResults(limit)
                    .setHint(Database.TIMEOUT, Database.LONGEST_LOOK);
            if (!named.isEmpty()) {
                query.setParameter("part", part.toLowerCase(Locale.ROOT));
            }
            // With their groups by a second statement: of a join, no database could tell where a page ends.
            return entities.createQuery(
                            "select r from ResourceOwnerRow r left join fetch r.groups where r.subject in :page order by r.username",
                            ResourceOwnerRow.class)
                    .setParameter("page", query.getResultList())
                    .getResultStream()
                    .map(Accounts::account)
                    .toList();
        });
    }

    /**
     * Registers a user; empty if the name is taken.
     *
     * @param by who does it, for the audit, as below
     */
    public Optional<Account> create(NewResourceOwner owner, String by) {
        ResourceOwnerRow row = resourceOwners.row(owner);
        AtomicBoolean created = new AtomicBoolean();
        database.changeAlone(entities -> {
            created.set(!resourceOwners.isNameTaken(entities, row.username));
            if (created.get()) {
                row.advance(entities);
                entities.persist(row);
                account(entities, AuditEvent.USER_CREATED, row, Map.of("by", by));
            }
        });
        return created.get() ? Optional.of(account(row)) : Optional.empty();
    }

    /**
     * Gives a user another name, e-mail address and groups, which stand in the next token. Who is an administrator no more loses
     * everything that came from sign-ins so far.
     *
     * @throws LastAdministratorException if nobody would be left who may administer; nothing has changed then
     */
    public Optional<Account> change(Account seen, NewResourceOwner after, String by) throws LastAdministratorException {
        boolean demoted = seen.owner.isAdministrator() && !after.groups().contains(ResourceOwner.ADMIN_GROUP);
        return update(seen, demoted, row -> {
            row.fullName = after.name().orElse(null);
            row.email = after.email().orElse(null);
            row.groups.retainAll(after.groups());
            row.groups.addAll(after.groups());
            String members = Audit.differing(seen.profile(), account(row).profile());
            return new Accounted(AuditEvent.USER_CHANGED, Map.of("members", members, "by", by));
        });
    }

    /**
     * Lets a user sign in again, or no more; then everything that came from sign-ins so far ends, and a code for a new password too.
     *
     * @throws LastAdministratorException if nobody would be left who may administer; nothing has changed then
     */
    public Optional<Account> enable(Account seen, boolean enabled, String by) throws LastAdministratorException {
        return update(seen, !enabled, row -> {
            row.enabled = enabled;
            return new Accounted(enabled ? AuditEvent.USER_ENABLED : AuditEvent.USER_DISABLED, Map.of("by", by));
        });
    }

    /** What the audit says of a change, beside whom it is about. */
    private record Accounted(AuditEvent event, Map<String, ?> details) {}

    private static void account(EntityManager entities, AuditEvent event, ResourceOwnerRow row, Map<String, ?> known) {
        Map<String, Object> details = new LinkedHashMap<>(known);
        details.put("subject", row.subject);
        Audit.write(entities, event, details);
    }

    private Optional<Account> update(Account seen, boolean ends, Function<ResourceOwnerRow, Accounted> change)
            throws LastAdministratorException {
        return revocations.<Optional<Account>, LastAdministratorException>transact((entities, ending) -> {
            Optional<ResourceOwnerRow> found = ends ? findLosing(entities, seen) : find(entities, seen);
            found.ifPresent(row -> {
                Accounted accounted = change.apply(row);
                row.advance(entities);
                account(entities, accounted.event, row, accounted.details);
                if (ends) {
                    ResourceOwners.endAllAndCode(entities, ending, row.subject);
                }
            });
            return found.map(Accounts::account);
        });
    }

    /** The row that was seen, locked until the commit; empty if it has changed since. */
    static Optional<ResourceOwnerRow> find(EntityManager entities, Account seen) {
        return Optional.ofNullable(entities.find(
                        ResourceOwnerRow.class, seen.owner.subject().value(), LockModeType.PESSIMISTIC_WRITE))
                .filter(row -> row.edition == seen.edition);
    }

    /**
     * The same where this user will administer no more. Who takes an administrator away waits here for who else does: what is counted
     * is true until the commit, so that two cannot take away each other.
     */
    private Optional<ResourceOwnerRow> findLosing(EntityManager entities, Account seen)
            throws LastAdministratorException {
        if (!seen.enabled || !seen.owner.isAdministrator() || seen.owner.store().isPresent()) { // who never counted
            return find(entities, seen);
        }
        resourceOwners.lockAdministrators(entities);
        Optional<ResourceOwnerRow> found = find(entities, seen);
        if (found.isPresent() && !resourceOwners.hasAdministratorBeside(entities, seen.owner.subject())) {
            throw new LastAdministratorException();
        }
        return found;
    }

    /**
     * Removes a user; everything that came from sign-ins so far ends.
     *
     * @param also is in the same transaction
     * @return whether it was removed; not if somebody else was first with it
     * @throws LastAdministratorException if nobody would be left who may administer; nothing has changed then
     */
    public boolean delete(Account seen, Database.Change<RuntimeException> also, String by)
            throws LastAdministratorException {
        return revocations.<Boolean, LastAdministratorException>transact((entities, ending) -> {
            Optional<ResourceOwnerRow> found = findLosing(entities, seen);
            found.ifPresent(row -> {
                also.in(entities);
                ResourceOwners.endAllAndCode(entities, ending, row.subject);
                account(entities, AuditEvent.USER_DELETED, row, Map.of("by", by));
                entities.remove(row);
            });
            return found.isPresent();
        });
    }
}
