package org.claviger.authorize;

import java.util.Map;
import java.util.Optional;
import org.claviger.client.Clients;
import org.claviger.oauth.OAuthException;
import org.claviger.oauth.Parameters;

/**
 * Where a sign-in leads: back to the authorization request from which the form was shown, or to the account.
 *
 * @param request what the form holds: the authorization request, which always has a {@code client_id}, or the word for the account
 * @param redirect of the client; empty for the account
 */
record Destination(String request, Optional<ProvenRedirect> redirect) {
    static final Destination ACCOUNT = new Destination("account", Optional.empty());

    static Destination of(String authorizationRequest, ProvenRedirect redirect) {
        return new Destination(authorizationRequest, Optional.of(redirect));
    }

    /** Reads what a form holds; refuses an unknown client and a URI that is not one of its own. */
    static Destination parse(String request, Clients clients) throws OAuthException {
        return request.equals(ACCOUNT.request)
                ? ACCOUNT
                : of(request, ProvenRedirect.prove(Parameters.parse(request), clients));
    }

    /** The path below the issuer. */
    String path() throws OAuthException {
        return redirect.isEmpty()
                ? "/account"
                : "/authorize?"
                        + AuthorizationRequest.signedIn(Parameters.parse(request))
                                .toForm();
    }

    /** It as a detail of an audit event. */
    Map.Entry<String, Object> audited() {
        return redirect.<Map.Entry<String, Object>>map(
                        proven -> Map.entry("client", proven.client().id()))
                .orElseGet(() -> Map.entry("page", request));
    }
}
