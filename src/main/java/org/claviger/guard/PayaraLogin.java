package org.claviger.guard;

import jakarta.security.auth.message.callback.PasswordValidationCallback;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.security.Principal;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import javax.security.auth.Subject;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.CallbackHandler;
import javax.security.auth.callback.UnsupportedCallbackException;
import org.claviger.identity.IdentityStore;
import org.claviger.identity.ServerLogin;
import org.claviger.oauth.OAuthException;

/**
 * Asks Payara for its own users as an authentication module may (Jakarta Authentication 3.0 section 3.5.4.3): {@code request.login} it refuses to
 * applications that have one, as this does. The answer is in a subject of its own and nowhere else, so nobody is logged in.
 */
final class PayaraLogin implements ServerLogin {
    private static final System.Logger LOG = System.getLogger("org.claviger");
    private static final String HANDLER = "com.sun.enterprise.security.";
    private static final String GROUP = "org.glassfish.security.common.Group";

    private final CallbackHandler handler;

    private PayaraLogin(CallbackHandler handler) {
        this.handler = handler;
    }

    /** Leaves it in the request, if the server is a Payara. */
    static void offer(HttpServletRequest request, CallbackHandler handler) {
        if (handler.getClass().getName().startsWith(HANDLER)) {
            request.setAttribute(ATTRIBUTE, new PayaraLogin(handler));
        }
    }

    @Override
    public Optional<Proven> login(String username, String password, Set<String> groups) throws OAuthException {
        Subject subject = new Subject();
        PasswordValidationCallback question = new PasswordValidationCallback(subject, username, password.toCharArray());
        try {
            handler.handle(new Callback[] {question});
        } catch (IOException | UnsupportedCallbackException fault) {
            LOG.log(Level.ERROR, "CLAVIGER-1509 the server cannot be asked for its users", fault);
            throw IdentityStore.away("the server cannot be asked");
        } finally {
            question.clearPassword();
        }
        if (!question.getResult()) {
            return Optional.empty();
        }
        Set<String> found = new TreeSet<>();
        Set<String> callers = new TreeSet<>();
        subject.getPrincipals().forEach(principal -> (isGroup(principal) ? found : callers).add(principal.getName()));
        found.retainAll(groups);
        return Optional.of(new Proven(callers.size() == 1 ? callers.iterator().next() : username, found));
    }

    private static boolean isGroup(Principal principal) {
        return principal.getClass().getName().equals(GROUP);
    }
}
