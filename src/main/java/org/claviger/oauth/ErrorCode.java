package org.claviger.oauth;

/** The error codes that Claviger answers with, each with the status its specification asks for. */
public enum ErrorCode {
    /** RFC 6749 sections 4.1.2.1 and 5.2: a parameter is missing, repeated, malformed or unsupported. */
    INVALID_REQUEST("invalid_request", 400),
    /** RFC 6749 section 5.2: client authentication failed. */
    INVALID_CLIENT("invalid_client", 401),
    /** RFC 6749 section 5.2: the grant is unknown, expired, revoked, or another client's. */
    INVALID_GRANT("invalid_grant", 400),
    /** RFC 6749 sections 4.1.2.1 and 5.2: this client may not use this grant or response type. */
    UNAUTHORIZED_CLIENT("unauthorized_client", 400),
    /** RFC 6749 section 5.2. */
    UNSUPPORTED_GRANT_TYPE("unsupported_grant_type", 400),
    /** RFC 6749 section 4.1.2.1. */
    UNSUPPORTED_RESPONSE_TYPE("unsupported_response_type", 400),
    /** RFC 6749 sections 4.1.2.1 and 5.2: the scope is unknown, malformed or more than may be had. */
    INVALID_SCOPE("invalid_scope", 400),
    /** RFC 6749 section 4.1.2.1: the resource owner, or we for them, said no. */
    ACCESS_DENIED("access_denied", 403),
    /** OpenID Connect Core section 3.1.2.6: the request forbids to ask, but somebody must sign in. */
    LOGIN_REQUIRED("login_required", 400),
    /** OpenID Connect Core section 3.1.2.6: the request forbids to ask, but the resource owner has not allowed this yet. */
    CONSENT_REQUIRED("consent_required", 400),
    /** RFC 9110 section 15.5.5: a page for people that is not there, or is about something that is not. */
    NOT_FOUND("invalid_request", 404),
    /** RFC 9110 section 15.5.6: the method is not one of this endpoint. */
    METHOD_NOT_ALLOWED("invalid_request", 405),
    /** RFC 9110 section 15.5.20: the request came to a host that is not ours. */
    MISDIRECTED("invalid_request", 421),
    /** After RFC 8628 section 3.5, with the status of RFC 6585 section 4: too many wrong attempts. */
    SLOW_DOWN("slow_down", 429),
    /** RFC 6749 section 4.1.2.1: a fault of ours; the incident id in the description is in the log. */
    SERVER_ERROR("server_error", 500),
    /** RFC 6749 section 4.1.2.1: too busy, or storage is away; the client may try again. */
    TEMPORARILY_UNAVAILABLE("temporarily_unavailable", 503),
    /** The same, because who knows the person cannot be asked. */
    STORE_AWAY("temporarily_unavailable", 503);

    private final String value;
    private final int status;

    ErrorCode(String value, int status) {
        this.value = value;
        this.status = status;
    }

    /** The value of the {@code error} parameter. */
    public String value() {
        return value;
    }

    /** The HTTP status of a direct answer; in a redirect it does not show. */
    public int status() {
        return status;
    }
}
