package org.claviger.calls;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.literal.NamedLiteral;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.URI;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.eclipse.microprofile.config.ConfigProvider;

/**
 * The calls of an application to other services, each by a name and as MicroProfile Config says: {@code claviger.calls.<name>.…}
 *
 * <pre>{@code
 * @Inject Calls calls;
 * Client client = ClientBuilder.newClient().register(calls.filter("orders"));
 * }</pre>
 */
@ApplicationScoped
public class Calls {
    private final Map<String, BearerFilter> filters = new ConcurrentHashMap<>();
    private final Instance<RefreshTokenStore> stores;
    private final CurrentCaller caller;
    private final CurrentTrace trace;

    /** For the container, which makes a proxy of it. */
    protected Calls() {
        this(null, null, null);
    }

    @Inject
    Calls(@Any Instance<RefreshTokenStore> stores, CurrentCaller caller, CurrentTrace trace) {
        this.stores = stores;
        this.caller = caller;
        this.trace = trace;
    }

    /**
     * For a Jakarta REST client: always the same one for a name, so that there is one token for it.
     *
     * @throws IllegalArgumentException if the configuration cannot be used; the message names the key
     */
    public BearerFilter filter(String name) {
        return filters.computeIfAbsent(name, this::read);
    }

    /**
     * For what is no Jakarta REST client: what to send to this URI as a bearer token.
     *
     * @return empty if the URI is below none of the base URIs, or the caller of the current request is to be propagated and anonymous
     * @throws IllegalArgumentException as {@link #filter}
     * @throws TokenException if there should be a token and it cannot be had
     */
    public Optional<String> token(String name, URI uri) throws IOException {
        return filter(name).token(uri);
    }

    private BearerFilter read(String name) {
        CallSettings settings = new CallSettings(ConfigProvider.getConfig(Calls.class.getClassLoader()), name);
        return settings.filter(caller, trace, () -> store(name));
    }

    private RefreshTokenStore store(String name) {
        Instance<RefreshTokenStore> found = stores.select(NamedLiteral.of(name));
        if (!found.isResolvable()) {
            throw new IllegalArgumentException(
                    "claviger.calls." + name + ".token is refresh-token, and there is not one bean of the"
                            + " type RefreshTokenStore that is @Named(\"" + name + "\")");
        }
        return found.get();
    }
}
