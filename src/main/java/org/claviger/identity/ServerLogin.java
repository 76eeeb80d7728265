package org.claviger.identity;

import java.util.Optional;
import java.util.Set;
import org.claviger.oauth.OAuthException;

/** What the server that we run on can be asked during a request: its own users, whatever realm they are in. */
@FunctionalInterface
public interface ServerLogin {
    /** The attribute of a request in which one is left where the request itself cannot be asked. */
    String ATTRIBUTE = ServerLogin.class.getName();

    /** There is no server to be asked. */
    ServerLogin NONE = (username, password, groups) -> Optional.empty();

    /**
     * Somebody whom the server has proven.
     *
     * @param username as the server writes it, if it says so; otherwise as it was typed
     * @param groups those that the user has of those that count
     */
    record Proven(String username, Set<String> groups) {}

    /**
     * Proves a user of the server.
     *
     * @param groups those that count
     * @return empty if there is no such user or the password is wrong
     * @throws OAuthException {@code temporarily_unavailable} if the server cannot say
     */
    Optional<Proven> login(String username, String password, Set<String> groups) throws OAuthException;
}
