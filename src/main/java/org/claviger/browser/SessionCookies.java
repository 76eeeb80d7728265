package org.claviger.browser;

import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.claviger.key.MacKeys;
import org.claviger.key.MacPurpose;
import org.claviger.settings.Issuer;
import org.claviger.settings.RandomTokens;

/**
 * The cookies of browser sessions: the one that names a session, for the path of its application, and those that remember what a browser
 * is signing in for, for the path of the callback. None can be read by a script, and none goes with a request that another site begins,
 * but for navigations (SameSite=Lax, RFC 6265bis section 5.6.7.1).
 */
final class SessionCookies {
    private static final int ID_LENGTH = 43;

    /** Browsers send the cookies of an enclosing path too, such as {@code /}; more than a few are none of ours. */
    private static final int MOST = 4;

    /** Of so many it is looked whether we made them: whoever plants some must not hide ours behind them. */
    private static final int CANDIDATES = 32;

    /** What a browser is signing in for, with the way back, is short: that many are kept, for tabs that sign in beside each other. */
    private static final int SHORT = 400;

    private static final int SLOTS = 8;

    private final Issuer issuer;
    private final MacKeys macKeys;
    private final String session;
    private final String signIn;

    SessionCookies(Issuer issuer, MacKeys macKeys) {
        this.issuer = issuer;
        this.macKeys = macKeys;
        // As authorize.Browser does: the issuer decides, not the request. Not __Host-, whose path is always "/".
        String prefix = issuer.isSecure() ? "__Secure-claviger-" : "claviger-";
        this.session = prefix + "application";
        this.signIn = prefix + "signing-in-";
    }

    /** The hashes of the session identifiers that a request brings; what we did not make is not among them. */
    List<String> sessions(HttpServletRequest request) {
        return values(request, session)
                .limit(CANDIDATES)
                .flatMap(this::genuine)
                .limit(MOST)
                .toList();
    }

    private Stream<String> genuine(String value) {
        if (value.length() <= ID_LENGTH + 1 || value.charAt(ID_LENGTH) != '.') {
            return Stream.empty();
        }
        String id = value.substring(0, ID_LENGTH);
        return macKeys.verifyVersioned(MacPurpose.BROWSER_SESSION, "cookie\n" + id, value.substring(ID_LENGTH + 1))
                ? Stream.of(RandomTokens.hash(id))
                : Stream.empty();
    }

    void set(HttpServletResponse response, String id, String path) {
        String value = id + "." + macKeys.versionedMac(MacPurpose.BROWSER_SESSION, "cookie\n" + id);
        response.addCookie(newCookie(session, value, path));
    }

    void clear(HttpServletResponse response, String path) {
        response.addCookie(cleared(newCookie(session, "", path)));
    }

    /** What the browser may have been given to remember for this state; which of them it was, only the seal says. */
    List<Cookie> signingIn(HttpServletRequest request, String state) {
        return Stream.concat(cookies(request, slot(state)), cookies(request, signIn + "long"))
                .limit(CANDIDATES)
                .toList();
    }

    void setSigningIn(HttpServletResponse response, String state, String sealed, Duration life) {
        String name = sealed.length() > SHORT ? signIn + "long" : slot(state);
        Cookie cookie = newCookie(name, sealed, callbackPath());
        cookie.setMaxAge((int) life.toSeconds());
        response.addCookie(cookie);
    }

    void clearSigningIn(HttpServletResponse response, String name) {
        response.addCookie(cleared(newCookie(name, "", callbackPath())));
    }

    /**
     * One of a few, by chance, so that several tabs can sign in at once. All of them come back with one request, of which servers take
     * 8 KiB: whoever is sent to sign in again and again must not be able to arrive with more. Where two meet, the later takes the place of
     * the earlier, which begins anew.
     */
    private String slot(String state) {
        return signIn + state.charAt(0) % SLOTS;
    }

    private String callbackPath() {
        return (issuer.path().equals("/") ? "" : issuer.path()) + SignIns.CALLBACK;
    }

    private static Stream<String> values(HttpServletRequest request, String name) {
        return cookies(request, name).map(Cookie::getValue);
    }

    private static Stream<Cookie> cookies(HttpServletRequest request, String name) {
        return Arrays.stream(Optional.ofNullable(request.getCookies()).orElse(new Cookie[0]))
                .filter(cookie -> cookie.getName().equals(name));
    }

    private static Cookie cleared(Cookie cookie) {
        cookie.setMaxAge(0);
        return cookie;
    }

    private Cookie newCookie(String name, String value, String path) {
        Cookie cookie = new Cookie(name, value);
        cookie.setPath(path);
        cookie.setHttpOnly(true);
        cookie.setSecure(issuer.isSecure());
        cookie.setAttribute("SameSite", "Lax");
        return cookie;
    }
}
