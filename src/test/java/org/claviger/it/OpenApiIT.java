package org.claviger.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.claviger.it.RunningClaviger.json;

import java.io.IOException;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The description of administration is for those who may look at it, and for nobody else. */
@ExtendWith(ClavigerExtension.class)
@Tag("every-server")
class OpenApiIT {
    private static final String DOCUMENT = "/api/v2/auth/admin/openapi.json";

    private final RunningClaviger claviger;
    private final Flow flow;

    OpenApiIT(RunningClaviger claviger, Flow flow) {
        this.claviger = claviger;
        this.flow = flow;
    }

    /** Payara and the MicroProfile configuration of WildFly describe the applications that they have, to anybody. */
    @ParameterizedTest
    @ValueSource(
            strings = {"/openapi", "/openapi?format=JSON", "/openapi/", "/api/v2/auth/openapi", "/openapi/claviger"})
    void no_server_describes_administration_by_itself(String path) throws InterruptedException, IOException {
        HttpResponse<String> answer = claviger.get(path);
        assertThat(answer.body())
                .doesNotContain("password-reset", "sign-ins", "revocations", "/settings", "/keys", "listClients");
    }

    @Test
    void a_reader_is_told_where_this_installation_is() throws InterruptedException, IOException {
        HttpResponse<String> answer = flow.call(DOCUMENT, flow.serviceToken("auditor", "scope", "claviger:admin.read"));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type").orElseThrow()).startsWith("application/json");
        assertThat(json(answer).getJsonArray("servers").getJsonObject(0).getString("url"))
                .isEqualTo(claviger.issuer() + "/admin");
        assertThat(json(answer)
                        .getValue("/components/securitySchemes/oauth2/flows/authorizationCode/tokenUrl")
                        .toString())
                .isEqualTo("\"" + claviger.issuer() + "/token\"");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                DOCUMENT,
                DOCUMENT + ";x",
                "/api/v2/auth/openapi.json",
                "/api/v2/auth/org/claviger/admin/openapi.json",
                "/api/v2/auth/META-INF/openapi.json",
                "/api/v2/auth/WEB-INF/classes/org/claviger/admin/openapi.json"
            })
    void without_a_token_nobody_reads_it(String path) throws IOException {
        Wire.Answer answer = Wire.ask(claviger, "GET " + path);
        assertThat(answer.status()).isGreaterThanOrEqualTo(400);
        assertThat(answer.body()).doesNotContain("listClients");
    }
}
