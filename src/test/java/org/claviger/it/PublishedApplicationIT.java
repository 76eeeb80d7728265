package org.claviger.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpResponse;
import org.claviger.testkit.TestToken;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Applications that others wrote and published: those of the MicroProfile JWT 2.1 TCK, class by class as they are on Maven
 * Central, guarded without a change. They are packed as the TCK packs them, but without MicroProfile JWT: with its own
 * {@code Application} that has no {@code @LoginConfig}, and with {@code claviger-inject.jar}, because they have claims injected.
 */
@ExtendWith(ClavigerExtension.class)
@Tag("every-server")
class PublishedApplicationIT {
    private final RunningClaviger claviger;
    private final Flow flow;

    PublishedApplicationIT(RunningClaviger claviger, Flow flow) {
        this.claviger = claviger;
        this.flow = flow;
    }

    private TestToken token(String... roles) {
        return claviger.tokens().token().client("service").user("clara").groups(roles);
    }

    @ParameterizedTest
    @CsvSource({
        // path, its role, without a token, without the role, with it
        "/published/endp/echo?input=hello, Echoer, 401, 403, 'hello, user=clara'",
        "/published/endp/getPrincipalClass, Tester, 401, 403, 'isJsonWebToken:true'",
        "/published/endp/getInjectedPrincipal, Tester, 401, 403, 'isJsonWebToken:true'",
        "/published/endp/needsGroup1Mapping, Group1MappedRole, 401, 403, ''",
        // It asks nobody for his name, too.
        "/published/endp/echo-permit-all?input=hello, Echoer, 500, 200, 'hello, permitAll, user=clara'",
        "/published/endp/heartbeat, Echoer, 200, 200, ''",
        "/published/ping/echo?input=hello, Echoer, 200, 200, 'hello'",
    })
    void its_resources(String path, String role, int anonymous, int withoutRole, String withRole)
            throws InterruptedException, IOException {
        check(path, role, anonymous, withoutRole, withRole);
    }

    @ParameterizedTest
    @CsvSource({
        "/published-ejb/endp/getEJBEcho?input=hello, Echoer, 401, 403, 'hello, user=clara'",
        "/published-ejb/endp/getEJBPrincipalClass, Tester, 401, 403, 'JsonWebToken'",
        "/published-ejb/ServiceServlet/getPrincipalClass, Tester, 401, 403, 'JsonWebToken'",
    })
    @Tag("enterprise-beans")
    void its_beans_and_its_servlet(String path, String role, int anonymous, int withoutRole, String withRole)
            throws InterruptedException, IOException {
        check(path, role, anonymous, withoutRole, withRole);
    }

    private void check(String path, String role, int anonymous, int withoutRole, String withRole)
            throws InterruptedException, IOException {
        HttpResponse<String> answer = flow.call(path, token(role).sign());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(answer.body()).contains(withRole);
        assertThat(flow.call(path, token("other").sign()).statusCode()).isEqualTo(withoutRole);
        assertThat(claviger.get(path).statusCode()).isEqualTo(anonymous);
        for (String refused : new String[] {
            "garbage",
            token(role).expired(),
            token(role).forged(),
            token(role).type("JWT").sign()
        }) {
            assertThat(flow.call(path, refused).statusCode()).isEqualTo(401);
        }
    }

    @Test
    void a_role_that_nobody_has_lets_nobody_in() throws InterruptedException, IOException {
        assertThat(flow.call(
                                "/published/endp/echo2?input=x",
                                token("Echoer", "Tester").sign())
                        .statusCode())
                .isEqualTo(403);
    }
}
