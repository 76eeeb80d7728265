package org.claviger.guard;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.claviger.client.Client;
import org.claviger.client.Clients;
import org.claviger.http.Endpoint;
import org.claviger.http.Requests;
import org.claviger.oauth.ClientId;
import org.claviger.oauth.ErrorCode;
import org.claviger.oauth.OAuthException;
import org.claviger.oauth.Parameters;
import org.claviger.oauth.Scope;
import org.claviger.settings.GatewayHeaders;
import org.claviger.settings.GatewayHeaders.Fact;
import org.claviger.settings.Settings;

/**
 * What a gateway asks before it lets a request through: whether its bearer token is good for what the gateway requires. 200 with who
 * calls in headers, or 401 or 403 with the challenge of RFC 6750 section 3, or 503 while this node cannot tell; it never has a body to
 * act on. For {@code auth_request} of nginx, forward-auth of Traefik and Caddy, and ext_authz over HTTP of Envoy.
 *
 * <p>What is required stands in the query, which the gateway writes, and nowhere else: {@code audience} (always), {@code role} (one of
 * these, separated by commas, has to be in {@code groups}), {@code scope} (all of it). Nothing there is optional by mistake: another
 * parameter, a repeated or an empty one is refused with 400, except that what follows {@code rest=} is not read: a gateway that can only put
 * something before the caller's own path ends its own part with that.
 *
 * <p>The answer says how long it may be remembered, never longer than {@link #LONGEST_CACHE}, the token or the classification of its
 * client allow.
 */
public final class VerifyEndpoint extends Endpoint {
    /** A revocation is seen at a gateway at most this much later than here. */
    static final Duration LONGEST_CACHE = Duration.ofMinutes(5);

    private static final Set<String> REQUIREMENTS = Set.of("audience", "role", "scope");
    private static final String ROLE = "role=";
    private static final Pattern REST = Pattern.compile("(^|&)rest=");
    private static final HexFormat HEX = HexFormat.of().withUpperCase();

    private final BearerGuard guard;
    private final Clients clients;
    private final Supplier<Settings> settings;
    private final Clock clock;

    public VerifyEndpoint(BearerGuard guard, Clients clients, Supplier<Settings> settings, Clock clock) {
        this.guard = guard;
        this.clients = clients;
        this.settings = settings;
        this.clock = clock;
    }

    /** Envoy asks by the method of the request that it holds. */
    @Override
    protected String allowedMethods() {
        return "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";
    }

    @Override
    protected void answer(HttpServletRequest request, HttpServletResponse response) throws OAuthException {
        response.setHeader("X-Accel-Expires", "0"); // what nginx heeds; for others there is Cache-Control
        Required required = required(request);
        Verdict verdict = required.check(
                guard.withAudience(required.audience).judge(Requests.headers(request, "Authorization"), request));
        if (verdict instanceof Verdict.Accepted accepted) {
            tell(response, accepted.caller());
        } else if (verdict instanceof Verdict.Refused refused) {
            Refusals.send(response, toCaller(refused));
        } else {
            Refusals.send(response, ((Verdict.Anonymous) verdict).otherwise());
        }
    }

    /**
     * A malformed {@code Authorization} is the caller's. RFC 6750 section 3.1 has 400 for it, but 400 tells a gateway that it has asked
     * wrongly itself, and nginx makes an outage of that.
     */
    private static Verdict.Refused toCaller(Verdict.Refused refused) {
        return refused.status() == HttpServletResponse.SC_BAD_REQUEST
                ? new Verdict.Refused(HttpServletResponse.SC_UNAUTHORIZED, refused.challenge())
                : refused;
    }

    /**
     * What the gateway requires.
     *
     * @param roles one of them suffices; none for anybody
     */
    private record Required(String audience, Set<String> roles, Scope scope) {
        /** What of a verdict is left by these. */
        Verdict check(Verdict verdict) {
            if (verdict instanceof Verdict.Anonymous && !scope.isEmpty()) {
                return new Verdict.Refused(401, Challenge.noToken(scope));
            }
            if (!(verdict instanceof Verdict.Accepted accepted)) {
                return verdict;
            }
            if (!accepted.caller().hasScope(scope)) {
                return new Verdict.Refused(403, Challenge.missingScope(scope));
            }
            return roles.isEmpty() || accepted.caller().getGroups().stream().anyMatch(roles::contains)
                    ? verdict
                    : new Verdict.Refused(403, Challenge.INSUFFICIENT_SCOPE);
        }
    }

    private Required required(HttpServletRequest request) throws OAuthException {
        String query = Optional.ofNullable(request.getQueryString()).orElse("");
        String own = REST.split(query, 2)[0];
        Parameters parameters = Parameters.parse(own);
        parameters.refuseRepeated();
        if (!REQUIREMENTS.containsAll(parameters.names())) {
            throw new OAuthException(
                    ErrorCode.INVALID_REQUEST, "the parameters are audience, role and scope, and rest as the last");
        }
        String audience = parameters.require("audience");
        if (audience.equals(settings.get().issuer().adminAudience())) {
            throw new OAuthException(ErrorCode.INVALID_REQUEST, "the audience of administration is for no gateway");
        }
        return new Required(audience, roles(own, parameters), scope(parameters));
    }

    /** A comma that is encoded separates nothing: it is one of a name. */
    private static Set<String> roles(String query, Parameters parameters) throws OAuthException {
        Set<String> roles = new HashSet<>();
        if (parameters.names().contains("role")) {
            String written = Arrays.stream(query.split("&", -1))
                    .filter(pair -> pair.startsWith(ROLE))
                    .findFirst()
                    .map(pair -> pair.substring(ROLE.length()))
                    .orElse("");
            for (String name : written.split(",", -1)) {
                roles.add(Parameters.decode(name).strip());
            }
        }
        if (roles.contains("")) {
            throw new OAuthException(ErrorCode.INVALID_REQUEST, "a role has no name");
        }
        return roles;
    }

    private static Scope scope(Parameters parameters) throws OAuthException {
        try {
            return Scope.parse(written(parameters, "scope").orElse(""));
        } catch (IllegalArgumentException malformed) {
            throw new OAuthException(ErrorCode.INVALID_REQUEST, "the scope is malformed or too long");
        }
    }

    /** What is required, if anything: one that is written without a value would let everybody through, and is refused. */
    private static Optional<String> written(Parameters parameters, String name) throws OAuthException {
        return parameters.names().contains(name) ? Optional.of(parameters.require(name)) : Optional.empty();
    }

    private void tell(HttpServletResponse response, CallerToken caller) {
        long seconds = cacheLife(caller);
        if (seconds > 0) {
            response.setHeader("Cache-Control", "private, max-age=" + seconds);
            response.setHeader("X-Accel-Expires", Long.toString(seconds));
        }
        GatewayHeaders headers = settings.get().gatewayHeaders();
        // Each is there even when there is nothing to say: gateways replace what a caller sent only by what they get.
        headers.names().forEach((fact, name) -> response.setHeader(name, text(fact, caller)));
    }

    /** In seconds; one less than all agree on, because who counts whole seconds keeps an answer through the last of them. */
    private long cacheLife(CallerToken caller) {
        Duration allowed = client(caller)
                .map(client ->
                        settings.get().classification(client.classification()).gatewayCache())
                .orElse(Duration.ZERO);
        Instant expiresAt = Instant.ofEpochSecond(caller.getExpirationTime());
        long left = Duration.between(clock.instant(), expiresAt).toSeconds();
        return Math.min(left, Math.min(allowed.toSeconds(), LONGEST_CACHE.toSeconds())) - 1;
    }

    private Optional<Client> client(CallerToken caller) {
        return ClientId.find(claim(caller, "client_id")).flatMap(clients::find);
    }

    private static String text(Fact fact, CallerToken caller) {
        return switch (fact) {
            case SUBJECT -> encode(claim(caller, "sub"));
            case NAME -> encode(caller.getName());
            case GROUPS -> encodeAll(new TreeSet<>(caller.getGroups()), ",");
            case SCOPE -> encodeAll(Arrays.asList(claim(caller, "scope").split(" ", -1)), " ");
            case CLIENT -> encode(claim(caller, "client_id"));
            case EXPIRY -> Long.toString(caller.getExpirationTime());
        };
    }

    /** Empty where it is missing. */
    private static String claim(CallerToken caller, String name) {
        return Optional.<Object>ofNullable(caller.getClaim(name))
                .map(Object::toString)
                .orElse("");
    }

    private static String encodeAll(Collection<String> texts, String separator) {
        return texts.stream().map(VerifyEndpoint::encode).collect(Collectors.joining(separator));
    }

    /** Visible ASCII as it is, and the rest, comma and percent sign as RFC 3986 section 2.1 encodes them in UTF-8: one line, whatever it says. */
    private static String encode(String text) {
        StringBuilder encoded = new StringBuilder(text.length());
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            if (b > ' ' && b < 0x7f && b != ',' && b != '%') {
                encoded.append((char) b);
            } else {
                encoded.append('%').append(HEX.toHexDigits(b));
            }
        }
        return encoded.toString();
    }
}
