package org.claviger.calls;

import java.io.IOException;

/**
 * There is no access token for a call. A Jakarta REST client throws it as the cause of a {@code ProcessingException}. It never
 * holds a token or a secret.
 */
public abstract sealed class TokenException extends IOException
        permits TokenRefusedException, TokenUnavailableException {
    TokenException(String message, Throwable cause) {
        super(message, cause);
    }

    /** The same for another thread, which gets it without a request of its own. */
    abstract TokenException again();
}
