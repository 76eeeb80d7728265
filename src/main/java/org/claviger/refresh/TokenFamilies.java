package org.claviger.refresh;

import static org.claviger.oauth.ErrorCode.INVALID_GRANT;

import jakarta.persistence.EntityManager;
import jakarta.persistence.TypedQuery;
import java.lang.System.Logger.Level;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.function.Predicate;
import org.claviger.audit.Audit;
import org.claviger.audit.AuditEvent;
import org.claviger.database.Cleanup.Expiring;
import org.claviger.database.Database;
import org.claviger.oauth.Authorization;
import org.claviger.oauth.ClientId;
import org.claviger.oauth.FamilyId;
import org.claviger.oauth.OAuthException;
import org.claviger.oauth.Subject;
import org.claviger.revocation.Revocation;
import org.claviger.revocation.RevocationKind;
import org.claviger.revocation.RevocationRepository;
import org.claviger.revocation.RevocationRepository.Ending;
import org.claviger.settings.Lifetimes;
import org.jspecify.annotations.Nullable;

/**
 * Token families: everything descended from one authorization. The row of a family says which generation is alive, 0 being
 * the authorization code; each step to the next is one conditional update that one caller wins, and whoever presents an
 * earlier generation ends the family (RFC 9700 section 4.14.2, RFC 6749 section 4.1.2).
 */
public final class TokenFamilies {
    /** A family that nobody can refresh any more is kept until its last access token has expired. */
    public static final Expiring EXPIRING = new Expiring(
            "TokenFamilyRow",
            "familyId",
            "e.idleExpiresAt <= :then or e.expiresAt <= :then",
            Lifetimes.LONGEST_ACCESS_TOKEN);

    private static final String ADVANCE = "update TokenFamilyRow f set f.generation = f.generation + 1,"
            + " f.idleExpiresAt = :idle, f.rotatedAt = :now, f.keyVersion = :keyVersion"
            + " where f.familyId = :family and f.generation = :generation and f.clientId = :client"
            + " and f.endedAt is null and f.idleExpiresAt > :now and f.expiresAt > :now"
            + RevocationRepository.notEnded("f.subject", "f.clientId", "f.authTime");

    private static final String LIVING = "select f from TokenFamilyRow f"
            + " where f.familyId = :family and f.generation = :generation"
            + " and f.endedAt is null and f.idleExpiresAt > :now and f.expiresAt > :now"
            + RevocationRepository.notEnded("f.subject", "f.clientId", "f.authTime");

    private static final String LISTED = "select f from TokenFamilyRow f where f.familyId > :after and f.generation > 0"
            + " and f.endedAt is null and f.idleExpiresAt > :now and f.expiresAt > :now"
            + RevocationRepository.notEnded("f.subject", "f.clientId", "f.authTime");

    private static final String UNENDED = "select f.familyId from TokenFamilyRow f"
            + " where f.subject = :subject and f.clientId = :client"
            + " and f.endedAt is null and f.idleExpiresAt > :then and f.expiresAt > :then"
            + " and (f.generation > 0 or f.idleExpiresAt > :now)"
            + RevocationRepository.notEnded("f.subject", "f.clientId", "f.authTime")
            + " order by f.familyId";

    private static final System.Logger LOG = System.getLogger("org.claviger");

    private final Database database;
    private final RevocationRepository revocations;
    private final Function<ClientId, Lifetimes> lifetimes;
    private final Clock clock;

    /** @param lifetimes what holds for a client at this moment */
    public TokenFamilies(
            Database database, RevocationRepository revocations, Function<ClientId, Lifetimes> lifetimes, Clock clock) {
        this.database = database;
        this.revocations = revocations;
        this.lifetimes = lifetimes;
        this.clock = clock;
    }

    /** Opens a family whose first generation is an authorization code. */
    public void open(Authorization authorization, CodeBinding binding) {
        Instant now = now();
        Lifetimes life = lifetimes.apply(authorization.client());
        TokenFamilyRow row = new TokenFamilyRow();
        row.familyId = authorization.family().value();
        row.clientId = authorization.client().value();
        row.subject = authorization.subject().value();
        row.scope = authorization.scope().toString();
        row.authTime = authorization.authTime();
        row.codeHash = binding.codeHash();
        row.redirectUri = binding.redirectUri();
        row.codeChallenge = binding.codeChallenge();
        row.idleExpiresAt = now.plus(life.authorizationCode());
        row.expiresAt = now.plus(life.refreshTokenAbsolute());
        database.change(entities -> {
            entities.persist(row);
            Audit.write(
                    entities,
                    AuditEvent.AUTHORIZED,
                    Map.of(
                            "client", authorization.client(),
                            "subject", authorization.subject(),
                            "family", authorization.family(),
                            "scope", authorization.scope()));
        });
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
     * What becomes of a refresh token that is used.
     *
     * @param keyVersion the key with which its successor will be made
     * @param leeway for how long who repeats the request gets the same successor again, if nobody has used that yet
     */
    record Rotating(int keyVersion, Duration leeway) {
        /** An authorization code is used once, and what follows it is made by whoever redeems it. */
        static final Rotating CODE = new Rotating(0, Duration.ZERO);
    }

    /**
     * What was prepared.
     *
     * @param keyVersion the key with which the successor is made, now or when it was first asked for
     */
    record Advanced<T>(T prepared, int keyVersion) {}

    /**
     * Consumes the authorization code of a family and makes its first refresh token the living generation.
     *
     * @return what was prepared, which nobody else gets
     * @throws OAuthException {@code invalid_grant} if the family is unknown, another client's, expired or ended, or if the
     *     generation was consumed before: the family has ended then; and what the preparation throws
     */
    public <T> T redeem(FamilyId family, ClientId client, Preparation<T> preparation) throws OAuthException {
        return redeem(family, client, preparation, Also.nothing());
    }

    /**
     * The same.
     *
     * @param also is done in the transaction that decides
     */
    public <T> T redeem(FamilyId family, ClientId client, Preparation<T> preparation, Also<T> also)
            throws OAuthException {
        return advance(family, 0, client, Rotating.CODE, preparation, also).prepared;
    }

    /** Consumes one generation of a family and makes the next the living one, as {@link #redeem} does. */
    <T> Advanced<T> advance(
            FamilyId family,
            long generation,
            ClientId client,
            Rotating rotating,
            Preparation<T> preparation,
            Also<T> also)
            throws OAuthException {
        Presented presented = new Presented(family, generation, client, rotating.leeway, now());
        TokenFamilyRow row = revocations.transact((entities, ending) -> judge(entities, ending, presented));
        T prepared = preparation.prepare(
                row.toAuthorization(), new CodeBinding(row.codeHash, row.redirectUri, row.codeChallenge));
        if (row.generation > generation) {
            return new Advanced<>(prepared, keyVersion(row));
        }
        return revocations.transact((entities, ending) -> {
            if (win(entities, presented, rotating.keyVersion)) {
                also.in(entities, prepared);
                return new Advanced<>(prepared, rotating.keyVersion);
            }
            TokenFamilyRow overtaken = judge(entities, ending, presented);
            if (overtaken.generation > generation) { // by the same request, sent twice
                return new Advanced<>(prepared, keyVersion(overtaken));
            }
            throw refusal("the family changed meanwhile");
        });
    }

    /** SQL that is done with what was prepared, in the transaction that decides. */
    @FunctionalInterface
    public interface Also<T> {
        void in(EntityManager entities, T prepared);

        /** Nothing else. */
        static <T> Also<T> nothing() {
            return (entities, prepared) -> {};
        }
    }

    /**
     * Goes on with a family whose generations we hold ourselves. Nobody presents anything, so nothing is a reuse: who comes second has
     * lost a race against another node of ours, and finds what the first has written.
     *
     * @return what was prepared; empty if this generation is not the living one any more
     * @throws OAuthException {@code invalid_grant} if the family is unknown, another client's, expired or ended; and what the
     *     preparation throws
     */
    <T> Optional<T> renew(
            FamilyId family, long generation, ClientId client, int keyVersion, Preparation<T> preparation, Also<T> also)
            throws OAuthException {
        Presented held = new Presented(family, generation, client, Duration.ZERO, now());
        TokenFamilyRow row =
                requireOf(database.transact(entities -> entities.find(TokenFamilyRow.class, family.value())), client);
        requireAlive(row, held.now);
        if (row.generation != generation) {
            return Optional.empty();
        }
        T prepared = preparation.prepare(
                row.toAuthorization(), new CodeBinding(row.codeHash, row.redirectUri, row.codeChallenge));
        return database.transact(entities -> {
            if (!win(entities, held, keyVersion)) {
                return Optional.empty();
            }
            also.in(entities, prepared);
            return Optional.of(prepared);
        });
    }

    private static int keyVersion(TokenFamilyRow row) {
        return Objects.requireNonNull(row.keyVersion, "a rotation writes it");
    }

    /** What somebody presents, and when. */
    private record Presented(FamilyId family, long generation, ClientId client, Duration leeway, Instant now) {}

    /** One update decides. */
    private boolean win(EntityManager entities, Presented presented, int keyVersion) {
        Duration idle = lifetimes.apply(presented.client).refreshTokenIdle();
        return entities.createQuery(ADVANCE)
                        .setParameter("idle", presented.now.plus(idle))
                        .setParameter("keyVersion", keyVersion)
                        .setParameter("family", presented.family.value())
                        .setParameter("generation", presented.generation)
                        .setParameter("client", presented.client.value())
                        .setParameter("now", presented.now)
                        .executeUpdate()
                == 1;
    }

    /**
     * Answers the family if this generation of it is alive for this client, or was until a moment ago and the client may repeat
     * itself; ends it on reuse.
     */
    private TokenFamilyRow judge(EntityManager entities, Ending ending, Presented presented) throws OAuthException {
        TokenFamilyRow row = requireOf(entities.find(TokenFamilyRow.class, presented.family.value()), presented.client);
        if (presented.generation > row.generation) {
            endAhead(entities, ending, presented, row);
        }
        if (presented.generation < row.generation && !mayRepeat(row, presented)) {
            endReused(entities, ending, presented, row);
        }
        requireAlive(row, presented.now);
        return row;
    }

    private static TokenFamilyRow requireOf(@Nullable TokenFamilyRow row, ClientId client) throws OAuthException {
        if (row == null) {
            throw refusal("the family is unknown");
        }
        if (!row.clientId.equals(client.value())) {
            throw refusal("the family is another client's");
        }
        if (row.endedAt != null) {
            throw refusal("the family ended: " + row.endReason);
        }
        return row;
    }

    private void requireAlive(TokenFamilyRow row, Instant now) throws OAuthException {
        if (!now.isBefore(row.deadAt())) {
            throw refusal("the family has expired");
        }
        if (revocations.view().isEnded(new Subject(row.subject), new ClientId(row.clientId), row.authTime)) {
            throw refusal("everything of this user or client was revoked");
        }
    }

    /** The successor is the living generation, so nobody has used it. */
    private static boolean mayRepeat(TokenFamilyRow row, Presented presented) {
        return !presented.leeway.isZero()
                && presented.generation > 0
                && presented.generation == row.generation - 1
                && row.rotatedAt != null
                && presented.now.isBefore(row.rotatedAt.plus(presented.leeway));
    }

    private void endReused(EntityManager entities, Ending ending, Presented presented, TokenFamilyRow row)
            throws OAuthException {
        if (end(entities, ending, row.familyId, "reuse")) {
            Audit.write(
                    entities,
                    AuditEvent.REUSE_DETECTED,
                    Map.of(
                            "family", presented.family,
                            "client", presented.client,
                            "subject", row.subject,
                            "generation", presented.generation));
        }
        throw refusal("reuse of generation " + presented.generation + "; the family has ended");
    }

    /** Only we make tokens, so the database has gone back to an earlier state, in which consumed tokens are alive again. */
    private void endAhead(EntityManager entities, Ending ending, Presented presented, TokenFamilyRow row)
            throws OAuthException {
        if (end(entities, ending, row.familyId, "ahead of the database")) {
            account(
                    entities,
                    presented.family,
                    Map.of("client", presented.client, "by", "a token newer than the database"));
        }
        LOG.log(
                Level.ERROR,
                "CLAVIGER-0601 a refresh token is newer than the database, which seems to have been restored from a backup:"
                        + " end everything that was issued before (see the README, \"Revocation\")");
        throw refusal("generation " + presented.generation + " is ahead of the database; the family has ended");
    }

    /**
     * What a refresh token stands for at this moment.
     *
     * @param expiresAt when it will be worth nothing, if it is not used until then
     */
    public record Living(Authorization authorization, Instant expiresAt) {}

    /** The family of which this generation is the living one, read anew; changes nothing, whatever is presented. */
    Optional<Living> find(FamilyId family, long generation) {
        return database.transact(entities -> entities.createQuery(LIVING, TokenFamilyRow.class)
                        .setParameter("family", family.value())
                        .setParameter("generation", generation)
                        .setParameter("now", now())
                        .getResultStream()
                        .findFirst())
                .map(row -> new Living(row.toAuthorization(), row.deadAt()));
    }

    /**
     * Living families whose code has been redeemed, in the order of their identifiers.
     *
     * @param subject whose they are; empty for anybody's
     * @param client which client has them; empty for any
     * @param after the identifier after which to begin; empty for the first
     * @throws OAuthException {@code temporarily_unavailable} if the database takes too long to find that
     */
    public List<Living> list(Optional<Subject> subject, Optional<ClientId> client, String after, int limit)
            throws OAuthException {
        String which = (subject.isPresent() ? " and f.subject = :subject" : "")
                + (client.isPresent() ? " and f.clientId = :client" : "");
        List<TokenFamilyRow> rows = Database.found(
                () -> database.transact(entities -> {
                    TypedQuery<TokenFamilyRow> query = entities.createQuery(
                                    LISTED + which + " order by f.familyId", TokenFamilyRow.class)
                            .setParameter("after", after)
                            .setParameter("now", now())
                            .setMaxResults(limit)
                            .setHint(Database.TIMEOUT, Database.LONGEST_LOOK);
                    subject.ifPresent(value -> query.setParameter("subject", value.value()));
                    client.ifPresent(value -> query.setParameter("client", value.value()));
                    return query.getResultList();
                }),
                "ask for one user");
        return rows.stream()
                .map(row -> new Living(row.toAuthorization(), row.deadAt()))
                .toList();
    }

    /** How many families can be refreshed, of everybody; empty if that takes too long to count. */
    public OptionalLong living() {
        return Database.counted(() -> database.transact(entities -> entities.createQuery(
                        "select count(f) from TokenFamilyRow f where f.generation > 0 and f.endedAt is null"
                                + " and f.idleExpiresAt > :now and f.expiresAt > :now"
                                + RevocationRepository.notEnded("f.subject", "f.clientId", "f.authTime"),
                        Long.class)
                .setParameter("now", now())
                .setHint(Database.TIMEOUT, Database.LONGEST_COUNT)
                .getSingleResult()));
    }

    /** What a family came from, alive or not; empty for one that is not there. */
    public Optional<Authorization> find(FamilyId family) {
        return Optional.ofNullable(database.transact(entities -> entities.find(TokenFamilyRow.class, family.value())))
                .map(TokenFamilyRow::toAuthorization);
    }

    /** The client to which a family belongs, alive or not. */
    Optional<ClientId> findClient(FamilyId family) {
        return Optional.ofNullable(database.transact(entities -> entities.find(TokenFamilyRow.class, family.value())))
                .map(row -> new ClientId(row.clientId));
    }

    /**
     * Ends a family: nothing descends from it any more, and its access tokens have ended too.
     *
     * @param known what the audit is to say beside that: {@code by} whom, or which {@code client} has asked for it
     * @return whether it was this call that ended it
     */
    public boolean end(FamilyId family, String reason, Map<String, ?> known) {
        return revocations.transact((entities, ending) -> {
            boolean ended = end(entities, ending, family.value(), reason);
            if (ended) {
                account(entities, family, known);
            }
            return ended;
        });
    }

    /** The same also for what had ended already, or was never seen here: its access tokens end in any case. */
    public Revocation revoke(FamilyId family, String reason, Map<String, ?> known) {
        return revocations.transact((entities, ending) -> {
            update(entities, family.value(), reason);
            account(entities, family, known);
            return ending.end(RevocationKind.FAMILY, family.value());
        });
    }

    private static void account(EntityManager entities, FamilyId family, Map<String, ?> known) {
        Map<String, Object> details = new LinkedHashMap<>(known);
        details.put("family", family);
        TokenFamilyRow row = entities.find(TokenFamilyRow.class, family.value());
        if (row != null) { // whose it was, so that it is found by whoever asks for that
            details.putIfAbsent("subject", row.subject);
            details.putIfAbsent("client", row.clientId);
        }
        Audit.write(entities, AuditEvent.REVOKED, details);
    }

    /** The same for a resource owner, who ends none but their own. */
    public boolean end(FamilyId family, Subject owner, String reason) {
        return revocations.transact((entities, ending) -> {
            TokenFamilyRow row = entities.find(TokenFamilyRow.class, family.value());
            boolean ended =
                    row != null && row.subject.equals(owner.value()) && end(entities, ending, row.familyId, reason);
            if (ended) {
                account(entities, family, Map.of("subject", owner, "by", owner.value()));
            }
            return ended;
        });
    }

    /**
     * Ends what a client has of a resource owner, who asks for it: all families that live or whose code has not been redeemed yet, and
     * those that nobody can refresh any more while their last access token may live.
     *
     * @param before is in the same transaction
     * @return what that said; the families end whatever it was
     */
    public boolean endAll(Subject owner, ClientId client, String reason, Predicate<EntityManager> before) {
        return revocations.<Boolean, RuntimeException>transact((entities, ending) -> {
            boolean said = before.test(entities);
            List<String> unended = entities.createQuery(UNENDED, String.class)
                    .setParameter("subject", owner.value())
                    .setParameter("client", client.value())
                    .setParameter("now", now())
                    .setParameter("then", now().minus(Lifetimes.LONGEST_ACCESS_TOKEN))
                    .getResultList();
            unended.forEach(family -> {
                if (end(entities, ending, family, reason)) {
                    account(
                            entities,
                            new FamilyId(family),
                            Map.of("client", client, "subject", owner, "by", owner.value()));
                }
            });
            return said;
        });
    }

    /** Answers whether it was this call that ended it. */
    private boolean end(EntityManager entities, Ending ending, String family, String reason) {
        boolean ended = update(entities, family, reason);
        if (ended) {
            ending.end(RevocationKind.FAMILY, family);
        }
        return ended;
    }

    private boolean update(EntityManager entities, String family, String reason) {
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
