package org.claviger.oauth;

import static org.assertj.core.api.Assertions.assertThat;

import org.claviger.TestClock;
import org.junit.jupiter.api.Test;

class AuthorizationTest {
    @Test
    void t11OnlyTheScopeOfAnAuthorizationNarrows() {
        Authorization whole = new Authorization(
                new FamilyId("0123456789abcdefghijkl"),
                new ClientId("web"),
                new Subject("subject"),
                Scope.parse("a b"),
                TestClock.START);

        Authorization narrowed = whole.withScope(Scope.parse("a"));

        assertThat(narrowed.scope()).hasToString("a");
        assertThat(narrowed).usingRecursiveComparison().ignoringFields("scope").isEqualTo(whole);
    }
}
