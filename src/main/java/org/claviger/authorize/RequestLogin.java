package org.claviger.authorize;

import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import java.lang.System.Logger.Level;
import java.security.Principal;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.claviger.identity.IdentityStore;
import org.claviger.identity.ServerLogin;
import org.claviger.oauth.OAuthException;

/** Asks the server for its own users by the request at hand (Jakarta Servlet 6.0 section 13.3), which forgets them at once. */
final class RequestLogin implements ServerLogin {
    private static final System.Logger LOG = System.getLogger("org.claviger");

    private final HttpServletRequest request;

    RequestLogin(HttpServletRequest request) {
        this.request = request;
    }

    @Override
    public Optional<Proven> login(String username, String password, Set<String> groups) throws OAuthException {
        if (request.getAttribute(ATTRIBUTE) instanceof ServerLogin other) {
            return other.login(username, password, groups);
        }
        try {
            request.login(username, password);
        } catch (ServletException refused) {
            return Optional.empty();
        }
        try {
            Set<String> found = new TreeSet<>(groups);
            found.removeIf(group -> !request.isUserInRole(group));
            Principal caller = request.getUserPrincipal();
            return Optional.of(new Proven(caller == null ? username : caller.getName(), found));
        } finally {
            logout();
        }
    }

    private void logout() throws OAuthException {
        try {
            request.logout();
        } catch (ServletException fault) {
            LOG.log(Level.ERROR, "CLAVIGER-1510 the server does not forget a user whom it has proven", fault);
            throw IdentityStore.away("the server cannot log out");
        }
    }
}
