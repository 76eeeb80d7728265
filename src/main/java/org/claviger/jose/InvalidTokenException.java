package org.claviger.jose;

/** A token that must not be accepted. The message says which check refused it, for the log; it never holds the token. */
public final class InvalidTokenException extends Exception {
    private final Check check;

    /** What refused it, for who counts. */
    public enum Check {
        FORM,
        KEY,
        SIGNATURE,
        EXPIRY,
        CLAIMS,
        CLIENT,
        REVOCATION,
        AUDIENCE
    }

    public InvalidTokenException(Check check, String reason) {
        super(reason, null, false, false);
        this.check = check;
    }

    public Check check() {
        return check;
    }
}
