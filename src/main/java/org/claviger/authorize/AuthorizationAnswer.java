package org.claviger.authorize;

import static org.claviger.oauth.ErrorCode.SERVER_ERROR;
import static org.claviger.oauth.ErrorCode.TEMPORARILY_UNAVAILABLE;

import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.claviger.audit.Audit;
import org.claviger.audit.AuditEvent;
import org.claviger.database.DatabaseAwayException;
import org.claviger.http.Incident;
import org.claviger.identity.SignInSession;
import org.claviger.oauth.Authorization;
import org.claviger.oauth.OAuthException;
import org.claviger.oauth.Parameters;
import org.claviger.oauth.Scope;
import org.claviger.settings.Issuer;

/**
 * Answers a client by its proven redirect URI (RFC 6749 sections 4.1.2 and 4.1.2.1): with a code or an error, and always with
 * {@code state} as it came and {@code iss} (RFC 9207).
 */
public final class AuthorizationAnswer {
    private final Issuer issuer;
    private final AuthorizationCodes codes;

    public AuthorizationAnswer(Issuer issuer, AuthorizationCodes codes) {
        this.issuer = issuer;
        this.codes = codes;
    }

    /** What is done with a request whose redirect URI is proven. */
    @FunctionalInterface
    interface Step {
        void take() throws OAuthException, IOException;
    }

    /** Takes the step; a refusal or a fault in it goes to the client. */
    void guarding(HttpServletResponse response, ProvenRedirect redirect, Parameters request, Step step)
            throws IOException {
        try {
            step.take();
        } catch (OAuthException refusal) {
            Audit.record(
                    AuditEvent.AUTHORIZATION_REFUSED,
                    Map.of("client", redirect.client().id(), "error", refusal.code(), "reason", refusal.description()));
            sendError(response, redirect, request, refusal);
        } catch (DatabaseAwayException away) {
            sendError(
                    response,
                    redirect,
                    request,
                    new OAuthException(TEMPORARILY_UNAVAILABLE, "the database cannot be reached"));
        } catch (RuntimeException fault) {
            String incident = "incident " + Incident.report(fault);
            sendError(response, redirect, request, new OAuthException(SERVER_ERROR, incident));
        }
    }

    /** Issues a code for what the resource owner grants, and sends it. */
    void grant(
            HttpServletResponse response,
            ProvenRedirect redirect,
            Parameters parameters,
            AuthorizationRequest request,
            SignInSession session,
            Scope scope) {
        Authorization authorization = new Authorization(
                codes.newFamily(),
                request.client().id(),
                session.resourceOwner().subject(),
                scope,
                session.authTime());
        String code = codes.issue(request, authorization);
        send(response, redirect, parameters, Map.of("code", code));
    }

    private void sendError(
            HttpServletResponse response, ProvenRedirect redirect, Parameters request, OAuthException refusal) {
        send(
                response,
                redirect,
                request,
                Map.of("error", refusal.code().value(), "error_description", refusal.description()));
    }

    private void send(
            HttpServletResponse response, ProvenRedirect redirect, Parameters request, Map<String, String> answer) {
        Map<String, String> all = new LinkedHashMap<>(answer);
        request.findOnce("state").ifPresent(state -> all.put("state", state));
        all.put("iss", issuer.value());
        String query = all.entrySet().stream()
                .map(parameter -> Parameters.pair(parameter.getKey(), parameter.getValue()))
                .collect(Collectors.joining("&"));
        // RFC 9700 section 4.12: 303, after which no browser sends a password on.
        response.setStatus(HttpServletResponse.SC_SEE_OTHER);
        // RFC 6749 section 3.1.2: a query of the redirect URI is kept.
        response.setHeader(
                "Location", redirect.redirectUri() + (redirect.redirectUri().contains("?") ? "&" : "?") + query);
    }
}
