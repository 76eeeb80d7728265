package org.claviger.token;

import static org.claviger.oauth.ErrorCode.UNAUTHORIZED_CLIENT;
import static org.claviger.oauth.ErrorCode.UNSUPPORTED_GRANT_TYPE;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.claviger.audit.Audit;
import org.claviger.audit.AuditEvent;
import org.claviger.client.Client;
import org.claviger.client.ClientCredentials;
import org.claviger.client.Clients;
import org.claviger.http.Answers;
import org.claviger.http.Caller;
import org.claviger.http.Cors;
import org.claviger.http.Endpoint;
import org.claviger.http.Requests;
import org.claviger.oauth.GrantType;
import org.claviger.oauth.OAuthException;
import org.claviger.oauth.Parameters;
import org.claviger.settings.TrustedProxies;
import org.claviger.throttle.Throttle;
import org.claviger.throttle.Throttle.Attempt;

/** The token endpoint (RFC 6749 section 3.2): who asks, then which grant; each grant reads its own message. */
public final class TokenEndpoint extends Endpoint {
    private final TrustedProxies trustedProxies;
    private final Clients clients;
    private final Throttle throttle;
    private final AuthorizationCodeGrant authorizationCode;
    private final RefreshTokenGrant refreshToken;
    private final ClientCredentialsGrant clientCredentials;

    public TokenEndpoint(
            TrustedProxies trustedProxies,
            Clients clients,
            Throttle throttle,
            AuthorizationCodeGrant authorizationCode,
            RefreshTokenGrant refreshToken,
            ClientCredentialsGrant clientCredentials) {
        this.trustedProxies = trustedProxies;
        this.clients = clients;
        this.throttle = throttle;
        this.authorizationCode = authorizationCode;
        this.refreshToken = refreshToken;
        this.clientCredentials = clientCredentials;
    }

    @Override
    protected String allowedMethods() {
        return "POST";
    }

    @Override
    protected boolean isScriptAllowed(String origin) {
        return clients.isAllowedOrigin(origin);
    }

    @Override
    protected void answer(HttpServletRequest request, HttpServletResponse response) throws OAuthException, IOException {
        Map<String, Object> known = new LinkedHashMap<>();
        try {
            Parameters parameters = Requests.form(request);
            parameters.refuseRepeated();
            ClientCredentials credentials =
                    ClientCredentials.parse(Requests.headers(request, "Authorization"), parameters);
            known.put("client", credentials.id());
            Cors.allow(request, response, clients.allowedOrigins(credentials.id()));
            Client client = authenticate(request, credentials);
            GrantType type = grantType(client, parameters);
            known.put("grant", type);
            TokenResponse granted = grant(type, client, parameters);
            known.put("family", granted.accessToken().family());
            known.put("scope", granted.accessToken().scope());
            Audit.record(AuditEvent.TOKEN_ISSUED, known);
            Answers.send(response, HttpServletResponse.SC_OK, granted.toJson());
        } catch (OAuthException refusal) {
            known.put("address", Caller.of(request, trustedProxies).address());
            known.put("error", refusal.code());
            known.put("reason", refusal.detail().isEmpty() ? refusal.description() : refusal.detail());
            Audit.record(AuditEvent.TOKEN_REFUSED, known);
            throw refusal;
        }
    }

    private Client authenticate(HttpServletRequest request, ClientCredentials credentials) throws OAuthException {
        if (!clients.hasSecret(
                credentials.id())) { // nothing to guess, and the name of an unknown client could be anything
            return clients.authenticate(credentials);
        }
        Attempt attempt = new Attempt(
                Throttle.Kind.CLIENT,
                credentials.id().value(),
                Caller.of(request, trustedProxies).address());
        throttle.check(attempt);
        try {
            Client client = clients.authenticate(credentials);
            throttle.succeeded(attempt);
            return client;
        } catch (OAuthException refusal) {
            throttle.failed(attempt);
            throw refusal;
        }
    }

    private static GrantType grantType(Client client, Parameters parameters) throws OAuthException {
        GrantType type = GrantType.find(parameters.require("grant_type"))
                .orElseThrow(() -> new OAuthException(UNSUPPORTED_GRANT_TYPE, "this grant_type is not supported"));
        if (!client.grantTypes().contains(type)) {
            throw new OAuthException(UNAUTHORIZED_CLIENT, "this client may not use this grant_type");
        }
        return type;
    }

    private TokenResponse grant(GrantType type, Client client, Parameters parameters) throws OAuthException {
        return switch (type) {
            case AUTHORIZATION_CODE -> authorizationCode.grant(client, parameters);
            case REFRESH_TOKEN -> refreshToken.grant(client, parameters);
            case CLIENT_CREDENTIALS -> clientCredentials.grant(client, parameters);
        };
    }
}
