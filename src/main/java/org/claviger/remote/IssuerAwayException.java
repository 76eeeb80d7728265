package org.claviger.remote;

/** The issuer has not answered what it was asked. The message is for the log: it holds no token and no secret. */
final class IssuerAwayException extends Exception {
    private final boolean unauthorized;

    IssuerAwayException(String message) {
        this(message, false);
    }

    IssuerAwayException(String message, boolean unauthorized) {
        super(message);
        this.unauthorized = unauthorized;
    }

    /** Whether it is there, and will not tell us. */
    boolean isUnauthorized() {
        return unauthorized;
    }
}
