package org.claviger.it;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.json.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.claviger.it.OtlpReceiver.Sent;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A server whose telemetry is switched on, as an administrator does it: one, for what differs between servers is theirs (docs/tracing.md). All
 * other tests run without it, WildFly's {@code standalone.xml} without the classes too.
 */
@Tag("any-database")
class TraceIT {
    private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
    private static final String CALLER = "b7ad6b7169203331";
    private static final long SERVER = 2;
    private static final Duration LONGEST = Duration.ofSeconds(20);

    private static OtlpReceiver receiver;
    private static RunningClaviger claviger;

    @BeforeAll
    static void start() throws Exception {
        receiver = new OtlpReceiver();
        claviger = new RunningClaviger(Path.of("target/it/trace"), receiver.environment);
        claviger.always("traceparent", "00-" + TRACE + "-" + CALLER + "-01");
    }

    @AfterAll
    static void stop() {
        if (claviger != null) {
            claviger.close();
        }
        if (receiver != null) {
            receiver.close();
        }
    }

    private static List<Sent> ofTrace() {
        return receiver.sent().stream()
                .filter(span -> span.trace().equals(TRACE))
                .toList();
    }

    private static Sent await(Predicate<Sent> which) throws Exception {
        Await.until("a span of " + ofTrace(), LONGEST, () -> ofTrace().stream().anyMatch(which));
        return ofTrace().stream().filter(which).findFirst().orElseThrow();
    }

    private static Sent await(String name) throws Exception {
        return await(span -> span.name().equals(name));
    }

    @Test
    void a_sign_in_a_token_and_a_call_are_spans_of_the_callers_trace_and_tell_no_secret() throws Exception {
        Flow flow = new Flow(claviger);
        Pkce pkce = Pkce.random();
        String code = flow.code("web", "alice", pkce);
        JsonObject tokens = Flow.granted(flow.redeem("web", code, pkce));
        String token = tokens.getString("access_token");
        assertThat(flow.call("/demo/api/orders", token).statusCode()).isEqualTo(200);
        Flow.assertRefused(flow.redeem("web", code, pkce), 400, "invalid_grant");

        Sent redeemed = await(span -> span.name().equals("POST /api/v2/auth/token")
                && "200".equals(span.said().get("http.response.status_code"))
                && "web".equals(span.said().get("claviger.client_id")));
        assertThat(redeemed.kind()).isEqualTo(SERVER);
        assertThat(redeemed.parent()).isEqualTo(CALLER);
        assertThat(redeemed.said())
                .containsEntry("claviger.grant_type", "authorization_code")
                .containsEntry("http.request.method", "POST")
                .containsEntry("http.route", "/api/v2/auth/token");
        assertThat(await(span -> "invalid_grant".equals(span.said().get("claviger.error")))
                        .name())
                .isEqualTo("POST /api/v2/auth/token");

        Sent signIn = await("POST /api/v2/auth/signin");
        assertThat(await("password hash").parent()).isEqualTo(signIn.id());
        assertThat(await(span -> span.name().equals("database transaction")
                                && span.parent().equals(redeemed.id()))
                        .said())
                .containsEntry("db.system.name", "h2database");
        assertThat(await("GET /api/v2/auth/authorize").said())
                .containsEntry("claviger.client_id", "web")
                .containsEntry("url.path", "/api/v2/auth/authorize");

        // The server's own, of Jakarta REST: the filter of claviger-client.jar leaves its header as it is.
        Sent called = await(span -> span.service().startsWith("plain") && span.kind() == SERVER);
        assertThat(await(span -> span.id().equals(called.parent())).service()).isEqualTo("demo");
        List<Sent> ours = ofTrace().stream()
                .filter(span -> span.service().equals("claviger"))
                .toList();
        Set<String> ids = ours.stream().map(Sent::id).collect(Collectors.toSet());
        assertThat(ours).allMatch(span -> span.parent().equals(CALLER) || ids.contains(span.parent()));
        assertThat(ours.toString())
                .doesNotContain("alice", "password of", code, pkce.verifier(), token, tokens.getString("refresh_token"))
                .doesNotContain(claviger.client("web").getString("client_secret"));
        assertThat(claviger.log()).contains("CLAVIGER-1401").doesNotContain("CLAVIGER-1403");
    }

    @Test
    void what_nobody_asked_for_and_probes_are_no_spans() throws Exception {
        assertThat(claviger.get("/api/v2/auth/health/ready").statusCode()).isEqualTo(200);
        claviger.get("/api/v2/auth/jwks");
        await("GET /api/v2/auth/jwks");
        assertThat(receiver.sent())
                .filteredOn(span -> span.service().equals("claviger"))
                .noneMatch(span -> span.name().contains("health"))
                .noneMatch(span -> span.parent().isEmpty() && span.name().equals("database transaction"));
    }
}
