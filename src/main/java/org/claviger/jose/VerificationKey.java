package org.claviger.jose;

import java.security.PublicKey;
import java.security.interfaces.RSAPublicKey;
import org.jose4j.json.JsonUtil;
import org.jose4j.jwk.JsonWebKey;
import org.jose4j.jwk.RsaJsonWebKey;
import org.jose4j.jwk.Use;
import org.jose4j.jws.AlgorithmIdentifiers;
import org.jose4j.lang.HashUtil;
import org.jose4j.lang.JoseException;

/**
 * The public half of a signing key, tied to one algorithm (RFC 8725 section 3.1). Its {@code kid} is its SHA-256
 * thumbprint (RFC 7638).
 */
public final class VerificationKey {
    private final RsaJsonWebKey jwk;

    private VerificationKey(RsaJsonWebKey jwk) {
        this.jwk = jwk;
    }

    /** An RSA key for RS256. */
    public static VerificationKey of(PublicKey key) {
        if (!(key instanceof RSAPublicKey rsa)) {
            throw new IllegalArgumentException("not an RSA key");
        }
        RsaJsonWebKey jwk = new RsaJsonWebKey(rsa);
        jwk.setKeyId(jwk.calculateBase64urlEncodedThumbprint(HashUtil.SHA_256));
        jwk.setUse(Use.SIGNATURE);
        jwk.setAlgorithm(AlgorithmIdentifiers.RSA_USING_SHA256);
        return new VerificationKey(jwk);
    }

    /** What {@link #toJson} wrote. */
    public static VerificationKey parse(String json) {
        try {
            return new VerificationKey(new RsaJsonWebKey(JsonUtil.parseJson(json)));
        } catch (JoseException malformed) {
            throw new IllegalArgumentException("not an RSA key as a JWK", malformed);
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
