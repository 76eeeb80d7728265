package org.claviger.jose;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.claviger.Fixture.ISSUER;

import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.claviger.Fixture;
import org.claviger.TestClock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** REQUIREMENTS R7. */
class VerifiedTokensTest {
    private final TestClock clock = new TestClock();
    private final AtomicReference<JwkSet> keys = new AtomicReference<>(Fixture.Keys.SIGNING.published());
    private final VerifiedTokens tokens = new VerifiedTokens(new JwtVerifier(ISSUER, keys::get, clock), clock, 10);

    private String token(String id, Duration life) {
        long now = clock.instant().getEpochSecond();
        return new JwtSigner()
                .sign(
                        TokenType.AT_JWT,
                        Map.of(
                                "iss",
                                ISSUER,
                                "sub",
                                "s",
                                "aud",
                                "a",
                                "exp",
                                now + life.toSeconds(),
                                "iat",
                                now,
                                "jti",
                                id,
                                "list",
                                List.of("x"),
                                "map",
                                Map.of("list", List.of("y"))),
                        Fixture.signingKey());
    }

    /** Whether it comes from the same verification. */
    private static boolean isSame(VerifiedJwt one, VerifiedJwt other) {
        return one.find("list").orElseThrow() == other.find("list").orElseThrow();
    }

    @Test
    void aTokenWhoseKeyIsGoneIsNotGoodBecauseItOnceWas() throws InvalidTokenException {
        String token = token("1", Duration.ofHours(1));
        tokens.verify(token);
        keys.set(new JwkSet(List.of()));

        assertThatThrownBy(() -> tokens.verify(token)).hasMessage("the key is unknown");
    }

    @Test
    void aTokenIsVerifiedOnceAndStaysWhatItWas() throws InvalidTokenException {
        String token = token("1", Duration.ofHours(1));

        VerifiedJwt first = tokens.verify(token);
        VerifiedJwt second = tokens.verify(token);

        assertThat(isSame(second, first)).isTrue();
        assertThat(second.encoded()).isEqualTo(token);
        assertThat(second.names()).isEqualTo(first.names());
        assertThat(second.kid()).isEqualTo(first.kid());
        assertThat(second.type()).isEqualTo(first.type());
    }

    @Test
    void r8WhatOneRequestIsHandedCannotBeChangedForAnother() throws InvalidTokenException {
        VerifiedJwt jwt = tokens.verify(token("1", Duration.ofHours(1)));

        assertThatThrownBy(() -> ((List<?>) jwt.find("list").orElseThrow()).clear())
                .isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> ((Map<?, ?>) jwt.find("map").orElseThrow()).clear())
                .isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> ((List<?>) ((Map<?, ?>) jwt.find("map").orElseThrow()).get("list")).clear())
                .isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void itIsRememberedForFiveMinutesAtMost() throws InvalidTokenException {
        String token = token("1", Duration.ofHours(1));
        VerifiedJwt first = tokens.verify(token);
        clock.advance(Duration.ofSeconds(299));
        assertThat(isSame(tokens.verify(token), first)).isTrue();
        clock.advance(Duration.ofSeconds(1));

        assertThat(isSame(tokens.verify(token), first)).isFalse();
    }

    @Test
    void noTokenIsGoodBeyondItsEnd() throws InvalidTokenException {
        String token = token("1", Duration.ofSeconds(5));
        tokens.verify(token);
        clock.advance(Duration.ofSeconds(5));

        assertThatThrownBy(() -> tokens.verify(token)).hasMessage("the token has expired");
        tokens.prune();
        assertThat(tokens.size()).isZero();
    }

    @Test
    void whatWasRefusedIsNotRemembered() {
        String token = token("1", Duration.ofHours(1));
        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(() -> tokens.verify(token + "A")).isInstanceOf(InvalidTokenException.class);
        }

        assertThat(tokens.size()).isZero();
    }

    @Test
    void noPrefixOfARememberedTokenIsOne() throws InvalidTokenException {
        String token = token("1", Duration.ofHours(1));
        tokens.verify(token);
        for (int i = 0; i < token.length(); i++) {
            String part = token.substring(0, i);
            assertThatThrownBy(() -> tokens.verify(part)).isInstanceOf(InvalidTokenException.class);
        }
    }

    @Test
    void itsMemoryIsBoundedAndKeepsWhoIsAskedFor() throws InvalidTokenException {
        String asked = token("asked", Duration.ofHours(1));
        VerifiedJwt first = tokens.verify(asked);
        for (int i = 0; i < 100; i++) {
            tokens.verify(token("t" + i, Duration.ofHours(1)));
            tokens.verify(asked);
        }
        assertThat(tokens.size()).isLessThanOrEqualTo(20);
        assertThat(isSame(tokens.verify(asked), first)).isTrue();
    }

    @Test
    void aFloodOfTokensThatAreRefusedPushesNoGoodOneOut() throws InvalidTokenException {
        String good = token("good", Duration.ofHours(1));
        VerifiedJwt first = tokens.verify(good);
        String claims = good.split("\\.", -1)[1];
        String signature = good.split("\\.", -1)[2];
        for (int i = 0; i < 200; i++) {
            String header = Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString(("{\"alg\":\"RS256\",\"typ\":\"at+jwt\",\"kid\":\"k" + i + "\"}").getBytes(UTF_8));
            String ofUnknownKey = header + "." + claims + "." + signature;
            String garbage = good.substring(0, good.indexOf('.')) + ".e" + i + "A." + signature;
            assertThatThrownBy(() -> tokens.verify(ofUnknownKey)).hasMessage("the key is unknown");
            assertThatThrownBy(() -> tokens.verify(garbage)).isInstanceOf(InvalidTokenException.class);
        }
        assertThat(tokens.size()).isEqualTo(1);
        assertThat(isSame(tokens.verify(good), first)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(ints = {16_385, 10_000_000})
    void whatIsTooLongIsNotEvenHashed(int length) {
        assertThatThrownBy(() -> tokens.verify("x".repeat(length))).hasMessage("the token is too long");
    }
}
