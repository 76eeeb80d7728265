package org.claviger.refresh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.claviger.Fixture.CHALLENGE;
import static org.claviger.Fixture.RANDOM;
import static org.claviger.Fixture.TOKENS;
import static org.claviger.Fixture.refusal;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.claviger.CapturedLog;
import org.claviger.Fixture;
import org.claviger.Parallel;
import org.claviger.TestClock;
import org.claviger.TestDatabase;
import org.claviger.database.Cleanup;
import org.claviger.database.Database;
import org.claviger.key.MacKeys;
import org.claviger.key.MacPurpose;
import org.claviger.oauth.Authorization;
import org.claviger.oauth.ClientId;
import org.claviger.oauth.ErrorCode;
import org.claviger.oauth.FamilyId;
import org.claviger.oauth.OAuthException;
import org.claviger.oauth.Scope;
import org.claviger.oauth.Subject;
import org.claviger.revocation.RevocationKind;
import org.claviger.revocation.RevocationRepository;
import org.claviger.settings.RandomTokens;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Families and the refresh tokens in them: codes live 60 seconds, families 7 days unused and 30 days in all. */
class TokenFamiliesTest {
    private static final ClientId WEB = new ClientId("web");
    private static final ClientId OTHER = new ClientId("other");
    private static final Duration SECOND = Duration.ofSeconds(1);

    private final TestClock clock = new TestClock();
    private final Database database = TestDatabase.empty(); // before anything is read from it
    private final RevocationRepository revocations = Fixture.revocations(database, clock);
    private final TokenFamilies families = node();
    private final RefreshTokens tokens = new RefreshTokens(families, Fixture.Keys.MAC);

    private TokenFamilies node() {
        return new TokenFamilies(TestDatabase.database(), Fixture.revocations(clock), Fixture::lifetimes, clock);
    }

    private FamilyId open(String code) {
        FamilyId family = new FamilyId(TOKENS.identifier());
        families.open(
                new Authorization(family, WEB, new Subject("alice-subject"), Scope.parse("b a"), TestClock.START),
                new CodeBinding(RandomTokens.hash(code), "https://web.example.org/callback", CHALLENGE));
        return family;
    }

    /** A family whose code was redeemed, and its first refresh token. */
    private String redeemed() throws OAuthException {
        FamilyId family = open(TOKENS.secret());
        families.redeem(family, WEB, (authorization, binding) -> "");
        return tokens.first(family);
    }

    private static FamilyId familyOf(String refreshToken) {
        return new FamilyId(refreshToken.substring(0, 22));
    }

    private String rotate(String refreshToken) throws OAuthException {
        return tokens.rotate(refreshToken, WEB, Duration.ZERO, (authorization, binding) -> "")
                .refreshToken();
    }

    private OAuthException refused(String refreshToken) {
        return refused(refreshToken, WEB);
    }

    private OAuthException refused(String refreshToken, ClientId client) {
        OAuthException refusal =
                refusal(() -> tokens.rotate(refreshToken, client, Duration.ZERO, (authorization, binding) -> ""));

        assertThat(refusal.code()).isEqualTo(ErrorCode.INVALID_GRANT);
        assertThat(refusal.description()).isEqualTo("the grant is invalid, expired or revoked");
        assertThat(refusal.detail()).isNotEmpty();
        if (refreshToken.length() > 43) {
            assertThat(refusal.detail()).doesNotContain(refreshToken.substring(refreshToken.length() - 43));
        }
        return refusal;
    }

    private static List<String> ends() {
        return TestDatabase.query("select end_reason from token_family where ended_at is not null");
    }

    private static String table() {
        return TestDatabase.dump();
    }

    @Test
    void anAuthorizationComesBackAsItWasGiven() throws OAuthException {
        FamilyId family = open("code");

        Authorization authorization = families.redeem(family, WEB, (given, binding) -> {
            assertThat(binding)
                    .isEqualTo(
                            new CodeBinding(RandomTokens.hash("code"), "https://web.example.org/callback", CHALLENGE));
            return given;
        });

        assertThat(authorization)
                .isEqualTo(new Authorization(
                        family, WEB, new Subject("alice-subject"), Scope.parse("b a"), TestClock.START));
        assertThat(authorization.scope()).hasToString("b a");
    }

    @Test
    void aFamilyIsFoundByTheHashOfItsCode() {
        FamilyId family = open("code");

        assertThat(families.findByCode(RandomTokens.hash("code"))).contains(family);
        assertThat(families.findByCode("code")).isEmpty();
        assertThat(families.findByCode(RandomTokens.hash("other"))).isEmpty();
        families.end(family, "test", Map.of());
        assertThat(families.findByCode(RandomTokens.hash("code"))).contains(family);
    }

    @Test
    void whatLivesIsListedAndNothingElse() throws OAuthException {
        List<String> living = Stream.of(redeemed(), redeemed(), redeemed())
                .map(token -> familyOf(token).value())
                .sorted()
                .toList();
        open("not redeemed");
        FamilyId over = familyOf(redeemed());
        assertThat(families.end(over, "test", Map.of())).isTrue();
        assertThat(TestDatabase.query(
                        "select client_id || '|' || subject from audit_event where family_id = ? and event = 'REVOKED'",
                        over.value()))
                .singleElement()
                .asString()
                .startsWith("web|");
        assertThat(families.end(over, "test", Map.of())).isFalse();
        Optional<Subject> alice = Optional.of(new Subject("alice-subject"));

        assertThat(listed(alice, Optional.empty(), "", 9)).containsExactlyElementsOf(living);
        assertThat(listed(alice, Optional.of(WEB), "", 2)).containsExactlyElementsOf(living.subList(0, 2));
        assertThat(listed(Optional.empty(), Optional.of(WEB), living.get(1), 2)).containsExactly(living.get(2));
        assertThat(listed(Optional.empty(), Optional.of(OTHER), "", 9)).isEmpty();
        assertThat(listed(Optional.of(new Subject("bob")), Optional.of(WEB), "", 9))
                .isEmpty();

        revocations.revoke(RevocationKind.SUBJECT, "alice-subject", Map.of());
        assertThat(listed(alice, Optional.empty(), "", 9)).isEmpty();
    }

    @Test
    void whatHasExpiredIsNotListed() throws OAuthException {
        redeemed();
        clock.advance(Duration.ofDays(7));

        assertThat(listed(Optional.empty(), Optional.of(WEB), "", 9)).isEmpty();
    }

    private List<String> listed(Optional<Subject> subject, Optional<ClientId> client, String after, int limit)
            throws OAuthException {
        return families.list(subject, client, after, limit).stream()
                .map(living -> living.authorization().family().value())
                .toList();
    }

    private static List<String> endedFamilies() {
        return TestDatabase.query("select name from revocation where kind = 'FAMILY'");
    }

    /** What was refreshed last is good for at most an hour after that, even where the family is over before. */
    @Test
    void aConsentThatIsWithdrawnEndsWhatLivesOfFamiliesThatNobodyCanRefreshAnyMore() throws OAuthException {
        FamilyId family = familyOf(redeemed());
        clock.advance(Duration.ofDays(7).minusMinutes(2));
        open("a code that nobody redeems");
        clock.advance(Duration.ofMinutes(62).minus(SECOND));

        assertThat(families.endAll(new Subject("alice-subject"), WEB, "consent withdrawn", entities -> true))
                .isTrue();

        assertThat(endedFamilies()).containsExactly(family.value());
    }

    @Test
    void aConsentThatIsWithdrawnEndsNothingOfWhichNothingLives() throws OAuthException {
        redeemed();
        clock.advance(Duration.ofDays(7).plusMinutes(60));

        families.endAll(new Subject("alice-subject"), WEB, "consent withdrawn", entities -> true);

        assertThat(endedFamilies()).isEmpty();
    }

    @Test
    void aRefreshTokenHasFourParts() throws OAuthException {
        String token = redeemed();

        assertThat(token).matches("[A-Za-z0-9_-]{22}\\.1\\.1\\.[A-Za-z0-9_-]{43}");
        assertThat(rotate(token)).matches("[A-Za-z0-9_-]{22}\\.2\\.1\\.[A-Za-z0-9_-]{43}");
        assertThat(familyOf(rotate(redeemed()))).isNotEqualTo(familyOf(token));
    }

    @Test
    void t6EachUseMakesANewToken() throws OAuthException {
        String first = redeemed();
        RefreshTokens.Rotation<Scope> rotation =
                tokens.rotate(first, WEB, Duration.ZERO, (authorization, binding) -> authorization.scope());

        assertThat(rotation.prepared()).hasToString("b a");
        assertThat(rotation.refreshToken()).isNotEqualTo(first);
        assertThat(rotation.toString()).doesNotContain(rotation.refreshToken());
        assertThat(rotate(rotation.refreshToken())).isNotEqualTo(rotation.refreshToken());
        assertThat(refused(first).detail()).contains("reuse");
    }

    @Test
    void t7ReuseEndsTheFamily() throws OAuthException {
        String first = redeemed();
        String second = rotate(first);
        String third = rotate(second);
        String otherFamily = redeemed();

        assertThat(refused(second).detail()).contains("reuse of generation 2");

        assertThat(refused(third).detail()).contains("ended");
        assertThat(refused(first).detail()).contains("ended");
        assertThat(ends()).containsExactly("reuse");
        assertThat(rotate(otherFamily)).isNotEmpty();
    }

    @Test
    void t7TheAccessTokensOfAFamilyEndWithIt() throws OAuthException {
        String first = redeemed();
        String other = redeemed();
        rotate(first);
        assertThat(TestDatabase.query("select name from revocation")).isEmpty();

        refused(first);
        families.end(familyOf(other), "logout", Map.of());

        assertThat(TestDatabase.query("select name from revocation where kind = 'FAMILY'"))
                .containsExactlyInAnyOrder(
                        familyOf(first).value(), familyOf(other).value());
        revocations.view().readAll();
        assertThat(revocations.view().size()).isEqualTo(2);
    }

    /** REQUIREMENTS T12. */
    @ParameterizedTest
    @CsvSource({"SUBJECT, alice-subject", "CLIENT, web", "EVERYTHING, ''"})
    void whatWasEndedForAllIsNotRefreshedHereNorOnANodeThatHasNotHeardOfIt(RevocationKind kind, String name)
            throws OAuthException {
        String token = redeemed();
        String unheard = redeemed();
        FamilyId withCode = open(TOKENS.secret());
        TokenFamilies deaf = node();
        RevocationRepository knowing = Fixture.revocations(clock);
        TokenFamilies hearing = new TokenFamilies(TestDatabase.database(), knowing, Fixture::lifetimes, clock);

        knowing.revoke(kind, name, Map.of());

        assertThat(refusal(() -> new RefreshTokens(hearing, Fixture.Keys.MAC)
                                .rotate(token, WEB, Duration.ZERO, (authorization, binding) -> ""))
                        .detail())
                .isEqualTo("everything of this user or client was revoked");
        assertThat(refusal(() -> new RefreshTokens(deaf, Fixture.Keys.MAC)
                                .rotate(unheard, WEB, Duration.ZERO, (authorization, binding) -> ""))
                        .detail())
                .isEqualTo("the family changed meanwhile");
        assertThat(refusal(() -> deaf.redeem(withCode, WEB, (authorization, binding) -> ""))
                        .code())
                .isEqualTo(ErrorCode.INVALID_GRANT);
        assertThat(new RefreshTokens(deaf, Fixture.Keys.MAC).find(unheard)).isEmpty();
        assertThat(TestDatabase.query("select max(generation) from token_family"))
                .containsExactly("1");
    }

    @ParameterizedTest
    @CsvSource({"SUBJECT, bob-subject", "CLIENT, other", "EVERYTHING, x"})
    void whatWasEndedForOthersDoesNotMatter(RevocationKind kind, String name) throws OAuthException {
        String token = redeemed();
        revocations.revoke(kind, name, Map.of());

        assertThat(rotate(token)).isNotEmpty();
    }

    @Test
    void whoSignedInAfterwardsIsNotConcerned() throws OAuthException {
        clock.set(TestClock.START.minusSeconds(2));
        revocations.revoke(RevocationKind.SUBJECT, "alice-subject", Map.of());
        clock.set(TestClock.START);

        assertThat(rotate(redeemed())).isNotEmpty(); // who signed in at the start of the clock
    }

    @Test
    void leewayIsZeroUnlessSomebodyAllowsMore() throws OAuthException {
        String first = redeemed();
        rotate(first);

        assertThat(refused(first).detail()).contains("reuse");
    }

    private String repeat(String token, Duration leeway) throws OAuthException {
        return tokens.rotate(token, WEB, leeway, (authorization, binding) -> "").refreshToken();
    }

    @Test
    void withinTheLeewayARepetitionGetsTheSameSuccessor() throws OAuthException {
        Duration leeway = Duration.ofSeconds(10);
        String first = redeemed();
        String second = repeat(first, leeway);
        clock.advance(leeway.minusNanos(1_000));

        assertThat(repeat(first, leeway)).isEqualTo(second);
        assertThat(TestDatabase.query("select generation from token_family")).containsExactly("2");
        clock.advance(Duration.ofNanos(1_000));
        assertThat(refusal(() -> repeat(first, leeway)).detail()).contains("reuse of generation 1");
        assertThat(refused(second).detail()).contains("ended");
    }

    /** The MAC key rotates without logging anybody out, and a repetition still gets what it got before. */
    @Test
    void withinTheLeewayTheSuccessorIsTheSameAlthoughTheKeyHasChanged() throws OAuthException {
        Duration leeway = Duration.ofSeconds(60);
        MacKeys keys = MacKeys.load(database, Fixture.keyWrap(), RANDOM, clock);
        RefreshTokens own = new RefreshTokens(families, keys);
        FamilyId family = open(TOKENS.secret());
        families.redeem(family, WEB, (authorization, binding) -> "");
        String first = own.first(family);
        clock.advance(SECOND);
        String second =
                own.rotate(first, WEB, leeway, (authorization, binding) -> "").refreshToken();
        keys.rotateIfDue(SECOND);
        clock.advance(Duration.ofSeconds(30));
        assertThat(keys.currentVersion(MacPurpose.REFRESH_TOKEN)).isEqualTo(2);

        assertThat(own.rotate(first, WEB, leeway, (authorization, binding) -> "")
                        .refreshToken())
                .isEqualTo(second)
                .contains(".2.1.");
        assertThat(own.rotate(second, WEB, leeway, (authorization, binding) -> "")
                        .refreshToken())
                .contains(".3.2.");
    }

    @Test
    void onceTheSuccessorHasBeenUsedARepetitionIsReuse() throws OAuthException {
        Duration leeway = Duration.ofSeconds(60);
        String first = redeemed();
        String third = repeat(repeat(first, leeway), leeway);

        assertThat(refusal(() -> repeat(first, leeway)).detail()).contains("reuse of generation 1");
        assertThat(refused(third).detail()).contains("ended");
    }

    @Test
    void anotherClientHasNoLeeway() throws OAuthException {
        String first = redeemed();
        String second = rotate(first);

        assertThat(refusal(() -> tokens.rotate(first, OTHER, Duration.ofSeconds(60), (authorization, binding) -> ""))
                        .detail())
                .contains("another client");
        assertThat(rotate(second)).isNotEmpty();
    }

    @Test
    void a8ACodeHasNoLeeway() throws OAuthException {
        FamilyId family = open("code");
        families.redeem(family, WEB, (authorization, binding) -> "");

        assertThat(refusal(() -> families.redeem(family, WEB, (authorization, binding) -> ""))
                        .detail())
                .contains("reuse of generation 0");
    }

    @Test
    void withinTheLeewayAFamilyThatHasEndedStaysSo() throws OAuthException {
        String first = redeemed();
        repeat(first, Duration.ofSeconds(60));
        families.end(familyOf(first), "logout", Map.of());

        assertThat(refusal(() -> repeat(first, Duration.ofSeconds(60))).detail())
                .contains("ended: logout");
    }

    @Test
    void t8WithLeewayAllWhoRepeatAtOnceGetOneSuccessor() throws OAuthException {
        for (int round = 0; round < 20; round++) {
            String token = redeemed();
            List<String> successors = Parallel.run(16, () -> new RefreshTokens(node(), Fixture.Keys.MAC)
                    .rotate(token, WEB, Duration.ofSeconds(10), (authorization, binding) -> "")
                    .refreshToken());

            assertThat(successors).as("round %s", round).hasSize(16).containsOnly(successors.get(0));
            assertThat(rotate(successors.get(0))).isNotEmpty();
        }
    }

    @Test
    void aTokenThatIsNewerThanTheDatabaseEndsItsFamilyAndSaysSo() throws OAuthException {
        String first = redeemed();
        String second = rotate(first);
        TestDatabase.execute("update token_family set generation = 1"); // restored from a backup
        try (CapturedLog log = new CapturedLog("org.claviger")) {
            assertThat(refused(second).detail()).contains("ahead of the database");

            assertThat(log.lines()).hasSize(2);
            assertThat(log.lines().get(0)).startsWith("CLAVIGER-0601 ");
            assertThat(log.lines().get(1)).startsWith("REVOKED by=\"a token newer than the database\" client=\"web\"");
        }
        assertThat(refused(first).detail()).contains("ended: ahead of the database");
    }

    @Test
    void toLookAtARefreshTokenChangesNothing() throws OAuthException {
        String first = redeemed();
        assertThat(tokens.find(first)).hasValueSatisfying(living -> {
            assertThat(living.authorization().client()).isEqualTo(WEB);
            assertThat(living.expiresAt()).isEqualTo(clock.instant().plus(Duration.ofDays(7)));
        });
        String second = rotate(first);
        String before = table();

        assertThat(tokens.find(first)).isEmpty();
        assertThat(tokens.find(second)).isPresent();
        assertThat(tokens.find(second + "A")).isEmpty();
        assertThat(tokens.findOwner(first)).contains(new RefreshTokens.Owned(familyOf(first), WEB));
        assertThat(tokens.findOwner(first + "A")).isEmpty();
        assertThat(table()).isEqualTo(before);
        clock.advance(Duration.ofDays(7));
        assertThat(tokens.find(second)).isEmpty();
    }

    @Test
    void o2ReuseIsRecordedOnceAndWithoutTheToken() throws OAuthException {
        String first = redeemed();
        rotate(first);
        try (CapturedLog log = new CapturedLog("org.claviger.audit")) {
            refused(first);
            refused(first);

            assertThat(log.lines())
                    .containsExactly("REUSE_DETECTED client=\"web\" family=\"" + familyOf(first)
                            + "\" generation=\"1\" subject=\"alice-subject\"");
        }
    }

    @Test
    void t9ReuseIsKnownHoweverLateAndOnEveryNode() throws OAuthException {
        String first = redeemed();
        String newest = first;
        for (int week = 0; week < 3; week++) {
            newest = rotate(newest);
            clock.advance(Duration.ofDays(6));
        }
        RefreshTokens otherNode = new RefreshTokens(node(), Fixture.Keys.MAC);

        assertThat(refusal(() -> otherNode.rotate(first, WEB, Duration.ZERO, (authorization, binding) -> ""))
                        .detail())
                .contains("reuse of generation 1");
        assertThat(refused(newest).detail()).contains("ended");
    }

    @Test
    void t9ReuseIsKnownAfterEverythingThatHadExpiredWasRemoved() throws OAuthException {
        String first = redeemed();
        String second = rotate(first);
        clock.advance(Duration.ofDays(6));
        String third = rotate(second);
        clock.advance(Duration.ofDays(6));
        new Cleanup(
                        database,
                        List.of(TokenFamilies.EXPIRING, RevocationRepository.EXPIRING),
                        "node",
                        clock,
                        entities -> clock.instant())
                .run();

        assertThat(refused(first).detail()).contains("reuse of generation 1");
        assertThat(refused(third).detail()).contains("ended");
    }

    @Test
    void t9AReuseAfterTheFamilyExpiredStillEndsIt() throws OAuthException {
        String first = redeemed();
        rotate(first);
        clock.advance(Duration.ofDays(365));

        assertThat(refused(first).detail()).contains("reuse");
        assertThat(ends()).containsExactly("reuse");
    }

    @Test
    void t10AFamilyThatNobodyRefreshesEndsAtItsIdleLifetime() throws OAuthException {
        String unused = redeemed();
        String used = redeemed();
        clock.advance(Duration.ofDays(7).minus(SECOND));
        String next = rotate(used);
        clock.advance(SECOND);

        assertThat(refused(unused).detail()).isEqualTo("the family has expired");
        clock.advance(Duration.ofDays(7).minus(SECOND));
        assertThat(refused(next).detail()).isEqualTo("the family has expired");
        assertThat(ends()).isEmpty();
    }

    @Test
    void t10NoFamilyOutlivesItsAbsoluteLifetime() throws OAuthException {
        String token = redeemed();
        for (int i = 0; i < 5; i++) {
            clock.advance(Duration.ofDays(5));
            token = rotate(token);
        }
        clock.set(TestClock.START.plus(Duration.ofDays(30)).minus(SECOND));
        token = rotate(token);
        clock.advance(SECOND);

        assertThat(refused(token).detail()).isEqualTo("the family has expired");
    }

    @Test
    void a9ACodeThatIsTooOldOpensNothing() {
        FamilyId onTime = open("1");
        FamilyId late = open("2");
        clock.advance(Duration.ofSeconds(60).minusNanos(1_000));
        assertThat(attempt(onTime)).isTrue();
        clock.advance(Duration.ofNanos(1_000));

        assertThat(attempt(late)).isFalse();
        assertThat(TestDatabase.query("select generation from token_family where family_id = ?", late.value()))
                .containsExactly("0");
    }

    private boolean attempt(FamilyId family) {
        try {
            return families.redeem(family, WEB, (authorization, binding) -> true);
        } catch (OAuthException refused) {
            return false;
        }
    }

    @Test
    void t11AnotherClientGetsNothingAndChangesNothing() throws OAuthException {
        String first = redeemed();
        String second = rotate(first);
        String before = table();

        assertThat(refused(second, OTHER).detail()).contains("another client");
        assertThat(refused(first, OTHER).detail()).contains("another client");

        assertThat(table()).isEqualTo(before);
        assertThat(rotate(second)).isNotEmpty();
    }

    @Test
    void aPreparationThatRefusesChangesNothing() throws OAuthException {
        String token = redeemed();
        String before = table();

        OAuthException refusal = refusal(() -> tokens.rotate(token, WEB, Duration.ZERO, (authorization, binding) -> {
            throw new OAuthException(ErrorCode.INVALID_SCOPE, "more than may be had");
        }));

        assertThat(refusal.code()).isEqualTo(ErrorCode.INVALID_SCOPE);
        assertThat(table()).isEqualTo(before);
        assertThat(rotate(token)).isNotEmpty();
    }

    @Test
    void aPreparationThatFailsChangesNothing() throws OAuthException {
        String token = redeemed();
        String before = table();

        assertThat(assertThrows(
                        IllegalStateException.class,
                        () -> tokens.rotate(token, WEB, Duration.ZERO, (authorization, binding) -> {
                            throw new IllegalStateException("no key");
                        })))
                .hasMessage("no key");

        assertThat(table()).isEqualTo(before);
        assertThat(rotate(token)).isNotEmpty();
    }

    @Test
    void whoWasOvertakenWhilePreparingEndsTheFamily() throws OAuthException {
        String token = redeemed();

        OAuthException overtaken =
                refusal(() -> tokens.rotate(token, WEB, Duration.ZERO, (authorization, binding) -> rotate(token)));

        assertThat(overtaken.detail()).contains("reuse of generation 1");
        assertThat(ends()).containsExactly("reuse");
    }

    /** By the clock of who was overtaken the other came later, which is no leeway. */
    @Test
    void t8WhoWasOvertakenByALaterRequestEndsTheFamilyToo() throws OAuthException {
        String token = redeemed();

        OAuthException overtaken = refusal(() -> tokens.rotate(token, WEB, Duration.ZERO, (authorization, binding) -> {
            clock.advance(SECOND);
            return rotate(token);
        }));

        assertThat(overtaken.detail()).contains("reuse of generation 1");
        assertThat(ends()).containsExactly("reuse");
    }

    @Test
    void aFamilyThatEndedWhilePreparingGivesNothing() throws OAuthException {
        String token = redeemed();

        OAuthException refusal = refusal(() -> tokens.rotate(token, WEB, Duration.ZERO, (authorization, binding) -> {
            families.end(authorization.family(), "logout", Map.of());
            return "";
        }));

        assertThat(refusal.detail()).isEqualTo("the family ended: logout");
        assertThat(ends()).containsExactly("logout");
    }

    @Test
    void aFamilyThatExpiredWhilePreparingGivesNothingOnlyIfItHadExpiredAtTheBeginning() throws OAuthException {
        String token = redeemed();
        clock.advance(Duration.ofDays(7).minus(SECOND));

        String next = tokens.rotate(token, WEB, Duration.ZERO, (authorization, binding) -> {
                    clock.advance(SECOND);
                    return "";
                })
                .refreshToken();

        assertThat(rotate(next)).isNotEmpty();
    }

    @Test
    void theFirstReasonForAnEndStays() throws OAuthException {
        String token = redeemed();
        families.end(familyOf(token), "logout", Map.of());
        families.end(familyOf(token), "revoked", Map.of());
        families.end(new FamilyId("0123456789abcdefghijkl"), "unknown", Map.of());

        assertThat(ends()).containsExactly("logout");
        assertThat(refused(token).detail()).isEqualTo("the family ended: logout");
    }

    @Test
    void aFamilyThatIsGoneGivesNothing() throws OAuthException {
        String token = redeemed();
        TestDatabase.empty();

        assertThat(refused(token).detail()).isEqualTo("the family is unknown");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".",
                "...",
                "x",
                "0123456789abcdefghijkl.1.1",
                "0123456789abcdefghijkl.1.1.",
                "0123456789abcdefghijkl.1.1.0123456789012345678901234567890123456789012",
                "0123456789abcdefghijkl.0.1.0123456789012345678901234567890123456789012",
                "0123456789abcdefghijkl.-1.1.0123456789012345678901234567890123456789012",
                "0123456789abcdefghijkl.1.2.0123456789012345678901234567890123456789012",
                "0123456789abcdefghijkl.1.999999999.0123456789012345678901234567890123456789012",
                "0123456789abcdefghijkl.1.9999999999.0123456789012345678901234567890123456789012",
                "0123456789abcdefghijkl.999999999999999999.1.0123456789012345678901234567890123456789012",
                "0123456789abcdefghijkl.9999999999999999999.1.0123456789012345678901234567890123456789012",
                "' or 1=1 --",
                "eyJhbGciOiJub25lIn0.e30.",
                "\u0000",
                "🔑"
            })
    void whatWeDidNotMakeNeverReachesTheDatabase(String made) {
        int before = TestDatabase.statements();

        assertThat(refused(made).detail()).isEqualTo("not a token of ours");
        assertThat(TestDatabase.statements()).isEqualTo(before);
    }

    @Test
    void aLongTokenIsRefusedQuickly() {
        assertThat(refused("0".repeat(65_536)).detail()).isEqualTo("not a token of ours");
        assertThat(refused("0123456789abcdefghijkl." + "1".repeat(65_536) + ".1.x")
                        .detail())
                .isEqualTo("not a token of ours");
    }

    @Test
    void noPrefixOrSuffixOfATokenIsATokenOrEndsAFamily() throws OAuthException {
        String token = rotate(redeemed());
        String before = table();
        int statements = TestDatabase.statements();
        for (int i = 0; i < token.length(); i++) {
            refused(token.substring(0, i));
            refused(token.substring(i + 1));
        }
        for (String more : new String[] {" ", ".", "A", "=", "\n", "\0"}) {
            refused(token + more);
            refused(more + token);
        }

        assertThat(TestDatabase.statements()).isEqualTo(statements);
        assertThat(table()).isEqualTo(before);
        assertThat(rotate(token)).isNotEmpty();
    }

    @Test
    void noAlteredTokenIsATokenOrEndsAFamily() throws OAuthException {
        String token = rotate(rotate(redeemed()));
        String before = table();
        int statements = TestDatabase.statements();
        String alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        for (int i = 0; i < token.length(); i++) {
            for (int j = 0; j < alphabet.length(); j++) {
                if (alphabet.charAt(j) != token.charAt(i)) {
                    refused(token.substring(0, i) + alphabet.charAt(j) + token.substring(i + 1));
                }
            }
        }

        assertThat(TestDatabase.statements()).isEqualTo(statements);
        assertThat(table()).isEqualTo(before);
        assertThat(rotate(token)).isNotEmpty();
    }

    @ParameterizedTest
    @CsvSource({".1.1., .2.1.", ".1.1., .01.1.", ".1.1., .1.2.", ".1.1., .1.01."})
    void anotherGenerationOrKeyVersionNeedsAnotherMac(String from, String to) throws OAuthException {
        String token = redeemed();
        String before = table();

        assertThat(refused(token.replace(from, to)).detail()).isEqualTo("not a token of ours");
        assertThat(table()).isEqualTo(before);
    }

    @Test
    void aMacOfAnotherPurposeDoesNotCount() throws OAuthException {
        String token = redeemed();
        String text = token.substring(0, token.lastIndexOf('.'));

        assertThat(refused(text + "." + Fixture.Keys.MAC.mac(MacPurpose.FORM, 1, text))
                        .detail())
                .isEqualTo("not a token of ours");
    }

    @Test
    void j11NeitherACodeNorARefreshTokenStandsInTheDatabase() throws OAuthException {
        String code = TOKENS.secret();
        FamilyId family = open(code);
        families.redeem(family, WEB, (authorization, binding) -> "");
        String first = tokens.first(family);
        String second = rotate(first);

        assertThat(table())
                .contains(family.value())
                .doesNotContain(code)
                .doesNotContain(first.substring(first.lastIndexOf('.') + 1))
                .doesNotContain(second.substring(second.lastIndexOf('.') + 1));
    }

    @Test
    void aThousandRotationsKeepOneRow() throws OAuthException {
        String token = redeemed();
        for (int i = 0; i < 1_000; i++) {
            token = rotate(token);
        }

        assertThat(token).contains(".1001.1.");
        assertThat(TestDatabase.query("select generation from token_family")).containsExactly("1001");
    }

    @Test
    void aRotationTakesTwoStatementsAtMost() throws OAuthException {
        String token = redeemed();
        int before = TestDatabase.statements();

        rotate(token);

        assertThat(TestDatabase.statements() - before).isLessThanOrEqualTo(2);
    }

    @Test
    void t8OfManyWhoRefreshAtOnceAtMostOneGetsASuccessor() throws OAuthException {
        for (int round = 0; round < 20; round++) {
            String token = redeemed();
            List<String> successors = Parallel.run(16, () -> {
                try {
                    return new RefreshTokens(node(), Fixture.Keys.MAC)
                            .rotate(token, WEB, Duration.ZERO, (authorization, binding) -> "")
                            .refreshToken();
                } catch (OAuthException refused) {
                    return "";
                }
            });

            assertThat(successors.stream().filter(successor -> !successor.isEmpty()))
                    .as("round %s", round)
                    .hasSizeLessThanOrEqualTo(1);
            // Fifteen of them presented a token that was used already: nobody goes on with this family.
            String end =
                    successors.stream().filter(s -> !s.isEmpty()).findFirst().orElse(token);
            assertThat(refused(end).detail()).contains("ended: reuse");
        }
    }

    @Test
    void a8OfManyWhoRedeemACodeAtOnceAtMostOneWins() {
        for (int round = 0; round < 20; round++) {
            FamilyId family = open(TOKENS.secret());
            AtomicInteger prepared = new AtomicInteger();
            List<Boolean> won = Parallel.run(16, () -> {
                try {
                    node().redeem(family, WEB, (authorization, binding) -> prepared.incrementAndGet());
                    return true;
                } catch (OAuthException refused) {
                    return false;
                }
            });

            assertThat(won.stream().filter(winner -> winner))
                    .as("round %s", round)
                    .hasSizeLessThanOrEqualTo(1);
            assertThat(prepared.get()).isPositive();
        }
    }
}
