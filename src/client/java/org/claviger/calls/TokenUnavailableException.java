package org.claviger.calls;

import java.io.IOException;
import java.time.Duration;

/** The authorization server is away, or does not answer as one. Later it may be otherwise. */
public final class TokenUnavailableException extends TokenException {
    private static final int DEEPEST = 10;

    private final Duration retryAfter;

    TokenUnavailableException(String message, Duration retryAfter, Throwable cause) {
        super(message, cause);
        this.retryAfter = retryAfter;
    }

    TokenUnavailableException(String message, Throwable cause) {
        this(message, Duration.ZERO, cause);
    }

    /** Because of a fault of what is not ours, whose messages may hold anything: its classes and stacks are shown. */
    static TokenUnavailableException because(String message, Throwable fault) {
        return new TokenUnavailableException(message, withoutMessages(fault, 0));
    }

    private static Throwable withoutMessages(Throwable fault, int depth) {
        Throwable cause = fault.getCause();
        Throwable shown = new IOException(
                fault.getClass().getName(),
                cause == null || depth == DEEPEST ? null : withoutMessages(cause, depth + 1));
        shown.setStackTrace(fault.getStackTrace());
        return shown;
    }

    /** What the server asked to wait (RFC 9110 section 10.2.3), at most five minutes; zero if it did not. */
    public Duration retryAfter() {
        return retryAfter;
    }

    @Override
    TokenUnavailableException again() {
        return new TokenUnavailableException(getMessage(), retryAfter, this);
    }
}
