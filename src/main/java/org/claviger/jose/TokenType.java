package org.claviger.jose;

import java.util.Arrays;
import java.util.Optional;

/** The {@code typ} header of an access token: its only two values here. */
public enum TokenType {
    /** RFC 9068 section 2.1: "JWT access tokens MUST include this media type in the typ header parameter". */
    AT_JWT("at+jwt"),
    /** For verifiers that refuse {@code at+jwt}, as the MicroProfile JWT of Payara does. */
    JWT("JWT");

    private final String value;

    TokenType(String value) {
        this.value = value;
    }

    public String value() {
        return value;
    }

    /** Empty for any other value; the comparison is exact. */
    public static Optional<TokenType> find(String value) {
        return Arrays.stream(values()).filter(type -> type.value.equals(value)).findFirst();
    }
}
