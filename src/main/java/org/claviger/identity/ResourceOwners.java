package org.claviger.identity;

import static org.claviger.oauth.ErrorCode.ACCESS_DENIED;
import static org.claviger.oauth.ErrorCode.TEMPORARILY_UNAVAILABLE;

import jakarta.persistence.EntityManager;
import jakarta.persistence.TypedQuery;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.claviger.database.Database;
import org.claviger.oauth.OAuthException;
import org.claviger.oauth.Subject;
import org.claviger.revocation.RevocationKind;
import org.claviger.revocation.RevocationRepository;
import org.claviger.settings.RandomTokens;

/** The users: who they are, and whether a password is theirs. */
public final class ResourceOwners {
    private static final String SELECT =
            "select r from ResourceOwnerRow r left join fetch r.groups where r.enabled and ";
    private static final int PATIENCE_SECONDS = 5;
    private static final int MAX_WAITING = 8;

    private final Database database;
    private final RevocationRepository revocations;
    private final SecureRandom random;
    private final RandomTokens tokens;
    private final PasswordHash nobody;
    // Hashing keeps a core busy for a third of a second; one is left for everybody who is already signed in.
    private final Semaphore hashing =
            new Semaphore(Math.max(1, Runtime.getRuntime().availableProcessors() - 1));

    public ResourceOwners(Database database, RevocationRepository revocations, SecureRandom random) {
        this.database = database;
        this.revocations = revocations;
        this.random = random;
        this.tokens = new RandomTokens(random);
        this.nobody = PasswordHash.ofNobody(random);
    }

    /** An enabled user; read anew each time, so that who was disabled is refused at once. */
    public Optional<ResourceOwner> find(Subject subject) {
        return database.transact(
                        entities -> first(entities.createQuery(SELECT + "r.subject = :subject", ResourceOwnerRow.class)
                                .setParameter("subject", subject.value())))
                .map(ResourceOwnerRow::toResourceOwner);
    }

    /** Whether a user may have this name and this password, by their lengths alone. */
    public static boolean mayExist(String username, String password) {
        return username.length() <= NewResourceOwner.MAX_LENGTH
                && password.length() <= NewResourceOwner.MAX_PASSWORD_LENGTH;
    }

    /**
     * Proves a user by password. An unknown user costs the same work as a wrong password.
     *
     * @throws OAuthException {@code access_denied} if the user is unknown, disabled or the password wrong, which look the
     *     same; {@code temporarily_unavailable} if too many passwords are being checked
     */
    public ResourceOwner authenticate(String username, String password) throws OAuthException {
        Optional<ResourceOwnerRow> row = database.transact(entities -> findByName(entities, username));
        PasswordHash hash =
                row.map(found -> PasswordHash.parse(found.passwordHash)).orElse(nobody);
        boolean matches = mayExist(username, password) && matches(hash, password);
        if (row.isEmpty() || !matches) {
            // Not the name that was sent: people type passwords there too.
            String detail =
                    row.map(found -> "wrong password of " + found.subject).orElse("unknown user");
            throw new OAuthException(ACCESS_DENIED, "user name or password is wrong", detail);
        }
        return row.get().toResourceOwner();
    }

    private static Optional<ResourceOwnerRow> findByName(EntityManager entities, String username) {
        return first(entities.createQuery(SELECT + "r.username = :username", ResourceOwnerRow.class)
                .setParameter("username", username));
    }

    private static Optional<ResourceOwnerRow> first(TypedQuery<ResourceOwnerRow> query) {
        return query.getResultList().stream().findFirst();
    }

    private boolean matches(PasswordHash hash, String password) throws OAuthException {
        try {
            // Each who waits holds a thread of the server, which the applications beside us need too.
            if (hashing.getQueueLength() >= MAX_WAITING || !hashing.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                throw new OAuthException(TEMPORARILY_UNAVAILABLE, "too many sign-ins at once; try again");
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new OAuthException(TEMPORARILY_UNAVAILABLE, "the server is stopping");
        }
        try {
            return hash.matches(password);
        } finally {
            hashing.release();
        }
    }

    /**
     * The SQL that registers a user, or replaces name, e-mail, groups and password of the one with that user name. The password is
     * hashed here and now. Where it is another than before, everything that the old one opened ends (REQUIREMENTS T12).
     */
    public Database.Change<RuntimeException> registration(NewResourceOwner owner) {
        ResourceOwnerRow prepared = row(owner, unchangedHash(owner));
        return entities -> {
            ResourceOwnerRow row =
                    findAnyByName(entities, prepared.username).findFirst().orElse(prepared);
            row.advance(entities);
            if (row == prepared) {
                entities.persist(row);
                return;
            }
            if (!row.passwordHash.equals(prepared.passwordHash)) {
                endAll(entities, (kind, name) -> revocations.write(entities, kind, name), row.subject);
            }
            row.passwordHash = prepared.passwordHash;
            row.fullName = prepared.fullName;
            row.email = prepared.email;
            row.groups.retainAll(prepared.groups);
            row.groups.addAll(prepared.groups);
        };
    }

    /** The hash that is stored, if it is that of the same password: with another salt it would look like a change. */
    private Optional<String> unchangedHash(NewResourceOwner owner) {
        return owner.credential() instanceof NewResourceOwner.Password password
                ? database.transact(entities -> findAnyByName(entities, owner.username())
                                .map(row -> row.passwordHash)
                                .findFirst())
                        .filter(hash -> PasswordHash.parse(hash).matches(password.value()))
                : Optional.empty();
    }

    private static Stream<ResourceOwnerRow> findAnyByName(EntityManager entities, String username) {
        return entities.createQuery(
                        "select r from ResourceOwnerRow r left join fetch r.groups where r.username = :username",
                        ResourceOwnerRow.class)
                .setParameter("username", username)
                .getResultStream();
    }

    /** The SQL that registers a user whose name is free. The password is hashed here and now. */
    public Database.Change<RuntimeException> creation(NewResourceOwner owner) {
        ResourceOwnerRow row = row(owner, Optional.empty());
        return entities -> entities.persist(row);
    }

    /** Registers a user unless another node does so at this moment; whether this call did. */
    public boolean registerIfAbsent(NewResourceOwner owner) {
        return database.insertIfAbsent(row(owner, Optional.empty()));
    }

    /** Gives a user another password; everything that came from the earlier one ends. */
    public void changePassword(Subject subject, NewResourceOwner.Credential credential) {
        changePassword(subject, credential, entities -> true);
    }

    /** The same if the condition holds, in the same transaction; whether it did. The password is hashed before. */
    boolean changePassword(
            Subject subject, NewResourceOwner.Credential credential, Predicate<EntityManager> condition) {
        String hash = hash(credential);
        return revocations.transact((entities, ending) -> {
            if (!condition.test(entities)) {
                return false;
            }
            entities.createQuery("update ResourceOwnerRow set passwordHash = :hash where subject = :subject")
                    .setParameter("hash", hash)
                    .setParameter("subject", subject.value())
                    .executeUpdate();
            endAll(entities, ending, subject.value());
            return true;
        });
    }

    static void endAll(EntityManager entities, RevocationRepository.Ending ending, String subject) {
        entities.createQuery("delete from SignInSessionRow where subject = :subject")
                .setParameter("subject", subject)
                .executeUpdate();
        ending.end(RevocationKind.SUBJECT, subject);
    }

    /** A user whose name is free. The password is hashed here and now. */
    ResourceOwnerRow row(NewResourceOwner owner) {
        return row(owner, Optional.empty());
    }

    private ResourceOwnerRow row(NewResourceOwner owner, Optional<String> hash) {
        ResourceOwnerRow row = new ResourceOwnerRow();
        row.subject = tokens.identifier();
        row.username = owner.username();
        row.passwordHash = hash.orElseGet(() -> hash(owner.credential()));
        row.fullName = owner.name().orElse(null);
        row.email = owner.email().orElse(null);
        row.groups.addAll(owner.groups());
        return row;
    }

    private String hash(NewResourceOwner.Credential credential) {
        if (credential instanceof NewResourceOwner.Password password) {
            return PasswordHash.of(password.value(), random).toString();
        }
        return credential instanceof NewResourceOwner.Hash hash
                ? hash.value()
                : PasswordHash.ofNobody(random).toString();
    }

    /** Whether a user, enabled or not, has this user name or this subject. */
    public boolean isNameTaken(String name) {
        return database.transact(entities -> isNameTaken(entities, name));
    }

    /** The same for a transaction that goes on with it. */
    public boolean isNameTaken(EntityManager entities, String name) {
        return entities.createQuery(
                                "select count(r) from ResourceOwnerRow r where r.username = :name or r.subject = :name",
                                Long.class)
                        .setParameter("name", name)
                        .getSingleResult()
                > 0;
    }

    /** Whether an enabled user may administer Claviger; for a transaction that goes on with it. */
    public boolean hasAdministrator(EntityManager entities) {
        return entities.createQuery(
                                "select count(r) from ResourceOwnerRow r where r.enabled and :group member of r.groups",
                                Long.class)
                        .setParameter("group", ResourceOwner.ADMIN_GROUP)
                        .getSingleResult()
                > 0;
    }
}
