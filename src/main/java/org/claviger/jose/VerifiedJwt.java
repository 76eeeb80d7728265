package org.claviger.jose;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Evidence that an access token was verified: only {@link JwtVerifier} makes one. */
public final class VerifiedJwt {
    private final String encoded;
    private final TokenType type;
    private final Map<String, Object> claims;

    VerifiedJwt(String encoded, TokenType type, Map<String, Object> claims) {
        this.encoded = encoded;
        this.type = type;
        this.claims = claims;
    }

    /** The token itself: a credential. */
    public String encoded() {
        return encoded;
    }

    public TokenType type() {
        return type;
    }

    public Set<String> names() {
        return claims.keySet();
    }

    /** A claim as it stands in the token: text, number, truth value, list or map. */
    public Optional<Object> find(String name) {
        return Optional.ofNullable(claims.get(name));
    }

    /** A claim that is text; empty where it is missing or something else. */
    public Optional<String> text(String name) {
        return find(name).filter(String.class::isInstance).map(String.class::cast);
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
