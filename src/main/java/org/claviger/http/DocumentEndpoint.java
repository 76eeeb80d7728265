package org.claviger.http;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.Collections;
import java.util.Enumeration;
import java.util.function.Supplier;

/**
 * A public document that is the same for everybody: ready bytes with an {@code ETag} (RFC 9110 section 8.8.3). Any script
 * may read it ({@code Access-Control-Allow-Origin: *}).
 */
public final class DocumentEndpoint extends HttpServlet {
    /** A picture may hold scripts, and they would run for whoever opens it by its own address; its styles are its look. */
    private static final String PICTURE_ONLY = "default-src 'none'; style-src 'unsafe-inline'; sandbox";

    private final Supplier<Document> document;
    private final String cacheControl;

    /** Serves a document that caches may keep for {@code maxAge} seconds. */
    public DocumentEndpoint(Supplier<Document> document, int maxAge) {
        this.document = document;
        this.cacheControl = "public, max-age=" + maxAge;
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        if (!request.getMethod().equals("GET") && !request.getMethod().equals("HEAD")) {
            response.setHeader("Allow", "GET, HEAD");
            response.setStatus(HttpServletResponse.SC_METHOD_NOT_ALLOWED);
            return;
        }
        Document now = document.get();
        response.setHeader("Cache-Control", cacheControl);
        response.setHeader("ETag", now.etag());
        response.setHeader("Access-Control-Allow-Origin", "*");
        response.setHeader("X-Content-Type-Options", "nosniff");
        if (now.type().equals(Document.SVG)) {
            response.setHeader("Content-Security-Policy", PICTURE_ONLY);
        }
        if (isKnown(request.getHeaders("If-None-Match"), now.etag())) {
            response.setStatus(HttpServletResponse.SC_NOT_MODIFIED);
            return;
        }
        response.setContentType(now.type());
        response.setContentLength(now.length());
        // Closed here: WildFly would add a charset to the answer of a request that was forwarded from another context.
        try (OutputStream out = response.getOutputStream()) {
            if (request.getMethod().equals("GET")) {
                now.writeTo(out);
            }
        }
    }

    /** RFC 9110 section 13.1.2: any of a list, compared weakly, or {@code *}. */
    private static boolean isKnown(Enumeration<String> headers, String etag) {
        return Collections.list(headers).stream()
                .flatMap(header -> Arrays.stream(header.split(",", -1)))
                .map(String::strip)
                .map(tag -> tag.startsWith("W/") ? tag.substring(2) : tag)
                .anyMatch(tag -> tag.equals(etag) || tag.equals("*"));
    }
}
