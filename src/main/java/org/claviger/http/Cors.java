package org.claviger.http;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Collection;

/** Lets scripts of named origins read answers (the Fetch standard, section 3.3); never with cookies. */
public final class Cors {
    private Cors() {}

    /** Lets the script that sent the request read the answer, if its origin is among those. */
    public static void allow(HttpServletRequest request, HttpServletResponse response, Collection<String> origins) {
        String origin = request.getHeader("Origin");
        response.addHeader("Vary", "Origin");
        if (origin != null && origins.contains(origin)) {
            response.setHeader("Access-Control-Allow-Origin", origin);
            response.setHeader("Access-Control-Expose-Headers", "Retry-After");
        }
    }

    /** Tells a browser that a script of that origin may send a form with client authentication. */
    static void answerPreflight(HttpServletResponse response, String origin) {
        response.addHeader("Vary", "Origin");
        response.setHeader("Access-Control-Allow-Origin", origin);
        response.setHeader("Access-Control-Allow-Methods", "POST");
        response.setHeader("Access-Control-Allow-Headers", "Authorization, Content-Type");
        response.setHeader("Access-Control-Max-Age", "600");
        response.setStatus(HttpServletResponse.SC_NO_CONTENT);
    }
}
