package org.claviger.guard;

import jakarta.security.auth.message.AuthStatus;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

/** How both adapters of the guard end a request. By {@code setStatus}: a {@code sendError} here breaks open resources. */
final class Refusals {
    /** Soteria sets it while a filter of the server asks who the caller is, before it sends its own refusal. */
    private static final String ASKED_BY_FILTER = "org.glassfish.soteria.security.message.request.authentication";

    private Refusals() {}

    /** A token that is not accepted. */
    static AuthStatus send(HttpServletResponse response, Verdict.Refused refused) {
        return send(response, refused.status(), refused.challenge());
    }

    /** No token where one is needed. */
    static AuthStatus mandatory(HttpServletRequest request, HttpServletResponse response) {
        if (request.getAttribute(ASKED_BY_FILTER) != null) {
            return AuthStatus.SEND_FAILURE; // the filter answers, through our response wrapper
        }
        return send(response, HttpServletResponse.SC_UNAUTHORIZED, Challenge.NO_TOKEN);
    }

    private static AuthStatus send(HttpServletResponse response, int status, Challenge challenge) {
        if (status == HttpServletResponse.SC_SERVICE_UNAVAILABLE) {
            response.setHeader("Retry-After", "5");
        } else {
            response.setHeader(Challenge.HEADER, challenge.value());
        }
        response.setStatus(status);
        return AuthStatus.SEND_CONTINUE;
    }
}
