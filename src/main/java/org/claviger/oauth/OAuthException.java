package org.claviger.oauth;

import java.time.Duration;
import java.util.Optional;

/**
 * A refusal: the expected answer of the protocol to a request that cannot be granted (RFC 6749 sections 4.1.2.1 and
 * 5.2). It is checked, because a transaction commits on it: refusing a replayed refresh token must keep the end of its
 * family. A fault of ours is an unchecked exception instead and rolls back.
 */
public final class OAuthException extends Exception {
    private final ErrorCode code;
    private final String description;
    private final String detail;
    private final Optional<Duration> retryAfter;

    /** A refusal whose description tells all there is to know. */
    public OAuthException(ErrorCode code, String description) {
        this(code, description, "");
    }

    /**
     * @param description sent as {@code error_description}: printable ASCII without quote and backslash (RFC 6749
     *     section 5.2), and never a secret
     * @param detail only logged, for the operator; never a token, a code, a secret or a password
     */
    public OAuthException(ErrorCode code, String description, String detail) {
        this(code, description, detail, Optional.empty());
    }

    /** Too many wrong attempts: the next is looked at after this time, in whole seconds. */
    public static OAuthException slowDown(Duration retryAfter) {
        return new OAuthException(ErrorCode.SLOW_DOWN, "too many wrong attempts", "", Optional.of(retryAfter));
    }

    /** Something is not to be had at this moment; it will be after this time, in whole seconds. */
    public static OAuthException unavailable(String description, Duration retryAfter) {
        return new OAuthException(ErrorCode.TEMPORARILY_UNAVAILABLE, description, "", Optional.of(retryAfter));
    }

    private OAuthException(ErrorCode code, String description, String detail, Optional<Duration> retryAfter) {
        super(code.value() + ": " + description, null, false, false);
        if (!description.chars().allMatch(c -> c >= 0x20 && c <= 0x7e && c != '"' && c != '\\')) {
            throw new IllegalArgumentException("a description is printable ASCII without quote and backslash");
        }
        this.code = code;
        this.description = description;
        this.detail = detail;
        this.retryAfter = retryAfter;
    }

    public ErrorCode code() {
        return code;
    }

    public String description() {
        return description;
    }

    /** How long to wait before the next attempt, where that is known. */
    public Optional<Duration> retryAfter() {
        return retryAfter;
    }

    public String detail() {
        return detail;
    }
}
