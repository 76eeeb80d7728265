package org.claviger.authorize;

import static org.claviger.oauth.ErrorCode.INVALID_REQUEST;
import static org.claviger.oauth.ErrorCode.INVALID_SCOPE;
import static org.claviger.oauth.ErrorCode.UNAUTHORIZED_CLIENT;
import static org.claviger.oauth.ErrorCode.UNSUPPORTED_RESPONSE_TYPE;

import org.claviger.client.Client;
import org.claviger.identity.ResourceOwner;
import org.claviger.oauth.GrantType;
import org.claviger.oauth.OAuthException;
import org.claviger.oauth.Parameters;
import org.claviger.oauth.Scope;

/** An authorization request (RFC 6749 section 4.1.1 with RFC 7636 section 4.3). */
record AuthorizationRequest(Client client, String redirectUri, Scope scope, CodeChallenge codeChallenge) {
    /** Reads the request; whatever is wrong with it is a refusal to be sent to the redirect URI. */
    static AuthorizationRequest parse(Parameters parameters, ProvenRedirect redirect) throws OAuthException {
        parameters.refuseRepeated();
        Client client = redirect.client();
        if (!parameters.require("response_type").equals("code")) {
            throw new OAuthException(UNSUPPORTED_RESPONSE_TYPE, "response_type must be code");
        }
        if (parameters
                .find("response_mode")
                .filter(mode -> !mode.equals("query"))
                .isPresent()) {
            throw new OAuthException(INVALID_REQUEST, "response_mode must be query");
        }
        if (!client.grantTypes().contains(GrantType.AUTHORIZATION_CODE)) {
            throw new OAuthException(UNAUTHORIZED_CLIENT, "this client may not use authorization_code");
        }
        return new AuthorizationRequest(
                client, redirect.redirectUri(), scope(parameters, client), CodeChallenge.parse(parameters));
    }

    /** What is asked for; by default all that the client may have, except administration, which is asked for by name. */
    private static Scope scope(Parameters parameters, Client client) throws OAuthException {
        var asked = parameters.find("scope");
        if (asked.isEmpty()) {
            return client.scope().only(token -> !Scope.isAdministrative(token));
        }
        return client.scope().narrow(asked.get());
    }

    /** What of it this resource owner may grant: administration only its administrators. */
    Scope grantableBy(ResourceOwner resourceOwner) throws OAuthException {
        Scope grantable = scope.only(token -> resourceOwner.isAdministrator() || !Scope.isAdministrative(token));
        if (grantable.isEmpty() && !scope.isEmpty()) {
            throw new OAuthException(INVALID_SCOPE, "nothing of the scope may be granted to this user");
        }
        return grantable;
    }
}
