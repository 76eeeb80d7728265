package org.claviger.token;

import static org.claviger.oauth.ErrorCode.UNAUTHORIZED_CLIENT;
import static org.claviger.oauth.ErrorCode.UNSUPPORTED_GRANT_TYPE;

import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Map;
import org.claviger.audit.Audit;
import org.claviger.audit.AuditEvent;
import org.claviger.client.Client;
import org.claviger.http.Answers;
import org.claviger.oauth.GrantType;
import org.claviger.oauth.OAuthException;
import org.claviger.oauth.Parameters;

/** The token endpoint (RFC 6749 section 3.2): who asks, then which grant; each grant reads its own message. */
public final class TokenEndpoint extends ClientEndpoint {
    private final AuthorizationCodeGrant authorizationCode;
    private final RefreshTokenGrant refreshToken;
    private final ClientCredentialsGrant clientCredentials;

    public TokenEndpoint(
            ClientAuthentication authentication,
            AuthorizationCodeGrant authorizationCode,
            RefreshTokenGrant refreshToken,
            ClientCredentialsGrant clientCredentials) {
        super(authentication, AuditEvent.TOKEN_REFUSED);
        this.authorizationCode = authorizationCode;
        this.refreshToken = refreshToken;
        this.clientCredentials = clientCredentials;
    }

    @Override
    void answer(Asking asking, HttpServletResponse response, Map<String, Object> known)
            throws OAuthException, IOException {
        GrantType type = grantType(asking.client(), asking.parameters());
        known.put("grant", type);
        asking.request().setAttribute(GRANT, type.value());
        TokenResponse granted = grant(type, asking.client(), asking.parameters());
        known.put("family", granted.accessToken().family());
        known.put("scope", granted.accessToken().scope());
        Audit.record(AuditEvent.TOKEN_ISSUED, known);
        Answers.send(response, HttpServletResponse.SC_OK, granted.toJson());
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
