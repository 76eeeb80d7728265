package org.claviger.guard;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;

/**
 * Answers {@code isUserInRole} from the groups of the token. Payara knows only roles that an application declares, and does
 * not count those in the {@code @RolesAllowed} of a JAX-RS resource: a valid token would get 403.
 */
final class RolesRequest extends HttpServletRequestWrapper {
    private final CallerToken caller;

    RolesRequest(HttpServletRequest request, CallerToken caller) {
        super(request);
        this.caller = caller;
    }

    @Override
    public boolean isUserInRole(String role) {
        // The caller may have changed since: an application can log in somebody else, or log out.
        return super.isUserInRole(role)
                || (getUserPrincipal() == caller
                        && (role.equals("**") || caller.getGroups().contains(role)));
    }
}
