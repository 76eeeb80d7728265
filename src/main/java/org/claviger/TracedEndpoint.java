package org.claviger;

import jakarta.servlet.Servlet;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.claviger.http.Endpoint;
import org.claviger.http.Requests;
import org.claviger.oauth.ErrorCode;
import org.claviger.trace.Span;
import org.claviger.trace.Trace;

/**
 * Makes a span of each request to an endpoint, where the server has telemetry: a name and attributes by OpenTelemetry's semantic conventions for
 * HTTP, and what of OAuth was asked for. What a caller writes is in none of them: no query, no address, no user agent, no name of anybody.
 * Servers make spans of Jakarta REST themselves, so none is made of those. A servlet and no filter: Payara ends whatever span is current when a servlet
 * has returned.
 */
final class TracedEndpoint extends HttpServlet {
    /** RFC 9110 section 9 and RFC 5789; others are not told, for there are as many as somebody likes. */
    private static final Set<String> METHODS =
            Set.of("CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE");

    private final String pattern;
    private final Servlet endpoint;

    /** @param pattern the path of the endpoint, as it is mapped */
    TracedEndpoint(String pattern, Servlet endpoint) {
        this.pattern = pattern;
        this.endpoint = endpoint;
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response)
            throws IOException, ServletException {
        if (!Trace.isOn()) {
            endpoint.service(request, response);
            return;
        }
        String route = request.getContextPath() + pattern;
        boolean known = METHODS.contains(request.getMethod());
        Map<String, String> attributes = new LinkedHashMap<>();
        attributes.put("http.request.method", known ? request.getMethod() : "_OTHER");
        attributes.put("http.route", route);
        attributes.put(
                "url.scheme", request.getScheme().equals("https") ? "https" : "http"); // it may be the caller's word
        if (!route.endsWith("*")) { // below that are names
            attributes.put("url.path", route);
        }
        String name = (known ? request.getMethod() : "HTTP") + " " + route;
        try (Span span = Trace.request(name, header -> Requests.headers(request, header), attributes)) {
            boolean answered = false;
            try {
                endpoint.service(request, response);
                answered = true;
            } finally {
                tell(span, request, answered ? response.getStatus() : HttpServletResponse.SC_INTERNAL_SERVER_ERROR);
            }
        }
    }

    private static void tell(Span span, HttpServletRequest request, int status) {
        span.set("http.response.status_code", status);
        if (status >= HttpServletResponse.SC_INTERNAL_SERVER_ERROR) {
            span.failed(Integer.toString(status));
        }
        if (request.getAttribute(Endpoint.REFUSED_WITH) instanceof ErrorCode error) {
            span.set("claviger.error", error.value());
        }
        if (request.getAttribute(Endpoint.CLIENT) instanceof String client) {
            span.set("claviger.client_id", client);
        }
        if (request.getAttribute(Endpoint.GRANT) instanceof String grant) {
            span.set("claviger.grant_type", grant);
        }
    }
}
