package org.claviger.browser;

import static org.claviger.oauth.ErrorCode.INVALID_REQUEST;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Optional;
import java.util.function.Function;
import org.claviger.http.Requests;
import org.claviger.oauth.OAuthException;
import org.claviger.oauth.Parameters;
import org.claviger.page.PageEndpoint;
import org.claviger.page.Pages;

/** Where the authorization endpoint sends browsers that have signed in for an application (RFC 6749 section 4.1.2). */
public final class CallbackEndpoint extends PageEndpoint {
    private final SignIns signIns;
    private final Function<String, Optional<BrowserApplication>> applications;

    /** @param applications by their paths */
    public CallbackEndpoint(Pages pages, SignIns signIns, Function<String, Optional<BrowserApplication>> applications) {
        super(pages);
        this.signIns = signIns;
        this.applications = applications;
    }

    @Override
    protected String allowedMethods() {
        return "GET";
    }

    @Override
    protected void answerPerson(HttpServletRequest request, HttpServletResponse response)
            throws OAuthException, IOException {
        response.setHeader("Referrer-Policy", "no-referrer"); // the address holds a code
        Parameters answer = Requests.query(request);
        answer.refuseRepeated();
        SignIns.Attempt attempt = signIns.end(request, response, answer);
        BrowserApplication application = applications
                .apply(attempt.application())
                .orElseThrow(
                        () -> new OAuthException(INVALID_REQUEST, "the application has no browser sessions any more"));
        signIns.open(response, application, attempt, answer);
    }
}
