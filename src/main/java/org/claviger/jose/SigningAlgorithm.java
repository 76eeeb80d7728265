package org.claviger.jose;

import java.util.Arrays;
import java.util.Optional;

/** The algorithms that sign here (RFC 7518 section 3.1, RFC 8037 section 3.1): their only values. */
public enum SigningAlgorithm {
    /** RSASSA-PKCS1-v1_5 with SHA-256: what every verifier understands. */
    RS256("RS256", "RSA"),
    /** RSASSA-PSS with SHA-256. */
    PS256("PS256", "RSA"),
    /** ECDSA on P-256 with SHA-256. On JDK 17 it verifies many times slower than RSA. */
    ES256("ES256", "EC"),
    /** EdDSA on Ed25519. */
    EDDSA("EdDSA", "Ed25519");

    private final String value;
    private final String keyAlgorithm;

    SigningAlgorithm(String value, String keyAlgorithm) {
        this.value = value;
        this.keyAlgorithm = keyAlgorithm;
    }

    /** As the {@code alg} header writes it. */
    public String value() {
        return value;
    }

    /** Empty for any other value; the comparison is exact. */
    public static Optional<SigningAlgorithm> find(String value) {
        return Arrays.stream(values())
                .filter(algorithm -> algorithm.value.equals(value))
                .findFirst();
    }

    /** What the JDK calls keys of this algorithm. */
    String keyAlgorithm() {
        return keyAlgorithm;
    }

    boolean isRsa() {
        return keyAlgorithm.equals("RSA");
    }
}
