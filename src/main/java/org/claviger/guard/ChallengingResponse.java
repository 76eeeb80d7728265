package org.claviger.guard;

import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Gives a refusal by the application or its container the status and challenge of RFC 6750 section 3: servers answer a
 * missing role with 403 whether somebody is signed in or not, and without a challenge.
 */
final class ChallengingResponse extends HttpServletResponseWrapper {
    private final Verdict.@Nullable Refused anonymous;

    private ChallengingResponse(HttpServletResponse response, Verdict.@Nullable Refused anonymous) {
        super(response);
        this.anonymous = anonymous;
    }

    /** For a request without a token: a 401 or 403 becomes that refusal. */
    static HttpServletResponse anonymous(HttpServletResponse response, Verdict.Refused otherwise) {
        return new ChallengingResponse(response, otherwise);
    }

    /** For a request with a valid token: a 403 says {@code insufficient_scope}. */
    static HttpServletResponse authenticated(HttpServletResponse response) {
        return new ChallengingResponse(response, null);
    }

    @Override
    public void setStatus(int status) {
        super.setStatus(challenge(status));
    }

    @Override
    public void sendError(int status) throws IOException {
        super.sendError(challenge(status));
    }

    @Override
    public void sendError(int status, String message) throws IOException {
        super.sendError(challenge(status), message);
    }

    private int challenge(int status) {
        if (anonymous != null && (status == SC_FORBIDDEN || status == SC_UNAUTHORIZED)) {
            // RFC 9110 section 15.5.2: an application's own challenge stays.
            if (anonymous.status() != SC_UNAUTHORIZED || !containsHeader(Challenge.HEADER)) {
                Refusals.explain(this, anonymous);
            }
            return anonymous.status();
        }
        if (anonymous == null && status == SC_FORBIDDEN && !containsHeader(Challenge.HEADER)) {
            setHeader(Challenge.HEADER, Challenge.INSUFFICIENT_SCOPE.value());
        }
        return status;
    }
}
