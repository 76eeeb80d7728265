package org.claviger.authorize;

import static org.claviger.oauth.ErrorCode.ACCESS_DENIED;
import static org.claviger.oauth.ErrorCode.STORE_AWAY;

import org.claviger.identity.LinkedPeople;
import org.claviger.identity.ResourceOwner;
import org.claviger.identity.ResourceOwners;
import org.claviger.identity.ServerLogin;
import org.claviger.identity.Usernames;
import org.claviger.oauth.OAuthException;
import org.claviger.throttle.Throttle;
import org.claviger.throttle.Throttle.Attempt;

/** Proves people by a password that was typed into a form; wherever that is, guessing is as slow (REQUIREMENTS T5). */
public final class Authentication {
    private final LinkedPeople people;
    private final Throttle throttle;

    public Authentication(LinkedPeople people, Throttle throttle) {
        this.people = people;
        this.throttle = throttle;
    }

    /**
     * The user of this name, if the password is right.
     *
     * @param address of the caller
     * @param server what can be asked of the server during this request
     * @throws OAuthException {@code access_denied} if the user is unknown, disabled or the password wrong, which look the same;
     *     {@code slow_down} if there were too many such attempts; {@code temporarily_unavailable} if too many passwords are being checked
     */
    public ResourceOwner prove(String username, String password, String address, ServerLogin server)
            throws OAuthException {
        if (!ResourceOwners.mayExist(username, password)) { // costs neither a row nor a hash
            throw new OAuthException(ACCESS_DENIED, "user name or password is wrong", "longer than any there is");
        }
        Attempt attempt = new Attempt(Throttle.Kind.SIGN_IN, counted(username), address);
        throttle.check(attempt);
        try {
            ResourceOwner resourceOwner = people.authenticate(username, password, server);
            throttle.succeeded(attempt);
            return resourceOwner;
        } catch (OAuthException refusal) {
            if (refusal.code() == ACCESS_DENIED || refusal.code() == STORE_AWAY) { // or it would tell who is where
                throttle.failed(attempt);
            }
            throw refusal;
        }
    }

    /** Directories take many spellings for one name (RFC 4518): guesses at all of them count together. */
    private String counted(String username) {
        return people.areNamesLoose() ? Usernames.plain(username) : username;
    }

    /** Proves that somebody is this user: the same attempts count. */
    public void prove(ResourceOwner owner, String password, String address) throws OAuthException {
        ResourceOwner proven = prove(owner.username(), password, address, ServerLogin.NONE);
        if (!proven.subject().equals(owner.subject())) {
            throw new OAuthException(ACCESS_DENIED, "user name or password is wrong", "another user of the same name");
        }
    }
}
