package org.claviger.calls;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChallengesTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "Bearer error=\"invalid_token\"",
                "bearer error=invalid_token",
                "BEARER ERROR=\"invalid_token\"",
                "Bearer realm=\"x\", error=\"invalid_token\", error_description=\"it says \\\"no\\\", Basic\"",
                "Bearer realm=\"x\",error=\"invalid_token\"",
                "Bearer error = \"invalid_token\"",
                "Bearer error\t=\t\"invalid_token\"",
                "Bearer error=\"invalid\\_token\"",
                "Basic realm=\"a, b\", Bearer error=\"invalid_token\"",
                "Negotiate, Bearer error=\"invalid_token\"",
                "Negotiate YWJj==, Bearer error=\"invalid_token\"",
                "Negotiate YWJj, Bearer error=\"invalid_token\"",
                "Bearer error=\"invalid_token\", Basic realm=\"x\"",
                " , ,Bearer   error=\"invalid_token\", ,",
                "Bearer scope=\"a b\", realm=x , error=\"invalid_token\"",
                "Digest realm=\"x\", nonce=\"y==\", qop=\"auth, auth-int\", Bearer realm=\"x\", error=\"invalid_token\"",
            })
    void a_token_is_invalid_where_a_bearer_challenge_says_so(String header) {
        assertThat(Challenges.sayInvalidToken(List.of(header))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "Bearer",
                "Bearer realm=\"x\"",
                "Bearer error=\"insufficient_scope\"",
                "Bearer error=\"invalid_request\"",
                "Bearer error=\"Invalid_Token\"",
                "Bearer error=\" invalid_token\"",
                "Bearer error_description=\"invalid_token\"",
                "Bearer realm=\"error=invalid_token\"",
                "Bearer realm=\"x\\\", error=\\\"invalid_token\"",
                "Basic realm=\"Bearer error=\\\"invalid_token\\\"\"",
                "Basic error=\"invalid_token\"",
                "BearerX error=\"invalid_token\"",
                "Bearer realm=\"x\", Basic error=\"invalid_token\"",
                "DPoP error=\"invalid_token\"",
                "error=\"invalid_token\"",
                "Bearer error=\"invalid_token",
                "Bearer error=\"invalid_token\\",
                "Bearer error=\"invalid_token\" x",
                "Bearer error=invalid_token x",
                "Bearer error==invalid_token",
                "Bearer error=",
                "Bearer error=\"invalid_token\", error=\"invalid_token\"",
                "Bearer error=\"insufficient_scope\", error=\"invalid_token\"",
                "Bearer;error=\"invalid_token\"",
                "\"Bearer\" error=\"invalid_token\"",
                "Bearer error*=\"invalid_token\"",
                "=",
                ",",
                "Bearer =invalid_token",
            })
    void nothing_else_says_so(String header) {
        assertThat(Challenges.sayInvalidToken(List.of(header))).isFalse();
    }

    @Test
    void headers_are_read_one_by_one() {
        assertThat(Challenges.sayInvalidToken(List.of("Basic realm=\"x\"", "Bearer error=\"invalid_token\"")))
                .isTrue();
        assertThat(Challenges.sayInvalidToken(List.of("Bearer", "error=\"invalid_token\"")))
                .isFalse();
        assertThat(Challenges.sayInvalidToken(List.of("Basic realm=\"", "Bearer error=\"invalid_token\"")))
                .isTrue();
    }

    @Test
    void a_long_header_is_read_in_linear_time() {
        String header = "Bearer " + "a=\"".repeat(100_000) + "Bearer error=\"invalid_token\"";
        assertThat(Challenges.sayInvalidToken(List.of(header))).isFalse();
    }
}
