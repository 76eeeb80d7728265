package org.claviger.trace;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.ContextStorage;
import io.opentelemetry.context.Scope;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.context.propagation.TextMapPropagator;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.spi.CDI;
import java.lang.System.Logger.Level;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Spans by OpenTelemetry, as MicroProfile Telemetry hands it to an application: the server decides what becomes of them. The only class that
 * needs its API, which not every server has.
 */
public final class OpenTelemetrySpans implements Telemetry {
    private static final System.Logger LOG = System.getLogger("org.claviger");

    /** What callers say for applications to read, and is no business of other services. */
    private static final String BAGGAGE = "baggage";

    private static final TextMapGetter<Headers> GETTER = new TextMapGetter<>() {
        @Override
        public Iterable<String> keys(Headers caller) {
            return List.of();
        }

        /** Of a {@code traceparent} what {@link TraceContext} takes for one: the same trace as in our log. */
        @Override
        public @Nullable String get(@Nullable Headers caller, String name) {
            if (caller == null) {
                return null;
            }
            if (name.equals(TraceContext.TRACEPARENT) || name.equals(TraceContext.TRACESTATE)) {
                return TraceContext.of(caller)
                        .map(said -> said.headers().get(name))
                        .orElse(null);
            }
            List<String> all = caller.all(name);
            return all.size() == 1 ? all.get(0) : null;
        }
    };

    private final Tracer tracer;
    private final TextMapPropagator propagator;
    private final AtomicBoolean hasComplained = new AtomicBoolean();

    private OpenTelemetrySpans(OpenTelemetry server) {
        tracer = server.getTracer("org.claviger");
        propagator = server.getPropagators().getTextMapPropagator();
    }

    /** Those of this; a test's, for instance. */
    public static Telemetry of(OpenTelemetry server) {
        return new OpenTelemetrySpans(server);
    }

    /** Those of the server that this application runs on; empty, or a {@link LinkageError}, if it has none. */
    static Optional<Telemetry> ofServer() {
        Instance<OpenTelemetry> server = CDI.current().select(OpenTelemetry.class);
        return server.isResolvable() ? Optional.of(of(server.get())) : Optional.empty();
    }

    @Override
    public Span begin(Kind kind, String name, Headers caller, Map<String, String> attributes) {
        return safely(
                () -> {
                    Context current = Context.current();
                    boolean below = isSpan(current);
                    if (kind == Kind.REQUEST && below) { // the server, or an agent, has made one of it: no second
                        Begun theirs = new Begun(io.opentelemetry.api.trace.Span.current(), null);
                        attributes.forEach(theirs::set);
                        return theirs;
                    }
                    if (kind == Kind.STEP && !below) {
                        return Span.NONE;
                    }
                    Context parent = below ? current : propagator.extract(Context.root(), caller, GETTER);
                    if (kind == Kind.CALL && !named(parent).isValid()) {
                        return Span.NONE;
                    }
                    SpanBuilder builder =
                            tracer.spanBuilder(name).setSpanKind(kind(kind)).setParent(parent);
                    attributes.forEach(builder::setAttribute);
                    io.opentelemetry.api.trace.Span span = builder.startSpan();
                    return new Begun(span, ContextStorage.get().attach(parent.with(span)));
                },
                Span.NONE);
    }

    /** Not one that has ended: another application has left it behind on this thread, and it is of another request. */
    private static boolean isSpan(Context context) {
        SpanContext named = named(context);
        return named.isValid()
                && (io.opentelemetry.api.trace.Span.fromContext(context).isRecording() || !named.isSampled());
    }

    private static SpanContext named(Context context) {
        return io.opentelemetry.api.trace.Span.fromContext(context).getSpanContext();
    }

    private static SpanKind kind(Kind kind) {
        return switch (kind) {
            case REQUEST -> SpanKind.SERVER;
            case CALL -> SpanKind.CLIENT;
            case STEP -> SpanKind.INTERNAL;
        };
    }

    @Override
    public Map<String, String> headers() {
        return safely(
                () -> {
                    Map<String, String> headers = new LinkedHashMap<>();
                    if (isSpan(Context.current())) {
                        propagator.inject(Context.current(), headers, (carrier, name, value) -> {
                            if (!name.equals(BAGGAGE)) {
                                headers.put(name, value);
                            }
                        });
                    }
                    return headers;
                },
                Map.of());
    }

    @Override
    public Optional<String> traceId() {
        return safely(
                () -> isSpan(Context.current())
                        ? Optional.of(named(Context.current()).getTraceId())
                        : Optional.empty(),
                Optional.empty());
    }

    /** A fault of telemetry, or a version of it that lacks something, is said once and fails nothing. */
    private <T> T safely(Supplier<T> work, T otherwise) {
        try {
            return work.get();
        } catch (RuntimeException | LinkageError | ServiceConfigurationError fault) {
            if (!hasComplained.getAndSet(true)) {
                LOG.log(Level.WARNING, "CLAVIGER-1403 the server's telemetry fails, and spans are missing", fault);
            }
            return otherwise;
        }
    }

    /** One that goes on; the scope is that of a span of our own, which ends with it. */
    private final class Begun implements Span {
        private final io.opentelemetry.api.trace.Span span;
        private final @Nullable Scope scope;

        Begun(io.opentelemetry.api.trace.Span span, @Nullable Scope scope) {
            this.span = span;
            this.scope = scope;
        }

        @Override
        public Span set(String attribute, String value) {
            run(() -> span.setAttribute(attribute, value));
            return this;
        }

        @Override
        public Span set(String attribute, long value) {
            run(() -> span.setAttribute(attribute, value));
            return this;
        }

        @Override
        public void failed(String type) {
            run(() -> span.setStatus(StatusCode.ERROR).setAttribute("error.type", type));
        }

        @Override
        public void close() {
            if (scope != null) {
                run(() -> {
                    scope.close();
                    return span;
                });
                run(() -> {
                    span.end();
                    return span;
                });
            }
        }

        private void run(Supplier<io.opentelemetry.api.trace.Span> work) {
            safely(work, span);
        }
    }
}
