package org.claviger.token;

import static org.claviger.oauth.ErrorCode.INVALID_CLIENT;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Clock;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.claviger.audit.Audit;
import org.claviger.audit.AuditEvent;
import org.claviger.client.Client;
import org.claviger.guard.LiveTokens;
import org.claviger.http.Answers;
import org.claviger.http.Requests;
import org.claviger.identity.ResourceOwners;
import org.claviger.jose.InvalidTokenException;
import org.claviger.jose.JwtSigner;
import org.claviger.jose.VerifiedJwt;
import org.claviger.key.SigningKeys;
import org.claviger.oauth.Authorization;
import org.claviger.oauth.FamilyId;
import org.claviger.oauth.OAuthException;
import org.claviger.refresh.RefreshTokens;
import org.claviger.refresh.TokenFamilies;
import org.claviger.settings.Issuer;

/**
 * The introspection endpoint (RFC 7662): tells a client that has a secret what a token means at this moment, if it was issued to that
 * client or is for it; everything else is {@code {"active":false}} and nothing more. Signed where the client asks for
 * {@code application/token-introspection+jwt} (RFC 9701).
 */
public final class IntrospectionEndpoint extends ClientEndpoint {
    private static final String SIGNED = "application/token-introspection+jwt";
    private static final Pattern WEIGHT = Pattern.compile(";q=([01](?:\\.[0-9]{0,3})?)(?:;|$)");

    private final Issuer issuer;
    private final LiveTokens accessTokens;
    private final RefreshTokens refreshTokens;
    private final ResourceOwners resourceOwners;
    private final SigningKeys keys;
    private final Clock clock;
    private final JwtSigner signer = new JwtSigner();

    public IntrospectionEndpoint(
            ClientAuthentication authentication,
            Issuer issuer,
            LiveTokens accessTokens,
            RefreshTokens refreshTokens,
            ResourceOwners resourceOwners,
            SigningKeys keys,
            Clock clock) {
        super(authentication, AuditEvent.INTROSPECTION_REFUSED);
        this.issuer = issuer;
        this.accessTokens = accessTokens;
        this.refreshTokens = refreshTokens;
        this.resourceOwners = resourceOwners;
        this.keys = keys;
        this.clock = clock;
    }

    /** It is for servers, which keep a secret. */
    @Override
    protected boolean isScriptAllowed(String origin) {
        return false;
    }

    @Override
    void answer(Asking asking, HttpServletResponse response, Map<String, Object> known)
            throws OAuthException, IOException {
        Client client = asking.client();
        if (client.isPublic()) {
            // RFC 7662 section 2.1: "the endpoint MUST also require some form of authorization"
            throw new OAuthException(INVALID_CLIENT, "a public client cannot introspect");
        }
        String token = asking.parameters().require("token");
        Optional<Map<String, Object>> accessToken = accessToken(token, client);
        Map<String, Object> answer =
                accessToken.or(() -> refreshToken(token, client)).orElse(Map.of("active", false));
        known.put("active", answer.get("active"));
        Audit.record(AuditEvent.INTROSPECTED, known);
        response.addHeader("Vary", "Accept");
        if (wantsSigned(asking.request())) {
            Answers.send(response, HttpServletResponse.SC_OK, SIGNED, sign(client, answer));
        } else {
            Answers.send(response, HttpServletResponse.SC_OK, Answers.json(answer));
        }
    }

    /** What stands in the token, except what is only for us. */
    private Optional<Map<String, Object>> accessToken(String token, Client client) throws OAuthException {
        VerifiedJwt jwt;
        try {
            jwt = accessTokens.prove(token);
        } catch (InvalidTokenException inactive) {
            return Optional.empty();
        }
        if (!isVisible(jwt, client)) {
            return Optional.empty();
        }
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("active", true);
        answer.put("token_type", "Bearer");
        for (String name : jwt.names()) {
            jwt.find(name).ifPresent(claim -> answer.put(name, claim));
        }
        jwt.text("upn").ifPresent(name -> answer.put("username", name));
        answer.remove(FamilyId.CLAIM);
        return Optional.of(answer);
    }

    /** Issued to it, or for it: under its client_id or as the resource server that it is registered for. */
    private static boolean isVisible(VerifiedJwt jwt, Client client) {
        return jwt.text("client_id").filter(client.id().value()::equals).isPresent()
                || jwt.isFor(client.id().value())
                || client.resource().filter(jwt::isFor).isPresent();
    }

    /** Only for the client that holds it: a refresh token is for nobody else. */
    private Optional<Map<String, Object>> refreshToken(String token, Client client) {
        Optional<TokenFamilies.Living> living = refreshTokens
                .find(token)
                .filter(found -> found.authorization().client().equals(client.id()))
                .filter(found ->
                        resourceOwners.find(found.authorization().subject()).isPresent());
        return living.map(found -> {
            Authorization authorization = found.authorization();
            Map<String, Object> answer = new LinkedHashMap<>();
            answer.put("active", true);
            answer.put("iss", issuer.value());
            answer.put("sub", authorization.subject().value());
            answer.put("client_id", authorization.client().value());
            if (!authorization.scope().isEmpty()) {
                answer.put("scope", authorization.scope().toString());
            }
            answer.put("auth_time", authorization.authTime().getEpochSecond());
            answer.put("exp", found.expiresAt().getEpochSecond());
            return answer;
        });
    }

    /** Whether the signed form is named, and the other not preferred to it (RFC 9110 section 12.5.1). */
    private static boolean wantsSigned(HttpServletRequest request) {
        List<String> ranges = Requests.headers(request, "Accept").stream()
                .flatMap(header -> Arrays.stream(header.split(",", -1)))
                .map(range -> range.replaceAll("\\s", "").toLowerCase(Locale.ROOT))
                .toList();
        double signed = weight(ranges, SIGNED);
        return signed > 0 && signed >= weight(ranges, "application/json");
    }

    /** Between 0, for what is not named, and 1; a weight that is none counts as not given. */
    private static double weight(List<String> ranges, String type) {
        return ranges.stream()
                .filter(range -> range.equals(type) || range.startsWith(type + ";"))
                .map(WEIGHT::matcher)
                .mapToDouble(weight -> weight.find() ? Double.parseDouble(weight.group(1)) : 1)
                .max()
                .orElse(0);
    }

    /**
     * RFC 9701 section 5. Its {@code typ} is that of no access token, and it has neither {@code sub} nor {@code exp} of its own
     * (section 8.1), so nothing takes it for one.
     */
    private String sign(Client client, Map<String, Object> answer) throws OAuthException {
        Map<String, Object> claims = new LinkedHashMap<>();
        claims.put("iss", issuer.value());
        claims.put("aud", client.id().value());
        claims.put("iat", clock.instant().getEpochSecond());
        claims.put("token_introspection", answer);
        return signer.sign("token-introspection+jwt", claims, keys.current(Optional.empty()));
    }
}
