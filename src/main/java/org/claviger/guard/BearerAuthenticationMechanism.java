package org.claviger.guard;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.inject.Provider;
import jakarta.security.auth.message.AuthStatus;
import jakarta.security.enterprise.AuthenticationStatus;
import jakarta.security.enterprise.authentication.mechanism.http.HttpAuthenticationMechanism;
import jakarta.security.enterprise.authentication.mechanism.http.HttpMessageContext;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Set;
import org.claviger.oauth.Scope;

/**
 * The guard as the mechanism of this application's own protected resources, those below {@code /admin}: its tokens have the
 * audience {@code <issuer>/admin} and no other, and what opens a resource is the scope. The endpoints of the protocol
 * authenticate clients themselves and are let through.
 */
@ApplicationScoped
public class BearerAuthenticationMechanism implements HttpAuthenticationMechanism {
    /** The role of a caller whose token has the scope {@code claviger:admin}. */
    public static final String ADMIN_ROLE = "claviger-admin";

    @Inject
    private Provider<BearerGuard> guard;

    @Override
    public AuthenticationStatus validateRequest(
            HttpServletRequest request, HttpServletResponse response, HttpMessageContext context) {
        if (!request.getServletPath().startsWith("/admin")) {
            return context.doNothing();
        }
        Verdict verdict = guard.get().judge(request);
        if (verdict instanceof Verdict.Accepted accepted) {
            return accept(context, accepted.caller());
        }
        if (verdict instanceof Verdict.Refused refused) {
            return status(Refusals.send(response, refused));
        }
        // Nothing of administration is open, not even what a server answers by itself: which methods and resources
        // there are.
        return status(Refusals.mandatory(request, response));
    }

    private static AuthenticationStatus accept(HttpMessageContext context, CallerToken caller) {
        Scope scope = Scope.parse(String.valueOf(caller.<Object>getClaim("scope")));
        Set<String> roles = scope.contains(Scope.ADMIN) ? Set.of(ADMIN_ROLE) : Set.of();
        context.setResponse(ChallengingResponse.authenticated(context.getResponse()));
        return context.notifyContainerAboutLogin(caller, roles);
    }

    private static AuthenticationStatus status(AuthStatus status) {
        return status == AuthStatus.SEND_CONTINUE
                ? AuthenticationStatus.SEND_CONTINUE
                : AuthenticationStatus.SEND_FAILURE;
    }
}
