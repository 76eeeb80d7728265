package org.claviger.trace;

import java.util.Map;
import java.util.Optional;

/** Whoever is told of spans. */
public interface Telemetry {
    /** Nobody. */
    Telemetry NONE = new Telemetry() {
        @Override
        public Span begin(Kind kind, String name, Headers caller, Map<String, String> attributes) {
            return Span.NONE;
        }

        @Override
        public Map<String, String> headers() {
            return Map.of();
        }

        @Override
        public Optional<String> traceId() {
            return Optional.empty();
        }
    };

    /** What begins a span. */
    enum Kind {
        /** A request to us, which begins a trace where its caller names none. */
        REQUEST,
        /** A call of ours, below what this thread does or else below what its caller names; with neither there is no span. */
        CALL,
        /** A part of what this thread does; where that has no span, this has none. */
        STEP
    }

    /** Begins a span, which is that of this thread until it is closed. */
    Span begin(Kind kind, String name, Headers caller, Map<String, String> attributes);

    /** What a call says of the trace: that the span of this thread is its parent. Empty if there is none. */
    Map<String, String> headers();

    /** The trace of this thread: 32 hexadecimal digits. */
    Optional<String> traceId();
}
