package org.claviger.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.claviger.OpenMetrics;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@Tag("every-server")
@Tag("any-payara")
@Tag("any-configuration")
@Tag("any-database")
@ExtendWith(ClavigerExtension.class)
class MetricsIT {
    private static final String METRICS = "/api/v2/auth/metrics";

    @Test
    void whoever_may_read_administration_reads_what_this_node_counts(RunningClaviger claviger, Flow flow)
            throws Exception {
        HttpResponse<String> answer = claviger.get(
                METRICS, "Authorization", "Bearer " + flow.serviceToken("auditor", "scope", "claviger:admin.read"));

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type"))
                .hasValueSatisfying(type -> assertThat(type).startsWith("application/openmetrics-text"));
        assertThat(answer.headers().firstValue("Cache-Control")).hasValue("no-store");
        Map<String, OpenMetrics.Family> families = OpenMetrics.parse(answer.body());
        assertThat(value(families, "claviger_open", Map.of())).isEqualTo(1);
        assertThat(value(families, "claviger_ready", Map.of())).isEqualTo(1);
        assertThat(value(families, "claviger_health_check", Map.of("check", "server")))
                .isEqualTo(1);
        assertThat(families.get("claviger_feed_staleness_seconds").unit()).isEqualTo("seconds");
        assertThat(documented())
                .as("the table of docs/metrics.md")
                .containsExactlyInAnyOrderElementsOf(families.values().stream()
                        .map(family -> family.name() + (family.type().equals("counter") ? "_total" : ""))
                        .toList());
    }

    private static List<String> documented() throws IOException {
        return Pattern.compile("(?m)^\\| `(claviger_\\w+)`")
                .matcher(Files.readString(Path.of("docs/metrics.md")))
                .results()
                .map(row -> row.group(1))
                .toList();
    }

    /** 0 for what appears with its first time. */
    private static double value(Map<String, OpenMetrics.Family> families, String sample, Map<String, String> labels) {
        return families.values().stream()
                .flatMap(family -> family.samples().stream())
                .filter(one -> one.name().equals(sample) && one.labels().equals(labels))
                .mapToDouble(OpenMetrics.Sample::value)
                .findFirst()
                .orElse(0);
    }

    @Test
    void what_is_asked_of_this_server_is_counted_where_it_was_asked(RunningClaviger claviger, Flow flow)
            throws Exception {
        String administration = "/api/v2/auth/admin/settings";
        String token = "Bearer " + flow.serviceToken("auditor", "scope", "claviger:admin.read");
        Map<String, OpenMetrics.Family> before =
                OpenMetrics.parse(claviger.get(METRICS, "Authorization", token).body());

        flow.serviceToken("service");
        assertThat(claviger.get(administration, "Authorization", token).statusCode())
                .isEqualTo(200);
        assertThat(claviger.get(administration, "Authorization", "Bearer garbage")
                        .statusCode())
                .isEqualTo(401);
        assertThat(claviger.get("/api/v2/auth/token").statusCode()).isEqualTo(405);
        assertThat(claviger.get("/api/v2/auth/there-is-no-such-thing").statusCode())
                .isEqualTo(404);

        Map<String, OpenMetrics.Family> after =
                OpenMetrics.parse(claviger.get(METRICS, "Authorization", token).body());
        Map<String, Map<String, String>> counted = new LinkedHashMap<>();
        for (String outcome : List.of("/token 2xx", "/token 4xx invalid_request", "/admin 2xx", "other 4xx")) {
            String[] words = (outcome + " ").split(" ", -1);
            counted.put(outcome, Map.of("endpoint", words[0], "status", words[1], "error", words[2]));
        }
        counted.forEach((outcome, labels) -> assertThat(value(after, "claviger_http_requests_total", labels))
                .as(outcome)
                .isGreaterThan(value(before, "claviger_http_requests_total", labels)));
        for (Map.Entry<String, Map<String, String>> labels : Map.of(
                        "claviger_tokens_issued_total", Map.of("grant", "client_credentials"),
                        "claviger_guard_requests_total", Map.of("result", "malformed"),
                        "claviger_events_total", Map.of("event", "bearer_refused"))
                .entrySet()) {
            assertThat(value(after, labels.getKey(), labels.getValue()))
                    .as(labels.getKey())
                    .isGreaterThan(value(before, labels.getKey(), labels.getValue()));
        }
        assertThat(value(after, "claviger_guard_validation_duration_seconds_count", Map.of()))
                .isGreaterThan(value(before, "claviger_guard_validation_duration_seconds_count", Map.of()));
    }

    @Test
    void nobody_else_does(RunningClaviger claviger, Flow flow) throws Exception {
        assertThat(claviger.get(METRICS).statusCode()).isEqualTo(401);
        assertThat(claviger.get(METRICS, "Authorization", "Bearer garbage").statusCode())
                .isEqualTo(401);
        assertThat(claviger.get(METRICS, "Authorization", "Bearer " + flow.serviceToken("service"))
                        .statusCode())
                .isEqualTo(401);
    }

    @Test
    void an_address_that_is_set_needs_no_token() throws Exception {
        RunningClaviger claviger = RunningClaviger.prepare(
                Path.of("target/it/metrics-" + System.getProperty("it.name", "payara-micro")),
                Map.of(
                        "CLAVIGER_METRICS_ADDRESSES",
                        "127.0.0.1, ::1",
                        "PROMETHEUS_CONFIG", // of an application beside it, which has the same library
                        "/there/is/no/such/file"));
        try (claviger) {
            claviger.start();

            assertThat(claviger.get(METRICS).body()).contains("claviger_open 1.0");
            assertThat(claviger.post(METRICS, "").statusCode()).isEqualTo(405);
            try (Wire wire = new Wire(claviger)) {
                assertThat(wire.send("GET " + METRICS, List.of("Host: node-1:8080"), new byte[0])
                                .status())
                        .as("by the name of a node, not of the issuer")
                        .isEqualTo(200);
            }
        }
    }
}
