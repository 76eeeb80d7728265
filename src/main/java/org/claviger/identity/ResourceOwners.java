package org.claviger.identity;

import static org.claviger.oauth.ErrorCode.ACCESS_DENIED;
import static org.claviger.oauth.ErrorCode.TEMPORARILY_UNAVAILABLE;

import jakarta.json.JsonObject;
import jakarta.persistence.EntityManager;
import jakarta.persistence.TypedQuery;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.claviger.database.Database;
import org.claviger.oauth.OAuthException;
import org.claviger.oauth.Subject;
import org.claviger.settings.JsonMembers;
import org.claviger.settings.RandomTokens;

/** The users: who they are, and whether a password is theirs. */
public final class ResourceOwners {
    private static final String SELECT = "select r from ResourceOwnerRow r left join fetch r.groups where ";
    private static final int MAX_PASSWORD_LENGTH = 1_000;

    /** What a column holds. */
    private static final int MAX_LENGTH = 255;

    private static final int PATIENCE_SECONDS = 5;
    private static final int MAX_WAITING = 8;

    private final Database database;
    private final SecureRandom random;
    private final RandomTokens tokens;
    private final PasswordHash nobody;
    // Hashing keeps a core busy for a third of a second; one is left for everybody who is already signed in.
    private final Semaphore hashing =
            new Semaphore(Math.max(1, Runtime.getRuntime().availableProcessors() - 1));

    public ResourceOwners(Database database, SecureRandom random) {
        this.database = database;
        this.random = random;
        this.tokens = new RandomTokens(random);
        this.nobody = PasswordHash.of(tokens.secret(), random);
    }

    /** An enabled user; read anew each time, so that who was disabled is refused at once. */
    public Optional<ResourceOwner> find(Subject subject) {
        return database.transact(entities -> first(
                        entities.createQuery(SELECT + "r.enabled and r.subject = :subject", ResourceOwnerRow.class)
                                .setParameter("subject", subject.value())))
                .map(ResourceOwnerRow::toResourceOwner);
    }

    /**
     * Proves a user by password. An unknown user costs the same work as a wrong password.
     *
     * @throws OAuthException {@code access_denied} if the user is unknown, disabled or the password wrong, which look the
     *     same; {@code temporarily_unavailable} if too many passwords are being checked
     */
    public ResourceOwner authenticate(String username, String password) throws OAuthException {
        Optional<ResourceOwnerRow> row =
                database.transact(entities -> findByName(entities, username)).filter(found -> found.enabled);
        PasswordHash hash =
                row.map(found -> PasswordHash.parse(found.passwordHash)).orElse(nobody);
        boolean matches = password.length() <= MAX_PASSWORD_LENGTH && matches(hash, password);
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
     * Registers a user, or replaces name, email, groups and password of the one with that user name.
     *
     * @param pointer where the entry stands in its file
     * @throws IllegalArgumentException with the pointer to what does not fit; nothing has changed then
     */
    public void register(JsonObject entry, String pointer) {
        JsonMembers members = new JsonMembers(entry, pointer);
        String username = members.require("username");
        String password = members.require("password");
        Optional<String> name = members.text("name");
        Optional<String> email = members.text("email");
        Set<String> groups = Set.copyOf(members.texts("groups"));
        members.refuseOthers();
        refuseLonger(members, "password", MAX_PASSWORD_LENGTH, Stream.of(password));
        refuseLonger(members, "username", MAX_LENGTH, Stream.of(username));
        refuseLonger(members, "name", MAX_LENGTH, name.stream());
        refuseLonger(members, "email", MAX_LENGTH, email.stream());
        refuseLonger(members, "groups", MAX_LENGTH, groups.stream());
        String hash = PasswordHash.of(password, random).toString();
        database.changeAlone(entities -> {
            ResourceOwnerRow row = findByName(entities, username).orElseGet(ResourceOwnerRow::new);
            boolean known = !row.subject.isEmpty();
            row.username = username;
            row.passwordHash = hash;
            row.fullName = name.orElse(null);
            row.email = email.orElse(null);
            row.groups.retainAll(groups);
            row.groups.addAll(groups);
            if (!known) {
                row.subject = tokens.identifier();
                entities.persist(row);
            }
        });
    }

    private static void refuseLonger(JsonMembers members, String name, int length, Stream<String> values) {
        if (values.anyMatch(value -> value.length() > length)) {
            throw members.refuse(name, "has more than " + length + " characters");
        }
    }
}
