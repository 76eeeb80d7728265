package org.claviger.calls;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.ContextNotActiveException;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import java.lang.reflect.InvocationTargetException;
import java.security.Principal;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * The token of whoever is the caller of the current request: that of a {@code JsonWebToken} (MicroProfile JWT 2.1), which a caller
 * with a browser session has too, else the one in the request, if it is by that one that the server has authenticated the caller:
 * where somebody signed in otherwise, a header is what nobody has verified.
 */
@ApplicationScoped
class CurrentCaller implements TokenSource {
    private static final String JSON_WEB_TOKEN = "org.eclipse.microprofile.jwt.JsonWebToken";
    private static final String BEARER = "Bearer ";

    /** How servers say that a bearer token was verified: Claviger, MicroProfile JWT, Elytron. */
    private static final Set<String> BY_TOKEN = Set.of("BEARER", "MP-JWT", "BEARER_TOKEN");

    private final Instance<HttpServletRequest> requests;

    /** For the container, which makes a proxy of it. */
    protected CurrentCaller() {
        this(null);
    }

    @Inject
    CurrentCaller(Instance<HttpServletRequest> requests) {
        this.requests = requests;
    }

    @Override
    public Optional<String> token() {
        if (!requests.isResolvable()) {
            return Optional.empty();
        }
        try {
            HttpServletRequest request = requests.get();
            return Optional.ofNullable(request.getUserPrincipal()).flatMap(caller -> rawToken(caller)
                    .or(() -> isByToken(request, caller) ? sent(request) : Optional.empty()));
        } catch (ContextNotActiveException | IllegalStateException noRequest) {
            return Optional.empty();
        }
    }

    private static boolean isByToken(HttpServletRequest request, Principal caller) {
        return jsonWebToken(caller.getClass()).isPresent()
                || (request.getAuthType() != null
                        && BY_TOKEN.contains(request.getAuthType().toUpperCase(Locale.ROOT)));
    }

    /** By name, because WildFly shows the interface only to who asks for it. */
    private static Optional<String> rawToken(Principal caller) {
        return jsonWebToken(caller.getClass()).flatMap(type -> {
            try {
                return Optional.ofNullable(
                        (String) type.getMethod("getRawToken").invoke(caller));
            } catch (NoSuchMethodException | IllegalAccessException | InvocationTargetException another) {
                return Optional.empty();
            }
        });
    }

    private static Optional<Class<?>> jsonWebToken(Class<?> type) {
        if (type == null || type.getName().equals(JSON_WEB_TOKEN)) {
            return Optional.ofNullable(type);
        }
        for (Class<?> each : type.getInterfaces()) {
            Optional<Class<?>> found = jsonWebToken(each);
            if (found.isPresent()) {
                return found;
            }
        }
        return jsonWebToken(type.getSuperclass());
    }

    private static Optional<String> sent(HttpServletRequest request) {
        List<String> headers = Collections.list(request.getHeaders("Authorization"));
        return headers.stream()
                .filter(header -> headers.size() == 1 && header.regionMatches(true, 0, BEARER, 0, BEARER.length()))
                .map(header -> header.substring(BEARER.length()).strip())
                .filter(TokenAnswer::canBeSent)
                .findFirst();
    }

    @Override
    public String toString() {
        return "CurrentCaller";
    }
}
