package org.claviger.identity;

import jakarta.persistence.EntityManager;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;
import org.claviger.audit.Audit;
import org.claviger.audit.AuditEvent;
import org.claviger.database.Cleanup.Expiring;
import org.claviger.database.Database;
import org.claviger.identity.Accounts.Account;
import org.claviger.oauth.OAuthException;
import org.claviger.oauth.Subject;
import org.claviger.settings.RandomTokens;

/**
 * One-time codes by which people choose a password that nobody else knows. A code has 256 bits and is good for an hour and once; the
 * database knows its hash.
 */
public final class PasswordResets {
    public static final Expiring EXPIRING =
            new Expiring("PasswordResetRow", "subject", "e.expiresAt <= :then", Duration.ZERO);

    static final Duration LIFETIME = Duration.ofHours(1);

    private final Database database;
    private final ResourceOwners resourceOwners;
    private final RandomTokens tokens;
    private final Clock clock;

    public PasswordResets(Database database, ResourceOwners resourceOwners, RandomTokens tokens, Clock clock) {
        this.database = database;
        this.resourceOwners = resourceOwners;
        this.tokens = tokens;
        this.clock = clock;
    }

    /** A code, which is a credential; never shown but to who asked for it. */
    public record Code(String value, Instant expiresAt) {
        @Override
        public String toString() {
            return "Code";
        }
    }

    /**
     * Makes a code for a user who is enabled; an earlier one is good no more. The password of now stays until the code is used.
     *
     * @param by who asks for it, for the audit
     * @return empty if somebody has changed the user meanwhile
     */
    public Optional<Code> issue(Account seen, String by) {
        Code code = new Code(tokens.secret(), now().plus(LIFETIME));
        return database.transact(entities -> {
            Optional<ResourceOwnerRow> found = Accounts.find(entities, seen).filter(row -> row.enabled);
            found.ifPresent(owner -> {
                PasswordResetRow row = new PasswordResetRow();
                row.subject = owner.subject;
                row.codeHash = RandomTokens.hash(code.value);
                row.expiresAt = code.expiresAt;
                entities.merge(row);
                Audit.write(entities, AuditEvent.PASSWORD_RESET_ISSUED, Map.of("subject", owner.subject, "by", by));
            });
            return found.map(owner -> code);
        });
    }

    /** Until when the code of a user is good, if there is one. */
    public Optional<Instant> pending(Subject subject) {
        return Optional.ofNullable(
                        database.transact(entities -> entities.find(PasswordResetRow.class, subject.value())))
                .map(row -> row.expiresAt)
                .filter(now()::isBefore);
    }

    /** Whom this code is for, if it is good now. */
    public Optional<ResourceOwner> find(String code) {
        return database.transact(entities -> find(entities, code))
                .map(Subject::new)
                .flatMap(resourceOwners::find)
                .filter(owner -> owner.store().isEmpty()); // whose password is not ours
    }

    /** Whether this code is good now. */
    public boolean isGood(String code) {
        return find(code).isPresent();
    }

    private Optional<String> find(EntityManager entities, String code) {
        return entities.createQuery(
                        "select subject from PasswordResetRow where codeHash = :hash and expiresAt > :now",
                        String.class)
                .setParameter("hash", RandomTokens.hash(code))
                .setParameter("now", now())
                .getResultStream()
                .findFirst();
    }

    /**
     * Gives whom the code is for this password, once; everything that came from an earlier one ends.
     *
     * @return who it is; empty if the code is not good, or not any more
     * @throws OAuthException {@code temporarily_unavailable} if too many passwords are being hashed; the code stays good
     */
    public Optional<Subject> redeem(String code, NewResourceOwner.Password password) throws OAuthException {
        Optional<Subject> subject = find(code).map(ResourceOwner::subject);
        boolean redeemed = subject.isPresent()
                && resourceOwners.changePassword(subject.get(), password, entities -> delete(entities, code));
        return redeemed ? subject : Optional.empty();
    }

    private boolean delete(EntityManager entities, String code) {
        return entities.createQuery("delete from PasswordResetRow where codeHash = :hash and expiresAt > :now")
                        .setParameter("hash", RandomTokens.hash(code))
                        .setParameter("now", now())
                        .executeUpdate()
                == 1;
    }

    // The database keeps microseconds; what is compared with it must not be finer.
    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }
}
