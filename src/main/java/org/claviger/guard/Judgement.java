package org.claviger.guard;

import org.claviger.jose.InvalidTokenException;

/** How the guard has judged a request: what it is counted as. That an accepted caller lacks a role or scope is not told apart. */
public enum Judgement {
    ACCEPTED,
    /** No bearer token: the application decides whether that is enough. */
    ANONYMOUS,
    /** Not the form of RFC 6750 section 2.1, or more than one. */
    BAD_REQUEST,
    /** The token is not a JWS of the form of ours. */
    MALFORMED,
    /** Of a key that is unknown, or expired, or compromised. */
    UNKNOWN_KEY,
    BAD_SIGNATURE,
    EXPIRED,
    /** Issuer, times or required claims. */
    BAD_CLAIMS,
    /** The client is disabled or gone, or the token not of the type that it is configured for. */
    UNKNOWN_CLIENT,
    REVOKED,
    OTHER_AUDIENCE,
    /** By the session of a browser that may have been led here by another site. */
    FOREIGN_REQUEST,
    /** This node knows too little to judge, or its server cannot be relied on. */
    UNAVAILABLE,
    /** A fault of ours. */
    FAULT;

    static Judgement of(InvalidTokenException.Check check) {
        return switch (check) {
            case FORM -> MALFORMED;
            case KEY -> UNKNOWN_KEY;
            case SIGNATURE -> BAD_SIGNATURE;
            case EXPIRY -> EXPIRED;
            case CLAIMS -> BAD_CLAIMS;
            case CLIENT -> UNKNOWN_CLIENT;
            case REVOCATION -> REVOKED;
            case AUDIENCE -> OTHER_AUDIENCE;
        };
    }
}
