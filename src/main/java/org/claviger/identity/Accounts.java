package org.claviger.identity;

import jakarta.json.Json;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.persistence.EntityManager;
import jakarta.persistence.LockModeType;
import jakarta.persistence.TypedQuery;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.claviger.database.Database;
import org.claviger.oauth.Subject;
import org.claviger.revocation.RevocationRepository;
import org.claviger.revocation.RevocationRepository.Ending;

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
            JsonObjectBuilder profile = Json.createObjectBuilder().add("username", owner.username());
            owner.name().ifPresent(name -> profile.add("name", name));
            owner.email().ifPresent(email -> profile.add("email", email));
            JsonArrayBuilder groups = Json.createArrayBuilder();
            new TreeSet<>(owner.groups()).forEach(groups::add);
            return profile.add("groups", groups).build();
        }
    }

    private static Account account(ResourceOwnerRow row) {
        return new Account(row.toResourceOwner(), row.enabled, row.edition);
    }

    public Optional<Account> find(Subject subject) {
        return database.transact(entities -> Optional.ofNullable(entities.find(ResourceOwnerRow.class, subject.value()))
                .map(Accounts::account));
    }

    /**
     * Users in the order of their user names.
     *
     * @param after the user name after which to begin; empty for the first
     * @param part what user name, name or e-mail address contain, in small letters or capitals; empty for all
     */
    public List<Account> list(String after, int limit, String part) {
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
                    .setMaxResults(limit);
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

    /** Registers a user; empty if the name is taken. */
    public Optional<Account> create(NewResourceOwner owner) {
        ResourceOwnerRow row = resourceOwners.row(owner);
        AtomicBoolean created = new AtomicBoolean();
        database.changeAlone(entities -> {
            created.set(!resourceOwners.isNameTaken(entities, row.username));
            if (created.get()) {
                row.advance(entities);
                entities.persist(row);
            }
        });
        return created.get() ? Optional.of(account(row)) : Optional.empty();
    }

    /**
     * Gives a user another name, e-mail address and groups, which stand in the next token. Who is an administrator no more loses
     * everything that came from sign-ins so far.
     */
    public Optional<Account> change(Account seen, NewResourceOwner after) {
        boolean demoted = seen.owner.isAdministrator() && !after.groups().contains(ResourceOwner.ADMIN_GROUP);
        return update(seen, demoted, row -> {
            row.fullName = after.name().orElse(null);
            row.email = after.email().orElse(null);
            row.groups.retainAll(after.groups());
            row.groups.addAll(after.groups());
        });
    }

    /** Lets a user sign in again, or no more; then everything that came from sign-ins so far ends, and a code for a new password too. */
    public Optional<Account> enable(Account seen, boolean enabled) {
        return update(seen, !enabled, row -> row.enabled = enabled);
    }

    private Optional<Account> update(Account seen, boolean ends, Consumer<ResourceOwnerRow> change) {
        return revocations.transact((entities, ending) -> {
            Optional<ResourceOwnerRow> found = find(entities, seen);
            found.ifPresent(row -> {
                change.accept(row);
                row.advance(entities);
                if (ends) {
                    end(entities, ending, row);
                }
            });
            return found.map(Accounts::account);
        });
    }

    /** The row that was seen, locked until the commit; empty if it has changed since. */
    private static Optional<ResourceOwnerRow> find(EntityManager entities, Account seen) {
        return Optional.ofNullable(entities.find(
                        ResourceOwnerRow.class, seen.owner.subject().value(), LockModeType.PESSIMISTIC_WRITE))
                .filter(row -> row.edition == seen.edition);
    }

    private static void end(EntityManager entities, Ending ending, ResourceOwnerRow row) {
        entities.createQuery("delete from PasswordResetRow where subject = :subject")
                .setParameter("subject", row.subject)
                .executeUpdate();
        ResourceOwners.endAll(entities, ending, row.subject);
    }

    /**
     * Removes a user; everything that came from sign-ins so far ends.
     *
     * @param also is in the same transaction
     * @return whether it was removed; not if somebody else was first with it
     */
    public boolean delete(Account seen, Database.Change<RuntimeException> also) {
        return revocations.transact((entities, ending) -> {
            Optional<ResourceOwnerRow> found = find(entities, seen);
            found.ifPresent(row -> {
                also.in(entities);
                end(entities, ending, row);
                entities.remove(row);
            });
            return found.isPresent();
        });
    }
}
