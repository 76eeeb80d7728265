package org.claviger.console;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Optional;
import org.claviger.console.ConsoleSession.Administrator;
import org.claviger.oauth.OAuthException;

/** Who administers with this browser: {@link ConsoleSession}, and in tests of pages whoever the test says. */
interface SignedIn {
    /** Who it is; empty where the browser has been sent to sign in, and the response is complete. */
    Optional<Administrator> signedIn(HttpServletRequest request, HttpServletResponse response) throws OAuthException;

    /** Nobody from now on. */
    void signOut(HttpServletRequest request, HttpServletResponse response);
}
