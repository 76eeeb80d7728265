package org.claviger.page;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Map;
import org.claviger.audit.Audit;
import org.claviger.audit.AuditEvent;
import org.claviger.http.Endpoint;
import org.claviger.oauth.OAuthException;

/** An endpoint that people see: its refusals are pages, and it answers on the issuer's own host only. */
public abstract class PageEndpoint extends Endpoint {
    private final Pages pages;

    protected PageEndpoint(Pages pages) {
        this.pages = pages;
    }

    protected final Pages pages() {
        return pages;
    }

    @Override
    protected final void answer(HttpServletRequest request, HttpServletResponse response)
            throws OAuthException, IOException {
        pages.requireOwnHost(request);
        answerPerson(request, response);
    }

    /** Answers a request that came to the right host. */
    protected abstract void answerPerson(HttpServletRequest request, HttpServletResponse response)
            throws OAuthException, IOException;

    @Override
    protected void refuse(HttpServletRequest request, HttpServletResponse response, OAuthException refusal)
            throws IOException {
        if (refusal.code().status() < 500) { // the rest is our fault, and in the log already
            Audit.record(
                    AuditEvent.REQUEST_REFUSED,
                    Map.of(
                            "path",
                            request.getServletPath(),
                            "address",
                            pages.caller(request).address(),
                            "error",
                            refusal.code(),
                            "reason",
                            refusal.detail().isEmpty() ? refusal.description() : refusal.detail()));
        }
        sendRefusal(request, response, refusal);
    }

    /** Shows a refusal or a fault. */
    protected void sendRefusal(HttpServletRequest request, HttpServletResponse response, OAuthException refusal)
            throws IOException {
        pages.sendError(request, response, refusal);
    }
}
