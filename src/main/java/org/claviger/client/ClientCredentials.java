package org.claviger.client;

import static org.claviger.oauth.ErrorCode.INVALID_CLIENT;
import static org.claviger.oauth.ErrorCode.INVALID_REQUEST;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.claviger.oauth.ClientId;
import org.claviger.oauth.OAuthException;
import org.claviger.oauth.Parameters;

/**
 * What a client presents of itself (RFC 6749 section 2.3).
 *
 * @param secret empty where the method is {@code none}; never shown
 */
public record ClientCredentials(ClientId id, ClientAuthenticationMethod method, String secret) {
    private static final String BASIC = "basic ";

    /**
     * Reads the credentials of a request.
     *
     * @param authorization the values of the {@code Authorization} headers
     * @throws OAuthException {@code invalid_request} where there is more than one method (RFC 6749 section 2.3: "The client
     *     MUST NOT use more than one authentication method in each request"); {@code invalid_client} where there is none or
     *     it cannot be read
     */
    public static ClientCredentials parse(List<String> authorization, Parameters parameters) throws OAuthException {
        Optional<String> idParameter = parameters.find("client_id");
        Optional<String> secretParameter = parameters.find("client_secret");
        if (authorization.size() > 1 || (!authorization.isEmpty() && secretParameter.isPresent())) {
            throw new OAuthException(INVALID_REQUEST, "the client uses more than one authentication method");
        }
        if (!authorization.isEmpty()) {
            ClientCredentials basic = parseBasic(authorization.get(0));
            if (idParameter.isPresent() && !idParameter.get().equals(basic.id.value())) {
                throw new OAuthException(INVALID_REQUEST, "client_id differs from the authenticated client");
            }
            return basic;
        }
        String id =
                idParameter.orElseThrow(() -> new OAuthException(INVALID_CLIENT, "client authentication is missing"));
        return secretParameter.isPresent()
                ? of(id, ClientAuthenticationMethod.CLIENT_SECRET_POST, secretParameter.get())
                : of(id, ClientAuthenticationMethod.NONE, "");
    }

    /** RFC 6749 section 2.3.1: both halves are form-encoded before RFC 7617 joins them with a colon. */
    private static ClientCredentials parseBasic(String header) throws OAuthException {
        if (!header.toLowerCase(Locale.ROOT).startsWith(BASIC)) {
            throw new OAuthException(INVALID_CLIENT, "the Authorization header is not Basic");
        }
        String pair;
        try {
            String encoded = header.substring(BASIC.length()).strip();
            byte[] decoded = Base64.getDecoder().decode(encoded);
            if (!Base64.getEncoder().encodeToString(decoded).equals(encoded)) {
                throw new IllegalArgumentException("another spelling of the same bytes");
            }
            pair = new String(decoded, StandardCharsets.ISO_8859_1);
        } catch (IllegalArgumentException notBase64) {
            throw new OAuthException(INVALID_CLIENT, "the Authorization header is not base64");
        }
        int colon = pair.indexOf(':');
        if (colon < 0) {
            throw new OAuthException(INVALID_CLIENT, "the Authorization header has no colon in it");
        }
        String secret = decode(pair.substring(colon + 1));
        if (secret.isEmpty()) {
            throw new OAuthException(INVALID_CLIENT, "the client secret is empty");
        }
        return of(decode(pair.substring(0, colon)), ClientAuthenticationMethod.CLIENT_SECRET_BASIC, secret);
    }

    private static String decode(String half) throws OAuthException {
        try {
            return Parameters.decode(half);
        } catch (OAuthException malformed) {
            throw new OAuthException(INVALID_CLIENT, "the Authorization header is not form-encoded");
        }
    }

    private static ClientCredentials of(String id, ClientAuthenticationMethod method, String secret)
            throws OAuthException {
        ClientId clientId =
                ClientId.find(id).orElseThrow(() -> new OAuthException(INVALID_CLIENT, "the client is unknown"));
        return new ClientCredentials(clientId, method, secret);
    }

    @Override
    public String toString() {
        return "ClientCredentials[id=" + id + ", method=" + method + "]";
    }
}
