package org.claviger.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.claviger.it.Flow.assertRefused;
import static org.claviger.it.Flow.granted;
import static org.claviger.it.RunningClaviger.basic;
import static org.claviger.it.RunningClaviger.form;
import static org.claviger.it.RunningClaviger.json;

import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that are administered over HTTP. */
@ExtendWith(ClavigerExtension.class)
@Tag("every-server")
@Tag("any-payara")
@Tag("any-configuration")
@TestInstance(Lifecycle.PER_CLASS)
class AdminClientsIT {
    private static final String CLIENTS = "/api/v2/auth/admin/clients";
    private static final String SERVICE =
            "{'client_id':'%s','client_name':'Lager für Bücher','grant_types':['client_credentials'],'scope':'demo',"
                    + "'groups':['orders']}";

    private final RunningClaviger claviger;
    private final Flow flow;
    private String id;
    private String client;
    private String admin;
    private String reader;

    AdminClientsIT(RunningClaviger claviger, Flow flow) {
        this.claviger = claviger;
        this.flow = flow;
    }

    @BeforeAll
    void authorize() throws InterruptedException, IOException {
        admin = flow.serviceToken("operator", "scope", "claviger:admin");
        reader = flow.serviceToken("auditor", "scope", "claviger:admin.read");
    }

    /** One of its own for each test: for a second after one is deleted, another of its name gets no token. */
    @BeforeEach
    void name() {
        id = "stock-" + Pkce.random().challenge();
        client = CLIENTS + "/" + id;
    }

    @AfterEach
    void leaveNothing() throws InterruptedException, IOException {
        send("DELETE", client, "");
    }

    private HttpResponse<String> send(String method, String path, String body, String... headers)
            throws InterruptedException, IOException {
        HttpRequest.Builder request = claviger.request(path, "Authorization", "Bearer " + admin);
        if (!body.isEmpty()) {
            request.header(
                    "Content-Type", method.equals("PATCH") ? "application/merge-patch+json" : "application/json");
        }
        if (headers.length > 0) {
            request.headers(headers);
        }
        return claviger.send(request.method(
                method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body.replace('\'', '"'))));
    }

    private HttpResponse<String> read(String path) throws InterruptedException, IOException {
        return flow.call(path, reader);
    }

    private static String etag(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(answer.body()).isIn(200, 201);
        return answer.headers().firstValue("ETag").orElseThrow();
    }

    private JsonObject create() throws InterruptedException, IOException {
        HttpResponse<String> created = send("POST", CLIENTS, SERVICE.formatted(id));
        assertThat(created.statusCode()).as(created.body()).isEqualTo(201);
        return json(created);
    }

    private HttpResponse<String> token(String secret) throws InterruptedException, IOException {
        return claviger.post(
                "/api/v2/auth/token", form("grant_type", "client_credentials"), "Authorization", basic(id, secret));
    }

    private static void assertProblem(HttpResponse<String> answer, int status, String pointer) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(answer.headers().firstValue("Content-Type").orElseThrow()).startsWith("application/problem+json");
        assertThat(json(answer).getInt("status")).isEqualTo(status);
        assertThat(json(answer).getString("detail")).isNotEmpty();
        if (!pointer.isEmpty()) {
            assertThat(json(answer).getJsonArray("errors").getJsonObject(0).getString("pointer"))
                    .isEqualTo(pointer);
        }
    }

    @Test
    void a_client_is_created_gets_a_token_and_its_secret_is_shown_once() throws Exception {
        HttpResponse<String> created = send("POST", CLIENTS, SERVICE.formatted(id));

        assertThat(created.statusCode()).as(created.body()).isEqualTo(201);
        assertThat(created.headers().firstValue("Location")).contains(claviger.issuer() + "/admin/clients/" + id);
        String secret = json(created).getString("client_secret");
        String token = granted(token(secret)).getString("access_token");
        assertThat(flow.call("/plain/api/orders", token).statusCode()).isEqualTo(200);

        HttpResponse<String> found = read(client);
        assertThat(etag(found)).isEqualTo(etag(created));
        assertThat(json(found).getString("client_name")).isEqualTo("Lager für Bücher");
        assertThat(json(found).getBoolean("enabled")).isTrue();
        assertThat(found.body()).doesNotContain("secret");
        assertProblem(send("POST", CLIENTS, SERVICE.formatted(id)), 409, "#/client_id");
        claviger.awaitLog("CLIENT_CREATED by=\"operator\" client=\"" + id + "\"");
        assertThat(claviger.log()).doesNotContain(secret);
    }

    @Test
    void a_change_takes_effect_at_once_and_a_stale_one_is_refused() throws Exception {
        create();
        String before = etag(read(client));
        assertProblem(send("PATCH", client, "{'scope':'a'}"), 428, "");

        HttpResponse<String> changed = send("PATCH", client, "{'scope':'profile','groups':null}", "If-Match", before);

        assertThat(etag(changed)).isNotEqualTo(before);
        assertThat(json(changed).getString("scope")).isEqualTo("profile");
        assertThat(json(changed).containsKey("groups")).isFalse();
        assertThat(json(changed).getString("client_name")).isEqualTo("Lager für Bücher");
        for (HttpResponse<String> stale : List.of(
                send("PATCH", client, "{'scope':'b'}", "If-Match", before),
                send("PATCH", client, "{'scope':'b'}", "If-Match", "W/" + etag(changed)),
                send("POST", client + "/disable", "", "If-Match", before),
                send("POST", client + "/enable", "", "If-Match", before),
                send("POST", client + "/secret", "", "If-Match", before),
                send("DELETE", client, "", "If-Match", before))) {
            assertProblem(stale, 412, "");
        }
        assertThat(read(client).body()).isEqualTo(changed.body());
        claviger.awaitLog("CLIENT_CHANGED by=\"operator\" client=\"" + id + "\" members=\"groups scope\"");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'client_id':'x'}                                                         | 422 | #/redirect_uris",
                "{'client_id':'x','redirect_uris':['http://x.org/']}                       | 422 | #/redirect_uris/0",
                "{'client_id':'x','client_secret':'0123456789abcdef0123456789abcdef'}      | 422 | #/client_secret",
                "{'client_id':'x','grant_types':['client_credentials'],'classification':1} | 422 | #/classification",
                "{'client_id':'x y','grant_types':['client_credentials']}                  | 422 | #/client_id",
                "{'grant_types':['client_credentials']}                                    | 422 | #/client_id",
                "{'client_id':'x','a/b':1,'grant_types':['client_credentials']}            | 422 | #/a~1b",
                "{'client_id':'alice','grant_types':['client_credentials']}                | 409 | #/client_id",
                "{'client_id':'x','client_id':'y'}                                         | 400 | #/client_id",
                "[]                                                                        | 400 | ``",
                "{                                                                         | 400 | ``",
                "{} {}                                                                     | 400 | ``",
            })
    void what_does_not_fit_is_refused_by_its_member_and_registers_nothing(String entry, int status, String pointer)
            throws Exception {
        assertProblem(send("POST", CLIENTS, entry), status, pointer);
        assertProblem(read(CLIENTS + "/x"), 404, "");
    }

    @Test
    void a_disabled_client_is_refused_everywhere_until_it_is_enabled() throws Exception {
        String secret = create().getString("client_secret");
        String token = granted(token(secret)).getString("access_token");

        HttpResponse<String> disabled = send("POST", client + "/disable", "");
        assertThat(disabled.statusCode()).as(disabled.body()).isEqualTo(200);
        assertThat(json(disabled).getBoolean("enabled")).isFalse();

        assertRefused(token(secret), 401, "invalid_client");
        assertThat(flow.call("/plain/api/orders", token).statusCode()).isEqualTo(401);
        assertRefused(
                claviger.post("/api/v2/auth/introspect", form("token", token), "Authorization", basic(id, secret)),
                401,
                "invalid_client");

        assertThat(send("POST", client + "/enable", "").statusCode()).isEqualTo(200);
        assertThat(flow.call("/plain/api/orders", token).statusCode()).isEqualTo(200);
        granted(token(secret));
        claviger.awaitLog("CLIENT_DISABLED by=\"operator\" client=\"" + id + "\"");
        claviger.awaitLog("CLIENT_ENABLED by=\"operator\" client=\"" + id + "\"");
    }

    @Test
    void what_people_granted_to_a_disabled_client_comes_back_with_it() throws Exception {
        JsonObject tokens = flow.tokens("web-post", "alice");
        assertThat(send("POST", CLIENTS + "/web-post/disable", "").statusCode()).isEqualTo(200);
        try {
            assertRefused(flow.refresh("web-post", tokens.getString("refresh_token")), 401, "invalid_client");
            HttpResponse<String> page = flow.browser("alice")
                    .get(flow.request("web-post", Pkce.random()).path());
            assertThat(page.statusCode()).isEqualTo(400);
            assertThat(page.headers().firstValue("Content-Type").orElseThrow()).startsWith("text/html");
            assertThat(page.headers().firstValue("Location")).isEmpty();
        } finally {
            assertThat(send("POST", CLIENTS + "/web-post/enable", "").statusCode())
                    .isEqualTo(200);
        }
        granted(flow.refresh("web-post", tokens.getString("refresh_token")));
    }

    @Test
    void two_secrets_are_good_after_a_rotation_and_one_after_a_rotation_at_once() throws Exception {
        String first = create().getString("client_secret");
        HttpResponse<String> rotated = send("POST", client + "/secret", "");
        String second = json(rotated).getString("client_secret");

        granted(token(first));
        granted(token(second));
        assertThat(json(read(client))).containsKey("previous_secret_until");

        String third =
                json(send("POST", client + "/secret", "{'overlap':'PT0S'}")).getString("client_secret");
        assertRefused(token(first), 401, "invalid_client");
        assertRefused(token(second), 401, "invalid_client");
        granted(token(third));
        assertThat(json(read(client))).doesNotContainKey("previous_secret_until");
        for (String overlap : List.of("{'overlap':'P2D'}", "{'overlap':'-PT1S'}", "{'overlap':'x'}", "{'overlap':1}")) {
            assertProblem(send("POST", client + "/secret", overlap), 422, "#/overlap");
        }
        assertProblem(send("POST", CLIENTS + "/spa/secret", ""), 409, "");
        claviger.awaitLog("CLIENT_SECRET_ROTATED by=\"operator\" client=\"" + id + "\" overlap=\"PT24H\"");
        assertThat(claviger.log()).doesNotContain(second, third);
    }

    @Test
    void nothing_of_a_deleted_client_lives_on_in_one_that_gets_its_name() throws Exception {
        String secret = create().getString("client_secret");
        String token = granted(token(secret)).getString("access_token");
        assertThat(send("DELETE", client, "").statusCode()).isEqualTo(204);

        assertThat(flow.call("/plain/api/orders", token).statusCode()).isEqualTo(401);
        assertProblem(read(client), 404, "");
        assertProblem(send("DELETE", client, ""), 404, "");

        create();
        assertThat(flow.call("/plain/api/orders", token).statusCode()).isEqualTo(401);
        assertRefused(token(secret), 401, "invalid_client");
        claviger.awaitLog("CLIENT_DELETED by=\"operator\" client=\"" + id + "\"");
    }

    @Test
    void clients_are_listed_page_by_page_and_by_name() throws Exception {
        create();
        HttpResponse<String> all = read(CLIENTS + "?limit=200");
        List<String> names = ids(all);
        assertThat(names).contains(id, "web", "spa", "operator").doesNotHaveDuplicates();
        assertThat(all.body()).doesNotContain("secret_mac", "client_secret\"");

        HttpResponse<String> page = read(CLIENTS + "?limit=2");
        assertThat(ids(page)).isEqualTo(names.subList(0, 2));
        assertThat(ids(read(CLIENTS + "?limit=2&after=" + json(page).getString("next"))))
                .isEqualTo(names.subList(2, 4));
        assertThat(ids(read(CLIENTS + "?name=f%C3%BCr%20b"))).containsExactly(id);
        assertThat(json(read(CLIENTS + "?name=LAGER"))).doesNotContainKey("next");
        for (String limit : List.of("0", "201", "x", "-1", "99999999999")) {
            assertProblem(read(CLIENTS + "?limit=" + limit), 400, "");
        }
    }

    private static List<String> ids(HttpResponse<String> list) {
        assertThat(list.statusCode()).as(list.body()).isEqualTo(200);
        return json(list).getJsonArray("clients").getValuesAs(JsonValue::asJsonObject).stream()
                .map(client -> ((JsonString) client.get("client_id")).getString())
                .toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://rp.example.org/x", "~", "..", "a;b=c", "a%2fb", "\\"})
    void every_identifier_has_a_path(String id) throws Exception {
        HttpResponse<String> created = send(
                "POST",
                CLIENTS,
                "{'client_id':'" + id.replace("\\", "\\\\") + "','grant_types':['client_credentials']}");
        assertThat(created.statusCode()).as(created.body()).isEqualTo(201);
        String path = created.headers()
                .firstValue("Location")
                .orElseThrow()
                .substring(claviger.issuer().length() - "/api/v2/auth".length());

        assertThat(json(read(path)).getString("client_id")).isEqualTo(id);
        assertThat(send("DELETE", path, "").statusCode()).isEqualTo(204);
    }

    @Test
    void who_may_only_look_changes_nothing() throws Exception {
        create();
        String administrator = admin;
        admin = reader;
        try {
            for (HttpResponse<String> refused : List.of(
                    send("POST", CLIENTS, SERVICE.formatted("other")),
                    send("PATCH", client, "{}", "If-Match", "*"),
                    send("POST", client + "/disable", ""),
                    send("POST", client + "/enable", ""),
                    send("POST", client + "/secret", ""),
                    send("DELETE", client, ""))) {
                assertThat(refused.statusCode()).isEqualTo(403);
            }
        } finally {
            admin = administrator;
        }
        assertThat(read(client).statusCode()).isEqualTo(200);
        assertThat(claviger.get(CLIENTS).statusCode()).isEqualTo(401);
        String ordinary = flow.serviceToken("service");
        assertThat(flow.call(CLIENTS, ordinary).statusCode()).isEqualTo(401);
    }
}
