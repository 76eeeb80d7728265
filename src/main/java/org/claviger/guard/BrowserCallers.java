package org.claviger.guard;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Optional;
import org.claviger.oauth.ClientId;
import org.claviger.oauth.OAuthException;

/**
 * What is done for callers that are browsers, which hold a session in place of a token. The guard judges the token of a session as it
 * judges one from a header; whatever else a session is, stands above the guard.
 */
public interface BrowserCallers {
    /**
     * The access token of the session that this request brings, if it does.
     *
     * @param client the application's
     * @throws OAuthException {@code invalid_request} if another site may have had the request sent, {@code temporarily_unavailable} if
     *     it cannot be told now
     */
    Optional<String> token(HttpServletRequest request, ClientId client) throws OAuthException;

    /** Whether a person goes somewhere, who can be led to sign in on the way and come back. */
    boolean canSignIn(HttpServletRequest request);

    /** Leads the browser to sign in and back to what it asks for. */
    void signIn(HttpServletRequest request, HttpServletResponse response, ClientId client);

    /** Answers what the pages of an application ask of us below its path: who is signed in, sign in, sign out. Whether it was that. */
    boolean answer(HttpServletRequest request, HttpServletResponse response, ClientId client) throws IOException;
}
