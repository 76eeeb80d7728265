package org.claviger.account;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What has just been done, as the address of the next page says it: one of these, and nothing that somebody else has written. */
enum Message {
    SESSION_ENDED,
    OTHERS_ENDED,
    FAMILY_ENDED,
    CONSENT_WITHDRAWN,
    /** What was to be ended had ended before. */
    GONE,
    /** For who has to sign in with it. */
    PASSWORD_CHANGED;

    private String code() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The path of the page that says it, below the issuer. */
    String path() {
        return AccountEndpoint.PATH + "?message=" + code();
    }

    /** The key of its text. */
    String text() {
        return "account.message." + code();
    }

    static Optional<Message> find(String code) {
        return Arrays.stream(values())
                .filter(message -> message.code().equals(code))
                .findFirst();
    }
}
