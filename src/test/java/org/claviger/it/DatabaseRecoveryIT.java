package org.claviger.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.claviger.it.Person.location;
import static org.claviger.it.Person.redeem;
import static org.claviger.it.Person.refresh;
import static org.claviger.it.Person.refreshToken;
import static org.claviger.it.RunningClaviger.basic;
import static org.claviger.it.RunningClaviger.form;
import static org.claviger.it.RunningClaviger.json;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import org.claviger.Postgres;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A PostgreSQL that is away when the server starts, comes, goes, and comes back. The tests are one story, in this order. */
@Tag("postgresql")
@TestMethodOrder(OrderAnnotation.class)
class DatabaseRecoveryIT {
    private static Postgres postgres;
    private static RunningClaviger claviger;
    private static Person alice;
    private static String bearer;
    private static String refreshToken;

    @BeforeAll
    static void start_without_the_database() throws Exception {
        postgres = new Postgres("recovery");
        Map<String, String> settings = postgres.newDatabase();
        postgres.stop();
        claviger = RunningClaviger.prepare(Path.of("target/it/recovery"), settings);
        claviger.startWithoutDatabase();
        alice = new Person(claviger);
    }

    @AfterAll
    static void stop() {
        if (claviger != null) {
            claviger.close();
        }
        postgres.close();
    }

    private static HttpResponse<String> requestToken() throws InterruptedException, IOException {
        return requestToken("service", "scope", "demo");
    }

    private static HttpResponse<String> requestToken(String client, String name, String value)
            throws InterruptedException, IOException {
        return claviger.post(
                "/api/v2/auth/token",
                form("grant_type", "client_credentials", name, value),
                "Authorization",
                basic(client, client + "-secret-of-at-least-32-characters"));
    }

    private static void assertUnavailable(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(503);
        assertThat(answer.headers().firstValue("Retry-After")).hasValue("5");
    }

    private static void assertTemporarilyUnavailable(HttpResponse<String> answer) {
        assertUnavailable(answer);
        assertThat(json(answer).getString("error")).isEqualTo("temporarily_unavailable");
    }

    /** Tries again until the answer is no longer 503. */
    private static HttpResponse<String> eventually(Callable<HttpResponse<String>> request) throws Exception {
        long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        HttpResponse<String> answer = request.call();
        while (answer.statusCode() == 503 && System.nanoTime() < deadline) {
            Thread.sleep(50); // what is waited for needs the processor
            answer = request.call();
        }
        return answer;
    }

    /** How many lines Claviger wrote but for the seals of the audit, which are told at times of their own. */
    private static long loggedOfTheDatabase() throws IOException {
        return logged("CLAVIGER-") - logged("CLAVIGER-0901");
    }

    private static long logged(String text) throws IOException {
        return claviger.log().lines().filter(line -> line.contains(text)).count();
    }

    @Test
    @Order(1)
    void one_line_says_what_is_missing() throws IOException {
        assertThat(logged(
                        "CLAVIGER-0203 claviger.database.url: the database cannot be reached: Connection to 127.0.0.1"))
                .isEqualTo(1);
        assertThat(loggedOfTheDatabase()).isEqualTo(1);
        assertThat(claviger.log()).doesNotContain("password of the database", "Exception");
    }

    @ParameterizedTest
    @Order(2)
    @ValueSource(
            strings = {
                "/api/v2/auth/jwks",
                "/api/v2/auth/.well-known/oauth-authorization-server",
                "/.well-known/oauth-authorization-server/api/v2/auth"
            })
    void documents_are_unavailable(String path) throws InterruptedException, IOException {
        assertTemporarilyUnavailable(claviger.get(path));
    }

    @Test
    @Order(2)
    void it_has_not_started_and_says_what_it_waits_for() throws InterruptedException, IOException {
        String reason = "\"status\":\"DOWN\",\"data\":{\"reason\":\"the database has not been reached yet\"}";
        HttpResponse<String> started = claviger.get("/api/v2/auth/health/started");
        assertThat(started.statusCode()).isEqualTo(503);
        assertThat(started.body()).contains("\"name\":\"open\"," + reason);
        HttpResponse<String> ready = claviger.get("/api/v2/auth/health/ready");
        assertThat(ready.statusCode()).isEqualTo(503);
        assertThat(ready.body()).contains("\"name\":\"database\"," + reason, "no key has been read yet");
        HttpResponse<String> ofServer = claviger.get("/health/started");
        assertThat(ofServer.statusCode()).isEqualTo(503);
        assertThat(ofServer.body()).contains("claviger-started", "the database has not been reached yet");
        assertThat(claviger.get("/api/v2/auth/health/live").statusCode()).isEqualTo(200);
    }

    @Test
    @Order(2)
    void tokens_are_unavailable() throws InterruptedException, IOException {
        assertTemporarilyUnavailable(requestToken());
    }

    @Test
    @Order(2)
    void people_see_a_page() throws InterruptedException, IOException {
        HttpResponse<String> page = alice.authorize(claviger);

        assertUnavailable(page);
        assertThat(page.headers().firstValue("Content-Type")).hasValue("text/html;charset=UTF-8");
        assertThat(page.body()).contains("<h1>", "the database has not been reached yet");
    }

    @ParameterizedTest
    @Order(2)
    @CsvSource({
        "/demo/api/public, 200",
        "/demo/api/open, 200",
        "/demo/api/user, 503",
        "/demo/api/admin, 503",
        "/demo/api/denied, 503",
        "/demo/api/ejb, 503",
        "/demo/servlet, 503",
        "/plain/api/orders, 503",
        "/api/v2/auth/admin/settings, 503",
    })
    void applications_are_closed_to_tokens_and_where_a_token_is_needed(String path, int withoutToken)
            throws InterruptedException, IOException {
        HttpResponse<String> anonymous = claviger.get(path);

        assertThat(anonymous.statusCode()).isEqualTo(withoutToken);
        if (withoutToken == 503) {
            assertUnavailable(anonymous);
        }
        assertUnavailable(claviger.get(path, "Authorization", "Bearer garbage"));
    }

    @Test
    @Order(3)
    void it_is_up_soon_after_the_database() throws Exception {
        postgres.start();

        HttpResponse<String> granted = eventually(DatabaseRecoveryIT::requestToken);

        assertThat(granted.statusCode()).as(granted.body()).isEqualTo(200);
        bearer = "Bearer " + json(granted).getString("access_token");
        assertThat(claviger.get("/demo/api/user", "Authorization", bearer).statusCode())
                .isEqualTo(200);
        assertThat(claviger.get("/demo/api/user").statusCode()).isEqualTo(401);
        refreshToken = refreshToken(redeem(claviger, alice.code(claviger)));
        assertThat(logged("CLAVIGER-0001 ready")).isEqualTo(1);
        assertThat(loggedOfTheDatabase()).isEqualTo(2);
    }

    @Test
    @Order(4)
    void while_it_is_away_what_needs_it_is_unavailable_and_the_rest_goes_on() throws Exception {
        Person stranger = new Person(claviger);
        HttpResponse<String> form = stranger.authorize(claviger);
        postgres.stop();

        for (int i = 0; i < 20; i++) {
            assertTemporarilyUnavailable(refresh(claviger, refreshToken));
        }
        assertThat(location(alice.authorize(claviger))).contains("error=temporarily_unavailable");
        assertUnavailable(stranger.signIn(claviger, form));
        assertThat(claviger.get("/api/v2/auth/jwks").statusCode()).isEqualTo(200);
        assertThat(requestToken().statusCode()).isEqualTo(200);
        assertThat(claviger.get("/demo/api/user", "Authorization", bearer).statusCode())
                .isEqualTo(200);
        assertThat(claviger.get("/demo/api/user", "Authorization", "Bearer garbage")
                        .statusCode())
                .isEqualTo(401);
        String auditor = "Bearer "
                + Flow.granted(requestToken("auditor", "scope", "claviger:admin.read"))
                        .getString("access_token");
        assertUnavailable(claviger.get("/api/v2/auth/admin/clients", "Authorization", auditor));
        assertThat(claviger.get("/api/v2/auth/metrics", "Authorization", auditor)
                        .body())
                .contains(
                        "endpoint=\"/admin\",error=\"temporarily_unavailable\",status=\"5xx\"",
                        "\nclaviger_database_up 0.0\n",
                        "\nclaviger_live 1.0\n")
                .containsPattern("\nclaviger_database_outages_total [1-9]");
        HttpResponse<String> ready = claviger.get("/api/v2/auth/health/ready");
        assertThat(ready.statusCode()).isEqualTo(200);
        assertThat(ready.body())
                .contains(
                        "\"name\":\"database\",\"status\":\"UP\",\"data\":{\"reason\":\"the database cannot be reached;");
        assertThat(claviger.get("/api/v2/auth/health/started").statusCode()).isEqualTo(200);
        assertThat(logged("CLAVIGER-0201 claviger.database.url: the database cannot be reached"))
                .isEqualTo(1);
        assertThat(loggedOfTheDatabase()).isEqualTo(3);
    }

    @Test
    @Order(5)
    void when_it_is_back_everything_goes_on_where_it_was() throws Exception {
        postgres.start();

        refreshToken(eventually(() -> refresh(claviger, refreshToken)));

        assertThat(location(alice.authorize(claviger))).contains("code=");
        assertThat(logged("CLAVIGER-0202")).isEqualTo(1);
        assertThat(loggedOfTheDatabase()).isEqualTo(4);
    }
}
