package org.claviger.identity;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.claviger.oauth.ErrorCode;
import org.claviger.oauth.OAuthException;

/** Where people are who are not in the database. */
public interface IdentityStore {
    /** How rows name it. */
    String name();

    /**
     * Proves a person by password, which is not empty.
     *
     * @param server what can be asked of the server at this moment
     * @return empty if there is no such person, they may not sign in, or the password is wrong
     * @throws OAuthException {@code temporarily_unavailable} if that cannot be said now
     */
    Optional<Person> authenticate(String username, String password, ServerLogin server) throws OAuthException;

    /**
     * Looks for somebody who is of the database: that takes as long, and fails at the same times, as for a name that nobody has. No password is sent.
     *
     * @throws OAuthException {@code temporarily_unavailable} if nobody could be found now
     */
    default void searchInVain(String username) throws OAuthException {}

    /**
     * A person as they are now.
     *
     * @return empty if they are gone, or may not sign in any more
     * @throws OAuthException {@code temporarily_unavailable} if that cannot be said now
     */
    Optional<Person> find(String id) throws OAuthException;

    /** How long what was said of a person holds for new tokens; empty for until the next sign-in. */
    Optional<Duration> recheck();

    /**
     * A person over there.
     *
     * @param id never changes, and is never given to somebody else
     * @param groups of ours, that theirs stand for
     */
    record Person(String id, String username, Optional<String> name, Optional<String> email, Set<String> groups) {}

    /** Says that the store cannot be asked; the detail is for the log. */
    static OAuthException away(String detail) {
        return new OAuthException(ErrorCode.STORE_AWAY, "who knows this person cannot be asked now", detail);
    }
}
