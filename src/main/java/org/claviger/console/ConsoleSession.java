package org.claviger.console;

import static org.claviger.oauth.ErrorCode.ACCESS_DENIED;
import static org.claviger.oauth.ErrorCode.INVALID_REQUEST;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.claviger.authorize.Browser;
import org.claviger.browser.BrowserApplication;
import org.claviger.browser.BrowserSession;
import org.claviger.browser.Browsers;
import org.claviger.browser.Origins;
import org.claviger.browser.SignIns;
import org.claviger.client.Client;
import org.claviger.client.ClientAuthenticationMethod;
import org.claviger.guard.BearerAuthenticationMechanism;
import org.claviger.jose.TokenType;
import org.claviger.oauth.ClientId;
import org.claviger.oauth.GrantType;
import org.claviger.oauth.OAuthException;
import org.claviger.oauth.Scope;
import org.claviger.oauth.Subject;
import org.claviger.settings.Issuer;
import org.claviger.settings.Settings;

/**
 * Who uses the administration console: the first application with browser sessions. Its servlet asks at each request, and answers
 * nothing without an {@link Administrator}; bearer tokens open the interface below {@code admin} and not the console, its cookie the console
 * and not the interface.
 */
public final class ConsoleSession implements SignedIn {
    /** Where the console is, below the issuer: a servlet path of its own, so that nothing else answers there. */
    public static final String PATH = BearerAuthenticationMechanism.CONSOLE;

    private final Issuer issuer;
    private final Browsers browsers;
    private final Browser browser;

    /** @param browser ends the sign-in session too */
    public ConsoleSession(Issuer issuer, Browsers browsers, Browser browser) {
        this.issuer = issuer;
        this.browsers = browsers;
        this.browser = browser;
    }

    /**
     * An administrator who has signed in at the console.
     *
     * @param name the user name, for the page and for audit events ({@code by})
     * @param mayChange whether it is more than looking; where it is false, each change is to be refused with 403
     * @param sessionId names the session and is no credential: what form tokens are bound to
     */
    public record Administrator(String name, Subject subject, boolean mayChange, String sessionId) {}

    /** The console as an application. */
    public static BrowserApplication application(Issuer issuer) {
        return new BrowserApplication(
                (issuer.path().equals("/") ? "" : issuer.path()) + PATH,
                ClientId.CONSOLE,
                Scope.parse(Scope.ADMIN + " " + Scope.ADMIN_READ));
    }

    /** The console as a client: it has no secret, so that it is refused wherever clients authenticate. */
    public static Client client(Settings settings) {
        return new Client(
                ClientId.CONSOLE,
                "Claviger Console",
                ClientAuthenticationMethod.CLIENT_SECRET_BASIC,
                Set.of(GrantType.AUTHORIZATION_CODE, GrantType.REFRESH_TOKEN),
                List.of(settings.issuer().at(SignIns.CALLBACK)),
                List.of(),
                application(settings.issuer()).scope(),
                Optional.empty(),
                Optional.empty(),
                TokenType.AT_JWT,
                Optional.empty(),
                Set.of(),
                Optional.empty(),
                settings.consoleClassification(),
                Optional.empty(),
                List.of());
    }

    /**
     * The administrator whose browser sends this request. A form has to prove besides that it was shown to this session
     * ({@link Browser#proveForm}, with the {@code sessionId} as its content), for not every browser says where a request is from.
     *
     * @return empty if there is none: the response leads the browser to sign in then, or on if it was signing out, and nothing is to be
     *     added to it
     * @throws OAuthException {@code invalid_request} for a form or a script that is not the console's own, whoever is signed in;
     *     {@code temporarily_unavailable} if it cannot be told now
     */
    @Override
    public Optional<Administrator> signedIn(HttpServletRequest request, HttpServletResponse response)
            throws OAuthException {
        boolean safe = Origins.isSafe(request);
        if (!safe && Origins.isForeign(request, issuer)) {
            throw new OAuthException(INVALID_REQUEST, "the request did not come from a page of the console");
        }
        BrowserApplication console = application(issuer);
        Optional<BrowserSession> session = browsers.sessions().find(request, console);
        if (session.isEmpty() && !safe && ("/" + Visit.SIGN_OUT).equals(request.getPathInfo())) {
            browsers.sessions().end(request, response, console); // who leaves is not asked to come in first
            response.setStatus(HttpServletResponse.SC_SEE_OTHER);
            response.setHeader("Location", issuer.at("/signout"));
            return Optional.empty();
        }
        if (session.isEmpty() && Origins.isAhead(request)) {
            throw OAuthException.unavailable("nobody has gone here yet", Duration.ZERO);
        }
        if (session.isEmpty()) {
            browsers.signIns().begin(request, response, console, safe ? Origins.target(request) : console.path() + "/");
            return Optional.empty();
        }
        return Optional.of(administrator(session.get()));
    }

    private Administrator administrator(BrowserSession session) throws OAuthException {
        Scope scope = Scope.parse(session.token().text("scope").orElse(""));
        if (!session.token().isFor(issuer.adminAudience()) || !scope.isAdministrative()) {
            throw new OAuthException(ACCESS_DENIED, "this user may not administer");
        }
        return new Administrator(
                session.token().text("upn").orElseThrow(),
                session.subject(),
                scope.contains(Scope.ADMIN),
                session.name());
    }

    /** Ends the session at the console and the sign-in session of this browser; for a form that {@link #signedIn} has let through. */
    @Override
    public void signOut(HttpServletRequest request, HttpServletResponse response) {
        browsers.sessions().end(request, response, application(issuer));
        browser.signOut(request, response);
    }
}
