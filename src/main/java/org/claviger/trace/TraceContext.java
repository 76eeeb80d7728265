package org.claviger.trace;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a caller says of the trace that a request belongs to (W3C Trace Context level 1 section 3), as it came.
 *
 * @param tracestate at most 512 characters; empty if there is none, or one that is longer or not readable
 */
record TraceContext(String traceparent, String tracestate) {
    /** The header of section 3.2. */
    static final String TRACEPARENT = "traceparent";

    /** The header of section 3.3. */
    static final String TRACESTATE = "tracestate";

    /** Section 3.2.2: version, trace-id, parent-id, flags; a later version may have more. */
    private static final Pattern FORM =
            Pattern.compile("(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(-.*)?");

    private static final int LONGEST_PARENT = 512;

    /** Section 3.3.1: vendors "SHOULD propagate at least 512 characters of a combined header"; its characters are those of ASCII that print. */
    private static final Pattern STATE = Pattern.compile("[ -~\\t]{1,512}");

    /** Empty where there is no {@code traceparent}, or one that is malformed or repeated. */
    static Optional<TraceContext> of(Headers headers) {
        List<String> parents = headers.all(TRACEPARENT);
        return parse(parents)
                .filter(parts -> STATE.matcher(parts.group()).matches())
                .map(parts -> {
                    // Section 3.3: "Multiple tracestate header fields MUST be handled as specified by RFC7230 Section
                    // 3.2.2".
                    String state = String.join(",", headers.all(TRACESTATE));
                    return new TraceContext(parents.get(0), STATE.matcher(state).matches() ? state : "");
                });
    }

    /** The trace-id in the {@code traceparent}, on the same terms. */
    static Optional<String> traceId(List<String> parents) {
        return parse(parents).map(parts -> parts.group(2));
    }

    private static Optional<Matcher> parse(List<String> parents) {
        if (parents.size() != 1 || parents.get(0).length() > LONGEST_PARENT) {
            return Optional.empty();
        }
        Matcher parts = FORM.matcher(parents.get(0));
        return parts.matches() && (parts.group(3) == null || !parts.group(1).equals("00"))
                ? Optional.of(parts)
                : Optional.empty();
    }

    /**
     * The same headers. Section 3.4: "If the value of the traceparent field wasn't changed before propagation, tracestate MUST NOT be modified
     * as well. Unmodified headers propagation is typically implemented in pass-through services like proxies. This behavior may also be
     * implemented in a service which currently does not collect distributed tracing information." One exception is ours: a {@code tracestate} that
     * is too long is left out, for a stranger's kilobytes are nothing to send on.
     */
    Map<String, String> headers() {
        Map<String, String> both = new LinkedHashMap<>();
        both.put(TRACEPARENT, traceparent);
        if (!tracestate.isEmpty()) {
            both.put(TRACESTATE, tracestate);
        }
        return both;
    }
}
