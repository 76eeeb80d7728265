package org.claviger.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.claviger.Fixture.ISSUER;
import static org.claviger.Fixture.settings;

import java.util.List;
import org.claviger.oauth.Scope;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GuardSettingsTest {
    private static GuardSettings guard(String... keysAndValues) {
        return settings(keysAndValues).guard();
    }

    @Test
    void withoutSettingsAllApplicationsAreGuardedAlike() {
        GuardSettings guard = guard();
        assertThat(guard.include()).isEmpty();
        assertThat(guard.exclude()).isEmpty();
        assertThat(guard.of("/orders").audience()).isEqualTo(ISSUER);
        assertThat(guard.of("/orders").requiredScope()).isEqualTo(Scope.EMPTY);
        assertThat(guard.of("/").roleClaim()).isEqualTo("groups");
        assertThat(guard.of("/").roles(List.of("a", "b"))).containsExactly("a", "b");
    }

    @Test
    void anApplicationHasWhatIsSaidOfItAndOtherwiseWhatIsSaidOfAll() {
        GuardSettings guard = guard(
                "claviger.guard.audience", "https://apps.example.org, /orders=https://orders.example.org?a=b",
                "claviger.guard.required-scope", "/orders = orders:read orders:write",
                "claviger.guard.role-claim", "roles,/=groups");
        assertThat(guard.of("/orders").audience()).isEqualTo("https://orders.example.org?a=b");
        assertThat(guard.of("/orders").requiredScope()).isEqualTo(Scope.parse("orders:read orders:write"));
        assertThat(guard.of("/orders").roleClaim()).isEqualTo("roles");
        assertThat(guard.of("/orders/more").audience()).isEqualTo("https://apps.example.org");
        assertThat(guard.of("/orders/more").requiredScope()).isEqualTo(Scope.EMPTY);
        assertThat(guard.of("/").roleClaim()).isEqualTo("groups");
    }

    @Test
    void theAudienceOfTheInstallationIsThatOfItsApplications() {
        assertThat(guard("claviger.audience", "https://all.example.org")
                        .of("/x")
                        .audience())
                .isEqualTo("https://all.example.org");
    }

    @Test
    void aGroupStaysARoleAndMayStandForOthers() {
        GuardSettings guard =
                guard("claviger.guard.role-mapping", "boss>admin, /orders=staff>clerk, /orders=staff>reader");
        assertThat(guard.of("/orders").roles(List.of("staff", "boss")))
                .containsExactly("staff", "boss", "clerk", "reader");
        assertThat(guard.of("/stock").roles(List.of("staff", "boss"))).containsExactly("staff", "boss", "admin");
    }

    @Test
    void applicationsAreNamedByTheirPathAndIfNeedBeByTheirVirtualServer() {
        assertThat(guard("claviger.guard.exclude", "/, /a, intern/b/c").exclude())
                .containsExactlyInAnyOrder("/", "/a", "intern/b/c");
        assertThat(guard("claviger.guard.include", "/a").include()).containsExactly("/a");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "claviger.guard.exclude       | shop",
                "claviger.guard.exclude       | /shop/",
                "claviger.guard.exclude       | /a,,/b",
                "claviger.guard.include       | /a b",
                "claviger.guard.audience      | /orders",
                "claviger.guard.audience      | /orders=",
                "claviger.guard.audience      | https://a.example.org,https://b.example.org",
                "claviger.guard.audience      | /a=x,/a=y",
                "claviger.guard.audience      | /a=" + ISSUER + "/admin",
                "claviger.guard.required-scope | /a=two  blanks",
                "claviger.guard.browser-client | a-client",
                "claviger.guard.browser-client | /a=größe",
                "claviger.guard.browser-client | /a=claviger-console",
                "claviger.guard.role-mapping  | /a=clerk",
                "claviger.guard.role-mapping  | a>b>c"
            })
    void whatCannotBeMeantIsRefusedByItsKey(String key, String value) {
        assertThatThrownBy(() -> guard(key, value))
                .isInstanceOf(SettingsException.class)
                .hasMessageStartingWith(key + ": ");
    }

    @Test
    void toIncludeSomeAndToExcludeOthersSaysTheSameTwice() {
        assertThatThrownBy(() -> guard("claviger.guard.include", "/a", "claviger.guard.exclude", "/b"))
                .hasMessageStartingWith("claviger.guard.exclude: ");
    }
}
