package org.claviger.jose;

import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;
import org.jose4j.jwk.EllipticCurveJsonWebKey;
import org.jose4j.jwk.JsonWebKey;
import org.jose4j.jwk.OctetKeyPairJsonWebKey;
import org.jose4j.jwk.PublicJsonWebKey;
import org.jose4j.jwk.RsaJsonWebKey;
import org.jose4j.jwk.Use;
import org.jose4j.lang.HashUtil;
import org.jose4j.lang.JoseException;

/**
 * The public half of a signing key, tied to one algorithm (RFC 8725 section 3.1). Its {@code kid} is its SHA-256
 * thumbprint (RFC 7638).
 */
public final class VerificationKey {
    private final PublicJsonWebKey jwk;
    private final KeyType type;

    private VerificationKey(PublicJsonWebKey jwk) {
        this.jwk = jwk;
        SigningAlgorithm algorithm = SigningAlgorithm.find(String.valueOf(jwk.getAlgorithm()))
                .filter(known -> fits(jwk, known))
                .orElseThrow(() -> new IllegalArgumentException("not a key of an algorithm that signs here"));
        int bits = jwk.getPublicKey() instanceof RSAPublicKey rsa
                ? rsa.getModulus().bitLength()
                : 0;
        this.type = KeyType.of(algorithm, bits);
    }

    private static boolean fits(PublicJsonWebKey jwk, SigningAlgorithm algorithm) {
        return switch (algorithm) {
            case RS256, PS256 -> jwk instanceof RsaJsonWebKey;
            case ES256 ->
                jwk instanceof EllipticCurveJsonWebKey elliptic
                        && elliptic.getCurveName().equals("P-256");
            case EDDSA ->
                jwk instanceof OctetKeyPairJsonWebKey pair
                        && OctetKeyPairJsonWebKey.SUBTYPE_ED25519.equals(pair.getSubtype());
        };
    }

    /** A key for that algorithm and no other. */
    public static VerificationKey of(PublicKey key, SigningAlgorithm algorithm) {
        PublicJsonWebKey jwk;
        if (key instanceof RSAPublicKey rsa) {
            jwk = new RsaJsonWebKey(rsa);
        } else if (key instanceof ECPublicKey elliptic) {
            jwk = new EllipticCurveJsonWebKey(elliptic);
        } else if (key instanceof EdECPublicKey edwards) {
            jwk = new OctetKeyPairJsonWebKey(edwards);
        } else {
            throw new IllegalArgumentException("not a key of an algorithm that signs here");
        }
        jwk.setKeyId(jwk.calculateBase64urlEncodedThumbprint(HashUtil.SHA_256));
        jwk.setUse(Use.SIGNATURE);
        jwk.setAlgorithm(algorithm.value());
        return new VerificationKey(jwk);
    }

    /** What {@link #toJson} wrote. */
    public static VerificationKey parse(String json) {
        try {
            return new VerificationKey(PublicJsonWebKey.Factory.newPublicJwk(json));
        } catch (JoseException malformed) {
            throw new IllegalArgumentException("not a public key as a JWK", malformed);
        }
    }

    public String kid() {
        return jwk.getKeyId();
    }

    public KeyType type() {
        return type;
    }

    public SigningAlgorithm algorithm() {
        return type.algorithm();
    }

    public PublicKey publicKey() {
        return jwk.getPublicKey();
    }

    /** The public members only. */
    public String toJson() {
        return jwk.toJson(JsonWebKey.OutputControlLevel.PUBLIC_ONLY);
    }
}
