package org.claviger.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@Tag("every-server")
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
        assertThat(answer.body())
                .contains("\nclaviger_open 1.0\n", "# UNIT claviger_feed_staleness_seconds seconds\n")
                .containsPattern("\nclaviger_feed_staleness_seconds [0-9.]+\n")
                .containsPattern("\nclaviger_cleanup_backlog_rows [0-9.]+\n")
                .endsWith("# EOF\n");
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
                Map.of("CLAVIGER_METRICS_ADDRESSES", "127.0.0.1, ::1"));
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
