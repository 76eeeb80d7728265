package org.claviger.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.claviger.it.Flow.assertRefused;
import static org.claviger.it.Flow.granted;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.claviger.run.StartFailure;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.TestMethodOrder;

/** A server that was stopped and started again with its database; and, in the end, with settings that it must refuse. */
@TestInstance(Lifecycle.PER_CLASS)
@TestMethodOrder(OrderAnnotation.class)
class RestartIT {
    private static final int LAST = Integer.MAX_VALUE;
    private static final Path FOLDER = Path.of("target/it-restart");

    private RunningClaviger claviger;
    private Flow flow;
    private String jwks;
    private String accessToken;
    private String living;
    private String used;
    private String successorOfUsed;
    private String code;
    private final Pkce pkce = Pkce.random();

    @BeforeAll
    void useAndRestart() throws InterruptedException, IOException, StartFailure {
        // However long a restart takes
        claviger = new RunningClaviger(FOLDER, Map.of("CLAVIGER_AUTHORIZATION_CODE_LIFETIME", "PT10M"));
        flow = new Flow(claviger);
        jwks = claviger.get("/api/v2/auth/jwks").body();
        living = flow.tokens("spa", "alice").getString("refresh_token");
        used = flow.tokens("spa", "alice").getString("refresh_token");
        successorOfUsed = granted(flow.refresh("spa", used)).getString("refresh_token");
        accessToken = flow.tokens("web", "alice").getString("access_token");
        code = flow.code("spa", "alice", pkce);
        claviger.restart();
    }

    @AfterAll
    void stop() {
        if (claviger != null) {
            claviger.close();
        }
    }

    @Test
    void the_keys_are_the_same() throws InterruptedException, IOException {
        assertThat(claviger.get("/api/v2/auth/jwks").body()).isEqualTo(jwks);
    }

    @Test
    void an_access_token_is_still_accepted() throws InterruptedException, IOException {
        assertThat(flow.call("/demo/api/user", accessToken).statusCode()).isEqualTo(200);
    }

    @Test
    void a_refresh_token_still_works() throws InterruptedException, IOException {
        living = granted(flow.refresh("spa", living)).getString("refresh_token");
        granted(flow.refresh("spa", living));
    }

    @Test
    void t9_a_refresh_token_that_was_used_before_still_ends_its_family() throws InterruptedException, IOException {
        assertRefused(flow.refresh("spa", used), 400, "invalid_grant");
        assertRefused(flow.refresh("spa", successorOfUsed), 400, "invalid_grant");
    }

    @Test
    void a_code_still_works_once() throws InterruptedException, IOException {
        granted(flow.redeem("spa", code, pkce));
        assertRefused(flow.redeem("spa", code, pkce), 400, "invalid_grant");
    }

    @Test
    void who_was_signed_in_still_is() throws InterruptedException, IOException {
        Browser browser = flow.browser("alice");
        HttpResponse<String> answer = browser.get(flow.request("spa", pkce).path());
        assertThat(Form.find(answer.body()).filter(Form::isSignIn)).isEmpty();
        assertThat(browser.finish(answer, Browser.Decision.ALLOW).parameters()).containsKey("code");
    }

    @Test
    void users_and_clients_still_prove_who_they_are() throws InterruptedException, IOException {
        String subject = Jwts.claims(accessToken).getString("sub");
        Browser browser = new Browser(claviger, "alice");
        String newCode = browser.authorize(flow.request("web", pkce)).code();
        String token = granted(flow.redeem("web", newCode, pkce)).getString("access_token");
        assertThat(Jwts.claims(token).getString("sub")).isEqualTo(subject);
    }

    @Test
    void what_the_import_file_still_says_is_not_imported_again() throws IOException {
        long clients = claviger.log()
                .lines()
                .filter(line -> line.contains("IMPORTED") && line.contains("name=\"spa\""))
                .count();
        assertThat(clients).isEqualTo(1);
    }

    @Test
    void j10_j11_the_database_holds_no_secret_in_clear() throws IOException, SQLException {
        String database = claviger.stored();
        assertThat(database)
                .contains("alice@example.org", Jwts.claims(accessToken).getString("claviger_family"));
        assertThat(database)
                .doesNotContain(
                        used,
                        used.substring(used.lastIndexOf('.') + 1),
                        successorOfUsed.substring(successorOfUsed.lastIndexOf('.') + 1),
                        accessToken.substring(accessToken.lastIndexOf('.') + 1),
                        code,
                        "password of alice",
                        "web-secret-of-at-least-32-characters",
                        flow.browser("alice").session().orElseThrow().value());
    }

    // --- Starts that fail: last, because no server is left behind that works ---

    @Test
    @Order(LAST)
    @Tag("any-database")
    void with_another_key_encryption_key_nothing_starts_and_nothing_is_open()
            throws InterruptedException, IOException, StartFailure {
        String otherKey = "BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBA";
        String reason = claviger.restartInVain(Map.of("CLAVIGER_KEY_ENCRYPTION_KEY", otherKey));
        assertClosed(reason, "claviger.key-encryption-key");
        assertThat(claviger.log()).doesNotContain(otherKey, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
    }

    @Test
    @Order(LAST)
    @Tag("any-database")
    void without_an_issuer_nothing_starts_and_nothing_is_open() throws InterruptedException, IOException, StartFailure {
        assertClosed(claviger.restartInVain(Map.of("CLAVIGER_ISSUER", "")), "claviger.issuer");
    }

    /** One line of the log names the key; no endpoint of Claviger and no protected resource answers 200, whatever the token. */
    private void assertClosed(String reason, String key) throws InterruptedException, IOException {
        assertThat(reason).startsWith("CLAVIGER-0101 " + key + ": ").doesNotContain("\n");
        assertThat(claviger.log().lines().filter(line -> line.contains("CLAVIGER-0101 " + key)))
                .hasSize(1);
        // The server is there: what follows is its refusal, not its absence.
        assertThat(claviger.get("/demo/demo.js").statusCode()).isEqualTo(200);
        for (String path : List.of(
                "/demo/api/user",
                "/demo/api/admin",
                "/demo/api/denied",
                "/demo/api/ejb",
                "/demo/servlet",
                "/plain/api/orders",
                "/api/v2/auth/jwks",
                "/api/v2/auth/token",
                "/api/v2/auth/authorize",
                "/api/v2/auth/admin/settings",
                "/api/v2/auth/.well-known/oauth-authorization-server",
                "/.well-known/oauth-authorization-server/api/v2/auth")) {
            assertThat(claviger.get(path).statusCode()).as(path).isGreaterThanOrEqualTo(400);
            assertThat(flow.call(path, accessToken).statusCode()).as(path).isGreaterThanOrEqualTo(400);
        }
    }
}
