package org.claviger;

import io.prometheus.metrics.model.snapshots.Unit;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.claviger.http.Endpoint;
import org.claviger.oauth.ErrorCode;

/**
 * Counts what is asked of the endpoints, and how long it takes: one filter before all of them. Labels are our own paths, classes of status
 * codes and error codes; what a caller writes is none.
 */
final class RequestMetrics implements Filter {
    /** Whatever is at no path of ours. */
    static final String OTHER = "other";

    private static final String NO_ERROR = "";
    private static final double[] SECONDS = {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10};

    private final Meters.Counter requests;
    private final Map<String, Meter> byPath;

    /** What is counted of one endpoint, found beforehand. */
    private record Meter(String path, Meters.Buckets duration, List<LongAdder> byClass) {}

    /** @param patterns the paths of the endpoints, as servlets are mapped */
    RequestMetrics(Meters meters, Collection<String> patterns) {
        requests = meters.counter(
                "claviger_http_requests",
                "Requests to an endpoint, by the class of their status and, where it is an error of OAuth, its code.",
                "endpoint",
                "status",
                "error");
        Meters.Histogram durations = meters.durations(
                "claviger_http_request_duration_seconds", "How long an endpoint took to answer.", SECONDS, "endpoint");
        byPath = Stream.concat(patterns.stream().map(pattern -> pattern.replaceFirst("/\\*$", "")), Stream.of(OTHER))
                .distinct()
                .map(path -> new Meter(path, durations.with(path), counters(path)))
                .collect(Collectors.toUnmodifiableMap(Meter::path, Function.identity()));
    }

    private List<LongAdder> counters(String path) {
        return Stream.of("2xx", "3xx", "4xx", "5xx")
                .map(status -> requests.with(path, status, NO_ERROR))
                .toList();
    }

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        if (!(request instanceof HttpServletRequest asked) || !(response instanceof HttpServletResponse answer)) {
            chain.doFilter(request, response);
            return;
        }
        long begun = System.nanoTime();
        boolean answered = false;
        try {
            chain.doFilter(request, response);
            answered = true;
        } finally {
            int status = answered ? answer.getStatus() : HttpServletResponse.SC_INTERNAL_SERVER_ERROR;
            count(asked, status, System.nanoTime() - begun);
        }
    }

    private void count(HttpServletRequest request, int status, long nanos) {
        Meter known = byPath.get(request.getServletPath());
        Meter meter = known == null ? byPath.get(OTHER) : known;
        if (meter == null) {
            return;
        }
        meter.duration.observe(Unit.nanosToSeconds(nanos));
        int statusClass = Math.min(Math.max(status / 100, 2), 5);
        if (request.getAttribute(Endpoint.REFUSED_WITH) instanceof ErrorCode error) {
            requests.with(meter.path, statusClass + "xx", error.value()).increment();
        } else {
            meter.byClass.get(statusClass - 2).increment();
        }
    }
}
