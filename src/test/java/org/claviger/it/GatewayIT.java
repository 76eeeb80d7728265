package org.claviger.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.claviger.run.StartFailure;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A real nginx or Caddy in front, configured as {@code server-config/gateway} says: {@code ./mvnw verify -Pgateway}. */
@Tag("gateway")
@Tag("any-database")
class GatewayIT {
    private static final Path FOLDER = Path.of("target/it/gateway");
    private static RunningClaviger claviger;
    private static Flow flow;
    private static Gateway nginx;
    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @BeforeAll
    static void start() throws InterruptedException, IOException, StartFailure {
        claviger = new RunningClaviger(
                FOLDER.resolve("claviger"), Map.of("CLAVIGER_CLASSIFICATION_SENSITIVE_ACCESS_TOKEN_LIFETIME", "PT6S"));
        flow = new Flow(claviger);
        nginx = Gateway.nginx(newFolder("nginx"), claviger, UnaryOperator.identity());
    }

    /** Without what an earlier run has remembered. */
    private static Path newFolder(String name) throws IOException {
        return Files.createTempDirectory(Files.createDirectories(FOLDER), name);
    }

    @AfterAll
    static void stop() {
        if (nginx != null) {
            nginx.close();
        }
        if (claviger != null) {
            claviger.close();
        }
    }

    private static HttpResponse<String> get(Gateway gateway, String path, String... headers)
            throws InterruptedException, IOException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(gateway.at(path)));
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        return HTTP.send(request.build(), BodyHandlers.ofString());
    }

    private static HttpResponse<String> call(String path, String token, String... more)
            throws InterruptedException, IOException {
        List<String> headers = new ArrayList<>(List.of("Authorization", "Bearer " + token));
        headers.addAll(List.of(more));
        return get(nginx, path, headers.toArray(String[]::new));
    }

    private static String claims(String token) {
        return new String(Base64.getUrlDecoder().decode(token.split("\\.", -1)[1]), StandardCharsets.UTF_8);
    }

    private static void assertRefused(HttpResponse<String> answer, int status, String error) {
        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(answer.headers().allValues("WWW-Authenticate"))
                .singleElement()
                .asString()
                .contains(error);
        assertThat(answer.body()).doesNotContain("x-auth-subject");
    }

    @Test
    void a_good_token_opens_a_route_and_the_application_is_told_who_calls_without_getting_the_token()
            throws InterruptedException, IOException {
        String token = flow.serviceToken("service");
        HttpResponse<String> answer = call("/orders/1", token);
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body())
                .contains(
                        "x-auth-subject: service\n",
                        "x-auth-name: service\n",
                        "x-auth-groups: orders,user\n",
                        "x-auth-scope: demo\n",
                        "x-auth-client: service\n",
                        "x-auth-expiry: ")
                .doesNotContain(token)
                .doesNotContain("authorization");
    }

    @Test
    void without_a_token_and_with_a_bad_one_nothing_is_opened() throws InterruptedException, IOException {
        assertRefused(get(nginx, "/orders/1"), 401, "Bearer realm=");
        assertRefused(call("/orders/1", "nonsense"), 401, "invalid_token");
        String token = flow.serviceToken("service");
        assertRefused(call("/orders/1", token.substring(0, token.length() - 6) + "AAAAAA"), 401, "invalid_token");
        assertRefused(call("/orders/1", flow.serviceToken("elsewhere")), 401, "invalid_token");
    }

    /** RFC 6750 section 3.1 has 400 for it, of which nginx would make a 500. */
    @Test
    void a_malformed_authorization_is_no_outage() throws InterruptedException, IOException {
        assertRefused(get(nginx, "/orders/1", "Authorization", "Bearer"), 401, "invalid_request");
        assertRefused(get(nginx, "/orders/1", "Authorization", "Bearer a b"), 401, "invalid_request");
    }

    @Test
    void an_expired_token_is_refused_though_it_was_allowed_before() throws Exception {
        String token = flow.serviceToken("wages");
        assertThat(call("/orders/1", token).statusCode()).isEqualTo(200);
        long expiry = Long.parseLong(claims(token).replaceAll(".*\"exp\":([0-9]+).*", "$1"));
        assertThat(call("/orders/1", token).statusCode()).isEqualTo(200);
        Await.until( // nginx writes the line when it has answered
                "remembered", Duration.ofSeconds(5), () -> nginx.text("access.log")
                        .endsWith(" HIT\n"));
        while (Instant.now().getEpochSecond() < expiry) {
            Thread.onSpinWait();
        }
        assertRefused(call("/orders/1", token), 401, "invalid_token");
    }

    @Test
    void a_yes_for_one_route_is_no_yes_for_another() throws InterruptedException, IOException {
        String token = flow.serviceToken("service");
        assertThat(call("/orders/1", token).statusCode()).isEqualTo(200);
        assertThat(call("/orders/1", token).statusCode()).isEqualTo(200);
        assertRefused(call("/orders/admin/1", token), 403, "insufficient_scope");
        assertThat(call("/orders/1", token).statusCode()).isEqualTo(200);
        assertRefused(call("/orders/admin/1", token), 403, "insufficient_scope");

        String administrator = flow.tokens("web", "bob").getString("access_token");
        assertThat(call("/orders/admin/1", administrator).body()).contains("x-auth-name: bob\n");
    }

    @Test
    void what_a_caller_says_of_identity_and_requirements_does_nothing() throws InterruptedException, IOException {
        String[] spoofed = {
            "X-Auth-Subject",
            "root",
            "X-Auth-Groups",
            "admin",
            "x-auth-name",
            "root",
            "X_Auth_Groups",
            "admin",
            "X-Original-URI",
            "/orders/1",
            "X-Forwarded-Uri",
            "/orders/1",
            "X-Claviger-Requires",
            "audience=any"
        };
        String token = flow.serviceToken("service");
        assertRefused(call("/orders/admin/1", token, spoofed), 403, "insufficient_scope");
        assertRefused(call("/orders/admin/1?role=orders&audience=x", token, spoofed), 403, "insufficient_scope");
        assertThat(call("/orders/1", token, spoofed).body())
                .contains("x-auth-subject: service\n", "x-auth-groups: orders,user\n")
                .doesNotContain("root")
                .doesNotContain("admin");
        assertThat(get(nginx, "/open", spoofed).body())
                .doesNotContain("x-auth-")
                .doesNotContain("x_auth_")
                .doesNotContain("root");
        assertThat(get(nginx, "/claviger-verify?audience=x").statusCode()).isEqualTo(404);
    }

    /** Paths that are others for a gateway than for many an application. */
    private static void assertGuardsNamesInEveryWriting(Gateway gateway) throws InterruptedException, IOException {
        String[] token = {"Authorization", "Bearer " + flow.serviceToken("service")};
        for (String path : List.of(
                "/orders/admin;x/1",
                "/orders;x/admin/1",
                "/a/..;/orders/admin/1",
                "/orders/admin%3Bx/1",
                "/orders%2fadmin/1",
                "/orders%5cadmin/1",
                "/open/%2e%2e/orders/admin/1")) {
            for (HttpResponse<String> answer : List.of(get(gateway, path), get(gateway, path, token))) {
                assertThat(answer.statusCode()).as(path).isEqualTo(400);
                assertThat(answer.body()).as(path).doesNotContain("host: ");
            }
        }
        // For nginx the path ends there, for Payara it goes on.
        for (String path : List.of("/open#/../orders/admin/1", "/open/x#/../../orders/admin/1", "/orders#/admin/1")) {
            Wire.Answer answer = Wire.ask(gateway.port(), "GET " + path);
            assertThat(answer.status()).as(path).isEqualTo(400);
            assertThat(answer.body()).as(path).doesNotContain("host: ");
        }
        assertRefused(get(gateway, "/orders"), 401, "Bearer realm=");
        assertRefused(get(gateway, "/orders/admin"), 401, "Bearer realm=");
        assertRefused(get(gateway, "/orders/admin", token), 403, "insufficient_scope");
        assertRefused(get(gateway, "/orders//%61dmin/1", token), 403, "insufficient_scope");
        assertThat(get(gateway, "/orders", token).statusCode()).isEqualTo(200);
        assertThat(get(gateway, "/orders/1?a=%2f;x", token).statusCode()).isEqualTo(200);
        assertThat(get(gateway, "/open", token).body()).contains("host: ").doesNotContain("authorization");
    }

    @Test
    void a_path_that_an_application_may_take_for_another_is_refused() throws InterruptedException, IOException {
        assertGuardsNamesInEveryWriting(nginx);
    }

    /** For nginx a path ends at "#", and for Payara it goes on. */
    @Test
    void a_host_for_claviger_and_one_for_the_applications_stay_apart_however_a_path_is_written()
            throws InterruptedException, IOException {
        try (Gateway proxy = Gateway.proxy(newFolder("proxy"), claviger)) {
            String[] id = {"Host: id.example.org"};
            String[] apps = {"Host: apps.example.org"};
            assertThat(Wire.ask(proxy.port(), "GET /api/v2/auth/jwks", id).status())
                    .isEqualTo(200);
            assertThat(Wire.ask(proxy.port(), "GET /api/v2/auth/jwks", apps).status())
                    .isEqualTo(404);
            for (String path : List.of("/api/v2/auth#/../auth/jwks", "/api/v2/auth/..;/auth/jwks")) {
                assertThat(Wire.ask(proxy.port(), "GET " + path, id).body())
                        .as(path)
                        .doesNotContain("\"keys\"");
            }
            for (String path : List.of("/shop#/../api/v2/auth/jwks", "/shop/..;/api/v2/auth/jwks")) {
                assertThat(Wire.ask(proxy.port(), "GET " + path, apps).body())
                        .as(path)
                        .doesNotContain("\"keys\"");
            }
        }
    }

    @Test
    void no_token_is_in_the_cache_or_a_log_and_only_what_was_allowed_is() throws InterruptedException, IOException {
        String token = flow.serviceToken("service");
        int before = nginx.remembered().size();
        call("/orders/1", token);
        call("/orders/2", token);
        assertThat(nginx.remembered()).hasSize(before + 1);
        call("/orders/admin/1", token);
        call("/orders/1", flow.serviceToken("elsewhere"));
        assertThat(nginx.remembered()).hasSize(before + 1);
        String administrator = flow.tokens("payroll", "bob").getString("access_token");
        assertThat(call("/orders/1", administrator).statusCode()).isEqualTo(200);
        assertThat(nginx.remembered()).as("restricted").hasSize(before + 1);

        try (Stream<Path> files = Files.walk(nginx.folder())) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String text = Files.readString(file, StandardCharsets.ISO_8859_1);
                assertThat(List.of(token, administrator))
                        .flatMap(jwt -> Arrays.asList(jwt.split("\\.", -1)))
                        .filteredOn(part -> part.length() > 60)
                        .noneMatch(text::contains);
            }
        }
        assertThat(nginx.text("access.log")).contains("\"service\"").contains(" HIT\n", " MISS\n");
    }

    /** What the documentation says of it: not before the cache forgets, or is made to. */
    @Test
    void a_revoked_token_is_refused_when_the_cache_has_forgotten_it() throws InterruptedException, IOException {
        String token = flow.serviceToken("service");
        assertThat(call("/orders/1", token).statusCode()).isEqualTo(200);
        flow.revoke("service", token);
        assertThat(call("/orders/1", token).statusCode()).as("remembered").isEqualTo(200);

        for (Path file : nginx.remembered()) {
            Files.delete(file);
        }
        assertRefused(call("/orders/1", token), 401, "invalid_token");
        String next = flow.serviceToken("service");
        assertThat(call("/orders/1", next).statusCode()).isEqualTo(200);
    }

    @Test
    void while_nobody_can_tell_the_answer_is_503_and_what_was_allowed_is_allowed_still() throws Exception {
        try (RunningClaviger other = new RunningClaviger(FOLDER.resolve("away"), Map.of());
                Gateway gateway = Gateway.nginx(newFolder("away"), other, UnaryOperator.identity())) {
            Flow there = new Flow(other);
            String allowed = "Bearer " + there.serviceToken("service");
            String never = "Bearer " + there.serviceToken("service");
            assertThat(get(gateway, "/orders/1", "Authorization", allowed).statusCode())
                    .isEqualTo(200);
            other.stop();

            assertThat(get(gateway, "/orders/1", "Authorization", allowed).statusCode())
                    .as("remembered")
                    .isEqualTo(200);
            HttpResponse<String> answer = get(gateway, "/orders/1", "Authorization", never);
            assertThat(answer.statusCode()).isEqualTo(503);
            assertThat(answer.headers().firstValue("Retry-After")).contains("5");
            assertThat(get(gateway, "/open").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void a_malformed_requirement_opens_nothing() throws InterruptedException, IOException {
        try (Gateway gateway =
                Gateway.nginx(newFolder("malformed"), claviger, conf -> conf.replace("role=admin", "roles=admin"))) {
            String token = flow.serviceToken("service");
            assertThat(get(gateway, "/orders/admin/1", "Authorization", "Bearer " + token)
                            .statusCode())
                    .isEqualTo(503);
        }
    }

    @Test
    void caddy_asks_for_every_request_and_strips_what_a_caller_says_of_itself()
            throws InterruptedException, IOException {
        try (Gateway caddy = Gateway.caddy(newFolder("caddy"), claviger)) {
            String token = flow.serviceToken("service");
            String[] headers = {
                "Authorization",
                "Bearer " + token,
                "X-Auth-Groups",
                "admin",
                "X-Auth-Boss",
                "root",
                "X_Auth_Groups",
                "admin",
                "X-Auth_Groups",
                "admin"
            };
            assertThat(get(caddy, "/orders/1", headers).body())
                    .contains("x-auth-subject: service\n", "x-auth-groups: orders,user\n")
                    .doesNotContain("boss")
                    .doesNotContain("admin")
                    .doesNotContain(token);
            assertRefused(get(caddy, "/orders/admin/1?role=orders", headers), 403, "insufficient_scope");
            assertRefused(get(caddy, "/orders/1"), 401, "Bearer realm=");
            assertThat(get(caddy, "/open", headers).body())
                    .doesNotContain("x-auth-")
                    .doesNotContain("admin")
                    .doesNotContain("authorization");
            assertGuardsNamesInEveryWriting(caddy);
            flow.revoke("service", token);
            assertRefused(get(caddy, "/orders/1", headers), 401, "invalid_token");
        }
    }

    /** Writes down what {@code docs/gateways.md} says; nothing of it is asserted but that the cache was used. */
    @Test
    void what_the_cache_saves() throws InterruptedException, IOException {
        int requests = Integer.getInteger("it.requests", 300);
        List<String> tokens = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            tokens.add(flow.serviceToken("service"));
        }
        try (Gateway cached = Gateway.nginx(newFolder("cached"), claviger, UnaryOperator.identity());
                Gateway asking = Gateway.nginx(
                        newFolder("asking"),
                        claviger,
                        conf -> conf.replace("proxy_cache verified;", "proxy_cache off;"))) {
            measure(cached, tokens, 200);
            measure(asking, tokens, 200);
            StringBuilder report = new StringBuilder();
            for (int round = 0; round < 3; round++) {
                double with = measure(cached, tokens, requests);
                double without = measure(asking, tokens, requests);
                report.append("with the cache %.0f/s, without %.0f/s: %.2f times as many%n"
                        .formatted(with, without, with / without));
            }
            long hits = cached.text("access.log")
                    .lines()
                    .filter(line -> line.endsWith(" HIT"))
                    .count();
            long all = cached.text("access.log").lines().count();
            report.append("%d of %d by the cache%n".formatted(hits, all));
            Files.writeString(FOLDER.resolve("report.txt"), report);
            assertThat(hits).isGreaterThan(all - 100);
        }
    }

    private static double measure(Gateway gateway, List<String> tokens, int requests)
            throws InterruptedException, IOException {
        long begin = System.nanoTime();
        for (int i = 0; i < requests; i++) {
            assertThat(get(gateway, "/orders/" + i, "Authorization", "Bearer " + tokens.get(i % tokens.size()))
                            .statusCode())
                    .isEqualTo(200);
        }
        return requests / (Duration.ofNanos(System.nanoTime() - begin).toMillis() / 1_000.0);
    }
}
