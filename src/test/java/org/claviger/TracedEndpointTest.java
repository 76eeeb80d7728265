package org.claviger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServlet;
import java.util.Map;
import java.util.TreeMap;
import org.claviger.http.Endpoint;
import org.claviger.oauth.ErrorCode;
import org.claviger.trace.Spans;
import org.junit.jupiter.api.Test;

class TracedEndpointTest {
    private static final String PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    /** What an endpoint does. */
    @FunctionalInterface
    private interface Answer {
        void to(ServletRequest request, ServletResponse response);
    }

    private static void ask(String pattern, Exchange exchange, Answer answer) throws Exception {
        HttpServlet endpoint = new HttpServlet() {
            @Override
            public void service(ServletRequest request, ServletResponse response) {
                answer.to(request, response);
            }
        };
        new TracedEndpoint(pattern, endpoint).service(exchange.request(), exchange.response());
    }

    private static Map<String, String> attributes(SpanData span) {
        Map<String, String> attributes = new TreeMap<>();
        span.getAttributes().forEach((key, value) -> attributes.put(key.getKey(), String.valueOf(value)));
        return attributes;
    }

    @Test
    void a_token_request_is_a_span_that_says_what_was_asked_for_and_nothing_that_the_caller_wrote() throws Exception {
        Exchange exchange = Exchange.get("code=secret-in-the-query")
                .at("/api/v2/auth", "/token", "")
                .header("traceparent", PARENT)
                .header("User-Agent", "somebody");
        try (Spans spans = new Spans()) {
            ask("/token", exchange, (request, response) -> {
                request.setAttribute(Endpoint.CLIENT, "web");
                request.setAttribute(Endpoint.GRANT, "refresh_token");
            });
            SpanData span = spans.ended("GET /api/v2/auth/token");
            assertThat(span.getTraceId()).isEqualTo("0af7651916cd43dd8448eb211c80319c");
            assertThat(span.getParentSpanId()).isEqualTo("b7ad6b7169203331");
            assertThat(span.getStatus().getStatusCode()).isEqualTo(StatusCode.UNSET);
            assertThat(attributes(span))
                    .isEqualTo(new TreeMap<>(Map.of(
                            "claviger.client_id", "web",
                            "claviger.grant_type", "refresh_token",
                            "http.request.method", "GET",
                            "http.response.status_code", "200",
                            "http.route", "/api/v2/auth/token",
                            "url.path", "/api/v2/auth/token",
                            "url.scheme", "https")));
        }
    }

    @Test
    void a_refusal_is_told_by_its_code_and_is_no_failure_of_the_server() throws Exception {
        try (Spans spans = new Spans()) {
            Exchange exchange = Exchange.post("").at("/api/v2/auth", "/token", "");
            ask("/token", exchange, (request, response) -> {
                request.setAttribute(Endpoint.REFUSED_WITH, ErrorCode.INVALID_GRANT);
                exchange.response().setStatus(400);
            });
            SpanData span = spans.ended("POST /api/v2/auth/token");
            assertThat(attributes(span))
                    .containsEntry("claviger.error", "invalid_grant")
                    .containsEntry("http.response.status_code", "400")
                    .doesNotContainKey("error.type");
            assertThat(span.getStatus().getStatusCode()).isEqualTo(StatusCode.UNSET);
        }
    }

    @Test
    void a_fault_is_a_failure_of_the_span_and_goes_on() {
        try (Spans spans = new Spans()) {
            assertThatThrownBy(() ->
                            ask("/token", Exchange.post("").at("/api/v2/auth", "/token", ""), (request, response) -> {
                                throw new IllegalStateException("a fault");
                            }))
                    .hasMessage("a fault");
            SpanData span = spans.ended("POST /api/v2/auth/token");
            assertThat(span.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
            assertThat(span.getAttributes().get(AttributeKey.stringKey("error.type")))
                    .isEqualTo("500");
        }
    }

    @Test
    void the_console_tells_no_path_below_it_and_no_method_that_there_is_not() throws Exception {
        try (Spans spans = new Spans()) {
            ask(
                    "/admin/console/*",
                    Exchange.method("BREW").at("/api/v2/auth", "/admin/console", "/users/alice"),
                    (request, response) -> {});
            assertThat(attributes(spans.ended("HTTP /api/v2/auth/admin/console/*")))
                    .containsEntry("http.request.method", "_OTHER")
                    .doesNotContainKey("url.path");
        }
    }

    @Test
    void without_telemetry_an_endpoint_answers_as_ever() throws Exception {
        boolean[] answered = {false};
        ask("/token", Exchange.get("").at("/api/v2/auth", "/token", ""), (request, response) -> answered[0] = true);
        assertThat(answered[0]).isTrue();
    }
}
