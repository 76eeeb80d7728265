package org.claviger.jose;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jose4j.json.JsonUtil;
import org.jose4j.jwk.Use;
import org.jose4j.lang.JoseException;

/** An immutable set of public keys (RFC 7517 section 5), in a stable order. */
public final class JwkSet {
    private final Map<String, VerificationKey> byKid = new LinkedHashMap<>();

    private final String json;

    public JwkSet(List<VerificationKey> keys) {
        keys.forEach(key -> byKid.put(key.kid(), key));
        json = keys.stream().map(VerificationKey::toJson).collect(Collectors.joining(",", "{\"keys\":[", "]}"));
    }

    /**
     * Reads the set of an issuer: the public keys that are for signatures (RFC 7517 section 4.2), by an algorithm that is accepted here.
     * Section 5: "Implementations SHOULD ignore JWKs within a JWK Set that use "kty" values that are not understood by them".
     *
     * @throws IllegalArgumentException if it is no JWK set, or none of its keys can be used
     */
    public static JwkSet parse(String json) {
        List<VerificationKey> usable = new ArrayList<>();
        try {
            if (JsonUtil.parseJson(json).get("keys") instanceof List<?> keys) {
                for (Object key : keys) {
                    if (key instanceof Map<?, ?> members) {
                        usable(members).ifPresent(usable::add);
                    }
                }
            }
        } catch (JoseException malformed) {
            throw new IllegalArgumentException("not a JWK set", malformed);
        }
        if (usable.isEmpty()) {
            throw new IllegalArgumentException("not a JWK set with a key for signatures");
        }
        return new JwkSet(usable);
    }

    private static Optional<VerificationKey> usable(Map<?, ?> members) {
        Map<String, Object> jwk = new LinkedHashMap<>();
        members.forEach((name, value) -> jwk.put(String.valueOf(name), value));
        if (!Use.SIGNATURE.equals(jwk.get("use")) || !(jwk.get("kid") instanceof String)) {
            return Optional.empty();
        }
        try {
            return Optional.of(VerificationKey.parse(JsonUtil.toJson(jwk)));
        } catch (IllegalArgumentException ofAnotherKind) {
            return Optional.empty();
        }
    }

    public Optional<VerificationKey> find(String kid) {
        return Optional.ofNullable(byKid.get(kid));
    }

    public int size() {
        return byKid.size();
    }

    /** The JWK set document: public members only. */
    public String toJson() {
        return json;
    }
}
