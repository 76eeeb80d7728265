package org.claviger.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.claviger.it.Flow.granted;

import jakarta.json.JsonObject;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * The issuer on Payara Micro, and applications that are guarded on another server, of the kind that this run of the tests is for. The
 * tests are one story, in this order.
 */
@Tag("any-database")
@Tag("any-configuration")
@Tag("every-server")
@Tag("any-payara")
@TestMethodOrder(OrderAnnotation.class)
class ResourceServerIT {
    private static final int ROUNDS = 20;
    private static final Duration MAX_STALENESS = Duration.ofSeconds(6);
    private static final String SECRET = "orders-server-secret-of-at-least-32-characters";
    private static final Path DATABASE =
            Path.of("target/it/resource-server/none").toAbsolutePath();

    private static RunningClaviger issuer;
    private static RunningClaviger server;

    @BeforeAll
    static void start() throws Exception {
        Path folder = Path.of("target/it/resource-server-issuer");
        issuer = RunningClaviger.prepare(folder, Map.of());
        issuer.onPayaraMicro();
        issuer.set("CLAVIGER_KEYS_VERIFIER_CACHE", "PT1S");
        issuer.set("CLAVIGER_KEYS_JWKS_MAX_AGE", "PT1S");
        Path clients = folder.resolve("import.json");
        String client =
                """
                {"client_id": "orders-server", "client_secret": "%s", "grant_types": ["client_credentials"],
                 "resource": "%s"},"""
                        .formatted(SECRET, issuer.issuer());
        Files.writeString(clients, Files.readString(clients).replaceFirst("\\[", "[" + client));

        server = RunningClaviger.prepare(
                Path.of("target/it/resource-server"), Map.of("CLAVIGER_DATABASE_URL", "jdbc:h2:file:" + DATABASE));
        server.set("CLAVIGER_ROLE", "resource-server");
        server.set("CLAVIGER_ISSUER", issuer.issuer());
        server.set("CLAVIGER_RESOURCE_SERVER_CLIENT_ID", "orders-server");
        server.set("CLAVIGER_RESOURCE_SERVER_CLIENT_SECRET", SECRET);
        server.set("CLAVIGER_REVOCATION_MAX_STALENESS", MAX_STALENESS.toString());
        server.set("CLAVIGER_METRICS_ADDRESSES", "127.0.0.1");
        server.set("CLAVIGER_KEY_ENCRYPTION_KEY", "");
        server.set("CLAVIGER_IMPORT", "");
        server.startWithoutDatabase();
    }

    @AfterAll
    static void stop() {
        if (server != null) {
            server.close();
        }
        if (issuer != null) {
            issuer.close();
        }
    }

    private static HttpResponse<String> call(String token) throws InterruptedException, IOException {
        return server.get("/plain/api/orders", "Authorization", "Bearer " + token);
    }

    private static String token() throws InterruptedException, IOException {
        return new Flow(issuer).serviceToken("service");
    }

    private static HttpResponse<String> ready() throws InterruptedException, IOException {
        return server.get("/api/v2/auth/health/ready");
    }

    private static void await(String what, Callable<Boolean> condition) throws Exception {
        Await.until(what, Duration.ofSeconds(60), condition);
    }

    private static JsonObject administer(String path) throws InterruptedException, IOException {
        String admin = new Flow(issuer).serviceToken("operator", "scope", "claviger:admin");
        String[] header = {"Authorization", "Bearer " + admin};
        return granted(issuer.send(
                issuer.request("/api/v2/auth/admin/keys" + path, header).POST(BodyPublishers.noBody())));
    }

    @Test
    @Order(1)
    void it_starts_before_its_issuer_and_judges_when_that_is_there() throws Exception {
        HttpResponse<String> early = ready();
        assertThat(early.statusCode()).isEqualTo(503);
        assertThat(early.body()).contains("the issuer has not given its keys yet", "has not said yet what was revoked");
        assertThat(server.get("/api/v2/auth/health/live").statusCode()).isEqualTo(200);
        assertThat(server.get("/api/v2/auth/metrics").body()).contains("claviger_open 0.0");
        assertThat(call("x.y.z").statusCode()).isEqualTo(503);
        assertThat(server.get("/plain/api/orders").statusCode()).isEqualTo(401);
        server.awaitLog("CLAVIGER-1201");

        issuer.start();

        await("it is ready", () -> ready().statusCode() == 200);
        assertThat(call(token()).statusCode()).isEqualTo(200);
        assertThat(server.awaitLog("CLAVIGER-1202").split("CLAVIGER-1201", -1)).hasSize(2);
    }

    @Test
    @Order(2)
    void it_guards_as_the_issuer_does() throws Exception {
        String token = token();
        assertThat(call(token).statusCode()).isEqualTo(200);
        assertThat(call(new Flow(issuer).serviceToken("stranger")).statusCode()).isEqualTo(403);
        assertThat(call(token.substring(0, token.length() - 4) + "AAAA").statusCode())
                .isEqualTo(401);
        assertThat(call(new Flow(issuer).serviceToken("elsewhere")).statusCode())
                .as("for another audience")
                .isEqualTo(401);
        assertThat(server.get("/plain/api/orders").statusCode()).isEqualTo(401);
        assertThat(server.get("/api/v2/auth/metrics").body()).contains("claviger_open 1.0", "claviger_revocations");
    }

    @Test
    @Order(3)
    void nothing_of_the_authorization_server_is_there_and_no_database() throws Exception {
        String admin = new Flow(issuer).serviceToken("operator", "scope", "claviger:admin");
        for (String path : List.of(
                "/authorize",
                "/signin",
                "/token",
                "/jwks",
                "/introspect",
                "/revoke",
                "/revocations",
                "/verify",
                "/setup",
                "/password",
                "/.well-known/oauth-authorization-server",
                "/admin/clients",
                "/admin/keys")) {
            assertThat(server.get("/api/v2/auth" + path, "Authorization", "Bearer " + admin)
                            .statusCode())
                    .as(path)
                    .isEqualTo(404);
            assertThat(server.post("/api/v2/auth" + path, "grant_type=x").statusCode())
                    .as(path)
                    .isIn(404, 405); // WildFly's own servlet for what is not there knows no POST
        }
        assertThat(Path.of(DATABASE + ".mv.db")).doesNotExist();
        assertThat(server.log())
                .contains("claviger.database.url: has no effect")
                .doesNotContain(SECRET);
    }

    @Test
    @Order(4)
    void what_is_revoked_at_the_issuer_is_refused_within_two_seconds() throws Exception {
        Flow flow = new Flow(issuer);
        long longest = 0;
        for (int i = 0; i < ROUNDS; i++) {
            String token = token();
            assertThat(call(token).statusCode()).isEqualTo(200);
            assertThat(flow.revoke("service", token).statusCode()).isEqualTo(200);
            long revoked = System.nanoTime();
            int status = 200;
            while (status == 200) {
                status = call(token).statusCode();
                assertThat(System.nanoTime() - revoked)
                        .isLessThan(Duration.ofSeconds(2).toNanos());
            }
            assertThat(status).isEqualTo(401);
            longest = Math.max(longest, System.nanoTime() - revoked);
        }
        System.out.println("Revoked at the issuer, refused by a resource server (" + ROUNDS + " times): at most "
                + longest / 1_000_000 + " ms");
    }

    @Test
    @Order(5)
    void no_token_is_refused_while_keys_rotate() throws Exception {
        String first = Jwts.header(token()).getString("kid");
        administer("/rotate");
        await("another key signs", () -> {
            String token = token();
            HttpResponse<String> answer = call(token);
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            return !Jwts.header(token).getString("kid").equals(first);
        });
    }

    @Test
    @Order(6)
    void the_tokens_of_a_compromised_key_are_refused_and_those_of_its_successor_accepted() throws Exception {
        String token = token();
        assertThat(call(token).statusCode()).isEqualTo(200);

        administer("/" + Jwts.header(token).getString("kid") + "/compromised");

        await("it is refused", () -> call(token).statusCode() == 401);
        await("its successor is known", () -> call(token()).statusCode() == 200);
    }

    @Test
    @Order(7)
    void without_its_issuer_it_goes_on_for_a_while_and_then_judges_nothing_until_that_is_back() throws Exception {
        String token = token();
        assertThat(call(token).statusCode()).isEqualTo(200);
        issuer.kill();
        assertThat(call(token).statusCode()).isEqualTo(200);

        await("it judges no more", () -> call(token).statusCode() == 503);
        assertThat(ready().body()).contains("s ago what was revoked");
        issuer.start();
        await("it judges again", () -> call(token).statusCode() == 200);
        assertThat(call(token()).statusCode()).isEqualTo(200);
        assertThat(server.awaitLog("CLAVIGER-1202", 2).split("CLAVIGER-1201", -1))
                .as("one line for each outage")
                .hasSize(3);
    }

    @Test
    @Order(8)
    void it_may_ask_for_each_token_instead() throws Exception {
        server.set("CLAVIGER_RESOURCE_SERVER_REVOCATIONS", "introspection");
        server.set("CLAVIGER_RESOURCE_SERVER_INTROSPECTION_CACHE", "PT1S");
        server.restart();
        String token = token();
        assertThat(call(token).statusCode()).isEqualTo(200);
        assertThat(call(new Flow(issuer).serviceToken("stranger")).statusCode()).isEqualTo(403);

        assertThat(new Flow(issuer).revoke("service", token).statusCode()).isEqualTo(200);

        await("it is refused", () -> call(token).statusCode() == 401);
        issuer.stop();
        assertThat(call("x.y.z").statusCode()).isEqualTo(401);
        await("nothing can be asked", () -> ready().statusCode() == 503);
    }
}
