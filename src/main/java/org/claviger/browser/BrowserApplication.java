package org.claviger.browser;

import java.util.Optional;
import java.util.regex.Pattern;
import org.claviger.oauth.ClientId;
import org.claviger.oauth.Scope;
import org.claviger.settings.GuardSettings;

/**
 * An application that browsers use by a session.
 *
 * @param path where it is on the issuer's host, as browsers see it, {@code /} for the root: what its cookie is for
 * @param client as which it gets its tokens
 * @param scope what it asks for by name; empty for all that its client may have but administration
 */
public record BrowserApplication(String path, ClientId client, Scope scope) {
    /** A path on this host as it may stand in a header; the rest of ASCII is percent-encoded there. */
    private static final Pattern LOCAL = Pattern.compile("/[\\x21-\\x5B\\x5D-\\x7E]{0,999}");

    private static final Pattern STEPS_ASIDE = Pattern.compile("(?i)/(\\.|%2e){1,2}(/|;|$)|//|%5c|%2f");

    /** The application with this context path, if the settings give browsers sessions there. */
    public static Optional<BrowserApplication> of(String contextPath, GuardSettings guard) {
        return guard.of(contextPath)
                .browserClient()
                .map(client -> new BrowserApplication(contextPath, client, Scope.EMPTY));
    }

    /** What a person wanted who asked for this, if it is a place in this application, and otherwise its beginning (CWE-601). */
    String local(String target) {
        String below = path.equals("/") ? "/" : path + "/";
        String place = target.split("[?#]", 2)[0];
        boolean local = (place.equals(path) || place.startsWith(below))
                && LOCAL.matcher(target).matches()
                && !STEPS_ASIDE.matcher(place).find();
        return local ? target : below;
    }
}
