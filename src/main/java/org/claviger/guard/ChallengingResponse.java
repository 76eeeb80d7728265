package org.claviger.guard;

import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.IOException;

/**
 * Gives a refusal by the application or its container the status and challenge of RFC 6750 section 3: servers answer a
 * missing role with 403 whether somebody is signed in or not, and without a challenge.
 */
final class ChallengingResponse extends HttpServletResponseWrapper {
    private final boolean anonymous;

    private ChallengingResponse(HttpServletResponse response, boolean anonymous) {
        super(response);
        this.anonymous = anonymous;
    }

    /** For a request without a token: a 403 becomes a 401. */
    static HttpServletResponse anonymous(HttpServletResponse response) {
        return new ChallengingResponse(response, true);
    }

    /** For a request with a valid token: a 403 says {@code insufficient_scope}. */
    static HttpServletResponse authenticated(HttpServletResponse response) {
        return new ChallengingResponse(response, false);
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
        if (anonymous && (status == SC_FORBIDDEN || status == SC_UNAUTHORIZED)) {
            // RFC 9110 section 15.5.2: an application's own challenge stays.
            if (!containsHeader(Challenge.HEADER)) {
                setHeader(Challenge.HEADER, Challenge.NO_TOKEN.value());
            }
            return SC_UNAUTHORIZED;
        }
        if (!anonymous && status == SC_FORBIDDEN) {
            setHeader(Challenge.HEADER, Challenge.INSUFFICIENT_SCOPE.value());
        }
        return status;
    }
}
