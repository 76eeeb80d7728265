package org.claviger.calls;

import jakarta.ws.rs.client.ClientRequestContext;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.util.Optional;

/**
 * Keeps the HTTP library below a Jakarta REST client from taking the header along when it follows a redirect. Jersey is told for each
 * request. RESTEasy follows none unless its client was made so, and then cannot be told.
 */
final class Redirects {
    private static final String JERSEY = "jersey.config.client.followRedirects";

    private Redirects() {}

    static void prevent(ClientRequestContext request) throws IOException {
        request.setProperty(JERSEY, false);
        Optional<Object> engine = call(request.getClient(), "httpEngine");
        if (engine.flatMap(resteasy -> call(resteasy, "isFollowRedirects"))
                .filter(Boolean.TRUE::equals)
                .isPresent()) {
            throw new IOException("this client follows redirects, and would take the token to wherever they lead;"
                    + " make it without followRedirects(true)");
        }
    }

    /** By name, because either library may be missing. */
    private static Optional<Object> call(Object object, String method) {
        try {
            return Optional.ofNullable(object.getClass().getMethod(method).invoke(object));
        } catch (NoSuchMethodException | IllegalAccessException | InvocationTargetException another) {
            return Optional.empty();
        }
    }
}
