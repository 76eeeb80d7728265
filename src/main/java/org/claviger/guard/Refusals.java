package org.claviger.guard;

import jakarta.security.auth.message.AuthStatus;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Optional;
import java.util.function.Consumer;

/** How both adapters of the guard end a request. By {@code setStatus}: a {@code sendError} here breaks open resources. */
final class Refusals {
    /** Soteria sets it while a filter of the server asks who the caller is, before it sends its own refusal. */
    private static final String ASKED_BY_FILTER = "org.glassfish.soteria.security.message.request.authentication";

    private Refusals() {}

    /** No token where one is needed. */
    static AuthStatus mandatory(HttpServletRequest request, HttpServletResponse response, Verdict.Refused otherwise) {
        return mandatory(request, response, otherwise, Optional.empty());
    }

    /** The same; {@code signIn} leads a person to sign in, if it is one who asks. */
    static AuthStatus mandatory(
            HttpServletRequest request,
            HttpServletResponse response,
            Verdict.Refused otherwise,
            Optional<Consumer<HttpServletResponse>> signIn) {
        if (request.getAttribute(ASKED_BY_FILTER) != null) {
            return AuthStatus.SEND_FAILURE; // the filter answers, through our response wrapper
        }
        if (signIn.isPresent()) {
            signIn.get().accept(response);
            return AuthStatus.SEND_CONTINUE;
        }
        return send(response, otherwise);
    }

    /** A token that is not accepted. */
    static AuthStatus send(HttpServletResponse response, Verdict.Refused refused) {
        explain(response, refused);
        response.setStatus(refused.status());
        return AuthStatus.SEND_CONTINUE;
    }

    /** Sets the header that goes with the status. */
    static void explain(HttpServletResponse response, Verdict.Refused refused) {
        if (refused.status() == HttpServletResponse.SC_SERVICE_UNAVAILABLE) {
            response.setHeader("Retry-After", "5");
        } else {
            response.setHeader(Challenge.HEADER, refused.challenge().value());
        }
    }
}
