package org.claviger.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.claviger.it.Flow.assertRefused;
import static org.claviger.it.Flow.granted;
import static org.claviger.it.RunningClaviger.json;

import jakarta.json.JsonObject;
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

/** Users that are administered over HTTP, and who choose their passwords. */
@ExtendWith(ClavigerExtension.class)
@Tag("every-server")
@Tag("enterprise-beans") // of the demo application
@TestInstance(Lifecycle.PER_CLASS)
class AdminUsersIT {
    private static final String USERS = "/api/v2/auth/admin/users";
    private static final String PASSWORD_PAGE = "/api/v2/auth/password";

    private final RunningClaviger claviger;
    private final Flow flow;
    private String admin;
    private String reader;
    private String username;
    private String user;

    AdminUsersIT(RunningClaviger claviger, Flow flow) {
        this.claviger = claviger;
        this.flow = flow;
    }

    @BeforeAll
    void authorize() throws InterruptedException, IOException {
        admin = flow.serviceToken("operator", "scope", "claviger:admin");
        reader = flow.serviceToken("auditor", "scope", "claviger:admin.read");
    }

    @BeforeEach
    void create() throws InterruptedException, IOException {
        username = "ülker " + Pkce.random().challenge();
        HttpResponse<String> created =
                send("POST", USERS, "{'username':'" + username + "','name':'Ülker','groups':['user']}");
        assertThat(created.statusCode()).as(created.body()).isEqualTo(201);
        String location = created.headers().firstValue("Location").orElseThrow();
        assertThat(location)
                .isEqualTo(claviger.issuer() + "/admin/users/" + json(created).getString("sub"));
        user = location.substring(claviger.issuer().length() - "/api/v2/auth".length());
    }

    @AfterEach
    void leaveNothing() throws InterruptedException, IOException {
        send("DELETE", user, "");
    }

    private HttpResponse<String> send(String method, String path, String body, String... headers)
            throws InterruptedException, IOException {
        HttpRequest.Builder request = claviger.request(path, "Authorization", "Bearer " + admin);
        if (!body.isEmpty()) {
            request.header("Content-Type", "application/json");
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
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return answer.headers().firstValue("ETag").orElseThrow();
    }

    private String code() throws InterruptedException, IOException {
        HttpResponse<String> answer = send("POST", user + "/password-reset", "");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(json(answer).getString("page")).isEqualTo(claviger.issuer() + "/password");
        return json(answer).getString("code");
    }

    private HttpResponse<String> choose(String code, String password, String again)
            throws InterruptedException, IOException {
        Browser browser = new Browser(claviger, username, password);
        return browser.submit(browser.get(PASSWORD_PAGE), "code", code, "password", password, "password_again", again);
    }

    private JsonObject signIn(String password) throws InterruptedException, IOException {
        Pkce pkce = Pkce.random();
        String code = new Browser(claviger, username, password)
                .authorize(flow.request("spa", pkce))
                .code();
        return granted(flow.redeem("spa", code, pkce));
    }

    private static void assertProblem(HttpResponse<String> answer, int status, String pointer) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(answer.headers().firstValue("Content-Type").orElseThrow()).startsWith("application/problem+json");
        if (!pointer.isEmpty()) {
            assertThat(json(answer).getJsonArray("errors").getJsonObject(0).getString("pointer"))
                    .isEqualTo(pointer);
        }
    }

    @Test
    void who_was_created_chooses_a_password_by_the_code_and_signs_in_until_disabled() throws Exception {
        String code = code();
        String password = "lighthouse " + Pkce.random().challenge();
        HttpResponse<String> page = claviger.get(PASSWORD_PAGE);
        assertThat(page.headers().firstValue("Cache-Control")).hasValue("no-store");
        assertThat(choose("A".repeat(43), password, password).statusCode()).isEqualTo(403);
        assertThat(choose(code, "eleven char", "eleven char").statusCode()).isEqualTo(400);
        assertThat(choose(code, password, password + "!").statusCode()).isEqualTo(400);
        HttpResponse<String> done = choose(" " + code + " ", password, password);
        assertThat(done.statusCode()).as(done.body()).isEqualTo(200);
        assertThat(done.body()).contains("Your new password is set");
        assertThat(choose(code, password, password).statusCode()).isEqualTo(403);

        JsonObject tokens = signIn(password);
        String token = tokens.getString("access_token");
        assertThat(flow.call("/demo/api/user", token).statusCode()).isEqualTo(200);

        HttpResponse<String> changed = send("PATCH", user, "{'groups':['other']}", "If-Match", "*");
        assertThat(changed.statusCode()).as(changed.body()).isEqualTo(200);
        JsonObject next = granted(flow.refresh("spa", tokens.getString("refresh_token")));
        assertThat(flow.call("/demo/api/user", next.getString("access_token")).statusCode())
                .isEqualTo(403);

        assertThat(json(send("POST", user + "/disable", "")).getBoolean("enabled"))
                .isFalse();
        assertThat(flow.call("/demo/api/user", token).statusCode()).isEqualTo(401);
        assertRefused(flow.refresh("spa", next.getString("refresh_token")), 400, "invalid_grant");
        assertProblem(send("POST", user + "/password-reset", ""), 409, "");

        assertThat(json(send("POST", user + "/enable", "")).getBoolean("enabled"))
                .isTrue();
        assertRefused(flow.refresh("spa", next.getString("refresh_token")), 400, "invalid_grant");
        signIn(password);
        String subject = json(read(user)).getString("sub");
        for (String event : List.of(
                "USER_CREATED by=\"operator\" subject=\"" + subject,
                "PASSWORD_RESET_ISSUED by=\"operator\" subject=\"" + subject,
                "PASSWORD_REFUSED ",
                "PASSWORD_CHANGED ",
                "USER_CHANGED by=\"operator\" members=\"groups\" subject=\"" + subject,
                "USER_DISABLED by=\"operator\" subject=\"" + subject,
                "USER_ENABLED by=\"operator\" subject=\"" + subject)) {
            claviger.awaitLog(event);
        }
        assertThat(claviger.log()).doesNotContain(code).doesNotContain(password);
    }

    @Test
    void a_change_rests_on_what_was_seen() throws Exception {
        String before = etag(read(user));
        assertProblem(send("PATCH", user, "{'name':'x'}"), 428, "");

        HttpResponse<String> changed = send("PATCH", user, "{'name':null,'email':'u@example.org'}", "If-Match", before);

        assertThat(etag(changed)).isNotEqualTo(before);
        assertThat(json(changed).keySet()).containsExactlyInAnyOrder("sub", "username", "email", "groups", "enabled");
        for (HttpResponse<String> stale : List.of(
                send("PATCH", user, "{'name':'x'}", "If-Match", before),
                send("POST", user + "/disable", "", "If-Match", before),
                send("POST", user + "/enable", "", "If-Match", before),
                send("POST", user + "/password-reset", "", "If-Match", before),
                send("DELETE", user, "", "If-Match", before))) {
            assertProblem(stale, 412, "");
        }
        assertThat(read(user).body()).isEqualTo(changed.body());
        for (String refused :
                List.of("{'username':'other'}", "{'username':null}", "{'password':'correct horse battery'}")) {
            assertProblem(
                    send("PATCH", user, refused, "If-Match", "*"),
                    422,
                    refused.contains("password") ? "#/password" : "#/username");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{}                                                  | 422 | #/username",
                "{'username':'x','groups':['claviger-x']}            | 422 | #/groups/0",
                "{'username':'x','password':'correct horse battery'} | 422 | #/password",
                "{'username':'alice'}                                | 409 | #/username",
                "{'username':'spa'}                                  | 409 | #/username",
                "[]                                                  | 400 | ``",
            })
    void what_does_not_fit_is_refused_by_its_member(String entry, int status, String pointer) throws Exception {
        assertProblem(send("POST", USERS, entry), status, pointer);
    }

    @Test
    void a_deleted_user_is_gone() throws Exception {
        assertThat(send("DELETE", user, "").statusCode()).isEqualTo(204);
        assertProblem(read(user), 404, "");
        assertProblem(send("DELETE", user, ""), 404, "");
        assertProblem(read(USERS + "/" + "x".repeat(300)), 404, "");
    }

    @Test
    void the_last_administrator_stays() throws Exception {
        JsonObject root = json(read(USERS + "?name=root")).getJsonArray("users").getJsonObject(0);
        assertThat(root.getJsonArray("groups").toString()).contains("claviger-admin");
        String last = USERS + "/" + root.getString("sub");
        HttpResponse<String> before = read(last);

        for (HttpResponse<String> refused : List.of(
                send("PATCH", last, "{'groups':null}", "If-Match", "*"),
                send("POST", last + "/disable", ""),
                send("DELETE", last, ""))) {
            assertProblem(refused, 409, "");
            assertThat(json(refused).getString("detail")).contains("last enabled administrator");
        }
        assertThat(read(last).body()).isEqualTo(before.body());

        assertThat(send("PATCH", user, "{'groups':['claviger-admin']}", "If-Match", "*")
                        .statusCode())
                .isEqualTo(200);
        assertThat(send("POST", user + "/disable", "").statusCode()).isEqualTo(200);
        assertProblem(send("POST", last + "/disable", ""), 409, "");
    }

    @Test
    void users_are_listed_page_by_page_and_by_name() throws Exception {
        List<String> names = names(read(USERS + "?limit=200"));
        assertThat(names).contains("alice", "bob", username).doesNotHaveDuplicates();
        HttpResponse<String> page = read(USERS + "?limit=2");
        assertThat(names(page)).isEqualTo(names.subList(0, 2));
        assertThat(names(read(USERS + "?limit=2&after=" + json(page).getString("next"))))
                .isEqualTo(names.subList(2, 4));
        assertThat(names(read(USERS + "?name=%C3%BClker"))).containsExactly(username);
        assertThat(page.body()).doesNotContain("pbkdf2");
        assertProblem(read(USERS + "?limit=0"), 400, "");
    }

    private static List<String> names(HttpResponse<String> list) {
        assertThat(list.statusCode()).as(list.body()).isEqualTo(200);
        return json(list).getJsonArray("users").getValuesAs(JsonValue::asJsonObject).stream()
                .map(each -> each.getString("username"))
                .toList();
    }

    @Test
    void who_may_only_look_changes_nothing() throws Exception {
        String administrator = admin;
        admin = reader;
        try {
            for (HttpResponse<String> refused : List.of(
                    send("POST", USERS, "{'username':'other'}"),
                    send("PATCH", user, "{}", "If-Match", "*"),
                    send("POST", user + "/disable", ""),
                    send("POST", user + "/enable", ""),
                    send("POST", user + "/password-reset", ""),
                    send("DELETE", user, ""))) {
                assertThat(refused.statusCode()).isEqualTo(403);
            }
        } finally {
            admin = administrator;
        }
        assertThat(read(user).statusCode()).isEqualTo(200);
        assertThat(flow.call(USERS, flow.serviceToken("service")).statusCode()).isEqualTo(401);
    }
}
