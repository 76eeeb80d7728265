package org.claviger.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.io.StringReader;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.jose4j.jwk.JsonWebKeySet;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.MalformedClaimException;
import org.jose4j.jwt.consumer.InvalidJwtException;
import org.jose4j.jwt.consumer.JwtConsumer;
import org.jose4j.jwt.consumer.JwtConsumerBuilder;
import org.jose4j.keys.resolvers.JwksVerificationKeyResolver;
import org.jose4j.lang.JoseException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Tokens for tests are judged by a verifier that is not ours. */
class TestTokenTest {
    @RegisterExtension
    static final TestIssuer ISSUER = new TestIssuer();

    private static JwtConsumer verifier() throws IOException, InterruptedException, JoseException {
        String jwks = HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(ISSUER.jwksUri()).build(), BodyHandlers.ofString())
                .body();
        return new JwtConsumerBuilder()
                .setVerificationKeyResolver(new JwksVerificationKeyResolver(new JsonWebKeySet(jwks).getJsonWebKeys()))
                .setExpectedIssuer(ISSUER.issuer())
                .setExpectedAudience(ISSUER.audience())
                .setExpectedType(true, "at+jwt")
                .setRequireExpirationTime()
                .setRequireSubject()
                .build();
    }

    private static boolean accepts(String token) throws IOException, InterruptedException, JoseException {
        try {
            verifier().processToClaims(token);
            return true;
        } catch (InvalidJwtException refused) {
            return false;
        }
    }

    @Test
    void aTokenIsWhatItWasDescribedAs()
            throws IOException, InterruptedException, JoseException, InvalidJwtException, MalformedClaimException {
        String token = ISSUER.token()
                .user("al\"ice")
                .groups("orders", "user")
                .scope("profile")
                .client("web")
                .claim("limits", Map.of("amount", 5, "open", true))
                .sign();

        JwtClaims claims = verifier().processToClaims(token);

        assertThat(claims.getStringClaimValue("upn")).isEqualTo("al\"ice");
        assertThat(claims.getStringListClaimValue("groups")).containsExactly("orders", "user");
        assertThat(claims.getStringClaimValue("client_id")).isEqualTo("web");
        assertThat(claims.flattenClaims()).containsEntry("limits.open", List.of(true));
    }

    @Test
    void itHasTheClaimsThatClavigerPutsIntoItsTokens() {
        assertThat(claims(ISSUER.token().scope("profile").sign()).keySet())
                .containsExactlyInAnyOrder(
                        "iss",
                        "sub",
                        "aud",
                        "exp",
                        "iat",
                        "jti",
                        "client_id",
                        "scope",
                        "auth_time",
                        "upn",
                        "preferred_username",
                        "groups",
                        "roles",
                        "claviger_family");
    }

    @Test
    void thereIsOneForEveryReasonToRefuseIt() throws IOException, InterruptedException, JoseException {
        assertThat(accepts(ISSUER.token().sign())).isTrue();
        assertThat(accepts(ISSUER.token().age(Duration.ofMinutes(14)).sign())).isTrue();
        assertThat(accepts(ISSUER.token().expired())).isFalse();
        assertThat(accepts(ISSUER.token().foreign())).isFalse();
        assertThat(accepts(ISSUER.token().forged())).isFalse();
        assertThat(accepts(ISSUER.token().unsigned())).isFalse();
        assertThat(accepts(ISSUER.token().tampered())).isFalse();
        assertThat(accepts(
                        ISSUER.token().audience("https://elsewhere.example.org").sign()))
                .isFalse();
        assertThat(accepts(ISSUER.token().type("JWT").sign())).isFalse();
    }

    @Test
    void aUserIsAlwaysTheSameSubject() {
        assertThat(claims(ISSUER.token().user("alice").sign()).getString("sub"))
                .isEqualTo(claims(ISSUER.token().user("alice").sign()).getString("sub"))
                .isNotEqualTo(claims(ISSUER.token().user("bob").sign()).getString("sub"));
    }

    private static JsonObject claims(String token) {
        String json = new String(Base64.getUrlDecoder().decode(token.split("\\.", -1)[1]), UTF_8);
        return Json.createReader(new StringReader(json)).readObject();
    }
}
