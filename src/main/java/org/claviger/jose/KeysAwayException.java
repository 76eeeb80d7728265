package org.claviger.jose;

/** A token names a key that is not known, and whether there is one cannot be told now. */
public final class KeysAwayException extends RuntimeException {
    public KeysAwayException() {
        super("the keys of the issuer cannot be read");
    }
}
