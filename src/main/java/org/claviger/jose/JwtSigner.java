package org.claviger.jose;

import java.util.Map;
import org.jose4j.json.JsonUtil;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.lang.JoseException;

/** Signs JWTs (RFC 7515, RFC 7519). */
public final class JwtSigner {
    /** Signs claims: texts, numbers, truth values, lists and maps, written in their order. */
    public String sign(TokenType type, Map<String, ?> claims, SigningKey key) {
        return sign(type.value(), claims, key);
    }

    /** The same for what is no access token, and says so in its {@code typ} (RFC 8725 section 3.11). */
    public String sign(String type, Map<String, ?> claims, SigningKey key) {
        JsonWebSignature jws = new JsonWebSignature();
        jws.setHeader("typ", type);
        jws.setAlgorithmHeaderValue(key.algorithm().value());
        jws.setKeyIdHeaderValue(key.kid());
        jws.setPayload(JsonUtil.toJson(claims));
        jws.setKey(key.privateKey());
        try {
            return jws.getCompactSerialization();
        } catch (JoseException fault) {
            throw new IllegalStateException("cannot sign with the key " + key.kid(), fault);
        }
    }
}
