package org.claviger.authorize;

import static org.claviger.oauth.ErrorCode.ACCESS_DENIED;
import static org.claviger.oauth.ErrorCode.INVALID_REQUEST;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.claviger.client.Clients;
import org.claviger.http.Requests;
import org.claviger.identity.SignInSession;
import org.claviger.oauth.OAuthException;
import org.claviger.oauth.Parameters;
import org.claviger.oauth.Scope;
import org.claviger.page.PageEndpoint;

/** Takes the decision of a resource owner and tells the client. */
public final class ConsentEndpoint extends PageEndpoint {
    private final Clients clients;
    private final Browser browser;
    private final Consents consents;
    private final AuthorizationAnswer answer;
    private final Reauthentication reauthentication;

    public ConsentEndpoint(
            Clients clients,
            Browser browser,
            ConsentForm form,
            Consents consents,
            AuthorizationAnswer answer,
            Reauthentication reauthentication) {
        super(form.pages());
        this.clients = clients;
        this.browser = browser;
        this.consents = consents;
        this.answer = answer;
        this.reauthentication = reauthentication;
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
        Parameters parameters = Parameters.parse(authorizationRequest);
        ProvenRedirect redirect = ProvenRedirect.prove(parameters, clients);
        SignInSession session = browser.session(request, redirect.client())
                .orElseThrow(
                        () -> new OAuthException(INVALID_REQUEST, "the sign-in session has ended; please start again"));
        AuthorizationRequest asked = AuthorizationRequest.parse(parameters, redirect);
        Scope scope = asked.grantableBy(session.resourceOwner());
        browser.proveForm(
                request,
                ConsentForm.purpose(session.resourceOwner().subject()),
                ConsentForm.content(authorizationRequest, scope),
                fields.require("form_token"));
        String decision = fields.require("decision");
        answer.guarding(response, redirect, parameters, () -> {
            if (!decision.equals("allow")) {
                throw new OAuthException(ACCESS_DENIED, "the resource owner refused");
            }
            if (reauthentication.isDue(session, asked)) { // the form may have been open for hours
                browser.goOn(response, parameters);
                return;
            }
            consents.allow(session.resourceOwner().subject(), redirect.client(), scope);
            answer.grant(response, redirect, parameters, asked, session, scope);
        });
    }
}
