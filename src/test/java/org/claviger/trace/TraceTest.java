package org.claviger.trace;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.TracerProvider;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.claviger.CapturedLog;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@SuppressWarnings("try") // scopes are there to be closed
class TraceTest {
    private static final String ID = "0af7651916cd43dd8448eb211c80319c";
    private static final String PARENT = "00-" + ID + "-b7ad6b7169203331-01";

    @AfterEach
    void nobody_is_told() {
        Trace.use(Telemetry.NONE);
        assertThat(Context.current()).isSameAs(Context.root());
        assertThat(Trace.headers()).isEmpty();
    }

    private static Headers caller(String... namesAndValues) {
        return name -> Arrays.stream(namesAndValues)
                .filter(each -> each.startsWith(name + ": "))
                .map(each -> each.substring(name.length() + 2))
                .toList();
    }

    @Test
    void without_telemetry_what_the_caller_has_said_is_passed_on_as_it_came() {
        String later = "cc-" + ID + "-b7ad6b7169203331-02-what.there.will-be";
        for (String parent : List.of(PARENT, PARENT.replace("-01", "-00"), PARENT.replace("-01", "-ff"), later)) {
            try (Trace.Scope request = Trace.onBehalfOf(
                    caller("traceparent: " + parent, "tracestate: rojo=00f0,congo=t61", "tracestate: b=1"))) {
                assertThat(Trace.headers())
                        .isEqualTo(Map.of("traceparent", parent, "tracestate", "rojo=00f0,congo=t61,b=1"));
                assertThat(Trace.id()).isEmpty();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "00-" + ID + "-b7ad6b7169203331",
                "00-" + ID + "-b7ad6b7169203331-01-more",
                "ff-" + ID + "-b7ad6b7169203331-01",
                "00-00000000000000000000000000000000-b7ad6b7169203331-01",
                "00-" + ID + "-0000000000000000-01",
                "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
                "01-" + ID + "-b7ad6b7169203331-01-\u00e4",
            })
    void what_is_no_traceparent_is_not_passed_on_and_no_tracestate_with_it(String parent) {
        try (Trace.Scope request = Trace.onBehalfOf(caller("traceparent: " + parent, "tracestate: a=b"))) {
            assertThat(Trace.headers()).isEmpty();
        }
        try (Spans spans = new Spans()) {
            Trace.request("GET /", caller("traceparent: " + parent, "tracestate: a=b"), Map.of())
                    .close();
            assertThat(spans.ended("GET /").getParentSpanContext().isValid()).isFalse();
            assertThat(spans.ended("GET /").getTraceId()).isNotEqualTo(ID);
            assertThat(spans.ended("GET /").getSpanContext().getTraceState().isEmpty())
                    .isTrue();
        }
    }

    @Test
    void of_two_traceparents_none_is_believed() {
        Headers twice = caller("traceparent: " + PARENT, "traceparent: " + PARENT, "tracestate: a=b");
        try (Trace.Scope request = Trace.onBehalfOf(twice)) {
            assertThat(Trace.headers()).isEmpty();
        }
        try (Spans spans = new Spans()) {
            Trace.request("GET /", twice, Map.of()).close();
            assertThat(spans.ended("GET /").getTraceId()).isNotEqualTo(ID);
        }
    }

    @Test
    void a_tracestate_of_512_characters_is_passed_on_and_no_longer_one() {
        String longest = "a=" + "x".repeat(510);
        try (Trace.Scope request = Trace.onBehalfOf(caller("traceparent: " + PARENT, "tracestate: " + longest))) {
            assertThat(Trace.headers()).containsEntry("tracestate", longest);
        }
        for (String unusable : List.of(longest + "x", "a=\u0007", "a=\u00e4")) {
            try (Trace.Scope request = Trace.onBehalfOf(caller("traceparent: " + PARENT, "tracestate: " + unusable))) {
                assertThat(Trace.headers()).isEqualTo(Map.of("traceparent", PARENT));
            }
        }
    }

    @Test
    void what_is_done_on_behalf_of_one_request_within_another_is_that_ones() {
        String other = PARENT.replace(ID, "4bf92f3577b34da6a3ce929d0e0e4736");
        try (Trace.Scope first = Trace.onBehalfOf(caller("traceparent: " + PARENT))) {
            try (Trace.Scope second = Trace.onBehalfOf(caller("traceparent: " + other))) {
                assertThat(Trace.headers()).containsEntry("traceparent", other);
            }
            assertThat(Trace.headers()).containsEntry("traceparent", PARENT);
        }
    }

    @Test
    void a_request_is_a_span_of_its_callers_trace_and_what_it_does_are_spans_below_it() {
        try (Spans spans = new Spans()) {
            try (Span request = Trace.request(
                    "POST /token",
                    caller("traceparent: " + PARENT, "tracestate: a=b"),
                    Map.of("http.route", "/token"))) {
                request.set("http.response.status_code", 200);
                assertThat(Trace.id()).contains(ID);
                try (Span step = Trace.step("database transaction")) {
                    step.set("db.system.name", "h2database");
                }
            }
            SpanData request = spans.ended("POST /token");
            assertThat(request.getTraceId()).isEqualTo(ID);
            assertThat(request.getParentSpanId()).isEqualTo("b7ad6b7169203331");
            assertThat(request.getKind()).isEqualTo(SpanKind.SERVER);
            assertThat(request.getStatus().getStatusCode()).isEqualTo(StatusCode.UNSET);
            assertThat(request.getAttributes().get(AttributeKey.stringKey("http.route")))
                    .isEqualTo("/token");
            assertThat(request.getAttributes().get(AttributeKey.longKey("http.response.status_code")))
                    .isEqualTo(200);
            SpanData step = spans.ended("database transaction");
            assertThat(step.getParentSpanId()).isEqualTo(request.getSpanId());
            assertThat(step.getKind()).isEqualTo(SpanKind.INTERNAL);
        }
    }

    @Test
    void a_call_is_a_span_and_names_itself_as_the_parent() {
        try (Spans spans = new Spans()) {
            try (Trace.Scope request = Trace.onBehalfOf(
                            caller("traceparent: " + PARENT, "tracestate: a=b", "baggage: user=alice"));
                    Span call = Trace.call("POST", Map.of())) {
                Map<String, String> said = Trace.headers();
                assertThat(said).containsOnlyKeys("traceparent", "tracestate").containsEntry("tracestate", "a=b");
                call.close();
                SpanData ended = spans.ended("POST");
                assertThat(said).containsEntry("traceparent", "00-" + ID + "-" + ended.getSpanId() + "-01");
                assertThat(ended.getParentSpanId()).isEqualTo("b7ad6b7169203331");
                assertThat(ended.getKind()).isEqualTo(SpanKind.CLIENT);
            }
        }
    }

    @Test
    void a_trace_that_its_caller_does_not_sample_is_continued_and_not_recorded() {
        try (Spans spans = new Spans()) {
            try (Trace.Scope request = Trace.onBehalfOf(caller("traceparent: " + PARENT.replace("-01", "-00")));
                    Span call = Trace.call("POST", Map.of())) {
                assertThat(Trace.headers().get("traceparent"))
                        .matches("00-" + ID + "-[0-9a-f]{16}-00")
                        .doesNotContain("b7ad6b7169203331");
            }
            assertThat(spans.ended()).isEmpty();
        }
    }

    @Test
    void what_nobody_asked_for_begins_no_trace() {
        try (Spans spans = new Spans()) {
            try (Span call = Trace.call("GET", Map.of());
                    Span step = Trace.step("database transaction")) {
                assertThat(call).isSameAs(Span.NONE);
                assertThat(step).isSameAs(Span.NONE);
                assertThat(Trace.headers()).isEmpty();
            }
            assertThat(spans.ended()).isEmpty();
        }
    }

    @Test
    void where_the_server_has_made_a_span_of_the_request_there_is_no_second() {
        try (Spans spans = new Spans()) {
            io.opentelemetry.api.trace.Span servers =
                    spans.server.getTracer("server").spanBuilder("server").startSpan();
            try (io.opentelemetry.context.Scope current = servers.makeCurrent();
                    Span request =
                            Trace.request("GET /", caller("traceparent: " + PARENT), Map.of("http.route", "/x"))) {
                request.set("claviger.client_id", "web");
            }
            assertThat(spans.ended()).isEmpty();
            servers.end();
            assertThat(spans.ended("server").getAttributes().asMap())
                    .asString()
                    .contains("claviger.client_id=web", "http.route=/x");
        }
    }

    @Test
    void a_span_that_another_application_has_left_behind_on_this_thread_is_none() {
        try (Spans spans = new Spans()) {
            io.opentelemetry.api.trace.Span left =
                    spans.server.getTracer("server").spanBuilder("left").startSpan();
            left.end();
            try (io.opentelemetry.context.Scope leaked = left.makeCurrent()) {
                assertThat(Trace.id()).isEmpty();
                Trace.step("database").close();
                Trace.request("GET /", Headers.NONE, Map.of()).close();
                Trace.request("POST /", caller("traceparent: " + PARENT), Map.of())
                        .close();
            }
            assertThat(spans.ended("GET /").getTraceId())
                    .isNotEqualTo(spans.ended("left").getTraceId());
            assertThat(spans.ended("POST /").getTraceId()).isEqualTo(ID);
            assertThat(spans.ended()).hasSize(3);
        }
    }

    @Test
    void a_fault_of_telemetry_fails_nothing_and_is_said_once() {
        OpenTelemetry broken = new OpenTelemetry() {
            @Override
            public TracerProvider getTracerProvider() {
                return new TracerProvider() {
                    @Override
                    public Tracer get(String name) {
                        return span -> {
                            throw new NoSuchMethodError("another version");
                        };
                    }

                    @Override
                    public Tracer get(String name, String version) {
                        return get(name);
                    }
                };
            }

            @Override
            public ContextPropagators getPropagators() {
                return ContextPropagators.noop();
            }
        };
        try (CapturedLog log = new CapturedLog("org.claviger")) {
            Trace.use(OpenTelemetrySpans.of(broken));
            try (Span request = Trace.request("GET /", caller("traceparent: " + PARENT), Map.of())) {
                request.set("a", "b").set("c", 1).failed("500");
            }
            Trace.request("GET /", Headers.NONE, Map.of()).close();
            assertThat(log.text()).isEqualTo("CLAVIGER-1403 the server's telemetry fails, and spans are missing");
        }
    }

    @Test
    void where_there_is_no_open_telemetry_nothing_fails_and_a_line_says_so() throws Exception {
        URL classes = Path.of("target/classes").toUri().toURL();
        try (CapturedLog log = new CapturedLog("org.claviger");
                URLClassLoader bare = new URLClassLoader(new URL[] {classes}, ClassLoader.getPlatformClassLoader())) {
            Class<?> trace = bare.loadClass(Trace.class.getName());
            trace.getMethod("useServer").invoke(null);
            assertThat(log.text()).contains("CLAVIGER-1402", "NoClassDefFoundError");
            assertThat(trace.getMethod("isOn").invoke(null)).isEqualTo(false);
            ((AutoCloseable) trace.getMethod("step", String.class).invoke(null, "password hash")).close();
            assertThat(trace.getMethod("headers").invoke(null)).isEqualTo(Map.of());
        }
    }
}
