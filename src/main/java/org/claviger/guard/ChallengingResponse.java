package org.claviger.guard;

import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.IOException;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Gives a refusal by the application or its container the status and challenge of RFC 6750 section 3: servers answer a
 * missing role with 403 whether somebody is signed in or not, and without a challenge.
 */
final class ChallengingResponse extends HttpServletResponseWrapper {
    private final Verdict.@Nullable Refused anonymous;
    private final Optional<Consumer<HttpServletResponse>> signIn;

    private ChallengingResponse(
            HttpServletResponse response,
            Verdict.@Nullable Refused anonymous,
            Optional<Consumer<HttpServletResponse>> signIn) {
        super(response);
        this.anonymous = anonymous;
        this.signIn = signIn;
    }

    /** For a request without a token: a 401 or 403 becomes that refusal. */
    static HttpServletResponse anonymous(HttpServletResponse response, Verdict.Refused otherwise) {
        return anonymous(response, otherwise, Optional.empty());
    }

    /** The same, or leads a person to sign in. */
    static HttpServletResponse anonymous(
            HttpServletResponse response, Verdict.Refused otherwise, Optional<Consumer<HttpServletResponse>> signIn) {
        return new ChallengingResponse(response, otherwise, signIn);
    }

    /** For a request with a valid token: a 403 says {@code insufficient_scope}. */
    static HttpServletResponse authenticated(HttpServletResponse response) {
        return new ChallengingResponse(response, null, Optional.empty());
    }

    @Override
    public void setStatus(int status) {
        if (!leadsToSignIn(status)) {
            super.setStatus(challenge(status));
        }
    }

    @Override
    public void sendError(int status) throws IOException {
        if (!leadsToSignIn(status)) {
            super.sendError(challenge(status));
        }
    }

    @Override
    public void sendError(int status, String message) throws IOException {
        if (!leadsToSignIn(status)) {
            super.sendError(challenge(status), message);
        }
    }

    /** An application that challenges by itself has another way to sign in. */
    private boolean leadsToSignIn(int status) {
        boolean leads = signIn.isPresent()
                && (status == SC_FORBIDDEN || status == SC_UNAUTHORIZED)
                && !containsHeader(Challenge.HEADER);
        if (leads) {
            signIn.get().accept((HttpServletResponse) getResponse());
        }
        return leads;
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
