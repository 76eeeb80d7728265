package org.claviger.jose;

/** A token that must not be accepted. The message says which check refused it, for the log; it never holds the token. */
public final class InvalidTokenException extends Exception {
    public InvalidTokenException(String check) {
        super(check, null, false, false);
    }
}
