package org.claviger.authorize;

import static org.claviger.oauth.ErrorCode.INVALID_REQUEST;

import java.net.URI;
import org.claviger.client.Client;
import org.claviger.client.Clients;
import org.claviger.oauth.ClientId;
import org.claviger.oauth.OAuthException;
import org.claviger.oauth.Parameters;

/**
 * A client and one of its registered redirect URIs. Until a request has one of these, its errors are shown to the person and
 * never sent anywhere (RFC 6749 section 4.1.2.1, RFC 9700 section 4.11.2).
 */
record ProvenRedirect(Client client, String redirectUri) {
    /** What comes back from here in a Location header, the state above all, must fit into what servers and proxies pass. */
    private static final int MAX_REQUEST = 4_096;

    /** Refuses an unknown client and a URI that is not one of its own. */
    static ProvenRedirect prove(Parameters parameters, Clients clients) throws OAuthException {
        if (parameters.toForm().length() > MAX_REQUEST) {
            throw new OAuthException(INVALID_REQUEST, "the authorization request is longer than 4096 characters");
        }
        Client client = ClientId.find(parameters.require("client_id"))
                .flatMap(clients::find)
                .orElseThrow(() -> new OAuthException(INVALID_REQUEST, "the client is unknown"));
        String redirectUri = parameters.require("redirect_uri");
        if (!client.acceptsRedirect(redirectUri)) {
            throw new OAuthException(
                    INVALID_REQUEST,
                    "redirect_uri is not registered for this client",
                    "redirect_uri is not registered for the client " + client.id());
        }
        return new ProvenRedirect(client, redirectUri);
    }

    /**
     * Whether nobody but the client gets what is sent there. A public client proves nothing, and on loopback or a private-use
     * scheme another application of the same device may be listening: RFC 8252 section 8.6 and RFC 6749 section 10.2 want no
     * request of it granted without asking, though the person has allowed one before.
     */
    boolean isAssured() {
        return !client.isPublic() || redirectUri.startsWith("https:");
    }

    /**
     * The origin of the redirect URI, or the scheme of one that has no host: what a content security policy names. Its grammar
     * (Content Security Policy Level 3, section 2.3.1) has no words for an IPv6 address; Chromium passes over a source with one.
     */
    String formTarget() {
        URI uri = URI.create(redirectUri);
        if (uri.getHost() == null || uri.getHost().startsWith("[")) {
            return uri.getScheme() + ":";
        }
        return uri.getScheme() + "://" + uri.getRawAuthority();
    }
}
