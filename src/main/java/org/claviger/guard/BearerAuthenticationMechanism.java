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
import java.util.HashSet;
import java.util.Set;
import org.claviger.http.Caller;
import org.claviger.http.Requests;
import org.claviger.oauth.ErrorCode;
import org.claviger.oauth.Scope;
import org.claviger.settings.Role;
import org.claviger.settings.Settings;

/**
 * The guard as the mechanism of this application's own protected resources, those below {@code /admin} and the metrics: its tokens have the
 * audience {@code <issuer>/admin} and no other, and what opens a resource is the scope; they answer on the issuer's own host
 * only. The endpoints of the protocol authenticate clients themselves and are let through.
 */
@ApplicationScoped
public class BearerAuthenticationMechanism implements HttpAuthenticationMechanism {
    /** The role of a caller whose token has the scope {@code claviger:admin}. */
    public static final String ADMIN_ROLE = "claviger-admin";

    /** The role of a caller who may look: with that scope, or with {@code claviger:admin.read}. */
    public static final String READER_ROLE = "claviger-admin-reader";

    /**
     * Where the administration console is: a servlet of its own, that no bearer token opens. The servlet path is the server's word for
     * which servlet answers, and not what stands in the request.
     */
    public static final String CONSOLE = "/admin/console";

    /** Where metrics are: for readers, and for the addresses that are set. */
    public static final String METRICS = "/metrics";

    private static final String SIGN_IN = "/signin";

    @Inject
    private Provider<BearerGate> gate;

    @Inject
    private Provider<Settings> settings;

    @Override
    public AuthenticationStatus validateRequest(
            HttpServletRequest request, HttpServletResponse response, HttpMessageContext context) {
        boolean metrics = request.getServletPath().equals(METRICS);
        if (!metrics && !request.getServletPath().startsWith("/admin")) {
            if (request.getServletPath().equals(SIGN_IN)) {
                PayaraLogin.offer(request, context.getHandler());
            }
            return context.doNothing();
        }
        if (request.getServletPath().equals(CONSOLE)) { // it has a servlet of its own, which asks for a session
            return context.doNothing();
        }
        // Here, so that they are there whoever answers: this, the server or a resource.
        response.setHeader("Cache-Control", "no-store");
        response.setHeader("X-Content-Type-Options", "nosniff");
        Settings now = settings.get();
        Caller origin = Caller.of(request, now.trustedProxies());
        // They are wanted when no token can be judged, and asked for by the address of a node.
        if (metrics && now.metricsReaders().contains(origin.address())) {
            return context.doNothing();
        }
        if (now.role() == Role.RESOURCE_SERVER) { // its tokens are for others, and there is no administration
            response.setStatus(HttpServletResponse.SC_NOT_FOUND);
            return AuthenticationStatus.SEND_CONTINUE;
        }
        if (!metrics && !now.issuer().isHost(origin.host())) {
            response.setStatus(ErrorCode.MISDIRECTED.status());
            return AuthenticationStatus.SEND_CONTINUE;
        }
        if (isAtTheDoor(request)) {
            response.setStatus(HttpServletResponse.SC_SEE_OTHER);
            response.setHeader("Location", now.issuer().at(CONSOLE + "/"));
            return AuthenticationStatus.SEND_CONTINUE;
        }
        Verdict verdict = gate.get().judge(request);
        if (verdict instanceof Verdict.Accepted accepted) {
            return accept(context, accepted.caller());
        }
        if (verdict instanceof Verdict.Refused refused) {
            return status(Refusals.send(response, refused));
        }
        // Nothing of administration is open, not even what a server answers by itself: which methods and resources
        // there are.
        return status(Refusals.mandatory(request, response, ((Verdict.Anonymous) verdict).otherwise()));
    }

    /** Whether somebody has typed where administration begins, in a browser: what is there is for programs. */
    private static boolean isAtTheDoor(HttpServletRequest request) {
        String below = request.getPathInfo();
        return request.getMethod().equals("GET")
                && (below == null || below.equals("/"))
                && request.getServletPath().equals("/admin")
                && Requests.headers(request, "Authorization").isEmpty()
                && Requests.headers(request, "Accept").stream().anyMatch(accept -> accept.contains("text/html"));
    }

    private static AuthenticationStatus accept(HttpMessageContext context, CallerToken caller) {
        Scope scope = Scope.parse(String.valueOf(caller.<Object>getClaim("scope")));
        Set<String> roles = new HashSet<>();
        if (scope.contains(Scope.ADMIN)) {
            roles.addAll(Set.of(ADMIN_ROLE, READER_ROLE));
        }
        if (scope.contains(Scope.ADMIN_READ)) {
            roles.add(READER_ROLE);
        }
        context.setResponse(ChallengingResponse.authenticated(context.getResponse()));
        return context.notifyContainerAboutLogin(caller, roles);
    }

    private static AuthenticationStatus status(AuthStatus status) {
        return status == AuthStatus.SEND_CONTINUE
                ? AuthenticationStatus.SEND_CONTINUE
                : AuthenticationStatus.SEND_FAILURE;
    }
}
