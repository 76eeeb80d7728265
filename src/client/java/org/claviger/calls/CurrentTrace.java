package org.claviger.calls;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * What the caller of the current request says of its trace, as it came (W3C Trace Context level 1 section 3.4: who makes no span of its own may
 * send both headers on, unchanged): empty if that is nothing, or malformed, or there is no request.
 */
@ApplicationScoped
class CurrentTrace implements Supplier<Map<String, String>> {
    static final String PARENT = "traceparent";
    static final String STATE = "tracestate";

    /** Section 3.2.2: version, trace-id, parent-id and flags; a later version than 00 may have more. */
    private static final Pattern FORM = Pattern.compile(
            "(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}((?<!^00.{53})-[!-~]{0,450})?");

    /** Section 3.3.1: 512 characters "SHOULD" be propagated. */
    private static final Pattern STATES = Pattern.compile("[ -~\\t]{1,512}");

    private final Instance<HttpServletRequest> requests;

    /** For the container, which makes a proxy of it. */
    protected CurrentTrace() {
        this(null);
    }

    @Inject
    CurrentTrace(Instance<HttpServletRequest> requests) {
        this.requests = requests;
    }

    @Override
    public Map<String, String> get() {
        try {
            if (!requests.isResolvable()) {
                return Map.of();
            }
            HttpServletRequest request = requests.get();
            List<String> parents = headers(request, PARENT);
            if (parents.size() != 1 || !FORM.matcher(parents.get(0)).matches()) {
                return Map.of();
            }
            Map<String, String> trace = new LinkedHashMap<>();
            trace.put(PARENT, parents.get(0));
            String state = String.join(",", headers(request, STATE));
            if (STATES.matcher(state).matches()) {
                trace.put(STATE, state);
            }
            return trace;
        } catch (RuntimeException noRequest) { // in whatever way the server says so: no call fails for its trace
            return Map.of();
        }
    }

    private static List<String> headers(HttpServletRequest request, String name) {
        return Collections.list(request.getHeaders(name));
    }
}
