package org.claviger.guard;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import java.util.Set;

/**
 * Answers {@code isUserInRole} from the roles that the token gives. Payara knows only roles that an application declares, and does
 * not count those in the {@code @RolesAllowed} of a JAX-RS resource: a valid token would get 403.
 */
final class RolesRequest extends HttpServletRequestWrapper {
    private final CallerToken caller;
    private final Set<String> roles;

    RolesRequest(HttpServletRequest request, CallerToken caller, Set<String> roles) {
        super(request);
        this.caller = caller;
        this.roles = roles;
    }

    @Override
    public boolean isUserInRole(String role) {
        // The caller may have changed since: an application can log in somebody else, or log out. The server is asked
        // last,
        // because it takes long to answer.
        return ((role.equals("**") || roles.contains(role)) && getUserPrincipal() == caller)
                || super.isUserInRole(role);
    }
}
