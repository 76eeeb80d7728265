package org.claviger.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.claviger.it.RunningClaviger.form;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.claviger.testkit.TestToken;
import org.jose4j.jwk.JsonWebKeySet;
import org.jose4j.lang.JoseException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What verifiers of others make of our tokens when they are set up as {@code docs/verifiers.md} says. */
@ExtendWith(RotatingClaviger.Extension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class VerifierContract {
    private static final Base64.Encoder BASE64URL = Base64.getUrlEncoder().withoutPadding();

    final RotatingClaviger claviger;

    VerifierContract(RotatingClaviger claviger) {
        this.claviger = claviger;
    }

    abstract List<Verifier> verifiers();

    final String issuer() {
        return claviger.server().issuer();
    }

    private String token(Verifier verifier) throws InterruptedException, IOException {
        return claviger.flow().serviceToken(verifier.client());
    }

    /** Signed with the key of Claviger. */
    final TestToken made(Verifier verifier) {
        return claviger.server()
                .tokens()
                .token()
                .client(verifier.client())
                .type(verifier.client().equals("microprofile") ? "JWT" : "at+jwt")
                .audience(verifier.audience())
                .user("clara")
                .groups("user");
    }

    static void assertAccepted(Verifier verifier, String token) throws InterruptedException, IOException {
        Verifier.Answer answer = verifier.of(token);
        assertThat(answer.status()).as(verifier.name() + ": " + answer.body()).isEqualTo(200);
        assertThat(answer.body()).contains(Jwts.claims(token).getString("sub"));
    }

    static void assertRefused(Verifier verifier, String what, String token) throws InterruptedException, IOException {
        assertThat(verifier.of(token).status())
                .as(verifier.name() + ", " + what)
                .isIn(401, 403);
    }

    @ParameterizedTest
    @MethodSource("verifiers")
    void a_token_from_the_token_endpoint_is_accepted(Verifier verifier) throws InterruptedException, IOException {
        assertAccepted(verifier, token(verifier));
        assertAccepted(verifier, made(verifier).sign());
    }

    @ParameterizedTest
    @MethodSource("verifiers")
    void a_token_without_the_role_is_refused(Verifier verifier) throws InterruptedException, IOException {
        String token = made(verifier).groups("other").sign();
        assertThat(verifier.of(token).status()).isEqualTo(403);
    }

    @ParameterizedTest
    @MethodSource("verifiers")
    void what_is_over_or_for_others_is_refused(Verifier verifier) throws InterruptedException, IOException {
        // Some forgive a minute.
        assertRefused(
                verifier, "expired", made(verifier).age(Duration.ofMinutes(20)).sign());
        assertRefused(
                verifier,
                "for another",
                made(verifier).audience("https://another.example.org").sign());
        assertRefused(
                verifier,
                "by another issuer",
                made(verifier).claim("iss", "https://another.example.org").sign());
        assertRefused(verifier, "garbage", "garbage");
    }

    @ParameterizedTest
    @MethodSource("verifiers")
    void what_nobody_or_another_has_signed_is_refused(Verifier verifier)
            throws InterruptedException, IOException, GeneralSecurityException, JoseException {
        assertRefused(verifier, "another key under our kid", made(verifier).forged());
        assertRefused(verifier, "changed", made(verifier).tampered());
        assertRefused(verifier, "alg none", made(verifier).unsigned());
        for (byte[] secret : publicKey()) {
            assertRefused(
                    verifier, "HS256 by the public key", maced(made(verifier).sign(), secret));
        }
        assertUnknownKeyRefused(verifier, made(verifier).foreign());
        assertAccepted(verifier, made(verifier).sign());
    }

    /** With a {@code kid} that is in no JWK set. */
    void assertUnknownKeyRefused(Verifier verifier, String token) throws InterruptedException, IOException {
        assertRefused(verifier, "another issuer's key", token);
    }

    /** As somebody might write it who has it from the JWK set. */
    private List<byte[]> publicKey() throws InterruptedException, IOException, JoseException {
        byte[] der = new JsonWebKeySet(
                        claviger.server().get("/api/v2/auth/jwks").body())
                .getJsonWebKeys()
                .get(0)
                .getKey()
                .getEncoded();
        String pem = "-----BEGIN PUBLIC KEY-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der)
                + "\n-----END PUBLIC KEY-----\n";
        return List.of(der, pem.getBytes(UTF_8));
    }

    private static String maced(String token, byte[] secret) throws GeneralSecurityException {
        String header = Jwts.header(token).toString().replace("RS256", "HS256");
        String input = BASE64URL.encodeToString(header.getBytes(UTF_8)) + "." + token.split("\\.", -1)[1];
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(secret, "HmacSHA256"));
        return input + "." + BASE64URL.encodeToString(mac.doFinal(input.getBytes(UTF_8)));
    }

    /** It has the same signer and says {@code active} (RFC 9701). */
    @ParameterizedTest
    @MethodSource("verifiers")
    void a_signed_answer_of_introspection_is_no_token(Verifier verifier) throws InterruptedException, IOException {
        String answer = claviger.server()
                .post(
                        "/api/v2/auth/introspect",
                        form("token", token(verifier)),
                        "Authorization",
                        claviger.server().basic(verifier.client()),
                        "Accept",
                        "application/token-introspection+jwt")
                .body();
        assertThat(Jwts.header(answer).getString("typ")).isEqualTo("token-introspection+jwt");
        assertRefused(verifier, "introspection", answer);
    }

    @ParameterizedTest
    @MethodSource("verifiers")
    void a_revoked_token_is_refused_by_who_asks_and_by_nobody_else(Verifier verifier)
            throws InterruptedException, IOException {
        String token = token(verifier);
        assertAccepted(verifier, token);
        assertThat(claviger.flow().revoke(verifier.client(), token).statusCode())
                .isEqualTo(200);
        if (verifier.introspects()) {
            assertRefused(verifier, "revoked", token);
        } else {
            assertAccepted(verifier, token);
        }
    }

    @Test
    void a_new_key_is_followed_without_a_restart() throws Exception {
        for (Verifier verifier : verifiers()) {
            assertAccepted(verifier, token(verifier)); // has read the JWK set
            // For a key that they do not know some read it once more, and not again for half an hour.
            assertUnknownKeyRefused(verifier, made(verifier).foreign());
        }
        claviger.rotate();
        for (Verifier verifier : verifiers()) {
            assertAccepted(verifier, token(verifier));
            assertAccepted(verifier, made(verifier).sign()); // by the key before
        }
    }
}
