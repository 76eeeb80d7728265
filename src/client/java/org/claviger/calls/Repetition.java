package org.claviger.calls;

import jakarta.json.JsonValue;
import jakarta.ws.rs.client.ClientRequestContext;
import jakarta.ws.rs.client.Entity;
import jakarta.ws.rs.client.Invocation;
import jakarta.ws.rs.client.WebTarget;
import jakarta.ws.rs.core.Configuration;
import jakarta.ws.rs.core.Form;
import jakarta.ws.rs.core.GenericEntity;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MultivaluedHashMap;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.core.Response;
import java.io.File;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A request once more, with another token. Its filters run again; what they did to URI and headers the first time holds. */
final class Repetition {
    static final String PROPERTY = Repetition.class.getName();

    private static final List<Class<?>> AGAIN = List.of(
            String.class,
            byte[].class,
            Boolean.class,
            Number.class,
            Form.class,
            MultivaluedMap.class,
            JsonValue.class,
            File.class,
            Path.class);

    private final ClientRequestContext first;
    private final String token;
    private final URI uri;
    private final MultivaluedMap<String, Object> headers;

    Repetition(ClientRequestContext first, String token) {
        this.first = first;
        this.token = token;
        this.uri = first.getUri();
        this.headers = new MultivaluedHashMap<>(first.getHeaders());
        headers.remove(HttpHeaders.AUTHORIZATION);
        headers.remove(HttpHeaders.CONTENT_LENGTH);
        // What reads the answer of this request decodes it; what reads the first one's would do so again.
        headers.putSingle(HttpHeaders.ACCEPT_ENCODING, "identity");
    }

    /** Whether the entity is still there, as only these surely are: what was read from a stream is not, and others may hold one. */
    static boolean isPossible(ClientRequestContext request) {
        if (!request.hasEntity()) {
            return true;
        }
        Object entity = request.getEntity();
        return AGAIN.stream().anyMatch(type -> type.isInstance(entity));
    }

    String token() {
        return token;
    }

    Response send() {
        WebTarget target = first.getClient().target(uri);
        Configuration all = first.getConfiguration();
        Configuration known = target.getConfiguration();
        for (Object instance : all.getInstances()) {
            if (!known.isRegistered(instance)) {
                target.register(instance, contracts(all, instance.getClass()));
            }
        }
        for (Class<?> type : all.getClasses()) {
            if (!known.isRegistered(type)) {
                target.register(type, contracts(all, type));
            }
        }
        for (String name : all.getPropertyNames()) {
            target.property(name, all.getProperty(name));
        }
        Invocation.Builder request = target.request();
        request.headers(new MultivaluedHashMap<>(headers)); // Jersey's filters would add to these themselves
        for (String name : first.getPropertyNames()) {
            if (!name.equals(BearerFilter.SENT)) { // that is of the first
                request.property(name, first.getProperty(name));
            }
        }
        request.property(PROPERTY, this);
        return build(request).invoke();
    }

    private static Map<Class<?>, Integer> contracts(Configuration configuration, Class<?> type) {
        return configuration.getContracts(type);
    }

    private Invocation build(Invocation.Builder request) {
        if (!first.hasEntity()) {
            return request.build(first.getMethod());
        }
        Object entity = first.getEntityType() instanceof Class
                ? first.getEntity()
                : new GenericEntity<>(first.getEntity(), first.getEntityType());
        return request.build(
                first.getMethod(), Entity.entity(entity, first.getMediaType(), first.getEntityAnnotations()));
    }

    /** Undoes what the filters have done to the repeated request, but for what the server's telemetry says of it. */
    void restore(ClientRequestContext request) {
        MultivaluedMap<String, Object> restored = new MultivaluedHashMap<>(headers);
        for (String name : List.of(CurrentTrace.PARENT, CurrentTrace.STATE)) {
            List<Object> said = request.getHeaders().get(name);
            if (said != null) {
                restored.put(name, said);
            }
        }
        request.setUri(uri);
        request.getHeaders().clear();
        request.getHeaders().putAll(restored);
    }

    @Override
    public String toString() {
        return "Repetition"; // not what it holds
    }
}
