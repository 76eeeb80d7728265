package org.claviger.console;

import java.io.IOException;
import org.claviger.oauth.ErrorCode;
import org.claviger.oauth.OAuthException;

/** A page of the console. Whoever has signed in may see it; what it does is for who may change something. */
interface ConsolePage {
    void show(Visit visit) throws OAuthException, IOException;

    /** Does what its form asks for; the form is one that was shown to this browser, and the administrator may. */
    default void act(Visit visit, Posted posted) throws OAuthException, IOException {
        throw new OAuthException(ErrorCode.METHOD_NOT_ALLOWED, "this page has no form");
    }
}
