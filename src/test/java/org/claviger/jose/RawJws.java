package org.claviger.jose;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Makes compact JWSs of whatever bytes a forger likes, with nothing of the code under test. */
final class RawJws {
    private RawJws() {}

    /** Makes a signature. */
    @FunctionalInterface
    interface Signer {
        byte[] sign(byte[] input) throws GeneralSecurityException;
    }

    static String of(String header, String claims, Signer signer) {
        return of(header.getBytes(UTF_8), claims.getBytes(UTF_8), signer);
    }

    static String of(byte[] header, byte[] claims, Signer signer) {
        String input = base64url(header) + "." + base64url(claims);
        try {
            return input + "." + base64url(signer.sign(input.getBytes(UTF_8)));
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    static Signer rs256(PrivateKey key) {
        return signature("SHA256withRSA", key, null);
    }

    static Signer rs384(PrivateKey key) {
        return signature("SHA384withRSA", key, null);
    }

    static Signer rs1(PrivateKey key) {
        return signature("SHA1withRSA", key, null);
    }

    static Signer ps256(PrivateKey key) {
        return signature("RSASSA-PSS", key, new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, 32, 1));
    }

    private static Signer signature(String algorithm, PrivateKey key, AlgorithmParameterSpec parameters) {
        return input -> {
            Signature signature = Signature.getInstance(algorithm);
            if (parameters != null) {
                signature.setParameter(parameters);
            }
            signature.initSign(key);
            signature.update(input);
            return signature.sign();
        };
    }

    static Signer hs256(byte[] key) {
        return input -> {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(input);
        };
    }

    static Signer bytes(int length) {
        return input -> new byte[length];
    }

    static String base64url(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    static String pem(String type, Key key) {
        return pem(type, key.getEncoded());
    }

    static String pem(String type, byte[] der) {
        return "-----BEGIN " + type + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der) + "\n-----END " + type + "-----";
    }
}
