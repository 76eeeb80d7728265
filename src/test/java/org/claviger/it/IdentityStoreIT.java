package org.claviger.it;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.claviger.Directory;
import org.claviger.run.StartFailure;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** People who are not in the database: in a directory, and those of the server itself. */
@Tag("every-server") // each has class loaders, a naming service and a realm of its own
@Tag("any-database")
@Tag("any-configuration")
class IdentityStoreIT {
    private static final Path FOLDER = RunningClaviger.folder();

    private static HttpResponse<String> signIn(RunningClaviger claviger, String username, String password)
            throws InterruptedException, IOException {
        Browser browser = new Browser(claviger, username, password);
        HttpResponse<String> page =
                browser.get(new Flow(claviger).request("web", Pkce.random()).path());
        return browser.signIn(page);
    }

    /** From our page to tokens, as a client gets them. */
    private static JsonObject tokens(RunningClaviger claviger, String username, String password)
            throws InterruptedException, IOException {
        Flow flow = new Flow(claviger);
        Pkce pkce = Pkce.random();
        String code = new Browser(claviger, username, password)
                .authorize(flow.request("web", pkce))
                .code();
        return Flow.granted(flow.redeem("web", code, pkce));
    }

    private static List<String> groups(JsonObject tokens) {
        return Jwts.claims(tokens.getString("access_token"))
                .getJsonArray("groups")
                .getValuesAs(JsonString::getString);
    }

    @Test
    void people_of_a_directory_sign_in_and_lose_everything_when_they_are_gone() throws Exception {
        try (Directory directory = Directory.secure(FOLDER.resolve("directory"))) {
            Map<String, String> settings = new HashMap<>();
            directory
                    .settings()
                    .forEach((key, value) ->
                            settings.put(key.replaceAll("[.-]", "_").toUpperCase(Locale.ROOT), value));
            settings.put("CLAVIGER_LDAP_URL", directory.url("localhost"));
            settings.put("CLAVIGER_LDAP_RECHECK", "PT0S");
            try (RunningClaviger claviger = new RunningClaviger(FOLDER.resolve("ldap"), settings)) {
                JsonObject dora = tokens(claviger, "dora", "password of dora");
                assertThat(groups(dora)).containsExactly("user");
                assertThat(Jwts.claims(dora.getString("access_token")).getString("upn"))
                        .isEqualTo("dora");
                assertThat(groups(tokens(claviger, "alice", "password of alice")))
                        .containsExactly("user");
                assertThat(signIn(claviger, "dora", "wrong").statusCode()).isEqualTo(403);
                assertThat(signIn(claviger, "dora", "").statusCode()).isEqualTo(403);
                assertThat(signIn(claviger, "nobody", "wrong").statusCode()).isEqualTo(403);
                assertThat(signIn(claviger, "*", "password of dora").statusCode())
                        .isEqualTo(403);

                Flow flow = new Flow(claviger);
                assertKeptElsewhere(claviger, flow.serviceToken("operator", "scope", "claviger:admin"));
                directory.leave("staff");
                JsonObject second = Flow.granted(flow.refresh("web", dora.getString("refresh_token")));
                assertThat(groups(second)).isEmpty();
                directory.delete("dora");
                String token = second.getString("refresh_token");
                Flow.assertRefused(flow.refresh("web", token), 400, "invalid_grant");

                JsonObject emil = tokens(claviger, "emil", "password of emil");
                directory.server.shutDown(true);
                HttpResponse<String> away = signIn(claviger, "emil", "password of emil");
                assertThat(away.statusCode()).isEqualTo(503);
                assertThat(away.body()).contains("cannot be asked just now").doesNotContain("is wrong");
                Flow.assertRefused(
                        flow.refresh("web", emil.getString("refresh_token")), 503, "temporarily_unavailable");
                directory.server.startListening();
                Flow.granted(flow.refresh("web", emil.getString("refresh_token")));
                assertThat(claviger.awaitLog("CLAVIGER-1502"))
                        .contains("CLAVIGER-1501")
                        .doesNotContain("password of");
            }
        }
    }

    /** What is over there is not changed here. */
    private static void assertKeptElsewhere(RunningClaviger claviger, String admin)
            throws InterruptedException, IOException {
        String[] bearer = {"Authorization", "Bearer " + admin};
        JsonObject dora = RunningClaviger.json(claviger.get("/api/v2/auth/admin/users?name=dora", bearer))
                .getJsonArray("users")
                .getJsonObject(0);
        assertThat(dora.getString("store")).isEqualTo("ldap");
        String user = "/api/v2/auth/admin/users/" + dora.getString("sub");
        HttpResponse<String> changed = claviger.send(claviger.request(user, bearer)
                .headers("If-Match", "*", "Content-Type", "application/merge-patch+json")
                .method("PATCH", HttpRequest.BodyPublishers.ofString("{\"groups\":[\"claviger-admin\"]}")));
        assertThat(changed.statusCode()).as(changed.body()).isEqualTo(422);
        HttpResponse<String> code = claviger.send(
                claviger.request(user + "/password-reset", bearer).POST(HttpRequest.BodyPublishers.noBody()));
        assertThat(code.statusCode()).as(code.body()).isEqualTo(409);
        Browser browser = new Browser(claviger, "dora");
        assertThat(browser.signIn(browser.get("/api/v2/auth/account")).statusCode())
                .isEqualTo(303);
        assertThat(browser.get("/api/v2/auth/account").body())
                .contains("Your password is not kept here")
                .doesNotContain("account/password");
        assertThat(browser.get("/api/v2/auth/account/password").statusCode()).isEqualTo(303);
    }

    @Test
    void users_of_the_server_sign_in_with_the_groups_that_are_mapped()
            throws InterruptedException, IOException, StartFailure {
        Map<String, String> settings = Map.of(
                "CLAVIGER_IDENTITY_STORE", "server", "CLAVIGER_IDENTITY_STORE_GROUPS", "orders>user, other>admin");
        try (RunningClaviger claviger = new RunningClaviger(FOLDER.resolve("server-realm"), settings)) {
            JsonObject walter = tokens(claviger, "walter", "password-of-walter");

            assertThat(groups(walter)).containsExactly("user");
            assertThat(Jwts.claims(walter.getString("access_token")).getString("upn"))
                    .isEqualTo("walter");
            Flow flow = new Flow(claviger);
            Flow.granted(flow.refresh("web", walter.getString("refresh_token")));
            assertThat(groups(tokens(claviger, "alice", "password of alice"))).containsExactly("user");
            assertThat(signIn(claviger, "walter", "wrong").statusCode()).isEqualTo(403);
            assertThat(signIn(claviger, "walter", "").statusCode()).isEqualTo(403);
            assertThat(signIn(claviger, "nobody", "password-of-walter").statusCode())
                    .isEqualTo(403);
            // The server has not remembered anybody: the administration asks for a token as before.
            assertThat(claviger.get("/api/v2/auth/admin/users").statusCode()).isEqualTo(401);
            assertThat(claviger.log()).doesNotContain("password-of-walter");
        }
    }
}
