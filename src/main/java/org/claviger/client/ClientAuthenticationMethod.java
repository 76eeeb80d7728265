package org.claviger.client;

import java.util.Arrays;
import java.util.Optional;

/** How a client proves who it is (RFC 7591 section 2, {@code token_endpoint_auth_method}). */
public enum ClientAuthenticationMethod {
    /** RFC 6749 section 2.3.1: HTTP Basic. */
    CLIENT_SECRET_BASIC("client_secret_basic"),
    /** RFC 6749 section 2.3.1: in the body of the request. */
    CLIENT_SECRET_POST("client_secret_post"),
    /** A public client (RFC 6749 section 2.1), which can keep no secret. */
    NONE("none");

    private final String value;

    ClientAuthenticationMethod(String value) {
        this.value = value;
    }

    public String value() {
        return value;
    }

    static Optional<ClientAuthenticationMethod> find(String value) {
        return Arrays.stream(values())
                .filter(method -> method.value.equals(value))
                .findFirst();
    }
}
