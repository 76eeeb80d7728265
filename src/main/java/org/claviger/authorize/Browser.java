package org.claviger.authorize;

import static org.claviger.oauth.ErrorCode.INVALID_REQUEST;

import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.claviger.client.Client;
import org.claviger.http.Requests;
import org.claviger.identity.ResourceOwner;
import org.claviger.identity.SignInSession;
import org.claviger.identity.SignInSessions;
import org.claviger.key.MacKeys;
import org.claviger.key.MacPurpose;
import org.claviger.oauth.OAuthException;
import org.claviger.oauth.Parameters;
import org.claviger.oauth.Subject;
import org.claviger.settings.Issuer;
import org.claviger.settings.RandomTokens;

/**
 * What we know of a person's browser: its sign-in session, and that a form which it sends is one that we showed to it
 * (RFC 6819 section 5.3.5): the form holds a MAC over a random cookie and the authorization request, so any node can check it.
 */
public final class Browser {
    private static final Pattern SECRET = Pattern.compile("[A-Za-z0-9_-]{43}");

    private final Issuer issuer;
    private final SignInSessions sessions;
    private final MacKeys macKeys;
    private final RandomTokens tokens;
    private final String sessionCookie;
    private final String formCookie;

    public Browser(Issuer issuer, SignInSessions sessions, MacKeys macKeys, RandomTokens tokens) {
        this.issuer = issuer;
        this.sessions = sessions;
        this.macKeys = macKeys;
        this.tokens = tokens;
        // RFC 6265bis section 4.1.3.1: browsers accept the prefix only with Secure. The issuer decides, not the
        // request.
        String prefix = issuer.isSecure() ? "__Secure-claviger-" : "claviger-";
        this.sessionCookie = prefix + "session";
        this.formCookie = prefix + "form";
    }

    /** Whether it has sent any cookie of ours. With a {@code POST} from another site it sends none (SameSite=Lax). */
    boolean isKnown(HttpServletRequest request) {
        return cookie(request, sessionCookie).isPresent()
                || cookie(request, formCookie).isPresent();
    }

    /**
     * Sends the browser to the authorization endpoint with this request, by {@code GET}: with all its cookies, and so that it
     * repeats no password (RFC 9700 section 4.12).
     */
    void goOn(HttpServletResponse response, Parameters authorizationRequest) {
        goTo(response, "/authorize?" + authorizationRequest.toForm());
    }

    /** Sends the browser to a path below the issuer, by {@code GET}: whoever loads that again sends no form again. */
    public void goTo(HttpServletResponse response, String path) {
        response.setStatus(HttpServletResponse.SC_SEE_OTHER);
        response.setHeader("Location", issuer.at(path));
    }

    /** The sign-in session of this browser, if it is good for this client. */
    Optional<SignInSession> session(HttpServletRequest request, Client client) {
        return cookie(request, sessionCookie).flatMap(id -> sessions.find(id, client.classification()));
    }

    /** The sign-in session of this browser, if it is alive. */
    public Optional<SignInSession> session(HttpServletRequest request) {
        return cookie(request, sessionCookie).flatMap(sessions::find);
    }

    /** The name under which {@link SignInSessions#list} has the session of this browser; empty if it has none. */
    public String sessionName(HttpServletRequest request) {
        return cookie(request, sessionCookie).map(RandomTokens::hash).orElse("");
    }

    /** Opens a session under a new identifier (RFC 6819 section 4.4.1.8) and ends the one the browser had. */
    void signIn(
            HttpServletRequest request,
            HttpServletResponse response,
            ResourceOwner resourceOwner,
            Instant authTime,
            Map.Entry<String, ?> where)
            throws OAuthException {
        String session = sessions.open(resourceOwner, authTime, where);
        cookie(request, sessionCookie).ifPresent(id -> sessions.end(id, resourceOwner.subject()));
        response.addCookie(newCookie(sessionCookie, session));
    }

    /** Ends the session of this browser, if there is one. */
    public void signOut(HttpServletRequest request, HttpServletResponse response) {
        session(request)
                .ifPresent(session ->
                        signOut(request, response, session.resourceOwner().subject()));
    }

    /** The same of the session of this subject. */
    public void signOut(HttpServletRequest request, HttpServletResponse response, Subject subject) {
        cookie(request, sessionCookie).ifPresent(id -> sessions.signOut(id, subject));
        Cookie cookie = newCookie(sessionCookie, "");
        cookie.setMaxAge(0);
        response.addCookie(cookie);
    }

    /**
     * The token for a form that is shown to this browser. Its cookie stays as it is, for another tab may have a form open.
     *
     * @param purpose which form, and for whom
     * @param content what the form is about
     */
    public String formToken(HttpServletRequest request, HttpServletResponse response, String purpose, String content) {
        String formSecret = cookie(request, formCookie).orElseGet(() -> newFormSecret(request, response));
        return macKeys.versionedMac(MacPurpose.FORM, formText(formSecret, purpose, content));
    }

    /** One for all forms of a page. */
    private String newFormSecret(HttpServletRequest request, HttpServletResponse response) {
        if (request.getAttribute(formCookie) instanceof String made) {
            return made;
        }
        String secret = tokens.secret();
        request.setAttribute(formCookie, secret);
        response.addCookie(newCookie(formCookie, secret));
        return secret;
    }

    /** Refuses a form that was not shown to this browser with that token for that purpose and content. */
    public void proveForm(HttpServletRequest request, String purpose, String content, String formToken)
            throws OAuthException {
        Optional<String> formSecret = cookie(request, formCookie);
        // Pages that tell nobody where they were send "null" as their origin.
        boolean foreign =
                Requests.headers(request, "Sec-Fetch-Site").stream().anyMatch(site -> !site.equals("same-origin"))
                        || Requests.headers(request, "Origin").stream()
                                .anyMatch(origin -> !origin.equals("null") && !origin.equals(issuer.origin()));
        if (foreign
                || formSecret.isEmpty()
                || !macKeys.verifyVersioned(MacPurpose.FORM, formText(formSecret.get(), purpose, content), formToken)) {
            throw new OAuthException(
                    INVALID_REQUEST,
                    "this form is not one that was shown to this browser; go back to the application and try again");
        }
    }

    private static String formText(String formSecret, String purpose, String content) {
        return formSecret + "\n" + purpose + "\n" + content;
    }

    private static Optional<String> cookie(HttpServletRequest request, String name) {
        return Arrays.stream(Optional.ofNullable(request.getCookies()).orElse(new Cookie[0]))
                .filter(cookie -> cookie.getName().equals(name))
                .map(Cookie::getValue)
                .filter(value -> SECRET.matcher(value).matches())
                .findFirst();
    }

    private Cookie newCookie(String name, String value) {
        Cookie cookie = new Cookie(name, value);
        cookie.setPath(issuer.path());
        cookie.setHttpOnly(true);
        cookie.setSecure(issuer.isSecure());
        cookie.setAttribute("SameSite", "Lax");
        return cookie;
    }
}
