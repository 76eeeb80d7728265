package org.claviger.guard;

import org.claviger.oauth.Scope;

/** A {@code WWW-Authenticate} challenge (RFC 6750 section 3). */
record Challenge(String value) {
    static final String HEADER = "WWW-Authenticate";

    /** RFC 6750 section 3.1: without any token the answer "SHOULD NOT include an error code". */
    static final Challenge NO_TOKEN = new Challenge("Bearer realm=\"claviger\"");

    static final Challenge INVALID_REQUEST =
            error("invalid_request", "the Authorization header is malformed or repeated");
    static final Challenge INVALID_TOKEN = error("invalid_token", "the token is malformed, expired or not for here");
    static final Challenge INSUFFICIENT_SCOPE = error("insufficient_scope", "the caller lacks the role that is needed");

    static final Challenge FOREIGN_REQUEST = error("invalid_request", "the request may have been sent by another site");

    /** The first of these where a scope is needed that can be named. */
    static Challenge noToken(Scope scope) {
        return new Challenge(NO_TOKEN.value + attribute(scope));
    }

    /** The token is good, and not for this (RFC 6750 section 3.1). */
    static Challenge missingScope(Scope scope) {
        return new Challenge(
                error("insufficient_scope", "the token lacks the scope that is needed").value + attribute(scope));
    }

    private static String attribute(Scope scope) {
        return ", scope=\"" + scope + "\"";
    }

    private static Challenge error(String code, String description) {
        return new Challenge(NO_TOKEN.value + ", error=\"" + code + "\", error_description=\"" + description + "\"");
    }
}
