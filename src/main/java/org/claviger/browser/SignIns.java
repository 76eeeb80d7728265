package org.claviger.browser;

import static org.claviger.oauth.ErrorCode.ACCESS_DENIED;
import static org.claviger.oauth.ErrorCode.INVALID_REQUEST;
import static org.claviger.oauth.ErrorCode.INVALID_SCOPE;
import static org.claviger.oauth.ErrorCode.SERVER_ERROR;
import static org.claviger.oauth.ErrorCode.TEMPORARILY_UNAVAILABLE;
import static org.claviger.oauth.ErrorCode.UNAUTHORIZED_CLIENT;

import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.lang.System.Logger.Level;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.claviger.client.Client;
import org.claviger.client.Clients;
import org.claviger.key.Seals;
import org.claviger.oauth.ErrorCode;
import org.claviger.oauth.OAuthException;
import org.claviger.oauth.Parameters;
import org.claviger.settings.Issuer;
import org.claviger.settings.RandomTokens;

/**
 * Signs browsers in at applications: sends them to the authorization endpoint as any client would (RFC 6749 section 4.1, PKCE, RFC
 * 7636), and takes what comes back. What belongs to one attempt is in a cookie of that browser, sealed and bound to its {@code state}:
 * an answer that somebody else has got is worth nothing in another browser (RFC 9700 sections 2.1 and 4.7).
 */
public final class SignIns {
    /** The one redirect URI of all applications, below the issuer. */
    public static final String CALLBACK = "/session/callback";

    /** How long a person may take to sign in. */
    static final Duration PATIENCE = Duration.ofMinutes(15);

    private static final System.Logger LOG = System.getLogger("org.claviger");
    private static final Duration RETRY_AFTER = Duration.ofSeconds(5);
    private static final Duration COMPLAIN_EVERY = Duration.ofHours(1);
    private static final Set<String> ERRORS =
            Arrays.stream(ErrorCode.values()).map(ErrorCode::value).collect(Collectors.toUnmodifiableSet());
    private static final Pattern STATE = Pattern.compile("[A-Za-z0-9_-]{43}");

    private final Issuer issuer;
    private final Clients clients;
    private final BrowserSessions sessions;
    private final SessionCookies cookies;
    private final Seals seals;
    private final RandomTokens tokens;
    private final Clock clock;
    private final Map<String, Instant> complainedAt = new ConcurrentHashMap<>();

    SignIns(
            Issuer issuer,
            Clients clients,
            BrowserSessions sessions,
            SessionCookies cookies,
            Seals seals,
            RandomTokens tokens,
            Clock clock) {
        this.issuer = issuer;
        this.clients = clients;
        this.sessions = sessions;
        this.cookies = cookies;
        this.seals = seals;
        this.tokens = tokens;
        this.clock = clock;
    }

    /**
     * Sends a browser to sign in.
     *
     * @param target where it goes then: a path of this host; the beginning of the application if it is none of that
     */
    public void begin(
            HttpServletRequest request, HttpServletResponse response, BrowserApplication application, String target) {
        String state = tokens.secret();
        String verifier = tokens.secret();
        // The cookie of a session that is alive does not come with the callback: it ends when the new one begins.
        String earlier = String.join(" ", cookies.sessions(request));
        long until = clock.instant().plus(PATIENCE).getEpochSecond();
        String attempt = String.join(
                "\n", application.path(), application.local(target), verifier, Long.toString(until), earlier);
        cookies.setSigningIn(response, state, seals.seal(attempt, place(state)), PATIENCE);
        String query = Parameters.pair("response_type", "code")
                + "&" + Parameters.pair("client_id", application.client().value())
                + "&" + Parameters.pair("redirect_uri", issuer.at(CALLBACK))
                + (application.scope().isEmpty()
                        ? ""
                        : "&" + Parameters.pair("scope", application.scope().toString()))
                + "&" + Parameters.pair("state", state)
                + "&" + Parameters.pair("code_challenge", RandomTokens.hash(verifier))
                + "&code_challenge_method=S256";
        response.setStatus(HttpServletResponse.SC_SEE_OTHER);
        response.setHeader("Cache-Control", "no-store");
        response.setHeader("Location", issuer.at("/authorize?" + query));
    }

    private static String place(String state) {
        return "sign-in\n" + state;
    }

    /**
     * What a browser was sent away with.
     *
     * @param application its path
     * @param target where it wanted to go
     * @param earlier the names of the sessions that it had, separated by blanks
     */
    record Attempt(String application, String target, String verifier, String earlier) {
        @Override
        public String toString() {
            return "Attempt[application=" + application + "]";
        }
    }

    /**
     * The attempt to which an answer of the authorization endpoint belongs; whatever the answer is, it is over with that.
     *
     * @throws OAuthException {@code invalid_request} if it is not one that this browser began a short while ago, or the answer is not
     *     from us (RFC 9207 section 2.4)
     */
    Attempt end(HttpServletRequest request, HttpServletResponse response, Parameters answer) throws OAuthException {
        String state = answer.require("state");
        if (!STATE.matcher(state).matches()) {
            throw foreign("the state is none of ours");
        }
        String[] attempt = null;
        for (Cookie cookie : cookies.signingIn(request, state)) {
            Optional<String> opened = seals.open(cookie.getValue(), place(state));
            if (opened.isPresent()) {
                attempt = opened.get().split("\n", 5);
                cookies.clearSigningIn(response, cookie.getName());
            }
        }
        if (attempt == null || attempt.length != 5) {
            throw foreign("there is no cookie for this state");
        }
        if (!answer.require("iss").equals(issuer.value())) {
            throw foreign("the answer is from another issuer");
        }
        if (clock.instant().getEpochSecond() >= Long.parseLong(attempt[3])) {
            throw foreign("it has taken too long");
        }
        return new Attempt(attempt[0], attempt[1], attempt[2], attempt[4]);
    }

    private static OAuthException foreign(String detail) {
        return new OAuthException(
                INVALID_REQUEST,
                "this sign-in was not begun by this browser, or too long ago; go back to the application and try again",
                detail);
    }

    /** Redeems the code, opens the session under a new identifier, and sends the browser where it wanted to go. */
    void open(HttpServletResponse response, BrowserApplication application, Attempt attempt, Parameters answer)
            throws OAuthException {
        Optional<String> error = answer.find("error");
        if (error.isPresent()) {
            throw refusal(application, error.get());
        }
        Client client = clients.find(application.client())
                .orElseThrow(() -> new OAuthException(ACCESS_DENIED, "the application is not registered any more"));
        String id = tokens.secret();
        SessionTokens.Redemption redemption =
                new SessionTokens.Redemption(answer.require("code"), issuer.at(CALLBACK), attempt.verifier, client);
        Stored session = sessions.open(response, redemption, application.path(), id);
        for (String earlier : attempt.earlier.isEmpty() ? new String[0] : attempt.earlier.split(" ", -1)) {
            sessions.endEarlier(earlier, session);
        }
        response.setStatus(HttpServletResponse.SC_SEE_OTHER);
        response.setHeader("Location", issuer.origin() + application.local(attempt.target));
    }

    /** What an error of the authorization endpoint (RFC 6749 section 4.1.2.1) is to the person who sees it. */
    private OAuthException refusal(BrowserApplication application, String error) {
        String detail = application.path() + ": " + error;
        if (error.equals(ACCESS_DENIED.value()) || error.equals(INVALID_SCOPE.value())) {
            return new OAuthException(ACCESS_DENIED, "this user may not use this application", detail);
        }
        if (error.equals(TEMPORARILY_UNAVAILABLE.value())) {
            return OAuthException.unavailable("nobody can sign in at this moment", RETRY_AFTER);
        }
        if (error.equals(SERVER_ERROR.value())) { // its incident is in the log already
            return new OAuthException(SERVER_ERROR, "signing in has failed", detail);
        }
        // Anybody can bring any error here: what is not one of ours is one reason.
        String reason = ERRORS.contains(error) ? error : "?";
        if (isNews(reason + " " + application.path())) {
            LOG.log(
                    Level.ERROR,
                    "CLAVIGER-1004 nobody can sign in at {0}: the authorization endpoint refuses what the client {1} asks for: {2}",
                    application.path(),
                    application.client(),
                    reason);
        }
        return new OAuthException(UNAUTHORIZED_CLIENT, "the application is set up wrongly", detail);
    }

    /** Whether it has not been said within the hour. */
    private boolean isNews(String complaint) {
        Instant now = clock.instant();
        Instant said = complainedAt.get(complaint);
        boolean news = said == null || now.isBefore(said) || !now.isBefore(said.plus(COMPLAIN_EVERY));
        if (news) {
            complainedAt.put(complaint, now);
        }
        return news;
    }
}
