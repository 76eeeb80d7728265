package org.claviger.wellknown;

import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Set;

/**
 * Authorization server metadata where RFC 8414 §3 puts it: the well-known name goes <em>between</em> the host and the
 * path of the issuer, which is outside the context of the authorization server and therefore in an application of its
 * own. It knows nothing: the request is dispatched to the authorization server within the same server, which
 * writes the response with all its headers.
 */
public class MetadataServlet extends HttpServlet {

    private static final long serialVersionUID = 1L;

    private static final String METADATA = "/.well-known/oauth-authorization-server";
    private static final String RETRY_AFTER_SECONDS = "5";

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response)
            throws ServletException, IOException {
        if (!Set.of("GET", "HEAD").contains(request.getMethod())) {
            response.setHeader("Allow", "GET, HEAD");
            response.setStatus(HttpServletResponse.SC_METHOD_NOT_ALLOWED);
            return;
        }
        String issuerPath = getInitParameter("issuer-path");
        ServletContext issuer = getServletContext().getContext(issuerPath);
        // Servers look for the longest match: without the authorization server this may be an application at "/".
        if (issuer == null || !issuer.getContextPath().equals(issuerPath)) {
            response.setHeader("Retry-After", RETRY_AFTER_SECONDS);
            response.setStatus(HttpServletResponse.SC_SERVICE_UNAVAILABLE);
            return;
        }
        issuer.getRequestDispatcher(METADATA).forward(request, response);
    }
}
