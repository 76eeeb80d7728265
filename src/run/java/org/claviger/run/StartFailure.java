package org.claviger.run;

/** The server cannot be started or did not come up. The message says why, in one line for whoever asked for it. */
public final class StartFailure extends Exception {
    private static final long serialVersionUID = 1;

    StartFailure(String reason) {
        super(reason);
    }
}
