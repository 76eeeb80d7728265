package org.claviger.identity;

import static org.claviger.oauth.ErrorCode.ACCESS_DENIED;
import static org.claviger.oauth.ErrorCode.TEMPORARILY_UNAVAILABLE;

import jakarta.persistence.EntityManager;
import jakarta.persistence.LockModeType;
import jakarta.persistence.TypedQuery;
import java.security.SecureRandom;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.claviger.audit.Audit;
import org.claviger.audit.AuditEvent;
import org.claviger.database.Database;
import org.claviger.oauth.OAuthException;
import org.claviger.oauth.Subject;
import org.claviger.revocation.RevocationKind;
import org.claviger.revocation.RevocationRepository;
import org.claviger.settings.RandomTokens;
import org.claviger.trace.Span;
import org.claviger.trace.Trace;

/** The users: who they are, and whether a password is theirs. */
public final class ResourceOwners {
    private static final String SELECT =
            "select r from ResourceOwnerRow r left join fetch r.groups where r.enabled and (r.store is null or r.store = :store) and ";
    private static final int PATIENCE_SECONDS = 5;
    private static final int MAX_WAITING = 8;

    private final Database database;
    private final RevocationRepository revocations;
    private final SecureRandom random;
    private final RandomTokens tokens;
    private final PasswordHash nobody;
    private final String store;
    // Hashing keeps a core busy for a third of a second; one is left for everybody who is already signed in.
    private final Semaphore hashing =
            new Semaphore(Math.max(1, Runtime.getRuntime().availableProcessors() - 1));

    /** Those of the database alone. */
    public ResourceOwners(Database database, RevocationRepository revocations, SecureRandom random) {
        this(database, revocations, random, "");
    }

    /**
     * The same with those of another store.
     *
     * @param store its name; who is of any other is nobody
     */
    public ResourceOwners(Database database, RevocationRepository revocations, SecureRandom random, String store) {
        this.store = store;
        this.database = database;
        this.revocations = revocations;
        this.random = random;
        this.tokens = new RandomTokens(random);
        this.nobody = PasswordHash.ofNobody(random);
    }

    /** An enabled user; read anew each time, so that who was disabled is refused at once. */
    public Optional<ResourceOwner> find(Subject subject) {
        return findRow(subject).map(ResourceOwnerRow::toResourceOwner);
    }

    Optional<ResourceOwnerRow> findRow(Subject subject) {
        return database.transact(
                entities -> first(entities.createQuery(SELECT + "r.subject = :subject", ResourceOwnerRow.class)
                        .setParameter("store", store)
                        .setParameter("subject", subject.value())));
    }

    /** Whether this is the name of somebody of another store than the database. */
    public boolean isLinked(String username) {
        return database.transact(entities -> findAnyByName(entities, username).anyMatch(row -> row.store != null));
    }

    /** Whether this is the name of somebody of the database, enabled or not. */
    boolean isLocal(String username) {
        return database.transact(entities -> findAnyByName(entities, username).anyMatch(row -> row.store == null));
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
        boolean matches = mayExist(username, password) && limited(() -> hash.matches(password));
        if (row.isEmpty() || !matches) {
            // Not the name that was sent: people type passwords there too.
            String detail =
                    row.map(found -> "wrong password of " + found.subject).orElse("unknown user");
            throw new OAuthException(ACCESS_DENIED, "user name or password is wrong", detail);
        }
        if (hash.isWeak()) {
            strengthen(row.get(), password);
        }
        return row.get().toResourceOwner();
    }

    /** The work of a wrong password, for a name that is not of the database: so that time does not tell which are. */
    void hashInVain(String password) throws OAuthException {
        limited(() -> nobody.matches(password));
    }

    /**
     * Stores a hash as we make them now, while the password is at hand. Not if somebody has changed that meanwhile; and not now if too
     * many passwords are being checked. Nothing ends: it is the same password.
     */
    private void strengthen(ResourceOwnerRow row, String password) {
        String stronger;
        try {
            stronger = limited(() -> PasswordHash.of(password, random).toString());
        } catch (OAuthException later) {
            return;
        }
        database.change(entities -> entities.createQuery(
                        "update ResourceOwnerRow set passwordHash = :stronger where subject = :subject and passwordHash = :seen")
                .setParameter("stronger", stronger)
                .setParameter("subject", row.subject)
                .setParameter("seen", row.passwordHash)
                .executeUpdate());
    }

    private Optional<ResourceOwnerRow> findByName(EntityManager entities, String username) {
        return first(entities.createQuery(SELECT + "r.username = :username", ResourceOwnerRow.class)
                .setParameter("store", store)
                .setParameter("username", username));
    }

    private static Optional<ResourceOwnerRow> first(TypedQuery<ResourceOwnerRow> query) {
        return query.getResultList().stream().findFirst();
    }

    @SuppressWarnings("try") // the span is there to be closed
    private <T> T limited(Supplier<T> work) throws OAuthException {
        try (Span span = Trace.step("password hash")) {
            return inTurn(work);
        }
    }

    private <T> T inTurn(Supplier<T> work) throws OAuthException {
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
            return work.get();
        } finally {
            hashing.release();
        }
    }

    /**
     * The SQL that registers a user, or replaces name, e-mail, groups and password of the one with that user name. The password is
     * hashed here and now. Where it is another than before, or the user an administrator no more, everything that came from sign-ins so far
     * ends, and a code for a new password too (REQUIREMENTS T12).
     */
    public Database.Change<RuntimeException> registration(NewResourceOwner owner) {
        ResourceOwnerRow prepared = row(owner, unchangedHash(owner));
        return entities -> {
            ResourceOwnerRow row = lockNamed(entities, prepared.username).orElse(prepared);
            row.advance(entities);
            if (row == prepared) {
                entities.persist(row);
                return;
            }
            boolean demoted = row.groups.contains(ResourceOwner.ADMIN_GROUP)
                    && !prepared.groups.contains(ResourceOwner.ADMIN_GROUP);
            if (demoted || !row.passwordHash.equals(prepared.passwordHash)) {
                endAllAndCode(entities, (kind, name) -> revocations.write(entities, kind, name), row.subject);
            }
            row.passwordHash = prepared.passwordHash;
            row.fullName = prepared.fullName;
            row.email = prepared.email;
            row.groups.retainAll(prepared.groups);
            row.groups.addAll(prepared.groups);
        };
    }

    /** The user of this name, as nobody changes it until the commit: a change of any column writes them all. */
    private static Optional<ResourceOwnerRow> lockNamed(EntityManager entities, String username) {
        return entities.createQuery(
                        "select r.subject from ResourceOwnerRow r where r.username = :username", String.class)
                .setParameter("username", username)
                .getResultStream()
                .findFirst()
                .map(subject -> entities.find(ResourceOwnerRow.class, subject, LockModeType.PESSIMISTIC_WRITE))
                .filter(row -> row.username.equals(username));
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

    static Stream<ResourceOwnerRow> findAnyByName(EntityManager entities, String username) {
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

    /**
     * Registers a user unless another node does so at this moment; whether this call did.
     *
     * @param also is in the same transaction
     */
    public boolean registerIfAbsent(NewResourceOwner owner, Database.Change<RuntimeException> also) {
        return database.insertIfAbsent(row(owner, Optional.empty()), also);
    }

    /**
     * Gives a user another password; everything that came from the earlier one ends.
     *
     * @throws OAuthException {@code temporarily_unavailable} if too many passwords are being hashed
     */
    public void changePassword(Subject subject, NewResourceOwner.Credential credential) throws OAuthException {
        changePassword(subject, credential, entities -> true);
    }

    /** The same if the condition holds, in the same transaction; whether it did. The password is hashed before. */
    boolean changePassword(Subject subject, NewResourceOwner.Credential credential, Predicate<EntityManager> condition)
            throws OAuthException {
        String hash = limited(() -> hash(credential));
        return revocations.transact((entities, ending) -> {
            lock(entities, subject);
            if (!condition.test(entities)) {
                return false;
            }
            entities.createQuery("update ResourceOwnerRow set passwordHash = :hash where subject = :subject")
                    .setParameter("hash", hash)
                    .setParameter("subject", subject.value())
                    .executeUpdate();
            Audit.write(entities, AuditEvent.PASSWORD_CHANGED, Map.of("subject", subject));
            endAll(entities, ending, subject.value());
            return true;
        });
    }

    /** Whatever ends sessions or codes of a user begins with this; otherwise each could wait for the other. */
    static void lock(EntityManager entities, Subject subject) {
        entities.find(ResourceOwnerRow.class, subject.value(), LockModeType.PESSIMISTIC_WRITE);
    }

    /** Everything that came from sign-ins so far, of a user who is locked. */
    static void endAll(EntityManager entities, RevocationRepository.Ending ending, String subject) {
        entities.createQuery("delete from SignInSessionRow where subject = :subject")
                .setParameter("subject", subject)
                .executeUpdate();
        ending.end(RevocationKind.SUBJECT, subject);
    }

    /** The same, and a code for a new password. */
    static void endAllAndCode(EntityManager entities, RevocationRepository.Ending ending, String subject) {
        entities.createQuery("delete from PasswordResetRow where subject = :subject")
                .setParameter("subject", subject)
                .executeUpdate();
        endAll(entities, ending, subject);
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

    /** Who has this user name, enabled or not; for a transaction that goes on with it. */
    public Optional<Subject> findSubject(EntityManager entities, String username) {
        return findAnyByName(entities, username).findFirst().map(row -> new Subject(row.subject));
    }

    /** Whether an enabled user of the database may administer Claviger: who is elsewhere may be gone any time; for a transaction that goes on with it. */
    public boolean hasAdministrator(EntityManager entities) {
        return hasAdministratorBeside(entities, "");
    }

    /** Whether somebody else may. */
    boolean hasAdministratorBeside(EntityManager entities, Subject subject) {
        return hasAdministratorBeside(entities, subject.value());
    }

    private static boolean hasAdministratorBeside(EntityManager entities, String subject) {
        return entities.createQuery(
                                "select count(r) from ResourceOwnerRow r where r.enabled and r.store is null and :group member of r.groups"
                                        + " and r.subject <> :subject",
                                Long.class)
                        .setParameter("group", ResourceOwner.ADMIN_GROUP)
                        .setParameter("subject", subject)
                        .getSingleResult()
                > 0;
    }

    /**
     * Waits for every other transaction that decides by whether there is an administrator. The row stays locked until the commit: what is
     * read after this is true until then.
     */
    public void lockAdministrators(EntityManager entities) {
        entities.createQuery("update VersionNumberRow set number = number + 1 where name = 'first_administrator'")
                .executeUpdate();
    }
}
