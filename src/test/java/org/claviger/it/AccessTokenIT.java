package org.claviger.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.claviger.it.Flow.granted;

import jakarta.json.JsonObject;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.List;
import org.jose4j.jwa.AlgorithmConstraints.ConstraintType;
import org.jose4j.jwk.JsonWebKeySet;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.MalformedClaimException;
import org.jose4j.jwt.consumer.InvalidJwtException;
import org.jose4j.jwt.consumer.JwtConsumerBuilder;
import org.jose4j.keys.resolvers.JwksVerificationKeyResolver;
import org.jose4j.lang.JoseException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What access tokens say (RFC 9068, MicroProfile JWT 2.1), judged by what anybody can know: the metadata and the JWK set. */
@ExtendWith(ClavigerExtension.class)
@Tag("every-server")
@Tag("enterprise-beans") // of the demo application
class AccessTokenIT {
    private final RunningClaviger claviger;
    private final Flow flow;

    AccessTokenIT(RunningClaviger claviger, Flow flow) {
        this.claviger = claviger;
        this.flow = flow;
    }

    /** As an application elsewhere would: nothing is believed that the JWK set does not prove. */
    private JwtClaims verify(String token, String type, String audience)
            throws InterruptedException, IOException, JoseException, InvalidJwtException {
        JsonWebKeySet keys = new JsonWebKeySet(claviger.get("/api/v2/auth/jwks").body());
        return new JwtConsumerBuilder()
                .setJwsAlgorithmConstraints(ConstraintType.PERMIT, "RS256")
                .setVerificationKeyResolver(new JwksVerificationKeyResolver(keys.getJsonWebKeys()))
                .setExpectedType(true, type)
                .setExpectedIssuer(claviger.issuer())
                .setExpectedAudience(audience)
                .setRequireExpirationTime()
                .setRequireIssuedAt()
                .setRequireSubject()
                .setRequireJwtId()
                .build()
                .processToClaims(token);
    }

    @Test
    void j1_a_token_of_a_user_has_the_claims_of_rfc_9068_and_microprofile_jwt()
            throws InterruptedException, IOException, JoseException, InvalidJwtException, MalformedClaimException {
        long before = Instant.now().getEpochSecond();
        String token = flow.tokens("spa", "bob").getString("access_token");
        JwtClaims claims = verify(token, "at+jwt", claviger.issuer());

        assertThat(Jwts.header(token).keySet()).containsExactlyInAnyOrder("typ", "alg", "kid");
        assertThat(claims.getClaimNames())
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
        assertThat(claims.getAudience()).containsExactly(claviger.issuer());
        assertThat(claims.getStringClaimValue("client_id")).isEqualTo("spa");
        assertThat(claims.getStringClaimValue("scope")).isEqualTo("profile demo");
        assertThat(claims.getIssuedAt().getValue())
                .isBetween(before, Instant.now().getEpochSecond());
        assertThat(claims.getExpirationTime().getValue() - claims.getIssuedAt().getValue())
                .isEqualTo(900);
        assertThat(claims.getNumericDateClaimValue("auth_time").getValue())
                .isPositive()
                .isLessThanOrEqualTo(claims.getIssuedAt().getValue());
        assertThat(claims.getStringClaimValue("upn")).isEqualTo("bob");
        assertThat(claims.getStringClaimValue("preferred_username")).isEqualTo("bob");
        assertThat(claims.getStringListClaimValue("groups")).containsExactlyInAnyOrder("user", "admin");
        assertThat(claims.getStringListClaimValue("roles")).containsExactlyInAnyOrder("user", "admin");
        assertThat(claims.getJwtId()).matches("[A-Za-z0-9_-]{22}");
        assertThat(claims.getStringClaimValue("claviger_family")).matches("[A-Za-z0-9_-]{22}");
    }

    @Test
    void j1_a_token_of_a_service_has_no_claims_of_a_user()
            throws InterruptedException, IOException, JoseException, InvalidJwtException, MalformedClaimException {
        String token = flow.serviceToken("service");
        JwtClaims claims = verify(token, "at+jwt", claviger.issuer());
        assertThat(claims.getClaimNames())
                .containsExactlyInAnyOrder(
                        "iss",
                        "sub",
                        "aud",
                        "exp",
                        "iat",
                        "jti",
                        "client_id",
                        "scope",
                        "groups",
                        "roles",
                        "claviger_family");
        assertThat(claims.getSubject()).isEqualTo("service");
        assertThat(claims.getStringListClaimValue("groups")).containsExactlyInAnyOrder("user", "orders");
    }

    @Test
    void the_subject_is_a_random_name_that_stays_and_is_nobody_elses() throws InterruptedException, IOException {
        String alice = subjectOf("spa", "alice");
        assertThat(alice).matches("[A-Za-z0-9_-]{22}").doesNotContain("alice");
        assertThat(subjectOf("native", "alice")).isEqualTo(alice);
        assertThat(subjectOf("spa", "bob")).isNotEqualTo(alice);
    }

    private String subjectOf(String client, String user) throws InterruptedException, IOException {
        return Jwts.claims(flow.tokens(client, user).getString("access_token")).getString("sub");
    }

    @Test
    void no_two_tokens_have_the_same_id_and_no_two_authorizations_the_same_family()
            throws InterruptedException, IOException {
        List<JsonObject> claims = List.of(
                Jwts.claims(flow.tokens("spa", "alice").getString("access_token")),
                Jwts.claims(flow.tokens("spa", "alice").getString("access_token")),
                Jwts.claims(flow.serviceToken("service")),
                Jwts.claims(flow.serviceToken("service")));
        assertThat(claims).extracting(each -> each.getString("jti")).doesNotHaveDuplicates();
        assertThat(claims).extracting(each -> each.getString("claviger_family")).doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @CsvSource({
        "spa,  bob,   user admin",
        "once, bob,   user", // its user_groups
        "spa,  carol, ''",
        "spa,  root,  user", // the reserved groups open Claviger alone
    })
    void groups_are_those_of_the_user_that_the_client_may_see(String client, String user, String groups)
            throws InterruptedException, IOException {
        JsonObject claims = Jwts.claims(flow.tokens(client, user).getString("access_token"));
        List<String> expected = groups.isEmpty() ? List.of() : List.of(groups.split(" ", -1));
        assertThat(Jwts.texts(claims, "groups")).containsExactlyInAnyOrderElementsOf(expected);
        assertThat(Jwts.texts(claims, "roles")).containsExactlyInAnyOrderElementsOf(expected);
    }

    @Test
    void j1_a_client_may_have_tokens_of_the_type_jwt_and_the_guard_knows()
            throws InterruptedException, IOException, JoseException, InvalidJwtException {
        String token = flow.serviceToken("microprofile");
        verify(token, "JWT", claviger.issuer());
        assertThat(flow.call("/demo/api/user", token).statusCode()).isEqualTo(200);
    }

    @Test
    void j2_a_token_for_elsewhere_is_refused_here() throws InterruptedException, IOException {
        String token = flow.serviceToken("elsewhere");
        assertThat(Jwts.texts(Jwts.claims(token), "aud")).containsExactly("https://elsewhere.example.org");
        for (String path : List.of("/demo/api/user", "/demo/api/public", "/plain/api/orders", "/demo/servlet")) {
            HttpResponse<String> refused = flow.call(path, token);
            assertThat(refused.statusCode()).as(path).isEqualTo(401);
            assertThat(refused.headers().firstValue("WWW-Authenticate").orElseThrow())
                    .contains("error=\"invalid_token\"");
        }
    }

    // --- Administration ---

    @Test
    void an_administrator_asks_for_administration_by_name_and_gets_a_token_for_nothing_else()
            throws InterruptedException, IOException, JoseException, InvalidJwtException, MalformedClaimException {
        JsonObject answer = flow.tokens("console", "root");
        assertThat(answer.getString("scope").split(" ", -1)).contains("claviger:admin");
        JwtClaims claims = verify(answer.getString("access_token"), "at+jwt", claviger.issuer() + "/admin");
        assertThat(claims.getAudience()).containsExactly(claviger.issuer() + "/admin");
        assertThat(claims.getStringListClaimValue("groups")).doesNotContain("claviger-admin");
    }

    @Test
    void a_refresh_of_administration_is_administration_again() throws InterruptedException, IOException {
        JsonObject first = flow.tokens("console", "root");
        JsonObject second = granted(flow.refresh("console", first.getString("refresh_token")));
        assertThat(flow.call(AdminIT.SETTINGS, second.getString("access_token")).statusCode())
                .isEqualTo(200);
    }

    @Test
    void an_administrator_who_does_not_ask_gets_an_ordinary_token() throws InterruptedException, IOException {
        Pkce pkce = Pkce.random();
        String code = flow.browser("root")
                .authorize(flow.request("console", pkce).without("scope"))
                .code();
        JsonObject answer = granted(flow.redeem("console", code, pkce));
        assertThat(answer.getString("scope")).isEqualTo("profile");
        assertThat(Jwts.texts(Jwts.claims(answer.getString("access_token")), "aud"))
                .containsExactly(claviger.issuer());
    }

    @ParameterizedTest
    @CsvSource({"alice", "bob"})
    void nobody_else_gets_administration(String user) throws InterruptedException, IOException {
        JsonObject answer = flow.tokens("console", user);
        assertThat(answer.getString("scope")).isEqualTo("profile");
        assertThat(Jwts.texts(Jwts.claims(answer.getString("access_token")), "aud"))
                .containsExactly(claviger.issuer());
        Redirect nothing = flow.browser(user)
                .authorize(flow.request("console", Pkce.random()).with("scope", "claviger:admin"));
        assertThat(nothing.parameters()).containsEntry("error", "invalid_scope").doesNotContainKey("code");
    }

    @Test
    void a_service_administers_only_if_it_is_registered_for_it_and_asks() throws InterruptedException, IOException {
        String asked = flow.serviceToken("operator", "scope", "claviger:admin");
        assertThat(Jwts.texts(Jwts.claims(asked), "aud")).containsExactly(claviger.issuer() + "/admin");
        String notAsked = flow.serviceToken("operator");
        assertThat(Jwts.texts(Jwts.claims(notAsked), "aud")).containsExactly(claviger.issuer());
        assertThat(Jwts.claims(notAsked).getString("scope")).isEqualTo("demo");
    }
}
