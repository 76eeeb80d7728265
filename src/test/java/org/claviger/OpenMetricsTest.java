package org.claviger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A reader that takes everything proves nothing. */
class OpenMetricsTest {
    @Test
    void what_the_specification_shows_is_read() {
        var families = OpenMetrics.parse(
                """
                # TYPE acme_http_router_request_seconds summary
                # UNIT acme_http_router_request_seconds seconds
                # HELP acme_http_router_request_seconds Latency though all of ACME's HTTP request router.
                acme_http_router_request_seconds_sum{path="/api/v1",method="GET"} 9036.32
                acme_http_router_request_seconds_count{path="/api/v1",method="GET"} 807283.0
                # TYPE foo histogram
                # HELP foo A "histogram".
                foo_bucket{a="x \\"y\\" \\\\",le="0.0"} 0
                foo_bucket{a="x \\"y\\" \\\\",le="1.0E-5"} 1
                foo_bucket{a="x \\"y\\" \\\\",le="+Inf"} 17
                foo_count{a="x \\"y\\" \\\\"} 17
                foo_sum{a="x \\"y\\" \\\\"} 324789.3
                # EOF
                """);

        assertThat(families.keySet()).containsExactly("acme_http_router_request_seconds", "foo");
        assertThat(families.get("foo").samples().get(0).labels()).containsEntry("a", "x \"y\" \\");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "# TYPE a gauge\n# HELP a b\na 1\n",
                "# TYPE a gauge\n# HELP a b\na 1\n# EOF\nb\n",
                "# TYPE a gauge\n# HELP a b\na 1\r\n# EOF\n",
                "# TYPE a gauge\n# HELP a b\na x\n# EOF\n",
                "# TYPE a gauge\n# HELP a b\nb 1\n# EOF\n",
                "# TYPE a gauge\n# HELP a b\na 1\na 2\n# EOF\n",
                "# TYPE a gauge\n# TYPE a gauge\n# HELP a b\na 1\n# EOF\n",
                "# TYPE a counter\n# HELP a b\na 1\n# EOF\n",
                "# TYPE a counter\n# HELP a b\na_total -1\n# EOF\n",
                "# TYPE a gauge\n# UNIT a seconds\n# HELP a b\na 1\n# EOF\n",
                "# TYPE a gauge\n# HELP a b\na{x=\"1\",x=\"2\"} 1\n# EOF\n",
                "# TYPE a gauge\n# HELP a b\na{x=\"1\" ,y=\"2\"} 1\n# EOF\n",
                "# TYPE a gauge\n# HELP a b\na{x=\"\\d\"} 1\n# EOF\n",
                "# TYPE a gauge\n# HELP a b\na 1\n# TYPE b gauge\n# HELP b b\nb 1\na 2\n# EOF\n",
                "# TYPE a histogram\n# HELP a b\na_bucket{le=\"1\"} 2\na_bucket{le=\"+Inf\"} 1\na_count 1\n# EOF\n",
                "# TYPE a histogram\n# HELP a b\na_bucket{le=\"1\"} 2\na_count 2\n# EOF\n",
                "# TYPE a histogram\n# HELP a b\na_bucket{le=\"1\"} 2\na_bucket{le=\"+Inf\"} 3\na_count 2\n# EOF\n",
            })
    void what_it_forbids_is_not(String text) {
        assertThatThrownBy(() -> OpenMetrics.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }
}
