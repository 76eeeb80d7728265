package org.claviger.trace;

import io.opentelemetry.api.baggage.propagation.W3CBaggagePropagator;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.context.propagation.TextMapPropagator;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.util.List;

/** A server's telemetry within a test, with what MicroProfile Telemetry has by default: while it is open, spans are kept. */
public final class Spans implements AutoCloseable {
    private final InMemorySpanExporter kept = InMemorySpanExporter.create();
    final OpenTelemetrySdk server = OpenTelemetrySdk.builder()
            .setTracerProvider(SdkTracerProvider.builder()
                    .addSpanProcessor(SimpleSpanProcessor.create(kept))
                    .build())
            .setPropagators(ContextPropagators.create(TextMapPropagator.composite(
                    W3CTraceContextPropagator.getInstance(), W3CBaggagePropagator.getInstance())))
            .build();

    public Spans() {
        Trace.use(OpenTelemetrySpans.of(server));
    }

    /** Those that have ended, in that order. */
    public List<SpanData> ended() {
        return kept.getFinishedSpanItems();
    }

    /** The one of this name. */
    public SpanData ended(String name) {
        return ended().stream()
                .filter(span -> span.getName().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no span " + name + " but " + ended()));
    }

    @Override
    public void close() {
        Trace.use(Telemetry.NONE);
        server.close();
    }
}
