package org.claviger.calls;

import jakarta.annotation.Priority;
import jakarta.enterprise.inject.spi.CDI;
import jakarta.ws.rs.client.ClientRequestContext;
import jakarta.ws.rs.client.ClientRequestFilter;
import jakarta.ws.rs.client.ClientResponseContext;
import jakarta.ws.rs.client.ClientResponseFilter;
import java.io.IOException;

/**
 * {@link Calls#filter} for where only a class can be named, as with {@code @RegisterProvider} of MicroProfile Rest Client:
 *
 * <pre>{@code
 * @Priority(BearerFilter.LAST)
 * public class OrdersToken extends CallsFilter {
 *     public OrdersToken() {
 *         super("orders");
 *     }
 * }
 * }</pre>
 */
public abstract class CallsFilter implements ClientRequestFilter, ClientResponseFilter {
    private final String name;
    private volatile BearerFilter filter;

    /**
     * By the configuration of this name, which is read with the first call.
     *
     * @throws IllegalStateException if the class is without {@code @Priority(BearerFilter.LAST)}: filters after it could send the token elsewhere
     */
    protected CallsFilter(String name) {
        Class<?> type = getClass();
        while (type.isSynthetic()) { // what a container makes of a bean
            type = type.getSuperclass();
        }
        Priority priority = type.getAnnotation(Priority.class);
        if (priority == null || priority.value() != BearerFilter.LAST) {
            throw new IllegalStateException(type.getName() + " needs @Priority(BearerFilter.LAST)");
        }
        this.name = name;
    }

    @Override
    public final void filter(ClientRequestContext request) throws IOException {
        delegate().filter(request);
    }

    @Override
    public final void filter(ClientRequestContext request, ClientResponseContext response) throws IOException {
        delegate().filter(request, response);
    }

    private BearerFilter delegate() {
        BearerFilter known = filter;
        if (known == null) {
            known = CDI.current().select(Calls.class).get().filter(name);
            filter = known;
        }
        return known;
    }
}
