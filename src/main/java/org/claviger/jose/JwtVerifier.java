package org.claviger.jose;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.claviger.jose.InvalidTokenException.Check;
import org.jose4j.json.JsonUtil;
import org.jose4j.jwa.AlgorithmConstraints.ConstraintType;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.NumericDate;
import org.jose4j.jwt.consumer.InvalidJwtException;
import org.jose4j.jwt.consumer.InvalidJwtSignatureException;
import org.jose4j.jwt.consumer.JwtConsumer;
import org.jose4j.jwt.consumer.JwtConsumerBuilder;
import org.jose4j.lang.JoseException;

/**
 * Verifies access tokens (RFC 9068 section 4, RFC 8725 section 3). The order of the checks is the order of the code: form,
 * header, key, signature, claims; nothing of the claims is read before the signature is proven.
 */
public final class JwtVerifier {
    /** Longer is no token of ours; the check bounds the work that garbage can cause. */
    static final int MAX_LENGTH = 16_384;

    private static final Pattern FORM = Pattern.compile("([A-Za-z0-9_-]+)\\.([A-Za-z0-9_-]+)\\.([A-Za-z0-9_-]+)");

    // RFC 8725 section 3.10 and RFC 7515 section 4.1.11: jku, jwk, x5u, x5c, crit, zip and the rest have no place here.
    private static final Set<String> HEADER_MEMBERS = Set.of("alg", "kid", "typ");

    private final String issuer;
    private final Function<String, Optional<VerificationKey>> keys;
    private final Clock clock;

    /** Verifies what that issuer signed; {@code keys} gives its keys as they are now, from memory. */
    public JwtVerifier(String issuer, Supplier<JwkSet> keys, Clock clock) {
        this(issuer, kid -> keys.get().find(kid), clock);
    }

    /** The same by who finds a key by its {@code kid}, for an issuer that is elsewhere. */
    public JwtVerifier(String issuer, Function<String, Optional<VerificationKey>> keys, Clock clock) {
        this.issuer = issuer;
        this.keys = keys;
        this.clock = clock;
    }

    /**
     * Verifies a token.
     *
     * @param audience must be among the token's audiences
     * @throws InvalidTokenException if any check refuses the token
     */
    public VerifiedJwt verify(String token, String audience) throws InvalidTokenException {
        VerifiedJwt jwt = verify(token);
        if (!jwt.isFor(audience)) {
            throw new InvalidTokenException(Check.AUDIENCE, "the token is for another audience");
        }
        return jwt;
    }

    /** Whether a token of this key can be good at all. */
    boolean knows(String kid) {
        return keys.apply(kid).isPresent();
    }

    /** The same for whatever audience; who uses the token has to ask {@link VerifiedJwt#isFor}. */
    VerifiedJwt verify(String token) throws InvalidTokenException {
        checkForm(token);
        Map<String, Object> header = header(token);
        TokenType type = TokenType.find(String.valueOf(header.get("typ")))
                .orElseThrow(() -> new InvalidTokenException(Check.FORM, "the typ is not that of an access token"));
        VerificationKey key = keys.apply(String.valueOf(header.get("kid")))
                .orElseThrow(() -> new InvalidTokenException(Check.KEY, "the key is unknown"));
        return new VerifiedJwt(token, type, key.kid(), verifySignatureAndClaims(token, key));
    }

    /**
     * The {@code jti} that stands in a token, which may have expired or be signed by a key that is gone: for who knows from elsewhere that
     * it is one of ours, and asks only which. Proves nothing; empty for what is no JWT with a {@code jti}.
     */
    public static Optional<String> unverifiedId(String token) {
        return unverified(token, "jti").filter(String.class::isInstance).map(String.class::cast);
    }

    /** When a token ends, in seconds since 1970, as it says itself, whoever has made it. Proves nothing; empty for what is no JWT with an {@code exp}. */
    public static Optional<Long> unverifiedExpiry(String token) {
        return unverified(token, "exp").filter(Long.class::isInstance).map(Long.class::cast);
    }

    private static Optional<Object> unverified(String token, String claim) {
        var parts = FORM.matcher(token);
        if (!parts.matches()) {
            return Optional.empty();
        }
        try {
            byte[] claims = Base64.getUrlDecoder().decode(parts.group(2));
            return Optional.ofNullable(JsonUtil.parseJson(new String(claims, StandardCharsets.UTF_8))
                    .get(claim));
        } catch (IllegalArgumentException | JoseException malformed) {
            return Optional.empty();
        }
    }

    /** Strict base64url: another spelling of the same bytes is another token, and none of ours (RFC 8725 section 3.6). */
    private static void checkForm(String token) throws InvalidTokenException {
        if (token.length() > MAX_LENGTH) {
            throw new InvalidTokenException(Check.FORM, "the token is too long");
        }
        var parts = FORM.matcher(token);
        if (!parts.matches()) {
            throw new InvalidTokenException(Check.FORM, "the token is not a compact JWS");
        }
        for (int part = 1; part <= 3; part++) {
            try {
                byte[] bytes = Base64.getUrlDecoder().decode(parts.group(part));
                if (!Base64.getUrlEncoder()
                        .withoutPadding()
                        .encodeToString(bytes)
                        .equals(parts.group(part))) {
                    throw new InvalidTokenException(Check.FORM, "the token is not canonical base64url");
                }
            } catch (IllegalArgumentException malformed) {
                throw new InvalidTokenException(Check.FORM, "the token is not base64url");
            }
        }
    }

    private static Map<String, Object> header(String token) throws InvalidTokenException {
        Map<String, Object> header;
        try {
            JsonWebSignature jws = new JsonWebSignature();
            jws.setCompactSerialization(token);
            header = JsonUtil.parseJson(jws.getHeaders().getFullHeaderAsJsonString());
        } catch (JoseException malformed) {
            throw new InvalidTokenException(Check.FORM, "the header is malformed");
        }
        if (!HEADER_MEMBERS.equals(header.keySet())) {
            throw new InvalidTokenException(Check.FORM, "the header has other members than alg, kid and typ");
        }
        return header;
    }

    /**
     * The signature first, then issuer, times and the claims that RFC 9068 section 2.2 requires. There is no clock
     * skew to forgive: who signs and who verifies is one installation, and no token names an instant before which it is not good.
     */
    private Map<String, Object> verifySignatureAndClaims(String token, VerificationKey key)
            throws InvalidTokenException {
        JwtConsumer consumer = new JwtConsumerBuilder()
                // RFC 8725 section 3.1: "Each key MUST be used with exactly one algorithm".
                .setJwsAlgorithmConstraints(
                        ConstraintType.PERMIT, key.algorithm().value())
                .setVerificationKey(key.publicKey())
                .setExpectedIssuer(issuer)
                .setSkipDefaultAudienceValidation()
                .setEvaluationTime(NumericDate.fromMilliseconds(clock.millis()))
                .setRequireExpirationTime()
                .setRequireIssuedAt()
                .setRequireSubject()
                .setRequireJwtId()
                .build();
        try {
            return consumer.processToClaims(token).getClaimsMap();
        } catch (InvalidJwtSignatureException forged) {
            throw new InvalidTokenException(Check.SIGNATURE, "the signature does not verify");
        } catch (InvalidJwtException refused) {
            throw refused.hasExpired()
                    ? new InvalidTokenException(Check.EXPIRY, "the token has expired")
                    : new InvalidTokenException(Check.CLAIMS, "issuer, times or required claims are refused");
        }
    }
}
