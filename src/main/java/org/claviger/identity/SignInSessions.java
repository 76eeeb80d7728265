package org.claviger.identity;

import jakarta.persistence.EntityManager;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;
import org.claviger.audit.Audit;
import org.claviger.audit.AuditEvent;
import org.claviger.database.Cleanup.Expiring;
import org.claviger.database.Database;
import org.claviger.oauth.OAuthException;
import org.claviger.oauth.Subject;
import org.claviger.revocation.RevocationRepository;
import org.claviger.settings.Lifetimes;
import org.claviger.settings.RandomTokens;
import org.claviger.settings.Settings;

/**
 * Who has signed in with which browser. In the database, so that any node knows; the browser holds a random identifier. A session
 * lives as long as it is good for clients of any classification; for those of a stricter one it may be over before.
 */
public final class SignInSessions {
    public static final Expiring EXPIRING =
            new Expiring("SignInSessionRow", "idHash", "e.expiresAt <= :then", Duration.ZERO);

    /** Use is written down no more often than this, so that a busy session is not a row that is always being written. */
    private static final Duration NOTE_USE_AFTER = Duration.ofSeconds(30);

    private final Database database;
    private final ResourceOwners resourceOwners;
    private final RevocationRepository revocations;
    private final RandomTokens tokens;
    private final Supplier<Settings> settings;
    private final Clock clock;

    public SignInSessions(
            Database database,
            ResourceOwners resourceOwners,
            RevocationRepository revocations,
            RandomTokens tokens,
            Supplier<Settings> settings,
            Clock clock) {
        this.database = database;
        this.resourceOwners = resourceOwners;
        this.revocations = revocations;
        this.tokens = tokens;
        this.settings = settings;
        this.clock = clock;
    }

    /**
     * Opens a session for a resource owner who has just been proven, and answers its identifier: a credential.
     *
     * @param where the client or page for which somebody signs in, for the audit
     * @param authTime when the password was sent: before it was looked at, so that who changes it meanwhile ends this too
     * @throws OAuthException {@code temporarily_unavailable} if what this user had until now has just been ended: tokens tell whole
     *     seconds, so it could not be told from what begins now
     */
    public String open(ResourceOwner resourceOwner, Instant authTime, Map.Entry<String, ?> where)
            throws OAuthException {
        String id = tokens.secret();
        Instant now = now();
        if (revocations.view().isEnded(resourceOwner.subject(), authTime)) {
            throw OAuthException.unavailable(
                    "everything of this user was revoked a moment ago", RevocationRepository.LONGEST_MOMENT);
        }
        SignInSessionRow row = new SignInSessionRow();
        row.idHash = RandomTokens.hash(id);
        row.subject = resourceOwner.subject().value();
        row.authTime = authTime.truncatedTo(ChronoUnit.MICROS);
        row.lastUsedAt = now;
        row.expiresAt = now.plus(settings.get().classifications().longestSession());
        database.change(entities -> {
            entities.persist(row);
            Audit.write(
                    entities,
                    AuditEvent.SIGNED_IN,
                    Map.ofEntries(where, Map.entry("subject", resourceOwner.subject())));
        });
        return id;
    }

    /** The session of this identifier, if it is alive and its resource owner still may sign in; counts as use. */
    public Optional<SignInSession> find(String id) {
        Settings rules = settings.get();
        return find(
                id,
                rules.classifications().longestSessionIdle(),
                rules.classifications().longestSession());
    }

    /**
     * The same, if it is good for clients of this classification too: as young as they want it, and never unused for longer than
     * they want, whatever others have made of it meanwhile.
     */
    public Optional<SignInSession> find(String id, String classification) {
        Lifetimes lifetimes = settings.get().classification(classification).lifetimes();
        return find(id, lifetimes.sessionIdle(), lifetimes.sessionAbsolute());
    }

    private Optional<SignInSession> find(String id, Duration idle, Duration absolute) {
        Instant now = now();
        SignInSessionRow row =
                database.transact(entities -> entities.find(SignInSessionRow.class, RandomTokens.hash(id)));
        if (row == null
                || !now.isBefore(row.expiresAt)
                || !now.isBefore(
                        row.lastUsedAt.plus(settings.get().classifications().longestSessionIdle()))
                || revocations.view().isEnded(new Subject(row.subject), row.authTime)) {
            return Optional.empty();
        }
        Duration unused = Duration.between(row.lastUsedAt, now);
        long longestIdle = Math.max(row.longestIdleMillis, unused.toMillis());
        if (unused.compareTo(noteUseAfter()) > 0) {
            noteUse(row);
        }
        if (longestIdle >= idle.toMillis() || !now.isBefore(row.authTime.plus(absolute))) {
            return Optional.empty();
        }
        return resourceOwners.find(new Subject(row.subject)).map(owner -> new SignInSession(owner, row.authTime));
    }

    private Duration noteUseAfter() {
        Duration tenth = settings.get()
                .classifications()
                .strictest()
                .lifetimes()
                .sessionIdle()
                .dividedBy(10);
        return tenth.compareTo(NOTE_USE_AFTER) < 0 ? tenth : NOTE_USE_AFTER;
    }

    /** By the time of the database: what is written down holds on every node, and the clock of this one may be wrong. */
    private void noteUse(SignInSessionRow row) {
        database.change(entities -> {
            Instant now = revocations.now(entities);
            long unused = Duration.between(row.lastUsedAt, now).toMillis();
            entities.createQuery(
                            "update SignInSessionRow set lastUsedAt = :now, longestIdleMillis = :longestIdle where idHash = :idHash and lastUsedAt < :now")
                    .setParameter("now", now)
                    .setParameter("longestIdle", Math.max(row.longestIdleMillis, unused))
                    .setParameter("idHash", row.idHash)
                    .executeUpdate();
        });
    }

    /**
     * Ends the session of this identifier, if there is one, because another takes its place.
     *
     * @param by who has signed in with that browser, perhaps somebody else
     */
    public void end(String id, Subject by) {
        endNamed(RandomTokens.hash(id), by.value());
    }

    /** Ends the session of this identifier because its resource owner signs out. */
    public void signOut(String id, Subject subject) {
        database.change(entities -> {
            if (delete(entities, RandomTokens.hash(id))) {
                Audit.write(entities, AuditEvent.SIGNED_OUT, Map.of("subject", subject, "everywhere", false));
            }
        });
    }

    private static boolean delete(EntityManager entities, String name) {
        return entities.createQuery("delete from SignInSessionRow where idHash = :name")
                        .setParameter("name", name)
                        .executeUpdate()
                == 1;
    }

    /**
     * A living session as administrators see it.
     *
     * @param name the hash of its identifier, which is no credential
     */
    public record Listed(String name, Instant authTime, Instant lastUsedAt, Instant expiresAt) {}

    /** The living sessions of a user, the last used first, at most so many. */
    public List<Listed> list(Subject subject, int limit) {
        Duration idle = settings.get().classifications().longestSessionIdle();
        return database
                .transact(entities -> entities.createQuery(
                                "from SignInSessionRow where subject = :subject and expiresAt > :now and lastUsedAt > :idleSince"
                                        + " order by lastUsedAt desc",
                                SignInSessionRow.class)
                        .setParameter("subject", subject.value())
                        .setParameter("now", now())
                        .setParameter("idleSince", now().minus(idle))
                        .setMaxResults(limit)
                        .getResultList())
                .stream()
                .filter(row -> !revocations.view().isEnded(subject, row.authTime))
                .map(row -> new Listed(row.idHash, row.authTime, row.lastUsedAt, row.expiresAt))
                .toList();
    }

    /**
     * Ends the session that is listed by this name; whether there was one.
     *
     * @param by who does it, for the audit
     */
    public boolean endNamed(String name, String by) {
        return database.transact(entities -> {
            SignInSessionRow row = entities.find(SignInSessionRow.class, name);
            boolean ended = row != null && delete(entities, name);
            if (ended) {
                Audit.write(
                        entities, AuditEvent.SESSION_ENDED, Map.of("session", name, "subject", row.subject, "by", by));
            }
            return ended;
        });
    }

    /** The same for a resource owner, who ends none but their own. */
    public boolean endNamed(Subject owner, String name) {
        return database.transact(entities -> {
            boolean ended = deleteOwn(entities, owner, name);
            if (ended) {
                account(entities, owner, name);
            }
            return ended;
        });
    }

    private static boolean deleteOwn(EntityManager entities, Subject owner, String name) {
        return entities.createQuery("delete from SignInSessionRow where idHash = :name and subject = :owner")
                        .setParameter("name", name)
                        .setParameter("owner", owner.value())
                        .executeUpdate()
                == 1;
    }

    private static void account(EntityManager entities, Subject owner, String session) {
        Audit.write(
                entities, AuditEvent.SESSION_ENDED, Map.of("session", session, "subject", owner, "by", owner.value()));
    }

    /** Ends the sessions of a resource owner in all browsers but one; what clients got by them lives on. */
    public void endOthers(Subject owner, String name) {
        database.change(entities -> {
            ResourceOwners.lock(entities, owner);
            int ended = entities.createQuery("delete from SignInSessionRow where subject = :owner and idHash <> :name")
                    .setParameter("owner", owner.value())
                    .setParameter("name", name)
                    .executeUpdate();
            if (ended > 0) {
                account(entities, owner, "all others");
            }
        });
    }

    /**
     * Gives a resource owner another password, whereupon everything that came from sign-ins so far ends, the session too from which it
     * is asked for, and a one-time code with it. Each change of a password ends all sessions; so while that one is there, nobody has been
     * faster, with the password or a code.
     *
     * @param name of the session
     * @return whether the session was there
     * @throws OAuthException {@code temporarily_unavailable} if too many passwords are being hashed
     */
    public boolean changePassword(Subject owner, String name, NewResourceOwner.Password password)
            throws OAuthException {
        return resourceOwners.changePassword(owner, password, entities -> {
            boolean alive = deleteOwn(entities, owner, name);
            if (alive) {
                entities.createQuery("delete from PasswordResetRow where subject = :owner")
                        .setParameter("owner", owner.value())
                        .executeUpdate();
            }
            return alive;
        });
    }

    /**
     * Ends every session of a resource owner, and everything else that came from sign-ins so far, on every browser and client.
     *
     * @param by who does it, for the audit
     */
    public void endAll(Subject subject, String by) {
        endAll(subject, entities -> Audit.write(entities, AuditEvent.REVOKED, Map.of("subject", subject, "by", by)));
    }

    /**
     * The same because the resource owner signs out everywhere.
     *
     * @param also is in the same transaction
     */
    public void signOutEverywhere(Subject subject, Database.Change<RuntimeException> also) {
        endAll(subject, entities -> {
            also.in(entities);
            Audit.write(entities, AuditEvent.SIGNED_OUT, Map.of("subject", subject, "everywhere", true));
        });
    }

    private void endAll(Subject subject, Database.Change<RuntimeException> also) {
        revocations.transact((entities, ending) -> {
            ResourceOwners.lock(entities, subject);
            also.in(entities);
            ResourceOwners.endAll(entities, ending, subject.value());
            return true;
        });
    }

    /** How many sessions are alive, of everybody; empty if that takes too long to count. */
    public OptionalLong living() {
        Duration idle = settings.get().classifications().longestSessionIdle();
        return Database.counted(() -> database.transact(entities -> entities.createQuery(
                        "select count(s) from SignInSessionRow s where s.expiresAt > :now and s.lastUsedAt > :idleSince",
                        Long.class)
                .setParameter("now", now())
                .setParameter("idleSince", now().minus(idle))
                .setHint(Database.TIMEOUT, Database.LONGEST_COUNT)
                .getSingleResult()));
    }

    // The database keeps microseconds; what is compared with it must not be finer.
    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }
}
