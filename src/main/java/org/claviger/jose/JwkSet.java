package org.claviger.jose;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** An immutable set of public keys (RFC 7517 section 5), in a stable order. */
public final class JwkSet {
    private final Map<String, VerificationKey> byKid = new LinkedHashMap<>();

    private final String json;

    public JwkSet(List<VerificationKey> keys) {
        keys.forEach(key -> byKid.put(key.kid(), key));
        json = keys.stream().map(VerificationKey::toJson).collect(Collectors.joining(",", "{\"keys\":[", "]}"));
    }

    public Optional<VerificationKey> find(String kid) {
        return Optional.ofNullable(byKid.get(kid));
    }

    /** The JWK set document: public members only. */
    public String toJson() {
        return json;
    }
}
