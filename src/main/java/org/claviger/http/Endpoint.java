package org.claviger.http;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.claviger.database.DatabaseAwayException;
import org.claviger.oauth.ErrorCode;
import org.claviger.oauth.OAuthException;

/**
 * An endpoint: what it throws becomes an answer here and nowhere else. A refusal gets the status and body of RFC 6749
 * section 5.2; a fault gets {@code server_error} and the id under which it is in the log; a database that is away gets
 * {@code temporarily_unavailable}. An endpoint that answers people renders the same as a page.
 */
public abstract class Endpoint extends HttpServlet {
    /** The attribute of a request that says with which {@link ErrorCode} it was refused, for who counts. */
    public static final String REFUSED_WITH = "org.claviger.refused-with";

    /** The attribute of a request that says which client has asked, by its identifier, once that is known to be one of ours: for who tells of it. */
    public static final String CLIENT = "org.claviger.client";

    /** The attribute of a request that says by which grant a token was asked for: the same. */
    public static final String GRANT = "org.claviger.grant";

    /** Answers a request whose method is allowed. */
    protected abstract void answer(HttpServletRequest request, HttpServletResponse response)
            throws OAuthException, IOException;

    /** The methods that {@link #answer} understands, as the {@code Allow} header writes them. */
    protected abstract String allowedMethods();

    /** Whether scripts of this origin may call this endpoint at all; {@link #answer} says whose answers they may read. */
    protected boolean isScriptAllowed(String origin) {
        return false;
    }

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
        String origin = request.getHeader("Origin");
        if (request.getMethod().equals("OPTIONS") && origin != null && isScriptAllowed(origin)) {
            Cors.answerPreflight(response, origin);
            return;
        }
        try {
            answerOrRefuse(request, response);
        } catch (RuntimeException fault) {
            takeBack(response, fault);
            answerFault(request, response, fault);
        }
    }

    private void answerOrRefuse(HttpServletRequest request, HttpServletResponse response) throws IOException {
        try {
            requireMethod(request, response);
            answer(request, response);
        } catch (OAuthException refusal) {
            if (refusal.code().status() == ErrorCode.TEMPORARILY_UNAVAILABLE.status()) {
                response.setHeader("Retry-After", "5");
            }
            refusal.retryAfter().ifPresent(wait -> response.setHeader("Retry-After", Long.toString(wait.toSeconds())));
            request.setAttribute(REFUSED_WITH, refusal.code());
            refuse(request, response, refusal);
        } catch (DatabaseAwayException away) {
            takeBack(response, away);
            response.setHeader("Retry-After", "5");
            request.setAttribute(REFUSED_WITH, ErrorCode.TEMPORARILY_UNAVAILABLE);
            refuse(
                    request,
                    response,
                    new OAuthException(ErrorCode.TEMPORARILY_UNAVAILABLE, "the database cannot be reached"));
        }
    }

    private void requireMethod(HttpServletRequest request, HttpServletResponse response) throws OAuthException {
        if (!(", " + allowedMethods() + ", ").contains(", " + request.getMethod() + ", ")) {
            response.setHeader("Allow", allowedMethods());
            throw new OAuthException(ErrorCode.METHOD_NOT_ALLOWED, "the method must be of " + allowedMethods());
        }
    }

    private void answerFault(HttpServletRequest request, HttpServletResponse response, RuntimeException fault)
            throws IOException {
        String incident = "incident " + Incident.report(fault);
        OAuthException refusal = new OAuthException(ErrorCode.SERVER_ERROR, incident);
        request.setAttribute(REFUSED_WITH, refusal.code());
        try {
            refuse(request, response, refusal);
        } catch (RuntimeException again) { // a page that cannot be rendered must not leave the answer to the container
            Incident.report(again);
            response.resetBuffer();
            Answers.send(response, refusal.code().status(), refusal);
        }
    }

    /** Takes back what was to be answered, if it is not on its way already; headers that let scripts read it stay. */
    private static void takeBack(HttpServletResponse response, RuntimeException fault) {
        if (response.isCommitted()) {
            throw fault;
        }
        response.resetBuffer();
    }

    private static void setBaseHeaders(HttpServletResponse response) {
        response.setHeader("Cache-Control", "no-store");
        response.setHeader("X-Content-Type-Options", "nosniff");
    }
}
