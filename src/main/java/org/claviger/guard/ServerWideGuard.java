package org.claviger.guard;

import jakarta.security.auth.message.AuthException;
import jakarta.security.auth.message.AuthStatus;
import jakarta.security.auth.message.MessageInfo;
import jakarta.security.auth.message.config.AuthConfigFactory;
import jakarta.security.auth.message.config.AuthConfigProvider;
import jakarta.security.auth.message.config.ClientAuthConfig;
import jakarta.security.auth.message.config.ServerAuthConfig;
import jakarta.security.auth.message.config.ServerAuthContext;
import jakarta.servlet.http.HttpServletRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.security.auth.Subject;
import javax.security.auth.callback.CallbackHandler;
import org.claviger.settings.GuardSettings;
import org.claviger.settings.GuardedApplication;
import org.jspecify.annotations.Nullable;

/**
 * Registers the guard for the applications of the server that bring no authentication mechanism of their own (Jakarta
 * Authentication 3.0 section 2.1.2): for all, or for those that the settings name. Servers look it up per request, so the
 * order of deployment does not matter.
 */
public final class ServerWideGuard implements AutoCloseable {
    private static final String LAYER = "HttpServlet";

    private final AuthConfigFactory factory = AuthConfigFactory.getFactory();
    private final List<String> registrations = new ArrayList<>();

    /**
     * Registers it.
     *
     * @param virtualServer where an application is whose name in the settings is only its context path
     */
    public ServerWideGuard(BearerGate gate, GuardSettings settings, String virtualServer) {
        Provider provider = new Provider(gate, settings, ServerCheck.here().heedsDenyAllOnClasses());
        // Without a provider of its own an excluded application would get the one for all. To answer null in
        // getServerAuthConfig is not enough: WildFly then answers every request with 500.
        settings.exclude().forEach(application -> register(null, appContext(virtualServer, application)));
        settings.include().forEach(application -> register(provider, appContext(virtualServer, application)));
        if (settings.include().isEmpty()) {
            register(provider, null);
        }
    }

    private void register(@Nullable Provider provider, @Nullable String appContext) {
        registrations.add(factory.registerConfigProvider(provider, LAYER, appContext, "Claviger bearer tokens"));
    }

    /** Jakarta Authentication 3.0 section 3.2: the name of the virtual server, a blank, and the context path. */
    private static String appContext(String virtualServer, String application) {
        int path = application.indexOf('/');
        String name = path == 0 ? virtualServer : application.substring(0, path);
        String contextPath = application.substring(path);
        return name + " " + (contextPath.equals("/") ? "" : contextPath);
    }

    private static String contextPath(@Nullable String appContext) {
        String path = appContext == null ? "" : appContext.substring(appContext.lastIndexOf(' ') + 1);
        return path.isEmpty() ? "/" : path;
    }

    /** Removes the registrations; applications then refuse whoever their annotations do not let in anonymously. */
    @Override
    public void close() {
        registrations.forEach(factory::removeRegistration);
    }

    private record Provider(BearerGate gate, GuardSettings settings, boolean heedsDenyAll)
            implements AuthConfigProvider {
        @Override
        public ServerAuthConfig getServerAuthConfig(
                String layer, @Nullable String appContext, CallbackHandler handler) {
            GuardedApplication application = settings.of(contextPath(appContext));
            return new Config(appContext, new Context(new BearerAuthModule(gate, application, handler), heedsDenyAll));
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

    private record Context(BearerAuthModule module, boolean heedsDenyAll) implements ServerAuthContext {
        @Override
        public AuthStatus validateRequest(MessageInfo message, Subject client, @Nullable Subject service)
                throws AuthException {
            FirstLook.at(((HttpServletRequest) message.getRequestMessage()).getServletContext(), heedsDenyAll);
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
