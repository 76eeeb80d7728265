package org.claviger.guard;

/** What the guard makes of a request. */
sealed interface Verdict {
    /**
     * No bearer token: the application decides whether that is enough.
     *
     * @param otherwise the answer where it is not
     */
    record Anonymous(Refused otherwise) implements Verdict {
        Anonymous() {
            this(new Refused(401, Challenge.NO_TOKEN));
        }
    }

    /** A valid token: this is the caller. */
    record Accepted(CallerToken caller) implements Verdict {}

    /** A token that is not accepted: the request ends here, whatever it asked for. */
    record Refused(int status, Challenge challenge) implements Verdict {}
}
