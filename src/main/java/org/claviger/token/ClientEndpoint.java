package org.claviger.token;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.claviger.audit.Audit;
import org.claviger.audit.AuditEvent;
import org.claviger.client.Client;
import org.claviger.client.ClientCredentials;
import org.claviger.http.Cors;
import org.claviger.http.Endpoint;
import org.claviger.http.Requests;
import org.claviger.oauth.OAuthException;
import org.claviger.oauth.Parameters;

/**
 * An endpoint to which clients post forms: it proves who asks (RFC 6749 section 2.3) before anything else, slows down guesses, and
 * records each refusal.
 */
abstract class ClientEndpoint extends Endpoint {
    private final ClientAuthentication authentication;
    private final AuditEvent refused;

    /** @param refused how a refusal is recorded */
    ClientEndpoint(ClientAuthentication authentication, AuditEvent refused) {
        this.authentication = authentication;
        this.refused = refused;
    }

    /**
     * Answers a client that has proven who it is.
     *
     * @param known gets what is to be recorded of the request, whatever becomes of it
     */
    abstract void answer(Asking asking, HttpServletResponse response, Map<String, Object> known)
            throws OAuthException, IOException;

    /** Who asks for what. */
    record Asking(Client client, Parameters parameters, HttpServletRequest request) {}

    @Override
    protected final String allowedMethods() {
        return "POST";
    }

    @Override
    protected boolean isScriptAllowed(String origin) {
        return authentication.clients().isAllowedOrigin(origin);
    }

    @Override
    protected final void answer(HttpServletRequest request, HttpServletResponse response)
            throws OAuthException, IOException {
        Map<String, Object> known = new LinkedHashMap<>();
        try {
            Parameters parameters = Requests.form(request);
            parameters.refuseRepeated();
            ClientCredentials credentials =
                    ClientCredentials.parse(Requests.headers(request, "Authorization"), parameters);
            known.put("client", credentials.id());
            Cors.allow(request, response, authentication.clients().allowedOrigins(credentials.id()));
            Client client = authentication.prove(request, credentials);
            request.setAttribute(CLIENT, client.id().value());
            answer(new Asking(client, parameters, request), response, known);
        } catch (OAuthException refusal) {
            known.put("address", authentication.address(request));
            known.put("error", refusal.code());
            known.put("reason", refusal.detail().isEmpty() ? refusal.description() : refusal.detail());
            Audit.record(refused, known);
            throw refusal;
        }
    }
}
