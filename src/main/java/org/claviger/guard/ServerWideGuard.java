package org.claviger.guard;

import jakarta.security.auth.message.AuthException;
import jakarta.security.auth.message.AuthStatus;
import jakarta.security.auth.message.MessageInfo;
import jakarta.security.auth.message.config.AuthConfigFactory;
import jakarta.security.auth.message.config.AuthConfigProvider;
import jakarta.security.auth.message.config.ClientAuthConfig;
import jakarta.security.auth.message.config.ServerAuthConfig;
import jakarta.security.auth.message.config.ServerAuthContext;
import java.util.Map;
import javax.security.auth.Subject;
import javax.security.auth.callback.CallbackHandler;
import org.jspecify.annotations.Nullable;

/**
 * Registers the guard for every application of the server that brings no authentication mechanism of its own (Jakarta
 * Authentication 3.0 section 2.1.2). Servers look it up per request, so the order of deployment does not matter.
 */
public final class ServerWideGuard implements AutoCloseable {
    private static final String LAYER = "HttpServlet";

    private final String registration;

    public ServerWideGuard(BearerGate gate) {
        registration = AuthConfigFactory.getFactory()
                .registerConfigProvider(new Provider(gate), LAYER, null, "Claviger bearer tokens");
    }

    /** Removes the registration; applications then refuse whoever their annotations do not let in anonymously. */
    @Override
    public void close() {
        AuthConfigFactory.getFactory().removeRegistration(registration);
    }

    private record Provider(BearerGate gate) implements AuthConfigProvider {
        @Override
        public ServerAuthConfig getServerAuthConfig(String layer, String appContext, CallbackHandler handler) {
            return new Config(appContext, new Context(new BearerAuthModule(gate, handler)));
        }

        @Override
        public ClientAuthConfig getClientAuthConfig(String layer, String appContext, CallbackHandler handler)
                throws AuthException {
            throw new AuthException("there is no client side");
        }

        @Override
        public void refresh() {}
    }

    private record Config(@Nullable String appContext, Context context) implements ServerAuthConfig {
        @Override
        public ServerAuthContext getAuthContext(
                @Nullable String id, @Nullable Subject service, @Nullable Map<String, Object> properties) {
            return context;
        }

        @Override
        public String getMessageLayer() {
            return LAYER;
        }

        @Override
        public @Nullable String getAppContext() {
            return appContext;
        }

        @Override
        public @Nullable String getAuthContextID(MessageInfo message) {
            return appContext;
        }

        @Override
        public void refresh() {}

        @Override
        public boolean isProtected() {
            return true;
        }
    }

    private record Context(BearerAuthModule module) implements ServerAuthContext {
        @Override
        public AuthStatus validateRequest(MessageInfo message, Subject client, @Nullable Subject service)
                throws AuthException {
            return module.validateRequest(message, client, service);
        }

        @Override
        public AuthStatus secureResponse(MessageInfo message, @Nullable Subject service) {
            return module.secureResponse(message, service);
        }

        @Override
        public void cleanSubject(MessageInfo message, @Nullable Subject subject) {
            module.cleanSubject(message, subject);
        }
    }
}
