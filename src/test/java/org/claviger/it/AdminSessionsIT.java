package org.claviger.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.claviger.it.Flow.assertRefused;
import static org.claviger.it.Flow.granted;
import static org.claviger.it.RunningClaviger.json;

import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What lives of a user or a client, seen and ended over HTTP. */
@ExtendWith(ClavigerExtension.class)
@Tag("every-server")
@Tag("enterprise-beans") // of the demo application
@TestInstance(Lifecycle.PER_CLASS)
class AdminSessionsIT {
    private static final String SESSIONS = "/api/v2/auth/admin/sessions";
    private static final String GUARDED = "/demo/api/user";

    private final RunningClaviger claviger;
    private final Flow flow;
    private String admin;
    private String reader;
    private String alice;

    AdminSessionsIT(RunningClaviger claviger, Flow flow) {
        this.claviger = claviger;
        this.flow = flow;
    }

    @BeforeAll
    void authorize() throws InterruptedException, IOException {
        admin = flow.serviceToken("operator", "scope", "claviger:admin");
        reader = flow.serviceToken("auditor", "scope", "claviger:admin.read");
        alice = json(flow.call("/api/v2/auth/admin/users?name=alice&limit=1", reader))
                .getJsonArray("users")
                .getJsonObject(0)
                .getString("sub");
    }

    private List<JsonObject> list(String path, String member) throws InterruptedException, IOException {
        HttpResponse<String> answer = flow.call(SESSIONS + path, reader);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return json(answer).getJsonArray(member).getValuesAs(JsonValue::asJsonObject);
    }

    private List<String> families(String query) throws InterruptedException, IOException {
        return list("/families?limit=200&" + query, "families").stream()
                .map(family -> family.getString("id"))
                .toList();
    }

    private HttpResponse<String> delete(String path, String token) throws InterruptedException, IOException {
        return claviger.send(claviger.request(SESSIONS + path, "Authorization", "Bearer " + token)
                .DELETE());
    }

    private static String family(JsonObject tokens) {
        return tokens.getString("refresh_token").substring(0, 22);
    }

    @Test
    void one_family_is_ended_and_the_others_live_on() throws Exception {
        JsonObject one = flow.tokens("web", "alice");
        JsonObject other = flow.tokens("spa", "alice");
        assertThat(families("subject=" + alice)).contains(family(one), family(other));
        assertThat(families("client_id=web")).contains(family(one)).doesNotContain(family(other));
        assertThat(families("client_id=spa&subject=" + alice))
                .contains(family(other))
                .doesNotContain(family(one));
        assertThat(families("subject=nobody")).isEmpty();
        HttpResponse<String> page = flow.call(SESSIONS + "/families?limit=1&subject=" + alice, reader);
        assertThat(list(
                        "/families?limit=1&subject=" + alice + "&after="
                                + json(page).getString("next"),
                        "families"))
                .hasSize(1);

        assertThat(delete("/families/" + family(one), reader).statusCode()).isEqualTo(403);
        assertThat(delete("/families/" + family(one), admin).statusCode()).isEqualTo(204);

        assertThat(delete("/families/" + family(one), admin).statusCode()).isEqualTo(404);
        assertThat(families("subject=" + alice)).contains(family(other)).doesNotContain(family(one));
        assertThat(flow.call(GUARDED, one.getString("access_token")).statusCode())
                .isEqualTo(401);
        assertRefused(flow.refresh("web", one.getString("refresh_token")), 400, "invalid_grant");
        assertThat(flow.call(GUARDED, other.getString("access_token")).statusCode())
                .isEqualTo(200);
        claviger.awaitLog("REVOKED by=\"operator\" client=\"web\" family=\"" + family(one) + "\"");
    }

    @Test
    void one_sign_in_is_ended_and_that_browser_must_sign_in_again() throws Exception {
        Browser browser = new Browser(claviger, "alice");
        JsonObject tokens = tokens(browser);
        String session =
                list("/sign-ins?limit=1&subject=" + alice, "sign_ins").get(0).getString("id");
        AuthorizationRequest silent = flow.request("web", Pkce.random()).with("prompt", "none");
        assertThat(browser.authorize(silent).code()).isNotEmpty();

        assertThat(delete("/sign-ins/" + session, reader).statusCode()).isEqualTo(403);
        assertThat(delete("/sign-ins/" + session, admin).statusCode()).isEqualTo(204);

        assertThat(delete("/sign-ins/" + session, admin).statusCode()).isEqualTo(404);
        assertThat(browser.get(silent.path()).headers().firstValue("Location").orElseThrow())
                .contains("error=login_required");
        granted(flow.refresh("web", tokens.getString("refresh_token")));
        claviger.awaitLog("SESSION_ENDED by=\"operator\" session=\"" + session + "\"");
    }

    private JsonObject tokens(Browser browser) throws InterruptedException, IOException {
        Pkce pkce = Pkce.random();
        return granted(
                flow.redeem("web", browser.authorize(flow.request("web", pkce)).code(), pkce));
    }

    @Test
    void all_of_a_user_or_of_a_client_is_ended() throws Exception {
        JsonObject dave = tokens(new Browser(claviger, "bob"));
        String bob = json(flow.call("/api/v2/auth/admin/users?name=bob&limit=1", reader))
                .getJsonArray("users")
                .getJsonObject(0)
                .getString("sub");

        assertThat(delete("?subject=" + bob, reader).statusCode()).isEqualTo(403);
        assertThat(delete("?subject=" + bob, admin).statusCode()).isEqualTo(204);

        assertThat(families("subject=" + bob)).isEmpty();
        assertThat(list("/sign-ins?subject=" + bob, "sign_ins")).isEmpty();
        assertThat(flow.call(GUARDED, dave.getString("access_token")).statusCode())
                .isEqualTo(401);

        String token = flow.serviceToken("stranger");
        assertThat(flow.call("/demo/api/public", token).statusCode()).isEqualTo(200);
        assertThat(delete("?client_id=stranger", admin).statusCode()).isEqualTo(204);
        assertThat(flow.call("/demo/api/public", token).statusCode()).isEqualTo(401);
        claviger.awaitLog("REVOKED by=\"operator\" client=\"stranger\"");
        Await.until(
                "it gets tokens again",
                Duration.ofSeconds(20),
                () -> flow.token("stranger", "grant_type", "client_credentials").statusCode() == 200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/families",
                "/families?subject=",
                "/families?client_id=%C3%A4",
                "/families?client_id=web&limit=0",
                "/sign-ins",
                "/sign-ins?subject=x&limit=201"
            })
    void what_is_asked_for_must_be_clear(String path) throws Exception {
        HttpResponse<String> refused = flow.call(SESSIONS + path, reader);
        assertThat(refused.statusCode()).as(refused.body()).isEqualTo(400);
        assertThat(refused.headers().firstValue("Content-Type").orElseThrow()).startsWith("application/problem+json");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "?subject=x&client_id=web", "?subject=", "?client_id="})
    void what_is_to_end_must_be_clear(String query) throws Exception {
        assertThat(delete(query, admin).statusCode()).isEqualTo(400);
        assertThat(claviger.get(SESSIONS + "/families?client_id=web").statusCode())
                .isEqualTo(401);
    }
}
