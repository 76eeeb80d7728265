package org.claviger.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.claviger.it.History.Call;
import org.claviger.it.History.Kind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What watches the nodes is watched itself: it finds what was planted, and nothing in what is right. */
class HistoryTest {
    private static final Duration BOUND = Duration.ofNanos(100);

    private final History history = new History();
    private long now;

    /** A call that begins after the one before has ended. */
    private void call(Kind kind, String node, String token, int status, String successor) {
        now += 2;
        call(kind, node, token, now - 1, now, status, successor);
    }

    private void call(Kind kind, String node, String token, long begun, long ended, int status, String successor) {
        history.add(new Call(kind, node, "family", token, begun, ended, status, successor));
    }

    private void assertViolation(String text) {
        assertThat(history.violations(BOUND)).hasSize(1).first().asString().contains(text);
    }

    private void assertRight() {
        assertThat(history.violations(BOUND)).isEmpty();
    }

    @Test
    void aLifeAsItShouldBeIsRight() {
        call(Kind.REDEEM, "one", "code", 200, "a");
        call(Kind.REFRESH, "two", "a", 200, "b");
        call(Kind.REFRESH, "one", "a", 400, "");
        call(Kind.REFRESH, "one", "b", 400, "");
        call(Kind.REDEEM, "two", "code", 400, "");
        assertRight();
        assertThat(history.counts()).isEqualTo("{redeem 200=1, redeem 400=1, refresh 200=1, refresh 400=2}");
    }

    @Test
    void aCodeThatIsRedeemedTwiceIsFound() {
        call(Kind.REDEEM, "one", "code", 1, 9, 200, "a");
        call(Kind.REDEEM, "two", "code", 2, 8, 200, "b");
        assertViolation("a code was redeemed twice");
    }

    @Test
    void aRefreshTokenThatIsAcceptedTwiceIsFound() {
        call(Kind.REFRESH, "one", "a", 1, 9, 200, "b");
        call(Kind.REFRESH, "two", "a", 2, 8, 200, "c");
        assertViolation("accepted twice");
    }

    @Test
    void aFamilyThatGoesOnAfterReuseIsFound() {
        call(Kind.REFRESH, "one", "a", 200, "b");
        call(Kind.REFRESH, "two", "a", 400, "");
        call(Kind.REFRESH, "one", "b", 200, "c");
        assertViolation("went on after its end");
    }

    @Test
    void whoWasJustQuickEnoughBeforeTheReuseIsRight() {
        call(Kind.REFRESH, "one", "a", 200, "b");
        call(Kind.REFRESH, "two", "a", 10, 20, 400, "");
        call(Kind.REFRESH, "one", "b", 11, 19, 200, "c");
        assertRight();
    }

    @Test
    void aFamilyThatGoesOnAfterItsRevocationIsFound() {
        call(Kind.REDEEM, "one", "code", 200, "a");
        call(Kind.END, "one", "a", 200, "");
        call(Kind.REFRESH, "two", "a", 200, "b");
        assertViolation("went on after its end");
    }

    @Test
    void aRefreshTokenThatIsForgottenIsFound() {
        call(Kind.REDEEM, "one", "code", 200, "a");
        call(Kind.REFRESH, "one", "a", 200, "b");
        call(Kind.REFRESH, "two", "b", 400, "");
        assertViolation("living refresh token was refused");
    }

    @Test
    void whoRepeatsWhatHadNoAnswerMayBeRefused() {
        call(Kind.REDEEM, "one", "code", 200, "a");
        call(Kind.REFRESH, "one", "a", 0, "");
        call(Kind.REFRESH, "two", "a", 400, "");
        assertRight();
    }

    @Test
    void whoRepeatsWhatWasUnavailableMayBeRefused() {
        call(Kind.REDEEM, "one", "code", 200, "a");
        call(Kind.REFRESH, "one", "a", 503, "");
        call(Kind.REFRESH, "two", "a", 400, "");
        assertRight();
    }

    @Test
    void aRevokedAccessTokenThatIsAcceptedIsFoundAtOnceOnTheSameNode() {
        call(Kind.USE, "one", "token", 200, "");
        call(Kind.REVOKE, "one", "token", 200, "");
        call(Kind.USE, "one", "token", 200, "");
        assertViolation("revoked access token was accepted");
    }

    @Test
    void anAccessTokenThatOutlivesItsFamilyIsFound() {
        call(Kind.END, "one", "a", 200, "");
        call(Kind.USE, "one", "token", 200, "");
        assertViolation("revoked access token was accepted");
    }

    @Test
    void aFamilyOutlivesOneOfItsAccessTokens() {
        call(Kind.REVOKE, "one", "token", 200, "");
        call(Kind.REFRESH, "one", "a", 200, "b");
        call(Kind.USE, "one", "another", 200, "");
        assertRight();
    }

    @Test
    void anotherNodeHasUntilTheBound() {
        call(Kind.REVOKE, "one", "token", 1, 2, 200, "");
        call(Kind.USE, "two", "token", 102, 103, 200, "");
        assertRight();
        call(Kind.USE, "two", "token", 103, 104, 200, "");
        assertViolation("revoked access token was accepted");
    }

    @Test
    void aRevocationThatWasNotConfirmedBindsNobody() {
        call(Kind.REVOKE, "one", "token", 503, "");
        call(Kind.USE, "one", "token", 200, "");
        assertRight();
    }

    @Test
    void aFamilyThatGoesOnAfterARefusalThatFollowedNoAnswerIsFound() {
        call(Kind.REFRESH, "one", "a", 0, "");
        call(Kind.REFRESH, "two", "a", 400, "");
        call(Kind.REFRESH, "one", "a", 200, "b");
        assertViolation("went on after its end");
    }

    @Test
    void aGoodAccessTokenThatIsRefusedIsFound() {
        call(Kind.REDEEM, "one", "code", 200, "a");
        call(Kind.REFRESH, "one", "a", 200, "b");
        call(Kind.USE, "two", "token", 401, "");
        call(Kind.REVOKE, "one", "token", 200, "");
        call(Kind.END, "one", "b", 200, "");
        call(Kind.REFRESH, "one", "a", 400, "");
        assertViolation("good access token was refused");
    }

    @Test
    void whoUsesATokenWhoseRevocationHadNoAnswerMayBeRefused() {
        call(Kind.REVOKE, "one", "token", 0, "");
        call(Kind.USE, "two", "token", 401, "");
        assertRight();
    }

    @Test
    void anAccessTokenMayEndWithItsFamilyWhileThatIsAsked() {
        call(Kind.END, "one", "a", 1, 9, 503, "");
        call(Kind.USE, "two", "token", 2, 3, 401, "");
        assertRight();
    }

    @Test
    void anAccessTokenMayEndByReuse() {
        call(Kind.REFRESH, "one", "a", 200, "b");
        call(Kind.REFRESH, "one", "a", 10, 20, 0, "");
        call(Kind.USE, "two", "token", 11, 12, 401, "");
        assertRight();
    }

    @Test
    void aFreshCodeThatIsRefusedIsFound() {
        call(Kind.REDEEM, "one", "code", 400, "");
        assertViolation("fresh code was refused");
    }

    @Test
    void ofTwoWhoRedeemACodeAtOnceOneMayBeRefused() {
        call(Kind.REDEEM, "one", "code", 1, 9, 400, "");
        call(Kind.REDEEM, "two", "code", 2, 8, 200, "a");
        assertRight();
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "USE")
    void aClientThatIsNotBelievedIsFound(Kind kind) {
        call(kind, "one", "token", 401, "");
        assertViolation("although nothing was wrong");
    }

    @ParameterizedTest
    @EnumSource(
            mode = EnumSource.Mode.EXCLUDE,
            names = {"REDEEM", "REFRESH"})
    void aRequestThatIsNotUnderstoodIsFound(Kind kind) {
        call(kind, "one", "token", 400, "");
        assertViolation("although nothing was wrong");
    }

    @Test
    void whatIsNeverTriedIsNotTakenForHonoured() {
        call(Kind.REVOKE, "one", "token", 1, 2, 200, "");
        call(Kind.USE, "one", "token", 200, 201, 401, "");
        call(Kind.USE, "two", "token", 100, 101, 401, "");
        call(Kind.USE, "two", "token", 202, 203, 503, "");
        assertThat(history.judgedElsewhereAfter(BOUND)).isZero();
        call(Kind.USE, "two", "token", 204, 205, 401, "");
        assertThat(history.judgedElsewhereAfter(BOUND)).isEqualTo(1);
        assertRight();
    }

    @Test
    void aBoundMayHoldForATimeOnly() {
        call(Kind.REVOKE, "one", "token", 1, 2, 200, "");
        call(Kind.USE, "two", "token", 103, 104, 200, "");
        assertThat(history.revokedInVain(BOUND, 104)).isEmpty();
        assertThat(history.revokedInVain(BOUND, 105)).hasSize(1);
    }
}
