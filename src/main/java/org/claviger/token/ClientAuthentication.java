package org.claviger.token;

import jakarta.servlet.http.HttpServletRequest;
import org.claviger.client.Client;
import org.claviger.client.ClientCredentials;
import org.claviger.client.Clients;
import org.claviger.http.Caller;
import org.claviger.oauth.OAuthException;
import org.claviger.settings.TrustedProxies;
import org.claviger.throttle.Throttle;
import org.claviger.throttle.Throttle.Attempt;

/** How clients prove who they are at every endpoint of theirs (RFC 6749 section 2.3), with guesses slowed down across all of them. */
public record ClientAuthentication(TrustedProxies trustedProxies, Clients clients, Throttle throttle) {
    /**
     * Proves who asks.
     *
     * @throws OAuthException {@code invalid_client}, or {@code slow_down} after too many wrong secrets
     */
    Client prove(HttpServletRequest request, ClientCredentials credentials) throws OAuthException {
        if (!clients.hasSecret(credentials.id())) {
            // nothing to guess, and the name of an unknown client could be anything
            return clients.authenticate(credentials);
        }
        Attempt attempt = new Attempt(Throttle.Kind.CLIENT, credentials.id().value(), address(request));
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

    /** Where a request came from. */
    String address(HttpServletRequest request) {
        return Caller.of(request, trustedProxies).address();
    }
}
