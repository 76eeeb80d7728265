package org.claviger.jose;

import java.security.PublicKey;
import org.jose4j.json.JsonUtil;
import org.jose4j.jwk.JsonWebKey;
import org.jose4j.jwk.PublicJsonWebKey;
import org.jose4j.jwk.Use;
import org.jose4j.jws.AlgorithmIdentifiers;
import org.jose4j.lang.HashUtil;
import org.jose4j.lang.JoseException;

/**
 * The public half of a signing key, tied to one algorithm (RFC 8725 section 3.1). Its {@code kid} is its SHA-256
 * thumbprint (RFC 7638).
 */
public final class VerificationKey {
    private final PublicJsonWebKey jwk;

    private VerificationKey(PublicJsonWebKey jwk) {
        this.jwk = jwk;
    }

    /** An RSA key for RS256. */
    public static VerificationKey of(PublicKey key) {
        try {
            PublicJsonWebKey jwk = PublicJsonWebKey.Factory.newPublicJwk(key);
            jwk.setKeyId(jwk.calculateBase64urlEncodedThumbprint(HashUtil.SHA_256));
            jwk.setUse(Use.SIGNATURE);
            jwk.setAlgorithm(AlgorithmIdentifiers.RSA_USING_SHA256);
            return new VerificationKey(jwk);
        } catch (JoseException unsupported) {
            throw new IllegalArgumentException("not an RSA key", unsupported);
        }
    }

    /** What {@link #toJson} wrote. */
    public static VerificationKey parse(String json) {
        try {
            return new VerificationKey(PublicJsonWebKey.Factory.newPublicJwk(JsonUtil.parseJson(json)));
        } catch (JoseException malformed) {
            throw new IllegalArgumentException("not a JWK", malformed);
        }
    }

    public String kid() {
        return jwk.getKeyId();
    }

    public String algorithm() {
        return jwk.getAlgorithm();
    }

    public PublicKey publicKey() {
        return jwk.getPublicKey();
    }

    /** The public members only. */
    public String toJson() {
        return jwk.toJson(JsonWebKey.OutputControlLevel.PUBLIC_ONLY);
    }
}
