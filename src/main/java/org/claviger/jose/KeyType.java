package org.claviger.jose;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;

/**
 * What kind of signing key: its one algorithm and its size.
 *
 * @param bits of the modulus of an RSA key, 2048 or more (RFC 7518 section 3.3); 256 of any other
 */
public record KeyType(SigningAlgorithm algorithm, int bits) {
    private static final int CURVE_BITS = 256;

    public KeyType {
        if (algorithm.isRsa() ? bits < 2048 : bits != CURVE_BITS) {
            throw new IllegalArgumentException(algorithm.value() + " has no keys of " + bits + " bits");
        }
    }

    /** The type for that algorithm; {@code rsaBits} is for RSA only. */
    public static KeyType of(SigningAlgorithm algorithm, int rsaBits) {
        return new KeyType(algorithm, algorithm.isRsa() ? rsaBits : CURVE_BITS);
    }

    /** Makes a pair; a large RSA pair takes seconds. */
    public KeyPair generate(SecureRandom random) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm.keyAlgorithm());
            switch (algorithm) {
                case RS256, PS256 -> generator.initialize(bits, random);
                case ES256 -> generator.initialize(new ECGenParameterSpec("secp256r1"), random);
                case EDDSA -> generator.initialize(CURVE_BITS - 1, random); // the JDK counts those of the curve's field
            }
            return generator.generateKeyPair();
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(algorithm.value() + " does not work here", impossible);
        }
    }

    /** Reads a private key of this type from PKCS #8. */
    public PrivateKey privateKey(byte[] encoded) throws GeneralSecurityException {
        return KeyFactory.getInstance(algorithm.keyAlgorithm()).generatePrivate(new PKCS8EncodedKeySpec(encoded));
    }
}
