package org.claviger.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.claviger.it.RunningClaviger.json;

import jakarta.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.claviger.it.ApiDocument.Operation;
import org.claviger.oauth.Scope;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Every operation of administration gives every answer that {@code admin/openapi.json} says it may, and no other. On a server of its own,
 * whose keys may be compromised. Who adds an operation, or an answer of one, adds the exchange that has it to the story of its resource
 * here; what is refused everywhere alike is tried everywhere.
 */
@Tag("every-server")
@Tag("any-payara")
@Tag("any-configuration")
class AdminOperationsIT {
    private static final String ADMIN = "/api/v2/auth/admin";
    private static final String MERGE_PATCH = "application/merge-patch+json";
    private static final Pattern PATH_PARAMETER = Pattern.compile("\\{\\w+}");

    private RunningClaviger claviger;
    private Flow flow;
    private ApiDocument document;
    private String admin;
    private String reader;

    @Test
    void every_operation_gives_every_answer_that_the_document_names_and_no_other() throws Exception {
        claviger = new RunningClaviger(RunningClaviger.folder().resolveSibling("operations"), Map.of());
        try {
            flow = new Flow(claviger);
            admin = flow.serviceToken("operator", "scope", Scope.ADMIN);
            reader = flow.serviceToken("auditor", "scope", Scope.ADMIN_READ);
            HttpResponse<String> served = flow.call(ADMIN + "/openapi.json", reader);
            assertThat(served.statusCode()).as(served.body()).isEqualTo(200);
            assertThat(served.body()).doesNotContain("issuer.invalid");
            document = new ApiDocument(json(served));
            assertThat(json(served).getJsonArray("servers").getJsonObject(0).getString("url"))
                    .isEqualTo(claviger.issuer() + "/admin");

            whatIsRefusedEverywhere();
            openApi();
            clients();
            users();
            sessions();
            settings();
            revocations();
            audit();
            statistics();
            keys();

            assertThat(document.complaints()).isEmpty();
        } finally {
            claviger.close();
        }
    }

    /** One exchange: a request as an administrator sends it, unless something else is said. */
    private final class Call {
        private final Operation operation;
        private final String path;
        private final Map<String, String> headers = new LinkedHashMap<>();
        private String query = "";
        private String body = "";
        private URI base = claviger.at(ADMIN);

        Call(String operationId, String... pathParameters) {
            operation = document.operation(operationId);
            Iterator<String> values = List.of(pathParameters).iterator();
            path = PATH_PARAMETER.matcher(operation.path()).replaceAll(any -> Matcher.quoteReplacement(values.next()));
            headers.put("Authorization", "Bearer " + admin);
        }

        Call query(String text) {
            query = "?" + text;
            return this;
        }

        Call body(String text) {
            return body(operation.method().equals("PATCH") ? MERGE_PATCH : "application/json", text);
        }

        Call body(String type, String text) {
            headers.put("Content-Type", type);
            body = text.replace('\'', '"');
            return this;
        }

        Call token(String token) {
            headers.put("Authorization", "Bearer " + token);
            return this;
        }

        Call without(String header) {
            headers.remove(header);
            return this;
        }

        Call with(String header, String value) {
            headers.put(header, value);
            return this;
        }

        Call at(URI address) {
            base = address;
            return this;
        }

        HttpResponse<String> gives(int status) throws InterruptedException, IOException {
            HttpRequest.Builder request = claviger.request("/")
                    .uri(URI.create(base + path + query))
                    .method(
                            operation.method(),
                            body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
            headers.forEach(request::header);
            HttpResponse<String> answer = claviger.send(request);
            assertThat(answer.statusCode())
                    .as("%s %s %s: %s", operation.method(), path + query, body, answer.body())
                    .isEqualTo(status);
            if (status < 300 && !body.isEmpty()) {
                document.request(operation.id(), headers.get("Content-Type"), body);
            }
            document.answer(operation.id(), status, answer.headers(), answer.body());
            return answer;
        }
    }

    private Call call(String operationId, String... pathParameters) {
        return new Call(operationId, pathParameters);
    }

    /** Of things that are not there: what refuses comes before anybody looks for them. */
    private Call anything(Operation operation) {
        Call call = call(operation.id(), "nothing").with("If-Match", "*");
        return operation.hasBody() ? call.body("{}") : call;
    }

    private void whatIsRefusedEverywhere() throws Exception {
        List<String> others = List.of(
                flow.serviceToken("service"),
                flow.serviceToken("operator", "scope", "demo"),
                flow.tokens("web", "root").getString("access_token"),
                flow.tokens("console", "bob").getString("access_token"));
        for (Operation operation : document.operations()) {
            anything(operation).without("Authorization").gives(401);
            for (String other : others) {
                anything(operation).token(other).gives(401);
            }
            if (operation.wants(Scope.ADMIN)) {
                anything(operation).token(reader).gives(403);
            }
            anything(operation).query("odd=%00").gives(400);
            anything(operation).with("Accept", "image/png").gives(406);
            anything(operation)
                    .at(URI.create("http://localhost:" + claviger.port() + ADMIN))
                    .gives(421);
        }
    }

    private void openApi() throws Exception {
        call("readOpenApi").token(reader).gives(200);
    }

    private void clients() throws Exception {
        String name = "stock";
        String service = "{'client_id':'stock','grant_types':['client_credentials'],'scope':'demo','groups':['a'],"
                + "'client_name':'Lager','refresh_token_leeway':1,'classification':'sensitive'}";
        assertThat(json(call("createClient").body(service).gives(201))).containsKey("client_secret");
        call("createClient").body(service).gives(409);
        call("createClient").body("{'client_id':'x'}").gives(422);
        call("createClient").body("[]").gives(400);
        call("createClient").body("text/plain", service).gives(415);

        assertThat(json(call("listClients").query("limit=1").token(reader).gives(200)))
                .containsKey("next");
        call("listClients").query("limit=200").gives(200);
        call("listClients").query("limit=201").gives(400);
        call("readClient", name).token(reader).gives(200);
        call("readClient", "nothing").gives(404);

        call("changeClient", name)
                .with("If-Match", "*")
                .body("{'scope':'profile'}")
                .gives(200);
        call("changeClient", name)
                .with("If-Match", "*")
                .body("application/json", "{'client_name':null}")
                .gives(200);
        call("changeClient", "nothing").with("If-Match", "*").body("{}").gives(404);
        call("changeClient", name).with("If-Match", "\"0\"").body("{}").gives(412);
        call("changeClient", name)
                .with("If-Match", "*")
                .body("text/plain", "{}")
                .gives(415);
        call("changeClient", name).with("If-Match", "*").body("{'scope':1}").gives(422);
        call("changeClient", name).body("{}").gives(428);

        assertThat(json(call("rotateClientSecret", name).gives(200))).containsKey("previous_secret_until");
        call("rotateClientSecret", name).body("{'overlap':'PT1M'}").gives(200);
        call("rotateClientSecret", name).body("{'overlap':'x'}").gives(422);
        call("rotateClientSecret", "spa").gives(409);
        for (String operation : List.of("disableClient", "enableClient", "rotateClientSecret", "deleteClient")) {
            call(operation, "nothing").gives(404);
            call(operation, name).with("If-Match", "\"0\"").gives(412);
        }
        call("disableClient", name).gives(200);
        call("enableClient", name).gives(200);
        call("deleteClient", name).with("If-Match", "*").gives(204);
    }

    private void users() throws Exception {
        String user = "{'username':'vera','name':'Vera','email':'vera@example.org','groups':['a','claviger-admin']}";
        String subject = json(call("createUser").body(user).gives(201)).getString("sub");
        call("createUser").body(user).gives(409);
        call("createUser").body("{'username':''}").gives(422);
        call("createUser").body("text/plain", user).gives(415);

        assertThat(json(call("listUsers").query("limit=1").token(reader).gives(200)))
                .containsKey("next");
        call("listUsers").query("name=vera").gives(200);
        call("readUser", subject).token(reader).gives(200);
        call("readUser", "nothing").gives(404);

        call("changeUser", subject).with("If-Match", "*").body("{'name':null}").gives(200);
        call("changeUser", "nothing").with("If-Match", "*").body("{}").gives(404);
        call("changeUser", subject).with("If-Match", "\"0\"").body("{}").gives(412);
        call("changeUser", subject)
                .with("If-Match", "*")
                .body("text/plain", "{}")
                .gives(415);
        call("changeUser", subject)
                .with("If-Match", "*")
                .body("{'username':'other'}")
                .gives(422);
        call("changeUser", subject).body("{}").gives(428);

        for (String operation : List.of("disableUser", "enableUser", "resetPassword", "deleteUser")) {
            call(operation, "nothing").gives(404);
            call(operation, subject).with("If-Match", "\"0\"").gives(412);
        }
        call("resetPassword", subject).gives(200);
        call("disableUser", subject).gives(200);
        call("resetPassword", subject).gives(409);
        call("enableUser", subject).gives(200);
        call("deleteUser", subject).gives(204);

        String last = json(call("listUsers").query("name=root").gives(200))
                .getJsonArray("users")
                .getJsonObject(0)
                .getString("sub");
        call("changeUser", last).with("If-Match", "*").body("{'groups':null}").gives(409);
        call("disableUser", last).gives(409);
        call("deleteUser", last).gives(409);
    }

    private void sessions() throws Exception {
        flow.tokens("web", "alice");
        flow.tokens("spa", "alice");
        String alice = json(call("listUsers").query("name=alice").gives(200))
                .getJsonArray("users")
                .getJsonObject(0)
                .getString("sub");

        JsonObject families = json(call("listFamilies")
                .query("limit=1&subject=" + alice)
                .token(reader)
                .gives(200));
        assertThat(families).containsKey("next");
        call("listFamilies").gives(400);
        String family = families.getJsonArray("families").getJsonObject(0).getString("id");
        call("endFamily", family).gives(204);
        call("endFamily", family).gives(404);

        String session = json(call("listSignIns")
                        .query("subject=" + alice)
                        .token(reader)
                        .gives(200))
                .getJsonArray("sign_ins")
                .getJsonObject(0)
                .getString("id");
        call("listSignIns").gives(400);
        call("endSignIn", session).gives(204);
        call("endSignIn", session).gives(404);

        call("endAll").query("subject=" + alice).gives(204);
        call("endAll").gives(400);
    }

    private void settings() throws Exception {
        call("readSettings").token(reader).gives(200);
        call("changeSettings")
                .with("If-Match", "*")
                .body("{'claviger.brand.name':'Acme'}")
                .gives(200);
        call("changeSettings")
                .with("If-Match", "*")
                .body("application/json", "{'claviger.brand.name':null}")
                .gives(200);
        call("changeSettings")
                .with("If-Match", "*")
                .body("{'claviger.nothing':'x'}")
                .gives(404);
        call("changeSettings")
                .with("If-Match", "*")
                .body("{'claviger.issuer':'https://other.example.org'}")
                .gives(409);
        call("changeSettings")
                .with("If-Match", "\"999\"")
                .body("{'claviger.brand.name':'x'}")
                .gives(412);
        call("changeSettings").with("If-Match", "*").body("text/plain", "{}").gives(415);
        call("changeSettings")
                .with("If-Match", "*")
                .body("{'claviger.brand.color':'x'}")
                .gives(422);
        call("changeSettings")
                .with("If-Match", "*")
                .body("{'claviger.brand.name':[]}")
                .gives(400);
        call("changeSettings").body("{}").gives(428);
    }

    private void revocations() throws Exception {
        for (String revocation : List.of(
                "{'kind':'client','value':'nobody'}",
                "{'kind':'subject','value':'nobody'}",
                "{'kind':'token','value':'none'}",
                "{'kind':'family','value':'AAAAAAAAAAAAAAAAAAAAAA'}")) {
            call("revoke").body(revocation).gives(200);
        }
        call("revoke").body("{'kind':'planet'}").gives(422);
        call("revoke").body("[]").gives(400);
        call("revoke").body("text/plain", "{}").gives(415);
        assertThat(json(call("listRevocations").token(reader).gives(200)).getJsonArray("revocations"))
                .isNotEmpty();
        call("listRevocations").query("after=x").gives(400);
    }

    private void audit() throws Exception {
        JsonObject newest =
                json(call("listAudit").query("limit=1").token(reader).gives(200));
        call("listAudit")
                .query("event=USER_DELETED,CLIENT_DELETED&by=operator&until=2999-01-01T00:00:00Z&before="
                        + newest.getString("next"))
                .gives(200);
        call("listAudit").query("event=PLANET").gives(400);
        JsonObject verified = json(call("verifyAudit").token(reader).gives(200));
        assertThat(verified.getBoolean("ok")).as(verified.toString()).isTrue();
        call("verifyAudit").query("position=1").gives(400);
    }

    private void statistics() throws Exception {
        assertThat(json(call("readStatistics").token(reader).gives(200)).getJsonArray("points"))
                .hasSizeGreaterThanOrEqualTo(24);
        call("readStatistics").query("step=year").gives(400);
    }

    /** Last: the signature of every token ends with the key. */
    private void keys() throws Exception {
        call("listKeys").token(reader).gives(200);
        assertThat(call("listKeys").with("Accept", "text/html").gives(200).body())
                .contains("<table>");
        JsonObject rotated = json(call("rotateKeys").gives(200));
        String announced = rotated.getJsonArray("keys").getValuesAs(JsonObject.class).stream()
                .filter(key -> key.getString("state").equals("announced"))
                .findFirst()
                .orElseThrow()
                .getString("kid");
        call("retireKey", announced).gives(200);
        call("compromisedKey", announced).gives(200);
        call("retireKey", "nothing").gives(404);
        call("compromisedKey", "nothing").gives(404);
    }
}
