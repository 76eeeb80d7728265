package org.claviger.calls;

import java.util.regex.Pattern;

/** The authorization server refuses (RFC 6749 section 5.2). To ask again changes nothing until somebody has mended something. */
public final class TokenRefusedException extends TokenException {
    private static final Pattern CODE = Pattern.compile("[A-Za-z0-9._-]{1,64}");

    private final String error;

    private TokenRefusedException(String message, String error, Throwable cause) {
        super(message, cause);
        this.error = error;
    }

    /** The description of the error is left out: who answers wrote it, and it may hold anything. */
    static TokenRefusedException of(String error) {
        String code = CODE.matcher(error).matches() ? error : "an error that is no error code";
        return new TokenRefusedException("the authorization server refuses a token: " + code, code, null);
    }

    static TokenRefusedException noRefreshToken() {
        return new TokenRefusedException(
                "there is no refresh token that is not known to have ended", "invalid_grant", null);
    }

    /** The error code, such as {@code invalid_client} or {@code invalid_grant}. */
    public String error() {
        return error;
    }

    @Override
    TokenRefusedException again() {
        return new TokenRefusedException(getMessage(), error, this);
    }
}
