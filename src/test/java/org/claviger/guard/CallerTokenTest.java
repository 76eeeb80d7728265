package org.claviger.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.claviger.Fixture.ISSUER;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.claviger.Fixture;
import org.claviger.TestClock;
import org.claviger.jose.InvalidTokenException;
import org.claviger.jose.JwtSigner;
import org.claviger.jose.JwtVerifier;
import org.claviger.jose.TokenType;
import org.eclipse.microprofile.jwt.Claims;
import org.junit.jupiter.api.Test;

class CallerTokenTest {
    private static final long NOW = TestClock.START.getEpochSecond();

    private static CallerToken caller(Map<String, ?> more) {
        Map<String, Object> claims = new LinkedHashMap<>(
                Map.of("iss", ISSUER, "sub", "alice-subject", "aud", "a", "exp", NOW + 900, "iat", NOW, "jti", "j"));
        claims.putAll(more);
        String token = new JwtSigner().sign(TokenType.AT_JWT, claims, Fixture.signingKey());
        try {
            return new CallerToken(
                    new JwtVerifier(ISSUER, Fixture.Keys.SIGNING::published, new TestClock()).verify(token, "a"));
        } catch (InvalidTokenException broken) {
            throw new IllegalStateException(broken);
        }
    }

    @Test
    void theNameIsTheUpnElseThePreferredUsernameElseTheSubject() {
        assertThat(caller(Map.of("upn", "alice", "preferred_username", "al")).getName())
                .isEqualTo("alice");
        assertThat(caller(Map.of("preferred_username", "al")).getName()).isEqualTo("al");
        assertThat(caller(Map.of()).getName()).isEqualTo("alice-subject");
    }

    @Test
    void r3TheSubjectIsTheSubjectWhateverTheNameIs() {
        assertThat(caller(Map.of("upn", "alice")).getSubject()).isEqualTo("alice-subject");
    }

    @Test
    void groupsAreASet() {
        assertThat(caller(Map.of("groups", List.of("user", "admin", "user"))).getGroups())
                .containsExactly("user", "admin");
        assertThat(caller(Map.of("groups", "user")).getGroups()).containsExactly("user");
        assertThat(caller(Map.of()).getGroups()).isEmpty();
        assertThat(caller(Map.of("groups", List.of("user", 1L))).getGroups()).isEmpty();
        assertThat(caller(Map.of("groups", true)).getGroups()).isEmpty();
    }

    @Test
    void whatACallerDoesToItsGroupsHasNoEffect() {
        CallerToken caller = caller(Map.of("groups", List.of("user")));

        caller.getGroups().add("admin");
        Set<String> claim = caller.getClaim("groups");
        claim.add("admin");

        assertThat(caller.getGroups()).containsExactly("user");
    }

    @Test
    void theAudienceIsASet() {
        assertThat(caller(Map.of()).getAudience()).containsExactly("a");
        assertThat(caller(Map.of("aud", List.of("b", "a"))).getAudience()).containsExactly("b", "a");
        Object claim = caller(Map.of()).getClaim("aud");
        assertThat(claim).isEqualTo(Set.of("a"));
    }

    @Test
    void standardClaimsHaveTheirMicroProfileTypes() {
        CallerToken caller = caller(Map.of("auth_time", NOW - 5, "scope", "a b", "x", Map.of("y", List.of(1L, true))));

        assertThat(caller.getIssuer()).isEqualTo(ISSUER);
        assertThat(caller.getExpirationTime()).isEqualTo(NOW + 900);
        assertThat(caller.getIssuedAtTime()).isEqualTo(NOW);
        assertThat(caller.getTokenID()).isEqualTo("j");
        assertThat(caller.<String>getClaim("scope")).isEqualTo("a b");
        assertThat(caller.<Long>getClaim("auth_time")).isEqualTo(NOW - 5);
        assertThat(caller.<Map<String, Object>>getClaim("x")).isEqualTo(Map.of("y", List.of(1L, true)));
        assertThat(caller.<String>getClaim(Claims.sub)).isEqualTo("alice-subject");
        assertThat(caller.<Object>getClaim("missing")).isNull();
        assertThat(caller.<Object>claim("missing")).isEmpty();
        assertThat(caller.containsClaim("scope")).isTrue();
        assertThat(caller.containsClaim("missing")).isFalse();
    }

    @Test
    void theRawTokenIsAClaimAndIsNotShown() {
        CallerToken caller = caller(Map.of());

        assertThat(caller.getRawToken()).matches("[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+");
        assertThat(caller.getClaimNames()).contains("raw_token", "iss", "sub", "aud", "exp", "iat", "jti");
        assertThat(caller.toString()).contains("j").doesNotContain(caller.getRawToken(), "alice-subject");
    }
}
