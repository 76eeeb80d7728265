package org.claviger.calls;

import jakarta.annotation.Priority;
import jakarta.ws.rs.ConstrainedTo;
import jakarta.ws.rs.RuntimeType;
import jakarta.ws.rs.client.ClientRequestContext;
import jakarta.ws.rs.client.ClientRequestFilter;
import jakarta.ws.rs.client.ClientResponseContext;
import jakarta.ws.rs.client.ClientResponseFilter;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Sends an access token with each call of a Jakarta REST client (RFC 6750 section 2.1), to where the application said and nowhere
 * else; a call to another place goes without one, and so does one that has an {@code Authorization} header already. No redirect is followed with a
 * token. A call that is refused with {@code invalid_token} is repeated once with another token, if there is one and its entity can be sent again.
 *
 * <p>It comes after all other filters, since these may still change where a request goes. A client has one of these at most.
 */
@Priority(BearerFilter.LAST)
@ConstrainedTo(RuntimeType.CLIENT)
public final class BearerFilter implements ClientRequestFilter, ClientResponseFilter {
    /** The priority of filters of this kind. */
    public static final int LAST = Integer.MAX_VALUE;

    private static final System.Logger LOG = System.getLogger(BearerFilter.class.getName());
    /** A property of a request: what was sent with it. */
    static final String SENT = BearerFilter.class.getName() + ".sent";

    private static final int UNAUTHORIZED = 401;
    private static final int LONGEST_REFUSAL = 65_536;

    private final TokenSource tokens;
    private final Destinations destinations;
    private final Supplier<Map<String, String>> trace;

    /** What was sent with a request, and by whom. */
    private record Sent(BearerFilter by, String token, Map<String, String> trace) {
        String header() {
            return "Bearer " + token;
        }

        @Override
        public String toString() {
            return "Sent";
        }
    }

    /**
     * Sends these tokens to what is below these URIs.
     *
     * @param baseUris {@code https}, or {@code http} on a loopback address; scheme, host, port and whole segments of the path count
     * @throws IllegalArgumentException if there is none, or one is not such a URI or has user information, a query or a fragment
     */
    public BearerFilter(TokenSource tokens, URI... baseUris) {
        this(tokens, Map::of, baseUris);
    }

    /** The same with what each call is to say of the trace that it belongs to, unless it says so already. */
    BearerFilter(TokenSource tokens, Supplier<Map<String, String>> trace, URI... baseUris) {
        this.tokens = tokens;
        this.trace = trace;
        this.destinations = new Destinations(List.of(baseUris));
    }

    /** A token for what is no Jakarta REST client: empty if this URI is not to get one. */
    public Optional<String> token(URI uri) throws IOException {
        return destinations.include(uri) ? tokens.token() : Optional.empty();
    }

    @Override
    public void filter(ClientRequestContext request) throws IOException {
        forget(request);
        if (request.getProperty(Repetition.PROPERTY) instanceof Repetition repetition) {
            repetition.restore(request);
            if (destinations.include(request.getUri())) {
                Redirects.prevent(request);
                send(request, repetition.token());
            }
            return;
        }
        if (!destinations.include(request.getUri())) {
            LOG.log(
                    Level.DEBUG,
                    "CLAVIGER-1305 a call goes without a token, because its URI is below none of the base URIs");
            return;
        }
        if (request.getHeaders().containsKey(HttpHeaders.AUTHORIZATION)) {
            return;
        }
        Optional<String> token = tokens.token();
        if (token.isPresent()) {
            Redirects.prevent(request);
            send(request, token.get());
        }
    }

    /** RESTEasy keeps headers and properties of an {@code Invocation} that is used again: what was sent before is no header of the application. */
    private void forget(ClientRequestContext request) {
        if (request.getProperty(SENT) instanceof Sent sent && sent.by() == this) {
            request.removeProperty(SENT);
            if (List.of(sent.header()).equals(request.getHeaders().get(HttpHeaders.AUTHORIZATION))) {
                request.getHeaders().remove(HttpHeaders.AUTHORIZATION);
            }
            sent.trace().forEach((name, value) -> {
                if (List.of(value).equals(request.getHeaders().get(name))) {
                    request.getHeaders().remove(name);
                }
            });
        }
    }

    private void send(ClientRequestContext request, String token) {
        // Where the server has telemetry, that has said it: the call is a span, and the parent of what comes of it.
        Map<String, String> said = request.getHeaders().containsKey(CurrentTrace.PARENT) ? Map.of() : trace.get();
        Sent sent = new Sent(this, token, said);
        request.getHeaders().putSingle(HttpHeaders.AUTHORIZATION, sent.header());
        said.forEach((name, value) -> request.getHeaders().putSingle(name, value));
        request.setProperty(SENT, sent);
    }

    @Override
    public void filter(ClientRequestContext request, ClientResponseContext response) throws IOException {
        if (response.getStatus() != UNAUTHORIZED
                || request.getProperty(Repetition.PROPERTY) != null
                || !(request.getProperty(SENT) instanceof Sent sent)
                || sent.by() != this
                || !Challenges.sayInvalidToken(
                        response.getHeaders().getOrDefault(HttpHeaders.WWW_AUTHENTICATE, List.of()))
                || !Repetition.isPossible(request)) {
            return;
        }
        Optional<String> other = tokens.replace(sent.token());
        if (other.isPresent()) {
            if (response.hasEntity()) {
                // Its connection may be the only one, and is free then; to close it would close the answer of RESTEasy.
                response.getEntityStream().readNBytes(LONGEST_REFUSAL);
            }
            replace(response, new Repetition(request, other.get()).send());
        }
    }

    private static void replace(ClientResponseContext response, Response second) {
        response.setStatusInfo(second.getStatusInfo());
        response.getHeaders().clear();
        response.getHeaders().putAll(second.getStringHeaders());
        response.setEntityStream(
                second.hasEntity() ? second.readEntity(InputStream.class) : InputStream.nullInputStream());
    }

    @Override
    public String toString() {
        return "BearerFilter[" + tokens + "]";
    }
}
