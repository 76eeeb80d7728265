package org.claviger.jose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonReader;
import java.io.StringReader;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.RSAPublicKeySpec;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KeysTest {
    private static final List<String> PRIVATE_MEMBERS = List.of("d", "p", "q", "dp", "dq", "qi", "oth", "k");

    private static JsonObject json(String text) {
        try (JsonReader reader = Json.createReader(new StringReader(text))) {
            return reader.readObject();
        }
    }

    @Test
    void theKidIsTheThumbprintOfRfc7638Section31() throws GeneralSecurityException {
        String modulus =
                "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjB"
                        + "ZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9"
                        + "c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44"
                        + "-csFCur-kEgU8awapJzKnqDKgw";
        PublicKey example = KeyFactory.getInstance("RSA")
                .generatePublic(new RSAPublicKeySpec(
                        new BigInteger(1, Base64.getUrlDecoder().decode(modulus)), BigInteger.valueOf(65_537)));

        VerificationKey key = VerificationKey.of(example, SigningAlgorithm.RS256);

        assertThat(key.kid()).isEqualTo("NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
        assertThat(json(key.toJson()).getString("n")).isEqualTo(modulus);
        assertThat(json(key.toJson()).getString("e")).isEqualTo("AQAB");
    }

    @Test
    void aPublishedKeySaysWhatItIsForAndNothingElse() {
        assertThat(json(TestKeys.OUR_KEY.toJson()).keySet())
                .containsExactlyInAnyOrder("kty", "n", "e", "kid", "use", "alg");
        assertThat(json(TestKeys.OUR_KEY.toJson()).getString("use")).isEqualTo("sig");
        assertThat(json(TestKeys.OUR_KEY.toJson()).getString("alg")).isEqualTo("RS256");
    }

    @Test
    void aKeyThatWasWrittenIsReadAgain() {
        VerificationKey read = VerificationKey.parse(TestKeys.OUR_KEY.toJson());

        assertThat(read.kid()).isEqualTo(TestKeys.KID);
        assertThat(read.algorithm()).isEqualTo(SigningAlgorithm.RS256);
        assertThat(read.publicKey()).isEqualTo(TestKeys.OURS.getPublic());
        assertThat(read.toJson()).isEqualTo(TestKeys.OUR_KEY.toJson());
    }

    @Test
    void j7APrivateMemberIsNeverPublished() {
        JsonObject stored = Json.createObjectBuilder(json(TestKeys.OUR_KEY.toJson()))
                .add("d", "AQAB")
                .build();

        String published = new JwkSet(List.of(TestKeys.OUR_KEY, VerificationKey.parse(stored.toString()))).toJson();

        assertThat(json(published).getJsonArray("keys").getValuesAs(JsonObject.class))
                .isNotEmpty()
                .allSatisfy(key -> assertThat(key.keySet()).doesNotContainAnyElementsOf(PRIVATE_MEMBERS));
    }

    @Test
    void aSetKeepsItsOrder() {
        VerificationKey other = VerificationKey.of(TestKeys.OTHER.getPublic(), SigningAlgorithm.RS256);

        JwkSet set = new JwkSet(List.of(other, TestKeys.OUR_KEY));

        assertThat(json(set.toJson()).getJsonArray("keys").getValuesAs(JsonObject.class))
                .extracting(key -> key.getString("kid"))
                .containsExactly(other.kid(), TestKeys.KID);
        assertThat(set.find(TestKeys.KID))
                .hasValueSatisfying(key -> assertThat(key.kid()).isEqualTo(TestKeys.KID));
        assertThat(set.find("unknown")).isEmpty();
        assertThat(new JwkSet(List.of()).toJson()).isEqualTo("{\"keys\":[]}");
    }

    @ParameterizedTest
    @CsvSource({"RS256, 2048, RSA", "RS256, 3072, RSA", "PS256, 2048, RSA", "ES256, 256, EC", "EDDSA, 256, OKP"})
    void aKeyOfEachTypeIsPublishedWithItsOneAlgorithm(SigningAlgorithm algorithm, int bits, String kty)
            throws GeneralSecurityException {
        KeyType type = new KeyType(algorithm, bits);
        KeyPair pair = type.generate(new SecureRandom());
        VerificationKey key = VerificationKey.of(pair.getPublic(), algorithm);
        JsonObject jwk = json(key.toJson());

        assertThat(key.type()).isEqualTo(type);
        assertThat(jwk.getString("alg")).isEqualTo(algorithm.value());
        assertThat(jwk.getString("kty")).isEqualTo(kty);
        assertThat(jwk.getString("use")).isEqualTo("sig");
        assertThat(jwk.getString("kid")).matches("[A-Za-z0-9_-]{43}");
        assertThat(jwk.keySet()).doesNotContainAnyElementsOf(PRIVATE_MEMBERS);
        VerificationKey read = VerificationKey.parse(key.toJson());
        assertThat(read.toJson()).isEqualTo(key.toJson());
        assertThat(read.type()).isEqualTo(type);
        assertThat(type.privateKey(pair.getPrivate().getEncoded())).isEqualTo(pair.getPrivate());
    }

    @Test
    void whatDoesNotFitItsAlgorithmIsRefused() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp384r1"));
        PublicKey otherCurve = generator.generateKeyPair().getPublic();
        PublicKey agreement =
                KeyPairGenerator.getInstance("X25519").generateKeyPair().getPublic();

        assertThatIllegalArgumentException().isThrownBy(() -> VerificationKey.of(otherCurve, SigningAlgorithm.ES256));
        assertThatIllegalArgumentException().isThrownBy(() -> VerificationKey.of(agreement, SigningAlgorithm.EDDSA));
        for (SigningAlgorithm other : List.of(SigningAlgorithm.ES256, SigningAlgorithm.EDDSA)) {
            assertThatIllegalArgumentException().isThrownBy(() -> VerificationKey.of(TestKeys.OURS.getPublic(), other));
        }
        assertThatIllegalArgumentException().isThrownBy(() -> new KeyType(SigningAlgorithm.PS256, 1024));
        assertThatIllegalArgumentException().isThrownBy(() -> VerificationKey.parse("{}"));
        assertThatIllegalArgumentException().isThrownBy(() -> VerificationKey.parse("no JSON"));
        for (String alg : List.of("HS256", "none", "RS512", "rs256")) {
            String foreign = TestKeys.OUR_KEY.toJson().replace("\"RS256\"", "\"" + alg + "\"");
            assertThatIllegalArgumentException().isThrownBy(() -> VerificationKey.parse(foreign));
        }
    }

    @Test
    void aSigningKeyDoesNotShowItsPrivateHalf() {
        assertThat(new SigningKey("kid", SigningAlgorithm.RS256, TestKeys.OURS.getPrivate()))
                .hasToString("SigningKey[kid=kid]");
    }
}
