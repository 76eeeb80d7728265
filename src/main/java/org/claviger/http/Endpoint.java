package org.claviger.http;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.claviger.oauth.ErrorCode;
import org.claviger.oauth.OAuthException;

/**
 * An endpoint: what it throws becomes an answer here and nowhere else. A refusal gets the status and body of RFC 6749
 * section 5.2; a fault gets {@code server_error} and the id under which it is in the log. An endpoint that answers people
 * renders the same as a page.
 */
public abstract class Endpoint extends HttpServlet {
    /** Answers a request whose method is allowed. */
    protected abstract void answer(HttpServletRequest request, HttpServletResponse response)
            throws OAuthException, IOException;

    /** The methods that {@link #answer} understands, as the {@code Allow} header writes them. */
    protected abstract String allowedMethods();

    /** Renders a refusal or a fault. */
    protected void refuse(HttpServletRequest request, HttpServletResponse response, OAuthException refusal)
            throws IOException {
        if (refusal.code() == ErrorCode.INVALID_CLIENT) {
            // RFC 6749 section 5.2: required where the client tried by the Authorization header; RFC 9110 requires it
            // always.
            response.setHeader("WWW-Authenticate", "Basic realm=\"claviger\", charset=\"UTF-8\"");
        }
        Answers.send(response, refusal.code().status(), refusal);
    }

    @Override
    protected final void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        setBaseHeaders(response);
        if (!(", " + allowedMethods() + ", ").contains(", " + request.getMethod() + ", ")) {
            response.setHeader("Allow", allowedMethods());
            Answers.send(
                    response,
                    HttpServletResponse.SC_METHOD_NOT_ALLOWED,
                    new OAuthException(ErrorCode.INVALID_REQUEST, "the method must be of " + allowedMethods()));
            return;
        }
        try {
            answerOrRefuse(request, response);
        } catch (RuntimeException fault) {
            answerFault(request, response, fault);
        }
    }

    private void answerOrRefuse(HttpServletRequest request, HttpServletResponse response) throws IOException {
        try {
            answer(request, response);
        } catch (OAuthException refusal) {
            if (refusal.code() == ErrorCode.TEMPORARILY_UNAVAILABLE) {
                response.setHeader("Retry-After", "5");
            }
            refuse(request, response, refusal);
        }
    }

    private void answerFault(HttpServletRequest request, HttpServletResponse response, RuntimeException fault)
            throws IOException {
        if (response.isCommitted()) {
            throw fault;
        }
        String incident = "incident " + Incident.report(fault);
        OAuthException refusal = new OAuthException(ErrorCode.SERVER_ERROR, incident);
        response.resetBuffer();
        try {
            refuse(request, response, refusal);
        } catch (RuntimeException again) { // a page that cannot be rendered must not leave the answer to the container
            Incident.report(again);
            response.resetBuffer();
            Answers.send(response, refusal.code().status(), refusal);
        }
    }

    private static void setBaseHeaders(HttpServletResponse response) {
        response.setHeader("Cache-Control", "no-store");
        response.setHeader("X-Content-Type-Options", "nosniff");
    }
}
