package org.claviger.authorize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.claviger.Fixture.CHALLENGE;
import static org.claviger.Fixture.TOKENS;
import static org.claviger.Fixture.VERIFIER;
import static org.claviger.Fixture.refusal;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.claviger.Fixture;
import org.claviger.Parallel;
import org.claviger.TestClock;
import org.claviger.TestDatabase;
import org.claviger.client.Client;
import org.claviger.oauth.Authorization;
import org.claviger.oauth.ClientId;
import org.claviger.oauth.ErrorCode;
import org.claviger.oauth.OAuthException;
import org.claviger.oauth.Scope;
import org.claviger.oauth.Subject;
import org.claviger.refresh.RefreshTokens;
import org.claviger.refresh.TokenFamilies;
import org.claviger.settings.RandomTokens;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AuthorizationCodesTest {
    private static final String REDIRECT = "https://web.example.org/callback";

    private final TestClock clock = new TestClock();
    private final Client web =
            Fixture.client("{'client_id':'web','redirect_uris':['" + REDIRECT + "'],'scope':'demo'}");
    private final TokenFamilies families =
            new TokenFamilies(TestDatabase.database(), Fixture.revocations(clock), Fixture::lifetimes, clock);
    private final AuthorizationCodes codes = new AuthorizationCodes(families, TOKENS);
    private final RefreshTokens refreshTokens = new RefreshTokens(families, Fixture.Keys.MAC);

    private String issue() {
        return codes.issue(
                new AuthorizationRequest(
                        web,
                        REDIRECT,
                        Scope.parse("demo"),
                        new CodeChallenge(CHALLENGE),
                        Set.of(),
                        Optional.empty(),
                        Optional.empty()),
                new Authorization(
                        codes.newFamily(), web.id(), new Subject("alice"), Scope.parse("demo"), TestClock.START));
    }

    private Authorization redeem(String code) throws OAuthException {
        return redeem(code, web.id(), REDIRECT, VERIFIER);
    }

    private Authorization redeem(String code, ClientId client, String redirectUri, String verifier)
            throws OAuthException {
        return codes.redeem(code, client, redirectUri, verifier, (authorization, binding) -> authorization);
    }

    private static List<String> ends() {
        return TestDatabase.query("select end_reason from token_family where ended_at is not null");
    }

    @Test
    void aCodeIsRedeemedForWhatWasGranted() throws OAuthException {
        Authorization granted = redeem(issue());

        assertThat(granted.client()).isEqualTo(web.id());
        assertThat(granted.subject()).hasToString("alice");
        assertThat(granted.scope()).hasToString("demo");
        assertThat(granted.authTime()).isEqualTo(TestClock.START);
    }

    @Test
    void a8ReuseOfACodeEndsEverythingIssuedFromIt() throws OAuthException {
        String code = issue();
        String refreshToken = refreshTokens.first(redeem(code).family());

        OAuthException refusal = refusal(() -> redeem(code));

        assertThat(refusal.code()).isEqualTo(ErrorCode.INVALID_GRANT);
        assertThat(refusal.detail()).contains("reuse of generation 0");
        assertThat(ends()).containsExactly("reuse");
        assertThat(refusal(() -> refreshTokens.rotate(
                                refreshToken, web.id(), Duration.ZERO, (authorization, binding) -> ""))
                        .code())
                .isEqualTo(ErrorCode.INVALID_GRANT);
    }

    @Test
    void a8ReuseIsKnownAfterTheCodeHasExpiredAndAfterRotations() throws OAuthException {
        String code = issue();
        String first = refreshTokens.first(redeem(code).family());
        String second = refreshTokens
                .rotate(first, web.id(), Duration.ZERO, (authorization, binding) -> "")
                .refreshToken();
        clock.advance(Duration.ofHours(1));

        assertThat(refusal(() -> redeem(code)).detail()).contains("reuse of generation 0");
        assertThat(refusal(() -> refreshTokens.rotate(second, web.id(), Duration.ZERO, (authorization, binding) -> ""))
                        .detail())
                .contains("ended");
    }

    @Test
    void a7AnotherClientGetsNothingAndChangesNothing() throws OAuthException {
        String code = issue();
        String before = TestDatabase.dump();

        assertThat(refusal(() -> redeem(code, new ClientId("other"), REDIRECT, VERIFIER))
                        .code())
                .isEqualTo(ErrorCode.INVALID_GRANT);
        assertThat(TestDatabase.dump()).isEqualTo(before);

        redeem(code);
        assertThat(refusal(() -> redeem(code, new ClientId("other"), REDIRECT, VERIFIER))
                        .detail())
                .contains("another client");
        assertThat(ends()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "https://web.example.org/callback/",
                "https://web.example.org/callback?x",
                "https://web.example.org/Callback",
                "https://evil.example"
            })
    void a7AnotherRedirectUriGetsNothingAndChangesNothing(String redirectUri) throws OAuthException {
        String code = issue();
        String before = TestDatabase.dump();

        assertThat(refusal(() -> redeem(code, web.id(), redirectUri, VERIFIER)).code())
                .isEqualTo(ErrorCode.INVALID_GRANT);

        assertThat(TestDatabase.dump()).isEqualTo(before);
        assertThat(redeem(code).client()).isEqualTo(web.id());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXj", CHALLENGE})
    void t1AnotherVerifierGetsNothingAndChangesNothing(String verifier) throws OAuthException {
        String code = issue();
        String before = TestDatabase.dump();

        OAuthException refusal = refusal(() -> redeem(code, web.id(), REDIRECT, verifier));

        assertThat(refusal.code()).isEqualTo(ErrorCode.INVALID_GRANT);
        assertThat(refusal.detail()).isEqualTo("code_verifier does not match");
        assertThat(TestDatabase.dump()).isEqualTo(before);
        assertThat(redeem(code).client()).isEqualTo(web.id());
    }

    @Test
    void a9ACodeLives60Seconds() throws OAuthException {
        String onTime = issue();
        String late = issue();
        clock.advance(Duration.ofSeconds(59));
        assertThat(redeem(onTime).client()).isEqualTo(web.id());
        clock.advance(Duration.ofSeconds(1));

        assertThat(refusal(() -> redeem(late)).detail()).isEqualTo("the family has expired");
        assertThat(TestDatabase.query("select generation from token_family where generation = 0"))
                .hasSize(1);
    }

    @Test
    void aPreparationThatRefusesChangesNothing() throws OAuthException {
        String code = issue();
        String before = TestDatabase.dump();

        assertThat(refusal(() -> codes.redeem(code, web.id(), REDIRECT, VERIFIER, (authorization, binding) -> {
                            throw new OAuthException(ErrorCode.INVALID_GRANT, "the user is gone");
                        }))
                        .description())
                .isEqualTo("the user is gone");

        assertThat(TestDatabase.dump()).isEqualTo(before);
        assertThat(redeem(code).client()).isEqualTo(web.id());
    }

    @Test
    void aMadeUpCodeEndsNoFamily() throws OAuthException {
        String code = issue();
        String before = TestDatabase.dump();
        for (int i = 0; i < code.length(); i++) {
            String prefix = code.substring(0, i);
            String altered = prefix + (code.charAt(i) == 'A' ? 'B' : 'A') + code.substring(i + 1);
            assertThat(refusal(() -> redeem(prefix)).detail()).isEqualTo("the code is unknown");
            assertThat(refusal(() -> redeem(altered)).detail()).isEqualTo("the code is unknown");
        }
        assertThat(refusal(() -> redeem(code + "A")).detail()).isEqualTo("the code is unknown");
        assertThat(refusal(() -> redeem(RandomTokens.hash(code))).detail()).isEqualTo("the code is unknown");
        assertThat(refusal(() -> redeem("x".repeat(60_000))).detail()).isEqualTo("the code is unknown");

        assertThat(TestDatabase.dump()).isEqualTo(before);
        assertThat(redeem(code).client()).isEqualTo(web.id());
    }

    @Test
    void aRefreshTokenIsNoCodeAndACodeIsNoRefreshToken() throws OAuthException {
        String code = issue();
        assertThat(refusal(() -> refreshTokens.rotate(code, web.id(), Duration.ZERO, (authorization, binding) -> ""))
                        .detail())
                .isEqualTo("not a token of ours");
        String refreshToken = refreshTokens.first(redeem(code).family());

        assertThat(refusal(() -> redeem(refreshToken)).detail()).isEqualTo("the code is unknown");
        assertThat(ends()).isEmpty();
    }

    @Test
    void a10CodesAreRandomAndNeverTheSame() {
        Set<String> issued = new HashSet<>();
        for (int i = 0; i < 200; i++) {
            issued.add(issue());
        }

        assertThat(issued).hasSize(200).allMatch(code -> code.matches("[A-Za-z0-9_-]{43}"));
        assertThat(TestDatabase.query("select family_id from token_family"))
                .hasSize(200)
                .doesNotHaveDuplicates();
    }

    @Test
    void j11ACodeIsStoredAsAHashOnly() {
        String code = issue();

        assertThat(TestDatabase.dump()).contains(RandomTokens.hash(code)).doesNotContain(code);
    }

    @Test
    void a8OfManyWhoRedeemAtOnceAtMostOneWins() {
        for (int round = 0; round < 5; round++) {
            String code = issue();
            List<Boolean> won = Parallel.run(16, () -> {
                try {
                    redeem(code);
                    return true;
                } catch (OAuthException refused) {
                    return false;
                }
            });

            assertThat(won.stream().filter(winner -> winner)).hasSizeLessThanOrEqualTo(1);
        }
    }
}
