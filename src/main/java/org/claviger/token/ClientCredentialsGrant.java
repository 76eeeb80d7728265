package org.claviger.token;

import java.util.Optional;
import org.claviger.client.Client;
import org.claviger.oauth.OAuthException;
import org.claviger.oauth.Parameters;
import org.claviger.oauth.Scope;

/** A confidential client asks for itself (RFC 6749 section 4.4). */
public final class ClientCredentialsGrant {
    private final AccessTokens accessTokens;

    public ClientCredentialsGrant(AccessTokens accessTokens) {
        this.accessTokens = accessTokens;
    }

    TokenResponse grant(Client client, Parameters parameters) throws OAuthException {
        Optional<String> asked = parameters.find("scope");
        Scope scope = asked.isPresent()
                ? client.scope().narrow(asked.get())
                : client.scope().only(token -> !Scope.isAdministrative(token));
        // RFC 6749 section 4.4.3: "A refresh token SHOULD NOT be included."
        return new TokenResponse(accessTokens.issue(client, scope), Optional.empty());
    }
}
