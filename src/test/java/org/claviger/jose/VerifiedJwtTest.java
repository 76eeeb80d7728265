package org.claviger.jose;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VerifiedJwtTest {
    private final VerifiedJwt jwt = new VerifiedJwt(
            "header.claims.signature",
            TokenType.AT_JWT,
            "the-key",
            Map.of(
                    "text", "a",
                    "number", 1L,
                    "list", List.of("a", "b"),
                    "mixed", List.of("a", 1L),
                    "nulls", Arrays.asList("a", null),
                    "empty", List.of(),
                    "jti", "the-id"));

    @Test
    void aTextIsATextAndNothingElse() {
        assertThat(jwt.text("text")).contains("a");
        assertThat(jwt.text("number")).isEmpty();
        assertThat(jwt.text("list")).isEmpty();
        assertThat(jwt.text("missing")).isEmpty();
    }

    @Test
    void textsAreAListOfTextsOrOneText() {
        assertThat(jwt.texts("list")).containsExactly("a", "b");
        assertThat(jwt.texts("text")).containsExactly("a");
        assertThat(jwt.texts("empty")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"mixed", "nulls", "number", "missing"})
    void anythingElseIsNoTexts(String name) {
        assertThat(jwt.texts(name)).isEmpty();
    }

    @Test
    void itDoesNotShowTheToken() {
        assertThat(jwt).hasToString("VerifiedJwt[jti=the-id]");
    }

    @Test
    void aTokenTypeIsFoundByItsExactValue() {
        assertThat(TokenType.find("at+jwt")).contains(TokenType.AT_JWT);
        assertThat(TokenType.find("JWT")).contains(TokenType.JWT);
        assertThat(TokenType.find("jwt")).isEmpty();
        assertThat(TokenType.find("application/at+jwt")).isEmpty();
    }
}
