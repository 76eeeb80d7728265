package org.claviger.revocation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.claviger.Fixture.ISSUER;
import static org.claviger.Fixture.TOKENS;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.claviger.Fixture;
import org.claviger.Parallel;
import org.claviger.Postgres;
import org.claviger.TestClock;
import org.claviger.TestDatabase;
import org.claviger.database.ChangeFeed;
import org.claviger.database.Database;
import org.claviger.database.Topic;
import org.claviger.jose.InvalidTokenException;
import org.claviger.jose.JwtSigner;
import org.claviger.jose.JwtVerifier;
import org.claviger.jose.TokenType;
import org.claviger.jose.VerifiedJwt;
import org.claviger.oauth.ClientId;
import org.claviger.oauth.ErrorCode;
import org.claviger.oauth.OAuthException;
import org.claviger.oauth.Subject;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.ds.PGSimpleDataSource;

/** What ends before its time, in the database and in the memory of the nodes. */
class RevocationsTest {
    private static final Subject ALICE = new Subject("alice-subject");
    private static final ClientId WEB = new ClientId("web");
    private static final Duration SECOND = Duration.ofSeconds(1);

    private final TestClock clock = new TestClock();
    private RevocationRepository node;
    private RevocationRepository otherNode;

    @BeforeEach
    void empty() {
        TestDatabase.empty();
        node = Fixture.revocations(clock);
        otherNode = Fixture.revocations(clock);
    }

    private VerifiedJwt jwt(Instant authTime) {
        return jwt(Map.of("auth_time", authTime.getEpochSecond()));
    }

    private VerifiedJwt jwt(Map<String, Object> more) {
        Map<String, Object> claims = new HashMap<>(Map.of(
                "iss",
                ISSUER,
                "sub",
                ALICE.value(),
                "aud",
                "a",
                "exp",
                clock.instant().getEpochSecond() + 3600,
                "iat",
                clock.instant().getEpochSecond(),
                "jti",
                "the-token",
                "client_id",
                WEB.value(),
                "claviger_family",
                "the-family"));
        claims.putAll(more);
        String token = new JwtSigner().sign(TokenType.AT_JWT, claims, Fixture.signingKey());
        try {
            return new JwtVerifier(ISSUER, Fixture.Keys.SIGNING::published, clock).verify(token, "a");
        } catch (InvalidTokenException wrong) {
            throw new AssertionError(wrong);
        }
    }

    private static String nameOf(RevocationKind kind) {
        return switch (kind) {
            case TOKEN -> "the-token";
            case FAMILY -> "the-family";
            case SUBJECT -> ALICE.value();
            case CLIENT -> WEB.value();
            case EVERYTHING -> "";
            case KEY -> Fixture.signingKey().kid();
        };
    }

    @ParameterizedTest
    @EnumSource
    void anAccessTokenEndsByEachKindAtOnceHereAndAfterARefreshElsewhere(RevocationKind kind) {
        VerifiedJwt token = jwt(Map.of());
        assertThat(node.view().isRevoked(token)).isFalse();

        node.revoke(kind, nameOf(kind), Map.of());

        assertThat(node.view().isRevoked(token)).isTrue();
        assertThat(otherNode.view().isRevoked(token)).isFalse();
        otherNode.view().readAll();
        assertThat(otherNode.view().isRevoked(token)).isTrue();
        assertThat(Fixture.revocations(clock).view().isRevoked(token))
                .as("after a restart")
                .isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void theFeedBringsEachKindToOtherNodes(RevocationKind kind) {
        ChangeFeed feed =
                ChangeFeed.open(TestDatabase.database(), Fixture.fresh()).on(Topic.REVOCATION, otherNode.view());
        VerifiedJwt token = jwt(Map.of());
        feed.poll();
        assertThat(otherNode.view().isRevoked(token)).isFalse();

        node.revoke(kind, nameOf(kind), Map.of());
        node.revoke(kind, "another", Map.of());
        feed.poll();

        assertThat(otherNode.view().isRevoked(token)).isTrue();
        assertThat(otherNode.view().size()).isEqualTo(2);
    }

    /** The row has another serial number then; both are announced. */
    @Test
    void whatWasRenewedMeanwhileIsReadWithItsRenewal() {
        node.revoke(RevocationKind.SUBJECT, ALICE.value(), Map.of());
        clock.advance(Duration.ofHours(1));
        ChangeFeed feed =
                ChangeFeed.open(TestDatabase.database(), Fixture.fresh()).on(Topic.REVOCATION, otherNode.view());
        node.revoke(RevocationKind.SUBJECT, ALICE.value(), Map.of());
        node.revoke(RevocationKind.SUBJECT, ALICE.value(), Map.of());
        feed.poll();

        assertThat(otherNode.view().isEnded(ALICE, clock.instant())).isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void whatIsNamedOtherwiseDoesNotEnd(RevocationKind kind) {
        node.revoke(kind, kind == RevocationKind.EVERYTHING ? "no name" : nameOf(kind) + "x", Map.of());
        for (RevocationKind other : RevocationKind.values()) {
            if (other != kind && other != RevocationKind.EVERYTHING) {
                node.revoke(kind, nameOf(other) + " of another kind", Map.of());
            }
        }

        assertThat(node.view().isRevoked(jwt(Map.of()))).isFalse();
    }

    @ParameterizedTest
    @EnumSource(names = {"SUBJECT", "CLIENT", "EVERYTHING"})
    void whatBeganInTheSameSecondOrTheNextEndsToo(RevocationKind kind) {
        clock.advance(Duration.ofMillis(300));
        Revocation written = node.revoke(kind, nameOf(kind), Map.of());
        RevocationView view = node.view();

        // One second because clocks differ, and then what is left of it because tokens tell whole seconds.
        assertThat(written.issuedBefore()).isEqualTo(TestClock.START.plusSeconds(2));
        assertThat(view.isRevoked(jwt(TestClock.START))).isTrue();
        assertThat(view.isRevoked(jwt(TestClock.START.plusSeconds(1)))).isTrue();
        assertThat(view.isRevoked(jwt(TestClock.START.plusSeconds(2)))).isFalse();
        assertThat(view.isEnded(ALICE, WEB, TestClock.START.plusMillis(1_999))).isTrue();
        assertThat(view.isEnded(ALICE, WEB, TestClock.START.plusSeconds(2))).isFalse();
    }

    @Test
    void aTokenWithoutASignInIsJudgedByWhenItWasIssued() {
        node.revoke(RevocationKind.CLIENT, WEB.value(), Map.of());

        assertThat(node.view().isRevoked(jwt(Map.of()))).isTrue();
        clock.advance(Duration.ofSeconds(2));
        assertThat(node.view().isRevoked(jwt(Map.of()))).isFalse();
    }

    @Test
    void whoWasRevokedTwiceIsOneRowOfTheLaterTime() {
        node.revoke(RevocationKind.SUBJECT, ALICE.value(), Map.of());
        clock.advance(Duration.ofHours(1));
        otherNode.revoke(RevocationKind.SUBJECT, ALICE.value(), Map.of());
        node.view().readAll();

        assertThat(TestDatabase.query("select count(*) from revocation")).containsExactly("1");
        assertThat(node.view().isEnded(ALICE, clock.instant())).isTrue();
        assertThat(node.view().size()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({"TOKEN, PT1H1M", "FAMILY, PT1H1M", "SUBJECT, P60DT1H1M", "CLIENT, P60DT1H1M", "EVERYTHING, P60DT1H1M"})
    void itIsKeptForAsLongAsAnythingCouldLiveThatItEnds(RevocationKind kind, Duration kept) {
        assertThat(node.revoke(kind, nameOf(kind), Map.of()).expiresAt())
                .isEqualTo(clock.instant().plus(kept));
        clock.advance(kept.minus(SECOND));
        node.view().readAll();
        assertThat(node.view().size()).isEqualTo(1);
        clock.advance(Duration.ofMinutes(1));
        node.view().prune();

        assertThat(node.view().size()).isZero();
        assertThat(Fixture.revocations(clock).view().size()).isZero();
    }

    @Test
    void aKeyStaysRevoked() {
        node.revoke(RevocationKind.KEY, "kid", Map.of());
        clock.advance(Duration.ofDays(3650));
        node.view().readAll();

        assertThat(node.view().isKeyRevoked("kid")).isTrue();
    }

    @Test
    void noneIsMissedHoweverManyAreWrittenAtOnce() {
        ChangeFeed feed =
                ChangeFeed.open(TestDatabase.database(), Fixture.fresh()).on(Topic.REVOCATION, node.view());
        List<List<String>> names = Parallel.run(8, () -> {
            RevocationRepository own = Fixture.revocations(clock);
            return IntStream.range(0, 25)
                    .mapToObj(i -> {
                        String name = TOKENS.identifier();
                        own.revoke(RevocationKind.TOKEN, name, Map.of());
                        feed.poll(); // in the middle of others' commits
                        return name;
                    })
                    .toList();
        });
        feed.poll();

        assertThat(node.view().size()).isEqualTo(200);
        assertThat(names).allSatisfy(written -> assertThat(written)
                .allMatch(name -> node.view().isRevoked(jwt(Map.of("jti", name)))));
        assertThat(TestDatabase.query("select count(distinct serial_number) from revocation"))
                .containsExactly("200");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void manyWhoEndTheSameAtOnceAllSucceedAndTheLatestHolds(boolean postgres) {
        Database database = postgres ? postgres() : TestDatabase.database();
        try {
            List<List<Instant>> ends = Parallel.run(6, () -> {
                // Each by a clock of its own, so that the last to commit is not the latest.
                TestClock own = new TestClock();
                RevocationRepository revocations = Fixture.revocations(database, own);
                return IntStream.range(0, 20)
                        .mapToObj(i -> {
                            own.advance(Duration.ofSeconds(
                                    Math.floorMod(TOKENS.identifier().hashCode(), 60)));
                            return revocations
                                    .revoke(RevocationKind.SUBJECT, ALICE.value(), Map.of())
                                    .issuedBefore();
                        })
                        .toList();
            });
            Instant latest =
                    ends.stream().flatMap(List::stream).max(Instant::compareTo).orElseThrow();

            List<Revocation> written = Fixture.revocations(database, clock).list(0, 10);

            assertThat(written)
                    .singleElement()
                    .extracting(Revocation::issuedBefore)
                    .isEqualTo(latest);
        } finally {
            if (postgres) {
                database.close();
            }
        }
    }

    private static Database postgres() {
        Map<String, String> environment = Postgres.shared().newDatabase();
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setUrl(environment.get("CLAVIGER_DATABASE_URL"));
        source.setUser(environment.get("CLAVIGER_DATABASE_USER"));
        source.setPassword(environment.get("CLAVIGER_DATABASE_PASSWORD"));
        return Database.open(source);
    }

    @Test
    void aRefusalKeepsWhatItEndedAndAFaultDoesNot() {
        assertThrows(
                OAuthException.class,
                () -> node.transact((entities, ending) -> {
                    ending.end(RevocationKind.TOKEN, "refused");
                    throw new OAuthException(ErrorCode.INVALID_GRANT, "no");
                }));
        assertThrows(
                IllegalStateException.class,
                () -> node.transact((entities, ending) -> {
                    ending.end(RevocationKind.TOKEN, "failed");
                    throw new IllegalStateException();
                }));

        assertThat(TestDatabase.query("select name from revocation")).containsExactly("refused");
        assertThat(node.view().isRevoked(jwt(Map.of("jti", "refused")))).isTrue();
        assertThat(node.view().isRevoked(jwt(Map.of("jti", "failed")))).isFalse();
    }

    @Test
    void aKindThatOnlyALaterVersionKnowsIsPassedOver() {
        node.revoke(RevocationKind.TOKEN, "the-token", Map.of());
        TestDatabase.execute("insert into revocation select 'PLANET', name, serial_number + 1, revoked_at,"
                + " issued_before, expires_at from revocation");
        otherNode.view().readAll();

        assertThat(otherNode.view().size()).isEqualTo(1);
        assertThat(otherNode.list(0, 10)).hasSize(1);
    }

    @Test
    void toReadAgainTakesOneStatementWhereNothingIsNew() {
        node.revoke(RevocationKind.TOKEN, "the-token", Map.of());
        node.view().readAll();
        int before = TestDatabase.statements();

        node.view().readAll();

        assertThat(TestDatabase.statements() - before).isEqualTo(1);
    }

    @Test
    void theyAreListedInOrderAndInPages() {
        for (String name : List.of("c", "a", "b")) {
            node.revoke(RevocationKind.TOKEN, name, Map.of());
        }
        List<Revocation> first = node.list(0, 2);
        List<Revocation> rest = node.list(first.get(1).serialNumber(), 2);

        assertThat(first).extracting(Revocation::name).containsExactly("c", "a");
        assertThat(rest).extracting(Revocation::name).containsExactly("b");
    }

    @Test
    void whatIsRevokedStandsInTheTableUnderItsTimeByTheDatabase() {
        RevocationRepository real = new RevocationRepository(TestDatabase.database(), node.view(), Database::time);
        String before = TestDatabase.query("select current_timestamp").get(0);

        real.revoke(RevocationKind.TOKEN, "the-token", Map.of());

        assertThat(TestDatabase.query(
                        "select count(*) from revocation where revoked_at between cast(? as timestamp with time zone)"
                                + " and current_timestamp",
                        before))
                .containsExactly("1");
    }
}
