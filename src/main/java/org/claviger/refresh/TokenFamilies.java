package org.claviger.refresh;

import static org.claviger.oauth.ErrorCode.INVALID_GRANT;

import jakarta.persistence.EntityManager;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;
import org.claviger.audit.Audit;
import org.claviger.audit.AuditEvent;
import org.claviger.database.Database;
import org.claviger.oauth.Authorization;
import org.claviger.oauth.ClientId;
import org.claviger.oauth.FamilyId;
import org.claviger.oauth.OAuthException;
import org.claviger.oauth.Subject;
import org.claviger.settings.Lifetimes;

/**
 * Token families: everything descended from one authorization. The row of a family says which generation is alive, 0 being
 * the authorization code; each step to the next is one conditional update that one caller wins, and whoever presents an
 * earlier generation ends the family (RFC 9700 section 4.14.2, RFC 6749 section 4.1.2).
 */
public final class TokenFamilies {
    private final Database database;
    private final Lifetimes lifetimes;
    private final Clock clock;

    public TokenFamilies(Database database, Lifetimes lifetimes, Clock clock) {
        this.database = database;
        this.lifetimes = lifetimes;
        this.clock = clock;
    }

    /** Opens a family whose first generation is an authorization code. */
    public void open(Authorization authorization, CodeBinding binding) {
        Instant now = now();
        TokenFamilyRow row = new TokenFamilyRow();
        row.familyId = authorization.family().value();
        row.clientId = authorization.client().value();
        row.subject = authorization.subject().value();
        row.scope = authorization.scope().toString();
        row.authTime = authorization.authTime();
        row.codeHash = binding.codeHash();
        row.redirectUri = binding.redirectUri();
        row.codeChallenge = binding.codeChallenge();
        row.idleExpiresAt = now.plus(lifetimes.authorizationCode());
        row.expiresAt = now.plus(lifetimes.refreshTokenAbsolute());
        database.change(entities -> entities.persist(row));
    }

    /** The family of a code, alive or not, by the hash of the code. */
    public Optional<FamilyId> findByCode(String codeHash) {
        return database
                .transact(entities -> entities.createQuery(
                                "select familyId from TokenFamilyRow where codeHash = :codeHash", String.class)
                        .setParameter("codeHash", codeHash)
                        .getResultList())
                .stream()
                .findFirst()
                .map(FamilyId::new);
    }

    /**
     * What is to be had from an authorization, made before its generation is consumed and outside of any transaction, so that
     * nothing is left that can fail afterwards.
     */
    @FunctionalInterface
    public interface Preparation<T> {
        /** Prepares it, or refuses; nothing has changed then. */
        T prepare(Authorization authorization, CodeBinding binding) throws OAuthException;
    }

    /**
     * Consumes one generation of a family and makes the next the living one.
     *
     * @return what was prepared, which nobody else gets
     * @throws OAuthException {@code invalid_grant} if the family is unknown, another client's, expired or ended, or if the
     *     generation was consumed before: the family has ended then; and what the preparation throws
     */
    public <T> T advance(FamilyId family, long generation, ClientId client, Preparation<T> preparation)
            throws OAuthException {
        Instant now = now();
        TokenFamilyRow row = database.transact(entities -> judge(entities, family, generation, client, now));
        T prepared = preparation.prepare(
                row.toAuthorization(), new CodeBinding(row.codeHash, row.redirectUri, row.codeChallenge));
        database.<OAuthException>change(entities -> {
            int won = entities.createQuery(
                            "update TokenFamilyRow set generation = generation + 1, idleExpiresAt = :idle"
                                    + " where familyId = :family and generation = :generation and clientId = :client"
                                    + " and endedAt is null and idleExpiresAt > :now and expiresAt > :now")
                    .setParameter("idle", now.plus(lifetimes.refreshTokenIdle()))
                    .setParameter("family", family.value())
                    .setParameter("generation", generation)
                    .setParameter("client", client.value())
                    .setParameter("now", now)
                    .executeUpdate();
            if (won != 1) { // somebody was quicker
                judge(entities, family, generation, client, now);
                throw refusal("the family changed meanwhile");
            }
        });
        return prepared;
    }

    /** Answers the family if this generation of it is alive for this client; ends it on reuse. */
    private TokenFamilyRow judge(EntityManager entities, FamilyId family, long generation, ClientId client, Instant now)
            throws OAuthException {
        TokenFamilyRow row = entities.find(TokenFamilyRow.class, family.value());
        if (row == null) {
            throw refusal("the family is unknown");
        }
        if (!row.clientId.equals(client.value())) {
            throw refusal("the family is another client's");
        }
        if (row.endedAt != null) {
            throw refusal("the family ended: " + row.endReason);
        }
        if (generation < row.generation) {
            if (end(entities, row.familyId, "reuse")) {
                Audit.record(
                        AuditEvent.REUSE_DETECTED,
                        Map.of("family", family, "client", client, "subject", row.subject, "generation", generation));
            }
            throw refusal("reuse of generation " + generation + "; the family has ended");
        }
        if (!now.isBefore(row.idleExpiresAt) || !now.isBefore(row.expiresAt)) {
            throw refusal("the family has expired");
        }
        return row;
    }

    /** Ends a family: nothing descends from it any more. */
    public void end(FamilyId family, String reason) {
        database.transact(entities -> end(entities, family.value(), reason));
    }

    /** Ends every family of a resource owner. */
    public void endAll(Subject subject, String reason) {
        database.change(entities -> endAll(entities, subject, reason));
    }

    /** The same in a transaction that does more. */
    public void endAll(EntityManager entities, Subject subject, String reason) {
        entities.createQuery("update TokenFamilyRow set endedAt = :now, endReason = :reason"
                        + " where subject = :subject and endedAt is null")
                .setParameter("now", now())
                .setParameter("reason", reason)
                .setParameter("subject", subject.value())
                .executeUpdate();
    }

    /** Answers whether it was this call that ended it. */
    private boolean end(EntityManager entities, String family, String reason) {
        return entities.createQuery("update TokenFamilyRow set endedAt = :now, endReason = :reason"
                                + " where familyId = :family and endedAt is null")
                        .setParameter("now", now())
                        .setParameter("reason", reason)
                        .setParameter("family", family)
                        .executeUpdate()
                == 1;
    }

    private static OAuthException refusal(String detail) {
        return new OAuthException(INVALID_GRANT, "the grant is invalid, expired or revoked", detail);
    }

    // The database keeps microseconds; what is compared with it must not be finer.
    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }
}
