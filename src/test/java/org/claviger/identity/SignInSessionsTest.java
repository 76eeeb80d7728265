package org.claviger.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.claviger.Fixture.RANDOM;
import static org.claviger.Fixture.TOKENS;
import static org.claviger.Fixture.refusal;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.claviger.Fixture;
import org.claviger.TestClock;
import org.claviger.TestDatabase;
import org.claviger.database.Database;
import org.claviger.oauth.ClientId;
import org.claviger.oauth.ErrorCode;
import org.claviger.oauth.OAuthException;
import org.claviger.oauth.Subject;
import org.claviger.revocation.RevocationKind;
import org.claviger.revocation.RevocationRepository;
import org.claviger.settings.RandomTokens;
import org.claviger.settings.Settings;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SignInSessionsTest {
    private static final ClientId WEB = new ClientId("web");

    private static final Duration SECOND = Duration.ofSeconds(1);
    private static ResourceOwners owners;

    private final Database database = TestDatabase.empty();
    private final TestClock clock = new TestClock();
    private final RevocationRepository revocations = Fixture.revocations(clock);
    private final SignInSessions sessions = node(revocations);
    private ResourceOwner alice;

    @BeforeAll
    static void open() {
        owners = new ResourceOwners(TestDatabase.empty(), Fixture.revocations(), RANDOM);
    }

    @BeforeEach
    void register() {
        alice = owners.find(new Subject(Fixture.user("alice", true, "user"))).orElseThrow();
    }

    /** Idle after 30 minutes, over after 10 hours. */
    private SignInSessions node() {
        return node(Fixture.revocations(clock));
    }

    private SignInSessions node(RevocationRepository revocations) {
        return new SignInSessions(database, owners, revocations, TOKENS, Fixture::settings, clock);
    }

    @Test
    void whoSignedInIsKnownOnEveryNode() throws OAuthException {
        String id = sessions.open(alice, clock.instant(), Map.entry("client", WEB));
        clock.advance(Duration.ofMinutes(5));

        assertThat(sessions.find(id)).contains(new SignInSession(alice, TestClock.START));
        assertThat(node().find(id)).contains(new SignInSession(alice, TestClock.START));
    }

    @Test
    void livingSessionsAreListedAndEndedByAName() throws OAuthException {
        String first = sessions.open(alice, clock.instant(), Map.entry("client", WEB));
        clock.advance(Duration.ofMinutes(29));
        String second = sessions.open(alice, clock.instant(), Map.entry("client", WEB));
        List<String> names = sessions.list(alice.subject(), 9).stream()
                .map(SignInSessions.Listed::name)
                .toList();
        assertThat(names).hasSize(2).doesNotContain(first, second);
        assertThat(sessions.list(alice.subject(), 1)).hasSize(1);
        assertThat(sessions.list(new Subject("nobody"), 9)).isEmpty();

        assertThat(sessions.endNamed(names.get(0), "test")).isTrue();
        assertThat(TestDatabase.query(
                        "select subject from audit_event where event = 'SESSION_ENDED' order by id desc limit 1"))
                .containsExactly(alice.subject().value());
        assertThat(sessions.endNamed(names.get(0), "test")).isFalse();
        assertThat(sessions.endNamed(first, "test"))
                .as("its identifier is not its name")
                .isFalse();
        assertThat(sessions.find(second)).isEmpty();
        clock.advance(Duration.ofMinutes(1));
        assertThat(sessions.list(alice.subject(), 9)).isEmpty();
    }

    @Test
    void whoHasNoOtherSessionHasEndedNone() {
        sessions.endOthers(new Subject("alone"), "here");

        assertThat(TestDatabase.query("select event from audit_event where subject = 'alone'"))
                .isEmpty();
    }

    @Test
    void aSessionThatNobodyUsesEndsAtItsIdleLifetime() throws OAuthException {
        String id = sessions.open(alice, clock.instant(), Map.entry("client", WEB));
        clock.advance(Duration.ofMinutes(30).minus(SECOND));
        assertThat(sessions.find(id)).isPresent();

        String other = sessions.open(alice, clock.instant(), Map.entry("client", WEB));
        clock.advance(Duration.ofMinutes(30));
        assertThat(sessions.find(other)).isEmpty();
        assertThat(sessions.find(id)).isEmpty();
    }

    @Test
    void aNodeWhoseClockIsWrongNotesNeitherAUseInTheFutureNorThatASessionWasUnused() throws OAuthException {
        String id = sessions.open(alice, clock.instant(), Map.entry("client", WEB));
        clock.advance(Duration.ofMinutes(1));
        SignInSessions ahead = new SignInSessions(
                database, owners, revocations, TOKENS, Fixture::settings, Clock.offset(clock, Duration.ofMinutes(20)));

        assertThat(ahead.find(id, "restricted")).as("by its own clock").isEmpty();

        assertThat(sessions.list(alice.subject(), 9).get(0).lastUsedAt()).isEqualTo(clock.instant());
        assertThat(sessions.find(id, "restricted"))
                .as("unused for a minute of ten")
                .isPresent();
    }

    @Test
    void useProlongsASessionUpToItsAbsoluteLifetime() throws OAuthException {
        String id = sessions.open(alice, clock.instant(), Map.entry("client", WEB));
        Instant end = TestClock.START.plus(Duration.ofHours(10));
        while (clock.instant().plus(Duration.ofMinutes(25)).isBefore(end)) {
            clock.advance(Duration.ofMinutes(25));
            assertThat(sessions.find(id)).contains(new SignInSession(alice, TestClock.START));
        }
        clock.set(end.minus(SECOND));
        assertThat(sessions.find(id)).isPresent();

        clock.set(end);
        assertThat(sessions.find(id)).isEmpty();
    }

    @Test
    void useOnOneNodeCountsOnAnother() throws OAuthException {
        String id = sessions.open(alice, clock.instant(), Map.entry("client", WEB));
        clock.advance(Duration.ofMinutes(29));
        assertThat(node().find(id)).isPresent();
        clock.advance(Duration.ofMinutes(29));

        assertThat(sessions.find(id)).isPresent();
    }

    @Test
    void anExpiredSessionDoesNotComeBackByBeingAskedFor() throws OAuthException {
        String id = sessions.open(alice, clock.instant(), Map.entry("client", WEB));
        clock.advance(Duration.ofMinutes(30));
        assertThat(sessions.find(id)).isEmpty();
        clock.set(TestClock.START.plus(Duration.ofMinutes(31)));

        assertThat(sessions.find(id)).isEmpty();
    }

    /** Restricted: 10 minutes, an hour. Standard: 30 minutes, 10 hours. */
    @Test
    void forAClientOfAStricterClassificationItIsOverBefore() throws OAuthException {
        String id = sessions.open(alice, clock.instant(), Map.entry("client", WEB));
        for (int minutes = 9; minutes < 60; minutes += 9) {
            clock.set(TestClock.START.plus(Duration.ofMinutes(minutes)));
            assertThat(sessions.find(id, "restricted")).isPresent();
        }
        clock.set(TestClock.START.plus(Duration.ofMinutes(60)).minus(SECOND));
        assertThat(sessions.find(id, "restricted")).isPresent();

        clock.advance(SECOND);
        assertThat(sessions.find(id, "restricted")).isEmpty();
        assertThat(sessions.find(id, "gone")).isEmpty();
        assertThat(sessions.find(id, "sensitive")).isPresent();
        assertThat(sessions.find(id, "standard")).isPresent();
    }

    @Test
    void whatWasUnusedForTooLongIsNotMadeFreshByUseAtAnotherClient() throws OAuthException {
        String id = sessions.open(alice, clock.instant(), Map.entry("client", WEB));
        clock.advance(Duration.ofMinutes(10));

        assertThat(sessions.find(id, "restricted")).isEmpty();
        assertThat(node().find(id, "standard")).isPresent();
        assertThat(sessions.find(id, "restricted")).isEmpty();
        clock.advance(SECOND);
        assertThat(node().find(id, "restricted")).isEmpty();
        assertThat(node().find(id, "sensitive")).isPresent();
        clock.advance(Duration.ofMinutes(30));
        assertThat(sessions.find(id, "standard")).isEmpty();
    }

    @Test
    void aSessionLivesAsLongAsItIsGoodForAnybody() throws OAuthException {
        Settings settings = Fixture.settings(
                "claviger.classifications", "kiosk",
                "claviger.classification.kiosk.session-idle-lifetime", "P2D",
                "claviger.classification.kiosk.session-absolute-lifetime", "P3D");
        SignInSessions kiosk =
                new SignInSessions(database, owners, Fixture.revocations(clock), TOKENS, () -> settings, clock);
        String id = kiosk.open(alice, clock.instant(), Map.entry("client", WEB));
        clock.advance(Duration.ofDays(1));

        assertThat(kiosk.find(id, "standard")).isEmpty();
        assertThat(kiosk.find(id, "kiosk")).isPresent();
        assertThat(kiosk.find(id)).isPresent();
    }

    @Test
    void quickUseIsNotWrittenDownEachTime() throws OAuthException {
        String id = sessions.open(alice, clock.instant(), Map.entry("client", WEB));
        clock.advance(Duration.ofSeconds(30));
        sessions.find(id);
        assertThat(lastUse()).isEqualTo(TestClock.START);

        clock.advance(SECOND);
        sessions.find(id);
        assertThat(lastUse()).isEqualTo(TestClock.START.plusSeconds(31));
    }

    private static Instant lastUse() {
        return Instant.ofEpochSecond(Long.parseLong(
                TestDatabase.query("select cast(extract(epoch from last_used_at) as bigint)" + " from sign_in_session")
                        .get(0)));
    }

    @Test
    void aSessionThatWasEndedIsGoneOnEveryNode() throws OAuthException {
        String id = sessions.open(alice, clock.instant(), Map.entry("client", WEB));
        String other = sessions.open(alice, clock.instant(), Map.entry("client", WEB));

        sessions.end(id, alice.subject());

        assertThat(sessions.find(id)).isEmpty();
        assertThat(node().find(id)).isEmpty();
        assertThat(sessions.find(other)).isPresent();
        sessions.end(id, alice.subject());
        sessions.end("never opened", alice.subject());
        assertThat(TestDatabase.query("select id_hash from sign_in_session")).hasSize(1);
    }

    @Test
    void whoSignsOutEverywhereHasNoSessionAndCanSignInAgainAMomentLater() throws OAuthException {
        String here = sessions.open(alice, clock.instant(), Map.entry("client", WEB));
        String there = node().open(alice, clock.instant(), Map.entry("client", WEB));

        sessions.endAll(alice.subject(), "test");

        assertThat(sessions.find(here)).isEmpty();
        assertThat(node().find(there)).isEmpty();
        assertThat(TestDatabase.query("select name from revocation where kind = 'SUBJECT'"))
                .containsExactly(alice.subject().value());
        // Tokens tell whole seconds, and clocks differ: until then nothing could be told from what has ended.
        clock.advance(Duration.ofMillis(1_999));
        OAuthException notYet = refusal(() -> sessions.open(alice, clock.instant(), Map.entry("client", WEB)));
        assertThat(notYet.code()).isEqualTo(ErrorCode.TEMPORARILY_UNAVAILABLE);
        clock.advance(Duration.ofMillis(1));
        assertThat(sessions.find(sessions.open(alice, clock.instant(), Map.entry("client", WEB))))
                .contains(new SignInSession(alice, TestClock.START.plusSeconds(2)));
    }

    /** Whatever was revoked of whomever a moment before, what begins now begins now: a second end finds it. */
    @Test
    void whoSignsInBetweenTwoEndsInOneSecondEndsWithTheSecond() throws OAuthException {
        sessions.endAll(new Subject("somebody-else"), "test");
        clock.advance(Duration.ofMillis(200));
        Instant authTime = sessions.find(sessions.open(alice, clock.instant(), Map.entry("client", WEB)))
                .orElseThrow()
                .authTime();
        clock.advance(Duration.ofMillis(600));
        sessions.endAll(alice.subject(), "test");

        assertThat(revocations.view().isEnded(alice.subject(), authTime)).isTrue();
    }

    /** The old password was right when it was looked at; while it was, another took its place. */
    @Test
    void t12WhoSentAPasswordBeforeItWasChangedDoesNotGetIn() {
        Instant sent = clock.instant();
        clock.advance(Duration.ofSeconds(1));
        sessions.endAll(alice.subject(), "test");
        clock.advance(Duration.ofSeconds(4));

        assertThat(refusal(() -> sessions.open(alice, sent, Map.entry("client", WEB)))
                        .code())
                .isEqualTo(ErrorCode.TEMPORARILY_UNAVAILABLE);
    }

    @Test
    void aSessionFromBeforeTheEndOfEverythingIsNoneEvenIfItsRowIsThere() throws OAuthException {
        String id = sessions.open(alice, clock.instant(), Map.entry("client", WEB));
        RevocationRepository elsewhere = Fixture.revocations(clock);
        elsewhere.revoke(RevocationKind.EVERYTHING, "", Map.of());

        assertThat(node().find(id)).isEmpty();
        assertThat(TestDatabase.query("select count(*) from sign_in_session")).containsExactly("1");
    }

    @Test
    void t12ASessionOfADisabledUserIsNone() throws OAuthException {
        String id = sessions.open(alice, clock.instant(), Map.entry("client", WEB));

        TestDatabase.execute("update resource_owner set enabled = false");

        assertThat(sessions.find(id)).isEmpty();
    }

    @Test
    void aSessionIsStoredAsAHashOnly() throws OAuthException {
        String id = sessions.open(alice, clock.instant(), Map.entry("client", WEB));

        assertThat(id).matches("[A-Za-z0-9_-]{43}");
        assertThat(TestDatabase.dump()).contains(RandomTokens.hash(id)).doesNotContain(id);
        assertThat(sessions.find(RandomTokens.hash(id))).isEmpty();
    }

    @Test
    void a15EachSignInGetsAnIdentifierOfItsOwn() throws OAuthException {
        Set<String> ids = new HashSet<>();
        for (int i = 0; i < 100; i++) {
            ids.add(sessions.open(alice, clock.instant(), Map.entry("client", WEB)));
        }

        assertThat(ids).hasSize(100);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "' or 1=1 --", "\u0000", "🔑"})
    void whatIsNoIdentifierFindsNothing(String id) throws OAuthException {
        sessions.open(alice, clock.instant(), Map.entry("client", WEB));

        assertThat(sessions.find(id)).isEmpty();
    }
}
