package org.claviger.throttle;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Optional;
import org.claviger.Fixture;
import org.claviger.Parallel;
import org.claviger.TestClock;
import org.claviger.TestDatabase;
import org.claviger.database.Database;
import org.claviger.oauth.OAuthException;
import org.claviger.throttle.Throttle.Attempt;
import org.junit.jupiter.api.Test;

/** REQUIREMENTS T5. */
class ThrottleTest {
    private static final Attempt GUESS = new Attempt(Throttle.Kind.SIGN_IN, "alice", "203.0.113.7");

    private final Database database = TestDatabase.empty();
    private final TestClock clock = new TestClock();
    private final Throttle throttle = node();

    private Throttle node() {
        return new Throttle(database, Fixture.Keys.MAC, clock, entities -> clock.instant());
    }

    private void fail(int times) {
        for (int i = 0; i < times; i++) {
            throttle.failed(GUESS);
        }
    }

    private static Optional<Duration> wait(Throttle throttle, Attempt attempt) {
        try {
            throttle.check(attempt);
            return Optional.empty();
        } catch (OAuthException refusal) {
            return refusal.retryAfter();
        }
    }

    @Test
    void fiveFailuresAreFreeAndEachFurtherOneDoublesTheWait() {
        fail(5);
        assertThat(wait(throttle, GUESS)).isEmpty();

        fail(1);
        assertThat(wait(throttle, GUESS)).contains(Duration.ofSeconds(1));
        fail(1);
        assertThat(wait(throttle, GUESS)).contains(Duration.ofSeconds(2));
        fail(1);
        assertThat(wait(throttle, GUESS)).contains(Duration.ofSeconds(4));
    }

    @Test
    void theWaitEndsAndIsNeverLongerThanAQuarterOfAnHour() {
        fail(100);
        assertThat(wait(throttle, GUESS)).contains(Duration.ofMinutes(15));

        clock.advance(Duration.ofMinutes(15));
        assertThat(wait(throttle, GUESS)).isEmpty();
    }

    @Test
    void afterAnHourOfPeaceFailuresAreForgotten() {
        fail(100);
        clock.advance(Duration.ofHours(1).plusSeconds(1));
        fail(5);

        assertThat(wait(throttle, GUESS)).isEmpty();
    }

    @Test
    void nobodyIsLockedOutFromElsewhere() {
        fail(50);

        assertThat(wait(throttle, new Attempt(Throttle.Kind.SIGN_IN, "alice", "203.0.113.8")))
                .isEmpty();
        assertThat(wait(throttle, new Attempt(Throttle.Kind.SIGN_IN, "bob", "203.0.113.7")))
                .isEmpty();
        assertThat(wait(throttle, new Attempt(Throttle.Kind.CLIENT, "alice", "203.0.113.7")))
                .isEmpty();
    }

    @Test
    void aWholeNetworkOfIpv6IsOneCaller() {
        for (int i = 0; i < 6; i++) {
            throttle.failed(new Attempt(Throttle.Kind.SIGN_IN, "alice", "2001:db8::" + i));
        }

        assertThat(wait(throttle, new Attempt(Throttle.Kind.SIGN_IN, "alice", "2001:db8::ffff")))
                .isPresent();
        assertThat(wait(throttle, new Attempt(Throttle.Kind.SIGN_IN, "alice", "2001:db8:0:1::1")))
                .isEmpty();
    }

    @Test
    void otherNodesLearnOfTheBlockAndOfItsEnd() {
        Throttle other = node();
        fail(6);
        other.refresh();
        assertThat(wait(other, GUESS)).isPresent();

        clock.advance(Duration.ofSeconds(1));
        throttle.succeeded(GUESS);
        fail(5);
        other.refresh();
        assertThat(wait(other, GUESS)).isEmpty();
    }

    @Test
    void failuresOnSeveralNodesAddUp() {
        Throttle other = node();
        fail(3);
        other.failed(GUESS);
        other.failed(GUESS);
        other.failed(GUESS);
        throttle.refresh();

        assertThat(wait(throttle, GUESS)).contains(Duration.ofSeconds(1));
    }

    @Test
    void failuresAtTheSameMomentAreAllCounted() {
        Parallel.run(16, () -> {
            throttle.failed(GUESS);
            return true;
        });

        assertThat(TestDatabase.query("select failures from throttle"))
                .containsExactlyInAnyOrder("16", "16"); // of the name, of the address
    }

    @Test
    void aFailureCountsThoughItsRowIsDeletedMeanwhile() {
        Parallel.run(8, () -> {
            for (int i = 0; i < 100; i++) {
                throttle.failed(GUESS);
                throttle.succeeded(GUESS);
            }
            return true;
        });
        fail(6);

        assertThat(wait(throttle, GUESS)).isPresent();
    }

    private void failWithManyNames(int times) {
        for (int i = 0; i < times; i++) {
            throttle.failed(new Attempt(Throttle.Kind.SIGN_IN, "name " + i, "203.0.113.7"));
        }
    }

    @Test
    void anAddressThatTriesManyNamesGetsAHundredAndThenOneIn36Seconds() {
        failWithManyNames(99);
        assertThat(wait(throttle, GUESS)).isEmpty();

        failWithManyNames(1);
        assertThat(wait(throttle, GUESS)).contains(Duration.ofSeconds(36));
        clock.advance(Duration.ofSeconds(36));
        assertThat(wait(throttle, GUESS)).isEmpty();
        failWithManyNames(1);
        assertThat(wait(throttle, GUESS)).contains(Duration.ofSeconds(36));

        clock.advance(Duration.ofHours(1));
        failWithManyNames(99);
        assertThat(wait(throttle, GUESS)).isEmpty();
    }

    @Test
    void whoSignsInWithANameOfTheirOwnDoesNotGetMoreGuessesThereby() {
        failWithManyNames(100);
        throttle.succeeded(GUESS);

        assertThat(wait(throttle, GUESS)).isPresent();
    }

    @Test
    void anAddressThatTriesManyNamesLocksNobodyOutElsewhere() {
        failWithManyNames(200);

        assertThat(wait(throttle, new Attempt(Throttle.Kind.SIGN_IN, "name 1", "203.0.113.8")))
                .isEmpty();
        assertThat(wait(throttle, new Attempt(Throttle.Kind.CLIENT, "web", "203.0.113.7")))
                .isEmpty();
    }

    @Test
    void otherNodesLearnOfTheAddressThatTriesManyNames() {
        Throttle other = node();
        failWithManyNames(100);
        other.refresh();

        assertThat(wait(other, GUESS)).isPresent();
    }

    @Test
    void whatIsForgottenIsDeletedAMinuteLaterAtTheLatest() {
        fail(3);
        throttle.refresh();
        assertThat(TestDatabase.query("select failures from throttle")).hasSize(2);

        clock.advance(Duration.ofHours(1).plusSeconds(1));
        throttle.failed(new Attempt(Throttle.Kind.CLIENT, "web", "203.0.113.7"));
        throttle.refresh();
        assertThat(TestDatabase.query("select failures from throttle")).containsExactly("1");
    }

    @Test
    void forgottenRowsAreDeletedSomeAtATimeAndWithoutAPauseWhileThereAreMany() {
        TestDatabase.execute(
                "insert into throttle select 'row ' || x, 1, timestamp with time zone '2000-01-01 00:00:00Z',"
                        + " timestamp with time zone '2000-01-01 00:00:00Z' from system_range(1, 1500)");

        throttle.refresh();
        assertThat(TestDatabase.query("select failures from throttle")).hasSize(500);
        throttle.refresh();
        assertThat(TestDatabase.query("select failures from throttle")).isEmpty();
    }

    @Test
    void aNodeWhoseClockIsWrongForgetsNoFailure() {
        TestClock ahead = new TestClock();
        ahead.advance(Duration.ofDays(1));
        fail(10);

        new Throttle(database, Fixture.Keys.MAC, ahead, entities -> clock.instant()).refresh();

        throttle.refresh();
        assertThat(TestDatabase.query("select failures from throttle")).containsExactlyInAnyOrder("10", "10");
        assertThat(wait(throttle, GUESS)).isPresent();
    }

    @Test
    void successCostsNoSql() throws OAuthException {
        int before = TestDatabase.statements();

        throttle.check(GUESS);
        throttle.succeeded(GUESS);

        assertThat(TestDatabase.statements()).isEqualTo(before);
    }

    @Test
    void theTableSaysNeitherWhoNorFromWhere() {
        fail(1);

        assertThat(TestDatabase.dump())
                .contains("THROTTLE")
                .doesNotContain("alice")
                .doesNotContain("203.0.113.7");
    }
}
