package org.claviger.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.claviger.Fixture.CHALLENGE;
import static org.claviger.Fixture.TOKENS;

import jakarta.persistence.QueryTimeoutException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import org.claviger.CapturedLog;
import org.claviger.Fixture;
import org.claviger.TestClock;
import org.claviger.TestDatabase;
import org.claviger.authorize.Consents;
import org.claviger.database.Cleanup.Expiring;
import org.claviger.identity.SignInSessions;
import org.claviger.oauth.Authorization;
import org.claviger.oauth.ClientId;
import org.claviger.oauth.FamilyId;
import org.claviger.oauth.OAuthException;
import org.claviger.oauth.Scope;
import org.claviger.oauth.Subject;
import org.claviger.refresh.CodeBinding;
import org.claviger.refresh.TokenFamilies;
import org.claviger.revocation.RevocationKind;
import org.claviger.revocation.RevocationRepository;
import org.claviger.setup.FirstAdministrator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CleanupTest {
    private static final ClientId WEB = new ClientId("web");
    private static final List<Expiring> SESSIONS = List.of(SignInSessions.EXPIRING);

    private final TestClock clock = new TestClock();
    private final TokenFamilies families =
            new TokenFamilies(TestDatabase.database(), Fixture.revocations(clock), Fixture::lifetimes, clock);

    @BeforeEach
    void empty() {
        TestDatabase.empty();
        TestDatabase.execute(
                "insert into cleanup_lease values ('cleanup', '', timestamp with time zone '1970-01-01 00:00:00+00')");
    }

    private Cleanup node(List<Expiring> tables) {
        return new Cleanup(TestDatabase.database(), tables, TOKENS.identifier(), clock, entities -> clock.instant());
    }

    private static int rows(String table) {
        return Integer.parseInt(
                TestDatabase.query("select count(*) from " + table).get(0));
    }

    private static void sessions(int count, Instant expiresAt) {
        TestDatabase.execute(
                "insert into sign_in_session (id_hash, subject, auth_time, last_used_at, expires_at) select random_uuid(), 's', ?1, ?1, ?1 from system_range(1, ?2)",
                expiresAt,
                count);
    }

    private FamilyId open() {
        FamilyId family = new FamilyId(TOKENS.identifier());
        families.open(
                new Authorization(family, WEB, new Subject("s"), Scope.EMPTY, clock.instant()),
                new CodeBinding(TOKENS.secret(), "https://web.example.org/callback", CHALLENGE));
        return family;
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 499, 500, 501, 1_000, 1_234})
    void whatHasExpiredGoesAndTheRestStays(int expired) {
        sessions(expired, clock.instant());
        sessions(777, clock.instant().plusSeconds(1));
        Cleanup cleanup = node(SESSIONS);

        cleanup.run();

        assertThat(rows("sign_in_session")).isEqualTo(777);
        assertThat(cleanup.backlog()).hasValue(0);
    }

    @Test
    void aClockThatWasAheadAndIsRightAgainKeepsNothingFromGoing() {
        Cleanup cleanup = node(SESSIONS);
        clock.advance(Duration.ofDays(1));
        cleanup.run();
        clock.set(TestClock.START);
        sessions(3, clock.instant());

        cleanup.run();

        assertThat(rows("sign_in_session")).isZero();
    }

    @Test
    void t9AFamilyStaysUntilNothingOfItCanLive() throws OAuthException {
        open(); // a code that nobody redeems
        FamilyId redeemed = open();
        families.redeem(redeemed, WEB, (authorization, binding) -> "");
        Cleanup cleanup = node(List.of(TokenFamilies.EXPIRING));
        clock.advance(Duration.ofSeconds(60).plus(Duration.ofHours(1)));
        cleanup.run();
        assertThat(TestDatabase.query("select family_id from token_family")).containsExactly(redeemed.value());
        clock.set(TestClock.START
                .plus(Duration.ofDays(7))
                .plus(Duration.ofHours(1))
                .minusMillis(1));
        cleanup.run();
        assertThat(rows("token_family")).isEqualTo(1);
        clock.advance(Duration.ofMinutes(5));
        cleanup.run();

        assertThat(rows("token_family")).isZero();
    }

    @Test
    void theOtherTablesAreCleanedToo() {
        RevocationRepository revocations = Fixture.revocations(clock);
        revocations.revoke(RevocationKind.TOKEN, "a", Map.of());
        revocations.revoke(RevocationKind.SUBJECT, "b", Map.of());
        for (int i = 0; i < 1_200; i++) { // of one subject more than are looked at at once
            TestDatabase.execute(
                    "insert into consent values ('s', ?, '', ?)",
                    "client" + i,
                    TestClock.START.minus(Duration.ofDays(90)));
        }
        TestDatabase.execute("insert into consent values ('s', 'later', '', ?)", TestClock.START);
        TestDatabase.execute("insert into setup_code values ('a', ?)", clock.instant());
        clock.advance(Duration.ofHours(2));

        node(List.of(RevocationRepository.EXPIRING, Consents.EXPIRING, FirstAdministrator.EXPIRING))
                .run();

        assertThat(TestDatabase.query("select name from revocation")).containsExactly("b");
        assertThat(TestDatabase.query("select client_id from consent")).containsExactly("later");
        assertThat(rows("setup_code")).isZero();
    }

    @Test
    void oneNodeAtATimeCleansUpAndAnotherTakesOverFromOneThatStopped() {
        Cleanup first = node(SESSIONS);
        Cleanup second = node(SESSIONS);
        first.run();
        sessions(10, TestClock.START);
        for (int i = 0; i < 5; i++) {
            second.run();
            clock.advance(Duration.ofMinutes(1));
        }
        assertThat(rows("sign_in_session")).isEqualTo(10);
        clock.advance(Duration.ofMinutes(1));

        second.run();
        assertThat(rows("sign_in_session")).isZero();
        sessions(10, TestClock.START);
        first.run();

        assertThat(rows("sign_in_session")).isEqualTo(10);
    }

    @Test
    void aSweepBeginsEveryFiveMinutesAndCostsNothingInBetween() {
        Cleanup cleanup = node(SESSIONS);
        cleanup.run();
        sessions(10, TestClock.START);
        int before = TestDatabase.statements();
        clock.advance(Duration.ofMinutes(5).minusMillis(1));
        cleanup.run();
        assertThat(TestDatabase.statements()).isEqualTo(before);
        clock.advance(Duration.ofMillis(1));
        cleanup.run();

        assertThat(rows("sign_in_session")).isZero();
    }

    /** A clock by which each look at it takes 250 ms. */
    private final class SlowClock extends Clock {
        @Override
        public Instant instant() {
            clock.advance(Duration.ofMillis(250));
            return clock.instant();
        }

        @Override
        public ZoneId getZone() {
            return clock.getZone();
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return clock.withZone(zone);
        }
    }

    @Test
    void eachSecondItStopsWhenItsTimeIsUpAndGoesOnFromThere() {
        sessions(5_000, TestClock.START);
        Cleanup cleanup =
                new Cleanup(TestDatabase.database(), SESSIONS, "slow", new SlowClock(), entities -> clock.instant());
        int left = 5_000;
        for (int run = 0; run < 10; run++) {
            cleanup.run();
            int now = rows("sign_in_session");
            assertThat(left - now).isEqualTo(Cleanup.BATCH);
            assertThat(cleanup.backlog()).hasValue(now);
            left = now;
        }

        assertThat(left).isZero();
    }

    /** The clock of the database, by which no count ends in time: the second question of a run is that of the count. */
    private Instant tooSlowToCount(int question) {
        if (question == 2) {
            throw new QueryTimeoutException("of a test");
        }
        return clock.instant();
    }

    @Test
    void soManyThatTheyCannotBeCountedAreNotToldAsNone() {
        sessions(1_200, TestClock.START);
        int[] questions = {0};
        Cleanup cleanup = new Cleanup(
                TestDatabase.database(), SESSIONS, "slow", new SlowClock(), entities -> tooSlowToCount(++questions[0]));
        assertThat(cleanup.backlog()).hasValue(0);

        cleanup.run();
        assertThat(rows("sign_in_session")).isEqualTo(700);
        assertThat(cleanup.backlog()).isEmpty();
        cleanup.run();
        assertThat(cleanup.backlog()).isEmpty();
        cleanup.run();

        assertThat(rows("sign_in_session")).isZero();
        assertThat(cleanup.backlog())
                .as("what was not counted has been removed")
                .hasValue(0);
    }

    @Test
    void howLongAgoTheLastSweepBeganIsToldByTheNodeThatSweeps() {
        Cleanup first = node(SESSIONS);
        Cleanup second = node(SESSIONS);
        assertThat(first.sweepAge()).isZero();
        first.run();
        second.run();
        assertThat(first.isOurs()).isTrue();
        assertThat(second.isOurs()).isFalse();
        clock.advance(Duration.ofMinutes(2));
        assertThat(first.sweepAge()).isEqualTo(Duration.ofMinutes(2));
        assertThat(second.sweepAge()).isZero();
        clock.advance(Duration.ofMinutes(3));
        first.run();
        assertThat(first.sweepAge()).isZero();
        clock.advance(Duration.ofMinutes(10)); // in which it was stopped
        assertThat(first.isOurs()).isFalse();
        second.run();
        assertThat(second.isOurs()).isTrue();
        first.run();

        assertThat(first.sweepAge()).isZero();
        assertThat(second.sweepAge()).isZero();
    }

    @Test
    void aSweepThatFailsOrDoesNotEndMakesItOlder() {
        sessions(2_000, TestClock.START);
        Instant begun = clock.instant();
        Cleanup cleanup =
                new Cleanup(TestDatabase.database(), SESSIONS, "slow", new SlowClock(), entities -> clock.instant());
        cleanup.run();
        clock.advance(Duration.ofMinutes(20));
        cleanup.run();

        assertThat(cleanup.sweepAge())
                .isGreaterThan(Duration.ofMinutes(20))
                .isLessThanOrEqualTo(Duration.between(begun, clock.instant()));
    }

    @Test
    void aCleanupThatDoesNotKeepUpIsSaidOnce() {
        sessions(2_000, TestClock.START);
        Cleanup cleanup =
                new Cleanup(TestDatabase.database(), SESSIONS, "slow", new SlowClock(), entities -> clock.instant());
        cleanup.run();
        clock.advance(Duration.ofMinutes(6));
        try (CapturedLog log = new CapturedLog("org.claviger")) {
            cleanup.run();
            cleanup.run();

            assertThat(log.lines()).singleElement().asString().startsWith("CLAVIGER-0602 ");
            assertThat(log.records().get(0).getParameters()).containsExactly(1_500L);
        }
    }
}
