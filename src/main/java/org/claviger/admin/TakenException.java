package org.claviger.admin;

/** An identifier or a name that somebody has already: nothing has changed. */
public final class TakenException extends Exception {
    private final String pointer;
    private final String detail;

    TakenException(String pointer, String detail) {
        super(pointer + ": " + detail);
        this.pointer = pointer;
        this.detail = detail;
    }

    /** The JSON pointer (RFC 6901) to the member that holds it. */
    public String pointer() {
        return pointer;
    }

    public String detail() {
        return detail;
    }
}
