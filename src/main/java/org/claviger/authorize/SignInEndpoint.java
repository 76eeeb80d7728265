package org.claviger.authorize;

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
import org.claviger.oauth.OAuthException;
import org.claviger.oauth.Parameters;
import org.claviger.page.PageEndpoint;

/** Takes the sign-in form and leads back to where it was shown: an authorization request, or the account. */
public final class SignInEndpoint extends PageEndpoint {
    private final Clients clients;
    private final Authentication authentication;
    private final Browser browser;
    private final SignInForm form;
    private final Clock clock;

    public SignInEndpoint(
            Clients clients, Authentication authentication, Browser browser, SignInForm form, Clock clock) {
        super(form.pages());
        this.clients = clients;
        this.authentication = authentication;
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
        String asked = fields.require("request");
        browser.proveForm(request, SignInForm.PURPOSE, asked, fields.require("form_token"));
        Destination destination = Destination.parse(asked, clients);
        String username = fields.find("username").orElse("");
        String address = pages().caller(request).address();
        ResourceOwner resourceOwner;
        try {
            Instant begun = clock.instant();
            resourceOwner = authentication.prove(
                    username, fields.find("password").orElse(""), address, new RequestLogin(request));
            browser.signIn(request, response, resourceOwner, begun, destination.audited());
        } catch (OAuthException refusal) {
            Audit.record(
                    AuditEvent.SIGN_IN_REFUSED,
                    Map.ofEntries(
                            destination.audited(),
                            Map.entry("address", address),
                            Map.entry("error", refusal.code()),
                            Map.entry(
                                    "reason", refusal.detail().isEmpty() ? refusal.description() : refusal.detail())));
            form.showAgain(request, response, destination, username, refusal);
            return;
        }
        browser.goTo(response, destination.path());
    }
}
