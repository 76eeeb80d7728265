package org.claviger.audit;

import java.lang.System.Logger.Level;
import java.util.Arrays;
import java.util.Optional;

/** What can happen that somebody may have to account for. */
public enum AuditEvent {
    TOKEN_ISSUED,
    TOKEN_REFUSED,
    AUTHORIZED,
    /** Somebody was asked what a client may do, and has allowed it. */
    CONSENTED,
    AUTHORIZATION_REFUSED,
    /** A page refused a request before anybody could be told but the person who sees it. */
    REQUEST_REFUSED,
    SIGNED_IN,
    SIGN_IN_REFUSED,
    SIGNED_OUT,
    /** A code or a refresh token was used a second time; its family has ended. */
    REUSE_DETECTED,
    /** A token, a grant, or everything of somebody has ended before its time. */
    REVOKED,
    REVOCATION_REFUSED,
    /** A client was told what a token means. It is counted; the log has it at {@code DEBUG} only, because gateways ask at each call. */
    INTROSPECTED,
    INTROSPECTION_REFUSED,
    /** Somebody wanted to follow what ends, and may not. */
    REVOCATION_FEED_REFUSED,
    BEARER_REFUSED,
    IMPORTED,
    /** Somebody administers the installation who did not before. */
    ADMINISTRATOR_CREATED,
    SETUP_REFUSED,
    /** An administrator has changed a setting. */
    SETTING_CHANGED,
    CLIENT_CREATED,
    /** A client has other metadata; the members that differ are named, and not their values. */
    CLIENT_CHANGED,
    CLIENT_DISABLED,
    CLIENT_ENABLED,
    CLIENT_SECRET_ROTATED,
    CLIENT_DELETED,
    USER_CREATED,
    /** A user has another name, e-mail address or groups; the members that differ are named, and not their values. */
    USER_CHANGED,
    USER_DISABLED,
    USER_ENABLED,
    USER_DELETED,
    /** An administrator or the user has ended a sign-in session, or the user all others. */
    SESSION_ENDED,
    /** An administrator has got a one-time code with which a user chooses a password. */
    PASSWORD_RESET_ISSUED,
    /** A user has chosen a password, by a one-time code or the password before. */
    PASSWORD_CHANGED,
    PASSWORD_REFUSED,
    /** A user allows a client nothing any more. */
    CONSENT_WITHDRAWN,
    /** A browser has got a session at an application. */
    BROWSER_SESSION_OPENED,
    /** By whoever has it, by who administers, or because nothing can be had with it any more. */
    BROWSER_SESSION_ENDED,
    /** A request with a session that another site may have had sent. */
    BROWSER_REQUEST_REFUSED,
    /** A signing key was made; it signs from a later instant, or at once. */
    KEY_ANNOUNCED,
    /** A signing key has a new instant at which it signs no more. */
    KEY_RETIRES,
    /** A signing key verifies nothing any more. */
    KEY_COMPROMISED;

    private static final int MAX_LENGTH = 200;

    /** What the row of a setting holds. */
    private static final int MAX_SETTING = 4_000;

    /** How many characters of each detail are recorded: what comes from outside is cut, both values of a setting are not. */
    int maxLength() {
        return this == SETTING_CHANGED ? MAX_SETTING : MAX_LENGTH;
    }

    Level level() {
        return this == INTROSPECTED ? Level.DEBUG : Level.INFO;
    }

    /** Whether it is the refusal of something that somebody asked for. */
    boolean isRefusal() {
        return name().endsWith("_REFUSED");
    }

    /** The event of that name, as the log writes it. */
    public static Optional<AuditEvent> find(String name) {
        return Arrays.stream(values())
                .filter(event -> event.name().equals(name))
                .findFirst();
    }
}
