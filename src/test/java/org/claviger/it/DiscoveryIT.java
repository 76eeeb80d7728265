package org.claviger.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.claviger.it.RunningClaviger.json;

import jakarta.json.JsonObject;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jose4j.jwk.JsonWebKey;
import org.jose4j.jwk.JsonWebKeySet;
import org.jose4j.jwk.RsaJsonWebKey;
import org.jose4j.lang.HashUtil;
import org.jose4j.lang.JoseException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The metadata (RFC 8414), the JWK set (RFC 7517), and whether the server is ready. */
@ExtendWith(ClavigerExtension.class)
class DiscoveryIT {
    private static final String JWKS = "/api/v2/auth/jwks";
    private static final String BELOW_THE_ISSUER = "/api/v2/auth/.well-known/oauth-authorization-server";
    private static final String BY_THE_RULE = "/.well-known/oauth-authorization-server/api/v2/auth";

    private final RunningClaviger claviger;
    private final Flow flow;

    DiscoveryIT(RunningClaviger claviger, Flow flow) {
        this.claviger = claviger;
        this.flow = flow;
    }

    private JsonObject metadata() throws InterruptedException, IOException {
        return json(claviger.get(BY_THE_RULE));
    }

    private HttpResponse<String> getUrl(String url) throws InterruptedException, IOException {
        assertThat(url).startsWith(claviger.issuer() + "/");
        return claviger.get(url.substring(claviger.at("").toString().length()));
    }

    @Test
    void a_server_that_is_ready_says_what_it_has_looked_at() throws InterruptedException, IOException {
        JsonObject readiness = json(claviger.get("/api/v2/auth/health/ready"));

        assertThat(readiness.getString("status")).isEqualTo("UP");
        assertThat(readiness.getJsonArray("checks").getValuesAs(check -> check.asJsonObject()
                        .getString("name")))
                .containsExactly("clock", "database", "keys", "open", "revocation", "server", "settings");
    }

    @ParameterizedTest
    @ValueSource(strings = {"live", "started"})
    void a_server_that_answers_is_alive_and_has_started(String what) throws InterruptedException, IOException {
        assertThat(json(claviger.get("/api/v2/auth/health/" + what)).getString("status"))
                .isEqualTo("UP");
    }

    // --- Metadata ---

    @Test
    void the_metadata_is_the_same_below_the_issuer_and_where_rfc_8414_puts_it()
            throws InterruptedException, IOException {
        HttpResponse<String> below = claviger.get(BELOW_THE_ISSUER);
        HttpResponse<String> byTheRule = claviger.get(BY_THE_RULE);
        assertThat(below.statusCode()).isEqualTo(200);
        assertThat(byTheRule.statusCode()).isEqualTo(200);
        assertThat(byTheRule.body()).isEqualTo(below.body());
        for (String header :
                List.of("Content-Type", "Cache-Control", "ETag", "Access-Control-Allow-Origin", "Content-Length")) {
            assertThat(byTheRule.headers().firstValue(header))
                    .as(header)
                    .isPresent()
                    .isEqualTo(below.headers().firstValue(header));
        }
    }

    @Test
    void the_metadata_says_this_and_nothing_else() throws InterruptedException, IOException {
        // Whoever adds a member shows that it works, and lists it here.
        assertThat(metadata().keySet())
                .containsExactlyInAnyOrder(
                        "issuer",
                        "authorization_endpoint",
                        "token_endpoint",
                        "jwks_uri",
                        "response_types_supported",
                        "response_modes_supported",
                        "grant_types_supported",
                        "token_endpoint_auth_methods_supported",
                        "revocation_endpoint",
                        "revocation_endpoint_auth_methods_supported",
                        "introspection_endpoint",
                        "introspection_endpoint_auth_methods_supported",
                        "introspection_signing_alg_values_supported",
                        "code_challenge_methods_supported",
                        "authorization_response_iss_parameter_supported");
    }

    @Test
    void a18_the_issuer_is_the_one_that_is_configured() throws InterruptedException, IOException {
        assertThat(metadata().getString("issuer")).isEqualTo(claviger.issuer());
    }

    @Test
    void a4_a5_the_metadata_offers_what_is_safe_only() throws InterruptedException, IOException {
        assertThat(Jwts.texts(metadata(), "code_challenge_methods_supported")).containsExactly("S256");
        assertThat(Jwts.texts(metadata(), "response_types_supported")).containsExactly("code");
        assertThat(Jwts.texts(metadata(), "response_modes_supported")).containsExactly("query");
    }

    @Test
    void a6_the_metadata_says_that_answers_name_the_issuer() throws InterruptedException, IOException {
        assertThat(metadata().getBoolean("authorization_response_iss_parameter_supported"))
                .isTrue();
    }

    @Test
    void every_endpoint_of_the_metadata_answers() throws InterruptedException, IOException {
        Set<String> endpoints = new HashSet<>(metadata().keySet());
        endpoints.removeIf(name -> !name.endsWith("_endpoint") && !name.endsWith("_uri"));
        for (String name : endpoints) {
            String url = metadata().getString(name);
            // 400 and 405 are answers of an endpoint to a request without anything; 404 is not.
            assertThat(getUrl(url).statusCode()).as(name).isIn(200, 400, 401, 405);
        }
        HttpResponse<String> page = getUrl(metadata().getString("authorization_endpoint") + "?"
                + flow.request("spa", Pkce.random()).form());
        assertThat(Browser.form(page).isSignIn()).isTrue();
    }

    @Test
    void every_grant_type_of_the_metadata_works_and_no_other_is_known() throws InterruptedException, IOException {
        Set<String> working = new HashSet<>();
        String refreshToken = flow.tokens("spa", "alice").getString("refresh_token");
        working.add("authorization_code");
        assertThat(flow.refresh("spa", refreshToken).statusCode()).isEqualTo(200);
        working.add("refresh_token");
        assertThat(flow.serviceToken("service")).isNotEmpty();
        working.add("client_credentials");
        assertThat(Jwts.texts(metadata(), "grant_types_supported")).containsExactlyInAnyOrderElementsOf(working);
    }

    @Test
    void every_method_of_client_authentication_of_the_metadata_works() throws InterruptedException, IOException {
        Set<String> working = new HashSet<>();
        for (String client : List.of("spa", "web", "web-post")) {
            assertThat(flow.tokens(client, "alice").getString("access_token")).isNotEmpty();
            working.add(claviger.client(client).getString("token_endpoint_auth_method"));
        }
        assertThat(Jwts.texts(metadata(), "token_endpoint_auth_methods_supported"))
                .containsExactlyInAnyOrderElementsOf(working);
    }

    // --- The JWK set ---

    private List<JsonWebKey> keys() throws InterruptedException, IOException, JoseException {
        return new JsonWebKeySet(claviger.get(JWKS).body()).getJsonWebKeys();
    }

    @Test
    void j7_keys_are_rsa_of_2048_bits_or_more_and_named_by_their_thumbprint()
            throws InterruptedException, IOException, JoseException {
        assertThat(keys()).isNotEmpty();
        assertThat(keys()).extracting(JsonWebKey::getKeyId).doesNotHaveDuplicates();
        for (JsonWebKey key : keys()) {
            assertThat(key).isInstanceOf(RsaJsonWebKey.class);
            assertThat(((RsaJsonWebKey) key).getRsaPublicKey().getModulus().bitLength())
                    .isGreaterThanOrEqualTo(2048);
            assertThat(key.getAlgorithm()).isEqualTo("RS256");
            assertThat(key.getUse()).isEqualTo("sig");
            // RFC 7638
            assertThat(key.getKeyId()).isEqualTo(key.calculateBase64urlEncodedThumbprint(HashUtil.SHA_256));
        }
    }

    @Test
    void j7_no_key_shows_a_private_member() throws InterruptedException, IOException {
        for (JsonObject key : json(claviger.get(JWKS)).getJsonArray("keys").getValuesAs(JsonObject.class)) {
            assertThat(key.keySet()).containsExactlyInAnyOrder("kty", "kid", "use", "alg", "n", "e");
        }
    }

    @Test
    void the_key_of_a_token_is_in_the_set() throws InterruptedException, IOException, JoseException {
        String kid = Jwts.header(flow.serviceToken("service")).getString("kid");
        assertThat(keys()).extracting(JsonWebKey::getKeyId).contains(kid);
    }

    // --- Both as documents ---

    @ParameterizedTest
    @ValueSource(strings = {JWKS, BELOW_THE_ISSUER, BY_THE_RULE})
    void a_document_may_be_kept_for_five_minutes_and_read_by_any_script(String path)
            throws InterruptedException, IOException {
        HttpResponse<String> answer = claviger.get(path, "Origin", "https://spa.example.org");
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/json");
        assertThat(answer.headers().firstValue("Cache-Control"))
                .hasValueSatisfying(control -> assertThat(control.split(", *", -1))
                        .contains("max-age=300")
                        .doesNotContain("private"));
        assertThat(answer.headers().firstValue("Access-Control-Allow-Origin")).hasValue("*");
        assertThat(answer.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
        assertThat(answer.headers().allValues("Set-Cookie")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {JWKS, BELOW_THE_ISSUER, BY_THE_RULE})
    void a_document_that_has_not_changed_is_not_sent_again(String path) throws InterruptedException, IOException {
        String etag = claviger.get(path).headers().firstValue("ETag").orElseThrow();
        assertThat(etag).matches("\"[^\"]+\"");
        HttpResponse<String> unchanged = claviger.get(path, "If-None-Match", etag);
        assertThat(unchanged.statusCode()).isEqualTo(304);
        assertThat(unchanged.body()).isEmpty();
        assertThat(unchanged.headers().firstValue("ETag")).hasValue(etag);
        assertThat(unchanged.headers().firstValue("Cache-Control")).isPresent();
        assertThat(claviger.get(path, "If-None-Match", "\"another\"").statusCode())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"W/%s", "\"another\", %s", "*"})
    void if_none_match_is_read_as_rfc_9110_writes_it(String condition) throws InterruptedException, IOException {
        // Section 13.1.2: a list, compared weakly, or an asterisk.
        String etag = claviger.get(JWKS).headers().firstValue("ETag").orElseThrow();
        assertThat(claviger.get(JWKS, "If-None-Match", condition.formatted(etag))
                        .statusCode())
                .isEqualTo(304);
    }

    @ParameterizedTest
    @ValueSource(strings = {JWKS, BELOW_THE_ISSUER, BY_THE_RULE})
    void head_tells_what_get_would(String path) throws InterruptedException, IOException {
        HttpResponse<String> get = claviger.get(path);
        HttpResponse<String> head = claviger.send(claviger.request(path).method("HEAD", BodyPublishers.noBody()));
        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(head.body()).isEmpty();
        for (String header : List.of("Content-Type", "Content-Length", "ETag", "Cache-Control")) {
            assertThat(head.headers().firstValue(header))
                    .as(header)
                    .isEqualTo(get.headers().firstValue(header));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {JWKS, BELOW_THE_ISSUER, BY_THE_RULE})
    void documents_are_only_read(String path) throws InterruptedException, IOException {
        for (String method : List.of("POST", "PUT", "DELETE", "PATCH")) {
            HttpResponse<String> answer = claviger.send(claviger.request(path).method(method, BodyPublishers.noBody()));
            assertThat(answer.statusCode()).as(method).isEqualTo(405);
            assertThat(answer.headers().firstValue("Allow"))
                    .hasValueSatisfying(allow -> assertThat(allow).contains("GET", "HEAD"));
        }
    }

    @Test
    void the_openid_configuration_waits_for_openid_connect() throws InterruptedException, IOException {
        for (String path : List.of(
                "/api/v2/auth/.well-known/openid-configuration", "/.well-known/openid-configuration/api/v2/auth")) {
            assertThat(claviger.get(path).statusCode()).isEqualTo(404);
        }
    }
}
