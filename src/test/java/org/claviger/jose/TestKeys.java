package org.claviger.jose;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.interfaces.RSAPublicKey;
import java.util.List;
import org.claviger.TestClock;

/** A key that signs, one that does not belong here, and tokens that are in order. */
final class TestKeys {
    static final KeyPair OURS = rsa(2048);
    static final KeyPair OTHER = rsa(2048);
    static final VerificationKey OUR_KEY = VerificationKey.of(OURS.getPublic(), SigningAlgorithm.RS256);
    static final String KID = OUR_KEY.kid();
    static final JwkSet JWKS = new JwkSet(List.of(OUR_KEY));

    static final String ISSUER = "https://id.example.org/api/v2/auth";
    static final String AUDIENCE = "https://orders.example.org";
    static final long NOW = TestClock.START.getEpochSecond();

    static final String HEADER = "{\"typ\":\"at+jwt\",\"alg\":\"RS256\",\"kid\":\"" + KID + "\"}";
    static final String CLAIMS = claims("");

    private TestKeys() {}

    static KeyPair rsa(int bits) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(bits);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    static RSAPublicKey publicKey() {
        return (RSAPublicKey) OURS.getPublic();
    }

    /** Claims that are in order, and these members behind them. */
    static String claims(String more) {
        return ("{'iss':'" + ISSUER + "','sub':'s','aud':'" + AUDIENCE + "','exp':" + (NOW + 900) + ",'iat':" + NOW
                        + ",'jti':'j','client_id':'web','scope':'demo'" + more + "}")
                .replace('\'', '"');
    }

    /** Claims that are in order without one of their members. */
    static String claimsWithout(String name) {
        String claims = CLAIMS.replaceFirst("\"" + name + "\":(\"[^\"]*\"|[0-9]+),", "");
        if (claims.equals(CLAIMS)) {
            throw new IllegalArgumentException("nothing was left out");
        }
        return claims;
    }

    /** Signed with our key. */
    static String signed(String header, String claims) {
        return RawJws.of(header, claims, RawJws.rs256(OURS.getPrivate()));
    }

    static String header(String typ, String alg, String kid) {
        return "{\"typ\":\"" + typ + "\",\"alg\":\"" + alg + "\",\"kid\":\"" + kid + "\"}";
    }

    /** The header of a good token, and these members behind it. */
    static String headerWith(String more) {
        return HEADER.substring(0, HEADER.length() - 1) + "," + more.replace('\'', '"') + "}";
    }
}
