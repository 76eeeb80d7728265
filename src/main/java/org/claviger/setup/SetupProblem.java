package org.claviger.setup;

import org.claviger.oauth.ErrorCode;

/** What stands in the way of becoming the first administrator. */
enum SetupProblem {
    /** The code comes too early after too many wrong ones. */
    THROTTLED(ErrorCode.SLOW_DOWN, "sign-in.throttled", "code"),
    WRONG_CODE(ErrorCode.ACCESS_DENIED, "setup.wrong-code", "code"),
    BAD_USERNAME(ErrorCode.INVALID_REQUEST, "setup.bad-username", "username"),
    NAME_TAKEN(ErrorCode.INVALID_REQUEST, "setup.name-taken", "username"),
    BAD_PASSWORD(ErrorCode.INVALID_REQUEST, "setup.bad-password", "password"),
    PASSWORDS_DIFFER(ErrorCode.INVALID_REQUEST, "setup.passwords-differ", "password_again");

    private final ErrorCode code;
    private final String text;
    private final String field;

    SetupProblem(ErrorCode code, String text, String field) {
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

    /** The field of the form that it is about. */
    String field() {
        return field;
    }
}
