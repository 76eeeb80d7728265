package org.claviger.oauth;

import java.util.Arrays;
import java.util.Optional;

/** How a token is asked for: the {@code grant_type} values that Claviger knows (RFC 6749 sections 4.1, 4.4 and 6). */
public enum GrantType {
    AUTHORIZATION_CODE("authorization_code"),
    REFRESH_TOKEN("refresh_token"),
    CLIENT_CREDENTIALS("client_credentials");

    private final String value;

    GrantType(String value) {
        this.value = value;
    }

    public String value() {
        return value;
    }

    /** Empty for a grant type that Claviger does not know. */
    public static Optional<GrantType> find(String value) {
        return Arrays.stream(values()).filter(type -> type.value.equals(value)).findFirst();
    }
}
