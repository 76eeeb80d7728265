package org.claviger.authorize;

import static org.claviger.oauth.ErrorCode.CONSENT_REQUIRED;
import static org.claviger.oauth.ErrorCode.LOGIN_REQUIRED;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Optional;
import org.claviger.client.Clients;
import org.claviger.http.Requests;
import org.claviger.identity.SignInSession;
import org.claviger.oauth.OAuthException;
import org.claviger.oauth.Parameters;
import org.claviger.oauth.Scope;
import org.claviger.page.PageEndpoint;

/**
 * The authorization endpoint (RFC 6749 section 3.1). Client and redirect URI are proven first; until then refusals are
 * pages, from then on they are redirects. Then: who is it, have they allowed it, and the code.
 */
public final class AuthorizeEndpoint extends PageEndpoint {
    private final Clients clients;
    private final Browser browser;
    private final SignInForm signInForm;
    private final ConsentForm consentForm;
    private final Consents consents;
    private final AuthorizationAnswer answer;
    private final Reauthentication reauthentication;

    public AuthorizeEndpoint(
            Clients clients,
            Browser browser,
            SignInForm signInForm,
            ConsentForm consentForm,
            Consents consents,
            AuthorizationAnswer answer,
            Reauthentication reauthentication) {
        super(signInForm.pages());
        this.clients = clients;
        this.browser = browser;
        this.signInForm = signInForm;
        this.consentForm = consentForm;
        this.consents = consents;
        this.answer = answer;
        this.reauthentication = reauthentication;
    }

    @Override
    protected String allowedMethods() {
        return "GET, POST";
    }

    @Override
    protected void answerPerson(HttpServletRequest request, HttpServletResponse response)
            throws OAuthException, IOException {
        Parameters parameters = request.getMethod().equals("POST") ? Requests.form(request) : Requests.query(request);
        ProvenRedirect redirect = ProvenRedirect.prove(parameters, clients);
        request.setAttribute(CLIENT, redirect.client().id().value());
        if (request.getMethod().equals("POST") && !browser.isKnown(request)) {
            browser.goOn(response, parameters);
            return;
        }
        answer.guarding(response, redirect, parameters, () -> {
            AuthorizationRequest authorizationRequest = AuthorizationRequest.parse(parameters, redirect);
            Optional<SignInSession> session = browser.session(request, redirect.client())
                    .filter(found -> !reauthentication.isDue(found, authorizationRequest));
            if (session.isEmpty()) {
                if (authorizationRequest.isSilent()) {
                    throw new OAuthException(LOGIN_REQUIRED, "the user must sign in");
                }
                signInForm.show(request, response, redirect, parameters.toForm(), authorizationRequest.loginHint());
                return;
            }
            proceed(request, response, redirect, parameters, authorizationRequest, session.get());
        });
    }

    private void proceed(
            HttpServletRequest request,
            HttpServletResponse response,
            ProvenRedirect redirect,
            Parameters parameters,
            AuthorizationRequest authorizationRequest,
            SignInSession session)
            throws OAuthException, IOException {
        Scope scope = authorizationRequest.grantableBy(session.resourceOwner());
        if (!authorizationRequest.needsConsent()
                && redirect.isAssured()
                && (redirect.client().isBuiltIn()
                        || consents.isAllowed(session.resourceOwner().subject(), redirect.client(), scope))) {
            answer.grant(response, redirect, parameters, authorizationRequest, session, scope);
            return;
        }
        if (authorizationRequest.isSilent()) {
            throw new OAuthException(CONSENT_REQUIRED, "the user must be asked");
        }
        consentForm.show(request, response, redirect, parameters.toForm(), session.resourceOwner(), scope);
    }
}
