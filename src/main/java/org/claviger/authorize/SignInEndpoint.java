package org.claviger.authorize;

import static org.claviger.oauth.ErrorCode.ACCESS_DENIED;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.Map;
import org.claviger.audit.Audit;
import org.claviger.audit.AuditEvent;
import org.claviger.client.Clients;
import org.claviger.http.Requests;
import org.claviger.identity.ResourceOwner;
import org.claviger.identity.ResourceOwners;
import org.claviger.oauth.OAuthException;
import org.claviger.oauth.Parameters;
import org.claviger.page.PageEndpoint;
import org.claviger.throttle.Throttle;
import org.claviger.throttle.Throttle.Attempt;

/** Takes the sign-in form and leads back to the authorization request from which it was shown. */
public final class SignInEndpoint extends PageEndpoint {
    private final Clients clients;
    private final ResourceOwners resourceOwners;
    private final Throttle throttle;
    private final Browser browser;
    private final SignInForm form;
    private final Clock clock;

    public SignInEndpoint(
            Clients clients,
            ResourceOwners resourceOwners,
            Throttle throttle,
            Browser browser,
            SignInForm form,
            Clock clock) {
        super(form.pages());
        this.clients = clients;
        this.resourceOwners = resourceOwners;
        this.throttle = throttle;
        this.browser = browser;
        this.form = form;
        this.clock = clock;
    }

    @Override
    protected String allowedMethods() {
        return "POST";
    }

    @Override
    protected void answerPerson(HttpServletRequest request, HttpServletResponse response)
            throws OAuthException, IOException {
        Parameters fields = Requests.form(request);
        fields.refuseRepeated();
        String authorizationRequest = fields.require("request");
        browser.proveForm(request, SignInForm.PURPOSE, authorizationRequest, fields.require("form_token"));
        Parameters parameters = Parameters.parse(authorizationRequest);
        ProvenRedirect redirect = ProvenRedirect.prove(parameters, clients);
        String username = fields.find("username").orElse("");
        ResourceOwner resourceOwner;
        try {
            Instant begun = clock.instant();
            resourceOwner =
                    authenticate(request, username, fields.find("password").orElse(""));
            browser.signIn(request, response, resourceOwner, begun);
        } catch (OAuthException refusal) {
            Audit.record(
                    AuditEvent.SIGN_IN_REFUSED,
                    Map.of(
                            "client",
                            redirect.client().id(),
                            "address",
                            pages().caller(request).address(),
                            "reason",
                            refusal.detail().isEmpty() ? refusal.description() : refusal.detail()));
            form.showAgain(request, response, redirect, authorizationRequest, username, refusal);
            return;
        }
        Audit.record(
                AuditEvent.SIGNED_IN,
                Map.of(
                        "client",
                        redirect.client().id(),
                        "subject",
                        resourceOwner.subject(),
                        "address",
                        pages().caller(request).address()));
        browser.goOn(response, AuthorizationRequest.signedIn(parameters));
    }

    private ResourceOwner authenticate(HttpServletRequest request, String username, String password)
            throws OAuthException {
        if (!ResourceOwners.mayExist(username, password)) { // costs neither a row nor a hash
            throw new OAuthException(ACCESS_DENIED, "user name or password is wrong", "longer than any there is");
        }
        Attempt attempt = new Attempt(
                Throttle.Kind.SIGN_IN, username, pages().caller(request).address());
        throttle.check(attempt);
        try {
            ResourceOwner resourceOwner = resourceOwners.authenticate(username, password);
            throttle.succeeded(attempt);
            return resourceOwner;
        } catch (OAuthException refusal) {
            if (refusal.code() == ACCESS_DENIED) {
                throttle.failed(attempt);
            }
            throw refusal;
        }
    }
}
