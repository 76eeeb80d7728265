package org.claviger.authorize;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Map;
import org.claviger.audit.Audit;
import org.claviger.audit.AuditEvent;
import org.claviger.client.Clients;
import org.claviger.http.Requests;
import org.claviger.identity.ResourceOwner;
import org.claviger.identity.ResourceOwners;
import org.claviger.oauth.OAuthException;
import org.claviger.oauth.Parameters;
import org.claviger.settings.Issuer;

/** Takes the sign-in form and leads back to the authorization request from which it was shown. */
public final class SignInEndpoint extends PageEndpoint {
    private final Issuer issuer;
    private final Clients clients;
    private final ResourceOwners resourceOwners;
    private final Browser browser;

    public SignInEndpoint(Issuer issuer, Clients clients, ResourceOwners resourceOwners, Browser browser) {
        this.issuer = issuer;
        this.clients = clients;
        this.resourceOwners = resourceOwners;
        this.browser = browser;
    }

    @Override
    protected String allowedMethods() {
        return "POST";
    }

    @Override
    protected void answer(HttpServletRequest request, HttpServletResponse response) throws OAuthException, IOException {
        Parameters form = Requests.form(request);
        form.refuseRepeated();
        String authorizationRequest = form.require("request");
        browser.proveForm(request, form.require("form_token"), authorizationRequest);
        ProvenRedirect redirect = ProvenRedirect.prove(Parameters.parse(authorizationRequest), clients);
        ResourceOwner resourceOwner;
        try {
            resourceOwner = resourceOwners.authenticate(
                    form.find("username").orElse(""), form.find("password").orElse(""));
        } catch (OAuthException refusal) {
            Audit.record(
                    AuditEvent.SIGN_IN_REFUSED,
                    Map.of("client", redirect.client().id(), "reason", refusal.detail()));
            // RFC 9110 section 15.5.4: credentials were provided, and "the server considers them insufficient".
            browser.showSignIn(
                    request,
                    response,
                    redirect,
                    authorizationRequest,
                    refusal.code().status(),
                    refusal.description());
            return;
        }
        browser.signIn(request, response, resourceOwner);
        Audit.record(
                AuditEvent.SIGNED_IN, Map.of("client", redirect.client().id(), "subject", resourceOwner.subject()));
        // RFC 9700 section 4.12: 303, after which no browser repeats the credentials.
        response.setStatus(HttpServletResponse.SC_SEE_OTHER);
        response.setHeader("Location", issuer.at("/authorize?" + authorizationRequest));
    }
}
