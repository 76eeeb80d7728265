package org.claviger.browser;

import static org.claviger.oauth.ErrorCode.INVALID_REQUEST;

import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.claviger.audit.Audit;
import org.claviger.audit.AuditEvent;
import org.claviger.client.Client;
import org.claviger.client.Clients;
import org.claviger.database.DatabaseAwayException;
import org.claviger.guard.BrowserCallers;
import org.claviger.http.Answers;
import org.claviger.http.Caller;
import org.claviger.http.Incident;
import org.claviger.http.Requests;
import org.claviger.key.MacKeys;
import org.claviger.key.MacPurpose;
import org.claviger.oauth.ClientId;
import org.claviger.oauth.GrantType;
import org.claviger.oauth.OAuthException;
import org.claviger.oauth.Parameters;
import org.claviger.oauth.Scope;
import org.claviger.settings.Settings;

/**
 * Browsers at co-deployed applications. Below the path of each, where its cookie goes, three addresses are ours: {@value #SESSION} tells a
 * page who is signed in, {@value #SIGN_IN} and {@value #SIGN_OUT} do what they are called.
 */
public final class GuardedBrowsers implements BrowserCallers {
    static final String SESSION = "/claviger/session";
    static final String SIGN_IN = "/claviger/sign-in";
    static final String SIGN_OUT = "/claviger/sign-out";

    /** What a script sends whose browser does not say where requests are from: the {@code csrf_token} of {@value #SESSION}. */
    static final String CSRF_HEADER = "X-CSRF-Token";

    private static final System.Logger LOG = System.getLogger("org.claviger");

    private final Browsers browsers;
    private final Clients clients;
    private final MacKeys macKeys;
    private final Supplier<Settings> settings;
    private final Set<String> complained = ConcurrentHashMap.newKeySet();

    public GuardedBrowsers(Browsers browsers, Clients clients, MacKeys macKeys, Supplier<Settings> settings) {
        this.browsers = browsers;
        this.clients = clients;
        this.macKeys = macKeys;
        this.settings = settings;
    }

    private static BrowserApplication application(HttpServletRequest request, ClientId client) {
        String context = request.getContextPath();
        return new BrowserApplication(context.isEmpty() ? "/" : context, client, Scope.EMPTY);
    }

    @Override
    public Optional<String> token(HttpServletRequest request, ClientId client) throws OAuthException {
        BrowserApplication application = application(request, client);
        Optional<BrowserSession> session = browsers.sessions().find(request, application);
        if (session.isPresent()) {
            requireOwn(request, application, session.get());
        }
        return session.map(found -> found.token().encoded());
    }

    /** Refuses what changes something and was not sent by a page of our origin, as far as the browser says, or knows no secret. */
    private void requireOwn(HttpServletRequest request, BrowserApplication application, BrowserSession session)
            throws OAuthException {
        if (Origins.isSafe(request)
                || Origins.isOwn(request, settings.get().issuer())
                || (Origins.isUnknown(request) && bringsSecret(request, session))) {
            return;
        }
        Audit.record(
                AuditEvent.BROWSER_REQUEST_REFUSED,
                Map.of(
                        "application", application.path(),
                        "client", application.client(),
                        "subject", session.subject(),
                        "address",
                                Caller.of(request, settings.get().trustedProxies())
                                        .address(),
                        "reason", "it may have been sent by another site"));
        throw new OAuthException(INVALID_REQUEST, "the request may have been sent by another site");
    }

    private boolean bringsSecret(HttpServletRequest request, BrowserSession session) {
        return Requests.headers(request, CSRF_HEADER).stream()
                .anyMatch(mac -> macKeys.verifyVersioned(MacPurpose.BROWSER_SESSION, csrfText(session), mac));
    }

    private static String csrfText(BrowserSession session) {
        return "csrf\n" + session.name();
    }

    /** On another host the cookie would not be sent back, and the browser would be sent to and fro. */
    @Override
    public boolean canSignIn(HttpServletRequest request) {
        return Origins.isNavigation(request) && isOwnHost(request);
    }

    private boolean isOwnHost(HttpServletRequest request) {
        Settings now = settings.get();
        return now.issuer().isHost(Caller.of(request, now.trustedProxies()).host());
    }

    @Override
    public void signIn(HttpServletRequest request, HttpServletResponse response, ClientId client) {
        begin(request, response, application(request, client), Origins.target(request));
    }

    private void begin(
            HttpServletRequest request, HttpServletResponse response, BrowserApplication application, String target) {
        String callback = settings.get().issuer().at(SignIns.CALLBACK);
        Optional<Client> client = clients.find(application.client());
        if (client.filter(found -> found.acceptsRedirect(callback)
                                && found.grantTypes().contains(GrantType.AUTHORIZATION_CODE))
                        .isEmpty()
                && complained.add(application.path())) {
            LOG.log(
                    Level.ERROR,
                    "CLAVIGER-1001 nobody can sign in at {0} with a browser: there is no client {1} with authorization_code and"
                            + " the redirect URI {2}",
                    application.path(),
                    application.client(),
                    callback);
        }
        if (client.filter(found -> !found.grantTypes().contains(GrantType.REFRESH_TOKEN))
                        .isPresent()
                && complained.add("refresh_token " + application.path())) {
            LOG.log(
                    Level.WARNING,
                    "CLAVIGER-1001 browser sessions at {0} end with their first access token: the client {1} has not the grant"
                            + " type refresh_token",
                    application.path(),
                    application.client());
        }
        browsers.signIns().begin(request, response, application, target);
    }

    @Override
    public boolean answer(HttpServletRequest request, HttpServletResponse response, ClientId client)
            throws IOException {
        String below = request.getServletPath()
                + Optional.ofNullable(request.getPathInfo()).orElse("");
        String method = below.equals(SIGN_OUT) ? "POST" : "GET";
        if (!Set.of(SESSION, SIGN_IN, SIGN_OUT).contains(below)) {
            return false;
        }
        response.setHeader("Cache-Control", "no-store");
        response.setHeader("X-Content-Type-Options", "nosniff");
        if (!request.getMethod().equals(method)) {
            response.setHeader("Allow", method);
            response.setStatus(HttpServletResponse.SC_METHOD_NOT_ALLOWED);
        } else if (!isOwnHost(request)) {
            response.setStatus(421); // RFC 9110 section 15.5.20
        } else {
            answer(request, response, application(request, client), below);
        }
        response.flushBuffer(); // the server is not to add anything
        return true;
    }

    private void answer(
            HttpServletRequest request, HttpServletResponse response, BrowserApplication application, String below)
            throws IOException {
        try {
            switch (below) {
                case SESSION -> Answers.send(response, HttpServletResponse.SC_OK, tell(request, application));
                case SIGN_IN -> lead(request, response, application);
                default -> signOut(request, response, application);
            }
        } catch (OAuthException refusal) {
            // Here what is refused is not malformed: it may be another site's.
            int status = refusal.code() == INVALID_REQUEST
                    ? HttpServletResponse.SC_FORBIDDEN
                    : refusal.code().status();
            Answers.send(response, status, Answers.json(refusal));
        } catch (DatabaseAwayException away) {
            response.setHeader("Retry-After", "5");
            response.setStatus(HttpServletResponse.SC_SERVICE_UNAVAILABLE);
        } catch (RuntimeException fault) {
            Incident.report(fault);
            response.setStatus(HttpServletResponse.SC_INTERNAL_SERVER_ERROR);
        }
    }

    private JsonObject tell(HttpServletRequest request, BrowserApplication application) throws OAuthException {
        Optional<BrowserSession> found = browsers.sessions().find(request, application);
        if (found.isEmpty()) {
            return Json.createObjectBuilder().add("signed_in", false).build();
        }
        BrowserSession session = found.get();
        return Json.createObjectBuilder()
                .add("signed_in", true)
                .add(
                        "name",
                        session.token().text("upn").orElse(session.subject().value()))
                .add("groups", Json.createArrayBuilder(session.token().texts("groups")))
                .add("expires_at", session.expiresAt().toString())
                .add("csrf_token", macKeys.versionedMac(MacPurpose.BROWSER_SESSION, csrfText(session)))
                .build();
    }

    /** To the place that {@code to} names, by way of the sign-in where that is needed. */
    private void lead(HttpServletRequest request, HttpServletResponse response, BrowserApplication application)
            throws OAuthException {
        Parameters query = Requests.query(request);
        String target = application.local(query.find("to").orElse(""));
        if (browsers.sessions().find(request, application).isEmpty()) {
            if (Origins.isAhead(request)) {
                throw OAuthException.unavailable("nobody has gone here yet", Duration.ZERO);
            }
            begin(request, response, application, target);
        } else {
            response.setStatus(HttpServletResponse.SC_SEE_OTHER);
            response.setHeader("Location", settings.get().issuer().origin() + target);
        }
    }

    /** A form is led on to where the person can sign out of everything else; a script gets 204. */
    private void signOut(HttpServletRequest request, HttpServletResponse response, BrowserApplication application)
            throws OAuthException {
        Optional<BrowserSession> session = browsers.sessions().find(request, application);
        if (session.isPresent()) {
            requireOwn(request, application, session.get());
        } else if (!Origins.isOwn(request, settings.get().issuer()) && !Origins.isUnknown(request)) {
            // SameSite=Lax kept the cookie at home, but the answer would take it away.
            throw new OAuthException(INVALID_REQUEST, "the request may have been sent by another site");
        }
        browsers.sessions().end(request, response, application);
        if (Requests.headers(request, "Accept").stream().anyMatch(accept -> accept.contains("text/html"))) {
            response.setStatus(HttpServletResponse.SC_SEE_OTHER);
            response.setHeader("Location", settings.get().issuer().at("/signout"));
        } else {
            response.setStatus(HttpServletResponse.SC_NO_CONTENT);
        }
    }
}
