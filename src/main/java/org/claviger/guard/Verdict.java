package org.claviger.guard;

/** What the guard makes of a request. */
sealed interface Verdict {
    /** No bearer token: the application decides whether that is enough. */
    record Anonymous() implements Verdict {}

    /** A valid token: this is the caller. */
    record Accepted(CallerToken caller) implements Verdict {}

    /** A token that is not accepted: the request ends here, whatever it asked for. */
    record Refused(int status, Challenge challenge) implements Verdict {}
}
