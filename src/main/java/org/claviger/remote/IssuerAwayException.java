package org.claviger.remote;

/** The issuer has not answered what it was asked. The message is for the log: it holds no token and no secret. */
final class IssuerAwayException extends Exception {
    private final int status;

    IssuerAwayException(String message) {
        this(message, 0);
    }

    /** @param status what it has answered instead; 0 if it has not, or nothing that can be read */
    IssuerAwayException(String message, int status) {
        super(message);
        this.status = status;
    }

    /** Whether it is there, and will not tell us. */
    boolean isUnauthorized() {
        return status == 401 || status == 403;
    }

    /** Whether it is there and has failed, or whatever stands before it has: another of its nodes may do better. */
    boolean isServerError() {
        return status >= 500;
    }
}
