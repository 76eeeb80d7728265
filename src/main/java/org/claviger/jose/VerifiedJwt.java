package org.claviger.jose;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Evidence that an access token was verified: only {@link JwtVerifier} makes one. */
public final class VerifiedJwt {
    private final Header header;
    private final Map<String, Object> claims;
    private final String encoded;

    private record Header(TokenType type, String kid) {}

    VerifiedJwt(String encoded, TokenType type, String kid, Map<String, Object> claims) {
        this(new Header(type, kid), immutable(claims), encoded);
    }

    private VerifiedJwt(Header header, Map<String, Object> claims, String encoded) {
        this.header = header;
        this.claims = claims;
        this.encoded = encoded;
    }

    /** The same evidence with the token itself, which must be the one that was verified, or without it. */
    VerifiedJwt with(String token) {
        return new VerifiedJwt(header, claims, token);
    }

    /** One verification may serve several requests: what one of them is handed must not change for another. */
    private static Map<String, Object> immutable(Map<?, ?> claims) {
        Map<String, Object> copy = new LinkedHashMap<>();
        claims.forEach((name, claim) -> copy.put(String.valueOf(name), immutableClaim(claim)));
        return Collections.unmodifiableMap(copy);
    }

    private static @Nullable Object immutableClaim(@Nullable Object claim) {
        if (claim instanceof List<?> list) {
            return list.stream().map(VerifiedJwt::immutableClaim).toList();
        }
        return claim instanceof Map<?, ?> map ? immutable(map) : claim;
    }

    /** The token itself: a credential. */
    public String encoded() {
        return encoded;
    }

    public TokenType type() {
        return header.type;
    }

    /** The key that signed it. */
    public String kid() {
        return header.kid;
    }

    /** Whether this audience is among its own (RFC 7519 section 4.1.3). */
    public boolean isFor(String audience) {
        return texts("aud").contains(audience);
    }

    public Set<String> names() {
        return claims.keySet();
    }

    /** A claim as it stands in the token: text, number, truth value, list or map, none of which changes. */
    public Optional<Object> find(String name) {
        return Optional.ofNullable(claims.get(name));
    }

    /** A claim that is text; empty where it is missing or something else. */
    public Optional<String> text(String name) {
        return find(name).filter(String.class::isInstance).map(String.class::cast);
    }

    /** A claim that is an instant, in seconds since the epoch (RFC 7519 section 2, NumericDate). */
    public Optional<Long> seconds(String name) {
        return find(name).filter(Number.class::isInstance).map(number -> ((Number) number).longValue());
    }

    /** A claim that is a list of texts, or one text; empty where it is missing or something else. */
    public List<String> texts(String name) {
        Object value = find(name).orElse(List.of());
        if (value instanceof String text) {
            return List.of(text);
        }
        return value instanceof List<?> list && list.stream().allMatch(String.class::isInstance)
                ? list.stream().map(String.class::cast).toList()
                : List.of();
    }

    @Override
    public String toString() {
        return "VerifiedJwt[jti=" + claims.get("jti") + "]";
    }
}
