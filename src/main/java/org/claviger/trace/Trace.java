package org.claviger.trace;

import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import org.jspecify.annotations.Nullable;

/**
 * The trace that the work of this thread belongs to (W3C Trace Context level 1). Where the server has telemetry and it is switched on, requests
 * and what takes time in them are spans of it; elsewhere there are none, and calls are sent on with what the caller has said.
 */
public final class Trace {
    private static final System.Logger LOG = System.getLogger("org.claviger");
    private static final ThreadLocal<@Nullable Headers> CALLER = new ThreadLocal<>();
    private static volatile Telemetry telemetry = Telemetry.NONE;

    private Trace() {}

    /** Undoes what began it. */
    @FunctionalInterface
    public interface Scope extends AutoCloseable {
        @Override
        void close();
    }

    /** From now on that is told of spans. */
    public static void use(Telemetry told) {
        telemetry = told;
    }

    /** From now on the telemetry of the server is told of spans, if this application can see it. */
    public static void useServer() {
        try {
            Optional<Telemetry> server =
                    OpenTelemetrySpans.ofServer(); // the first mention of a class that needs the API of OpenTelemetry
            server.ifPresentOrElse(Trace::useServer, () -> sayNone("none for it by CDI"));
        } catch (LinkageError none) {
            sayNone(none.toString());
        } catch (RuntimeException | ServiceConfigurationError fault) {
            LOG.log(Level.WARNING, "CLAVIGER-1403 the server's telemetry fails, and spans are missing", fault);
        }
    }

    private static void useServer(Telemetry server) {
        use(server);
        LOG.log(Level.INFO, "CLAVIGER-1401 requests are spans, of which the telemetry of this server is told");
    }

    private static void sayNone(String why) {
        LOG.log(
                Level.WARNING,
                "CLAVIGER-1402 otel.sdk.disabled is false, and this server shows no OpenTelemetry to applications: there are no spans ({0})",
                why);
    }

    /** Whether anybody is told of spans. */
    public static boolean isOn() {
        return telemetry != Telemetry.NONE;
    }

    /** Begins the span of a request, which continues the trace of its caller. */
    public static Span request(String name, Headers caller, Map<String, String> attributes) {
        return telemetry.begin(Telemetry.Kind.REQUEST, name, caller, attributes);
    }

    /** What this thread does until then is on behalf of a request with these headers, which are looked at only if that comes to matter. */
    public static Scope onBehalfOf(Headers caller) {
        Headers before = CALLER.get();
        CALLER.set(caller);
        return before == null ? CALLER::remove : () -> CALLER.set(before);
    }

    /** Begins the span of a call to another service. */
    public static Span call(String name, Map<String, String> attributes) {
        Headers caller = CALLER.get();
        return telemetry.begin(Telemetry.Kind.CALL, name, caller == null ? Headers.NONE : caller, attributes);
    }

    /** Begins the span of something that takes time. */
    public static Span step(String name) {
        return telemetry.begin(Telemetry.Kind.STEP, name, Headers.NONE, Map.of());
    }

    /**
     * What a call to another service is to say. Where there are spans, the one of the call is the parent, by an identifier of its own (section
     * 3.4, "Update parent-id"). Where there are none we are no part of the trace, and pass on what came.
     */
    public static Map<String, String> headers() {
        Headers caller = CALLER.get();
        if (isOn() || caller == null) {
            return telemetry.headers();
        }
        return TraceContext.of(caller).map(TraceContext::headers).orElse(Map.of());
    }

    /** The trace of this thread, where it has a span: 32 hexadecimal digits. */
    public static Optional<String> id() {
        return telemetry.traceId();
    }

    /** The trace that a caller names by {@code traceparent} (section 3.2): 32 hexadecimal digits. A header that is malformed or repeated names none. */
    public static Optional<String> named(List<String> headers) {
        return TraceContext.traceId(headers);
    }
}
