package org.claviger.page;

import org.claviger.oauth.ErrorCode;

/** What is wrong with a form that a person has sent. */
public enum FormProblem {
    /** It comes too early after too many that were wrong. */
    THROTTLED(ErrorCode.SLOW_DOWN, "sign-in.throttled", ""),
    BUSY(ErrorCode.TEMPORARILY_UNAVAILABLE, "sign-in.busy", ""),
    WRONG_CODE(ErrorCode.ACCESS_DENIED, "setup.wrong-code", "code"),
    WRONG_PASSWORD(ErrorCode.ACCESS_DENIED, "account.wrong-password", "current_password"),
    BAD_USERNAME(ErrorCode.INVALID_REQUEST, "setup.bad-username", "username"),
    NAME_TAKEN(ErrorCode.INVALID_REQUEST, "setup.name-taken", "username"),
    PASSWORD_TOO_SHORT(ErrorCode.INVALID_REQUEST, "setup.password-too-short", "password"),
    PASSWORD_UNUSABLE(ErrorCode.INVALID_REQUEST, "setup.password-unusable", "password"),
    PASSWORD_DENIED(ErrorCode.INVALID_REQUEST, "setup.password-denied", "password"),
    PASSWORD_GUESSABLE(ErrorCode.INVALID_REQUEST, "setup.password-guessable", "password"),
    PASSWORDS_DIFFER(ErrorCode.INVALID_REQUEST, "setup.passwords-differ", "password_again");

    private final ErrorCode code;
    private final String text;
    private final String field;

    FormProblem(ErrorCode code, String text, String field) {
        this.code = code;
        this.text = text;
        this.field = field;
    }

    int status() {
        return code.status();
    }

    /** The key of the text that says it. */
    String text() {
        return text;
    }

    /** Whether it is about this field of the form; what is about none is about the first. */
    boolean isAbout(String name, boolean first) {
        return field.equals(name) || (field.isEmpty() && first);
    }
}
