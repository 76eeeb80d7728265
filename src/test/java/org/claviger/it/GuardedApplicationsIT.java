package org.claviger.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Applications that know nothing of Claviger, beside it on the server: the statuses of RFC 6750 section 3.1. */
@ExtendWith(ClavigerExtension.class)
@Tag("every-server")
@Tag("enterprise-beans") // of the demo application
class GuardedApplicationsIT {
    private final RunningClaviger claviger;
    private final Flow flow;

    GuardedApplicationsIT(RunningClaviger claviger, Flow flow) {
        this.claviger = claviger;
        this.flow = flow;
    }

    @ParameterizedTest
    @CsvSource({
        // path, with the role, without it, without a token, with a bad token
        "/demo/api/public, 200, 200, 200, 401",
        "/demo/api/open,   200, 200, 200, 401",
        "/demo/api/user,   200, 403, 401, 401",
        "/demo/api/admin,  403, 403, 401, 401",
        "/demo/api/denied, 403, 403, 401, 401",
        "/demo/api/ejb,    200, 403, 401, 401",
        "/demo/servlet,    200, 403, 401, 401",
        "/plain/api/orders, 200, 403, 401, 401",
    })
    void an_annotation_is_all_that_it_takes(String path, int withRole, int withoutRole, int withoutToken, int badToken)
            throws InterruptedException, IOException {
        assertThat(claviger.get(path, "Authorization", bearer("service")).statusCode())
                .isEqualTo(withRole);
        assertThat(claviger.get(path, "Authorization", bearer("stranger")).statusCode())
                .isEqualTo(withoutRole);
        assertThat(claviger.get(path).statusCode()).isEqualTo(withoutToken);
        HttpResponse<String> refused = claviger.get(path, "Authorization", "Bearer garbage");
        assertThat(refused.statusCode()).isEqualTo(badToken);
        assertThat(refused.headers().firstValue("WWW-Authenticate").orElse("")).contains("error=\"invalid_token\"");
    }

    private String bearer(String clientId) throws InterruptedException, IOException {
        return "Bearer " + flow.serviceToken(clientId);
    }
}
