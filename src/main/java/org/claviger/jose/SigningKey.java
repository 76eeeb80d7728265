package org.claviger.jose;

import java.security.PrivateKey;

/** The private half of a signing key, its one algorithm, and the name under which verifiers find its public half. */
public record SigningKey(String kid, SigningAlgorithm algorithm, PrivateKey privateKey) {
    @Override
    public String toString() {
        return "SigningKey[kid=" + kid + "]";
    }
}
