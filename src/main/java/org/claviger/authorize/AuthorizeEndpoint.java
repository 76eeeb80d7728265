package org.claviger.authorize;

import static org.claviger.oauth.ErrorCode.SERVER_ERROR;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.claviger.audit.Audit;
import org.claviger.audit.AuditEvent;
import org.claviger.client.Clients;
import org.claviger.http.Incident;
import org.claviger.http.Requests;
import org.claviger.identity.SignInSession;
import org.claviger.oauth.Authorization;
import org.claviger.oauth.OAuthException;
import org.claviger.oauth.Parameters;
import org.claviger.settings.Issuer;

/**
 * The authorization endpoint (RFC 6749 section 3.1). Client and redirect URI are proven first; until then refusals are
 * pages, from then on they are redirects that carry {@code state} and {@code iss} (RFC 9207) as success does.
 */
public final class AuthorizeEndpoint extends PageEndpoint {
    private final Issuer issuer;
    private final Clients clients;
    private final Browser browser;
    private final AuthorizationCodes codes;

    public AuthorizeEndpoint(Issuer issuer, Clients clients, Browser browser, AuthorizationCodes codes) {
        this.issuer = issuer;
        this.clients = clients;
        this.browser = browser;
        this.codes = codes;
    }

    @Override
    protected String allowedMethods() {
        return "GET, POST";
    }

    @Override
    protected void answer(HttpServletRequest request, HttpServletResponse response) throws OAuthException, IOException {
        Parameters parameters = request.getMethod().equals("POST") ? Requests.form(request) : Requests.query(request);
        ProvenRedirect redirect = ProvenRedirect.prove(parameters, clients);
        try {
            AuthorizationRequest authorizationRequest = AuthorizationRequest.parse(parameters, redirect);
            Optional<SignInSession> session = browser.session(request);
            if (session.isEmpty()) {
                browser.showSignIn(request, response, redirect, parameters.toForm());
                return;
            }
            String code = grant(authorizationRequest, session.get());
            sendBack(response, redirect, parameters, Map.of("code", code));
        } catch (OAuthException refusal) {
            Audit.record(
                    AuditEvent.AUTHORIZATION_REFUSED,
                    Map.of("client", redirect.client().id(), "error", refusal.code(), "reason", refusal.description()));
            sendBack(response, redirect, parameters, errorOf(refusal));
        } catch (RuntimeException fault) {
            String incident = "incident " + Incident.report(fault);
            sendBack(response, redirect, parameters, errorOf(new OAuthException(SERVER_ERROR, incident)));
        }
    }

    private String grant(AuthorizationRequest request, SignInSession session) throws OAuthException {
        Authorization authorization = new Authorization(
                codes.newFamily(),
                request.client().id(),
                session.resourceOwner().subject(),
                request.grantableBy(session.resourceOwner()),
                session.authTime());
        String code = codes.issue(request, authorization);
        Audit.record(
                AuditEvent.AUTHORIZED,
                Map.of(
                        "client", authorization.client(),
                        "subject", authorization.subject(),
                        "family", authorization.family(),
                        "scope", authorization.scope()));
        return code;
    }

    private static Map<String, String> errorOf(OAuthException refusal) {
        return Map.of("error", refusal.code().value(), "error_description", refusal.description());
    }

    /** RFC 6749 sections 4.1.2 and 4.1.2.1; a 303, so that no browser sends a password on (RFC 9700 section 4.12). */
    private void sendBack(
            HttpServletResponse response, ProvenRedirect redirect, Parameters request, Map<String, String> answer) {
        Map<String, String> all = new LinkedHashMap<>(answer);
        request.findOnce("state").ifPresent(state -> all.put("state", state));
        all.put("iss", issuer.value());
        String query = all.entrySet().stream()
                .map(parameter -> Parameters.pair(parameter.getKey(), parameter.getValue()))
                .collect(Collectors.joining("&"));
        response.setStatus(HttpServletResponse.SC_SEE_OTHER);
        // RFC 6749 section 3.1.2: a query of the redirect URI is kept.
        response.setHeader(
                "Location", redirect.redirectUri() + (redirect.redirectUri().contains("?") ? "&" : "?") + query);
    }
}
