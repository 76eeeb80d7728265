package org.claviger.authorize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.claviger.Fixture.CHALLENGE;
import static org.claviger.Fixture.VERIFIER;
import static org.claviger.Fixture.refusal;

import org.claviger.oauth.ErrorCode;
import org.claviger.oauth.OAuthException;
import org.claviger.oauth.Parameters;
import org.claviger.settings.RandomTokens;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CodeChallengeTest {
    private static CodeChallenge parse(String form) throws OAuthException {
        return CodeChallenge.parse(Parameters.parse(form));
    }

    @Test
    void theVerifierOfRfc7636AppendixBMatchesItsChallenge() throws OAuthException {
        CodeChallenge challenge = parse("code_challenge=" + CHALLENGE + "&code_challenge_method=S256");

        assertThat(challenge.value()).isEqualTo(CHALLENGE);
        assertThat(challenge.isOf(VERIFIER)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXj",
                "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjX",
                "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk=",
                "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk ",
                "DBJFTJEZ4CVP-MB92K27UHBUJU1P1R_WW1GFWFOEJXK",
                CHALLENGE
            })
    void t1AnotherVerifierDoesNot(String verifier) {
        assertThat(new CodeChallenge(CHALLENGE).isOf(verifier)).isFalse();
    }

    @Test
    void aVerifierHas43To128UnreservedCharacters() {
        for (String verifier : new String[] {"a".repeat(43), "a".repeat(128), "-._~".repeat(11), "0".repeat(64)}) {
            assertThat(challengeOf(verifier).isOf(verifier)).as(verifier).isTrue();
        }
        for (String verifier : new String[] {
            "",
            "a".repeat(42),
            "a".repeat(129),
            "a".repeat(42) + "+",
            "a".repeat(42) + " ",
            "a".repeat(42) + "é",
            "a".repeat(42) + "\n",
            "a".repeat(42) + "=",
            "a".repeat(42) + "/",
            "a".repeat(100_000)
        }) {
            assertThat(challengeOf(verifier).isOf(verifier)).isFalse();
        }
    }

    private static CodeChallenge challengeOf(String verifier) {
        return new CodeChallenge(RandomTokens.hash(verifier));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "code_challenge_method=S256",
                "code_challenge=&code_challenge_method=S256",
                "code_challenge=" + CHALLENGE,
                "code_challenge=" + CHALLENGE + "&code_challenge_method=",
                "code_challenge=" + CHALLENGE + "&code_challenge_method=plain",
                "code_challenge=" + CHALLENGE + "&code_challenge_method=s256",
                "code_challenge=" + CHALLENGE + "&code_challenge_method=S512",
                "code_challenge=" + CHALLENGE + "&code_challenge_method=S256+",
                "code_challenge=" + CHALLENGE + "&code_challenge_method=S256&code_challenge_method=S256",
                "code_challenge=" + CHALLENGE + "&code_challenge=" + CHALLENGE + "&code_challenge_method=S256",
                "code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-c&code_challenge_method=S256",
                "code_challenge=" + CHALLENGE + "x&code_challenge_method=S256",
                "code_challenge=" + CHALLENGE + "%3D&code_challenge_method=S256",
                "code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw%2BcM&code_challenge_method=S256",
                "code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw~cM&code_challenge_method=S256"
            })
    void a3OnlyAChallengeByS256IsAccepted(String form) {
        assertThat(refusal(() -> parse(form)).code()).isEqualTo(ErrorCode.INVALID_REQUEST);
    }
}
