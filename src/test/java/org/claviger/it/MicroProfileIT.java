package org.claviger.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import org.claviger.testkit.TestToken;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * An application with MicroProfile JWT of its own ({@code @LoginConfig}) beside Claviger, see {@link Matrix#microProfile}: the server
 * verifies its tokens by our JWK set, and Claviger leaves it alone.
 */
@ExtendWith(ClavigerExtension.class)
@Tag("every-server")
class MicroProfileIT {
    private static final String SUBJECT = "/microprofile/api/subject";

    private final RunningClaviger claviger;
    private final Flow flow;

    MicroProfileIT(RunningClaviger claviger, Flow flow) {
        this.claviger = claviger;
        this.flow = flow;
    }

    private TestToken token() {
        return claviger.tokens().token().client("microprofile").type("JWT").user("clara");
    }

    private int status(String token) throws InterruptedException, IOException {
        return flow.call(SUBJECT, token).statusCode();
    }

    @Test
    void a_token_from_the_token_endpoint_is_accepted() throws InterruptedException, IOException {
        String token = flow.serviceToken("microprofile");
        assertThat(flow.call(SUBJECT, token).body())
                .isEqualTo(Jwts.claims(token).getString("sub"));
        assertThat(status(token().groups("user").sign())).isEqualTo(200);
    }

    @Test
    void a_token_without_the_role_is_refused() throws InterruptedException, IOException {
        assertThat(status(token().groups("other").sign())).isEqualTo(403);
    }

    @Test
    void what_is_no_token_of_ours_is_refused() throws InterruptedException, IOException {
        assertThat(status("garbage")).isEqualTo(401);
        // Servers forgive clocks elsewhere up to a minute.
        assertThat(status(token().groups("user").age(Duration.ofMinutes(20)).sign()))
                .isEqualTo(401);
        assertThat(status(token().groups("user").forged())).isEqualTo(401);
        // WildFly answers 500 where it knows no such key.
        assertThat(status(token().groups("user").foreign())).isIn(401, 500);
        assertThat(status(token().groups("user").unsigned())).isEqualTo(401);
        assertThat(claviger.get(SUBJECT).statusCode()).isIn(401, 403);
    }

    @Test
    void the_application_keeps_its_own_mechanism() throws InterruptedException, IOException {
        // The guard would refuse a type that the client is not configured for, and a token that is revoked.
        assertThat(status(token().client("service").groups("user").sign())).isEqualTo(200);
        String revoked = flow.serviceToken("microprofile");
        assertThat(flow.revoke("microprofile", revoked).statusCode()).isEqualTo(200);
        assertThat(flow.call("/matrix/open", revoked).statusCode()).isEqualTo(401);
        assertThat(status(revoked)).isEqualTo(200);
    }
}
