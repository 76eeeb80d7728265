package org.claviger.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.claviger.it.Flow.assertRefused;
import static org.claviger.it.Flow.granted;
import static org.claviger.it.RunningClaviger.form;
import static org.claviger.it.RunningClaviger.json;

import jakarta.json.JsonObject;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import org.jose4j.jwk.JsonWebKeySet;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.lang.JoseException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Revocation (RFC 7009) and introspection (RFC 7662, RFC 9701), and that what was revoked opens nothing. */
@ExtendWith(ClavigerExtension.class)
class RevocationIT {
    private static final String GUARDED = "/demo/api/user";
    private static final String REVOCATIONS = "/api/v2/auth/admin/revocations";
    private static final String INACTIVE = "{\"active\":false}";

    private final RunningClaviger claviger;
    private final Flow flow;

    RevocationIT(RunningClaviger claviger, Flow flow) {
        this.claviger = claviger;
        this.flow = flow;
    }

    private void assertActive(String client, String token) throws InterruptedException, IOException {
        assertThat(granted(flow.introspect(client, token)).getBoolean("active")).isTrue();
    }

    private void assertInactive(String client, String token) throws InterruptedException, IOException {
        HttpResponse<String> answer = flow.introspect(client, token);
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo(INACTIVE);
    }

    private void assertRevoked(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(answer.body()).isEmpty();
    }

    private void assertClosed(String token) throws InterruptedException, IOException {
        HttpResponse<String> refused = flow.call(GUARDED, token);
        assertThat(refused.statusCode()).isEqualTo(401);
        assertThat(refused.headers().firstValue("WWW-Authenticate").orElseThrow())
                .contains("error=\"invalid_token\"");
    }

    private void assertOpen(String token) throws InterruptedException, IOException {
        assertThat(flow.call(GUARDED, token).statusCode()).isEqualTo(200);
    }

    @Test
    void v1_r6_a_revoked_access_token_opens_nothing_from_that_moment_on() throws InterruptedException, IOException {
        JsonObject tokens = flow.tokens("web", "alice");
        String token = tokens.getString("access_token");
        assertOpen(token);
        assertActive("web", token);

        assertRevoked(flow.revoke("web", token));

        assertClosed(token);
        assertInactive("web", token);
        String next =
                granted(flow.refresh("web", tokens.getString("refresh_token"))).getString("access_token");
        assertOpen(next);
    }

    @Test
    void v1_a_revoked_refresh_token_ends_its_whole_grant() throws InterruptedException, IOException {
        JsonObject first = flow.tokens("web", "alice");
        JsonObject second = granted(flow.refresh("web", first.getString("refresh_token")));
        assertOpen(second.getString("access_token"));

        assertRevoked(flow.revoke("web", second.getString("refresh_token")));

        for (JsonObject tokens : List.of(first, second)) {
            assertClosed(tokens.getString("access_token"));
            assertInactive("web", tokens.getString("access_token"));
            assertInactive("web", tokens.getString("refresh_token"));
            assertRefused(flow.refresh("web", tokens.getString("refresh_token")), 400, "invalid_grant");
        }
    }

    @Test
    void v1_the_token_of_another_client_stays_alive() throws InterruptedException, IOException {
        JsonObject tokens = flow.tokens("web", "alice");
        for (String other : List.of("spa", "web-post", "service")) {
            assertRefused(flow.revoke(other, tokens.getString("access_token")), 400, "invalid_grant");
            assertRefused(flow.revoke(other, tokens.getString("refresh_token")), 400, "invalid_grant");
        }
        assertOpen(tokens.getString("access_token"));
        granted(flow.refresh("web", tokens.getString("refresh_token")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"x", "a.b.c", "0123456789abcdefghijkl.1.1.0123456789012345678901234567890123456789012", "é"})
    void v1_what_is_unknown_is_revoked_already(String token) throws InterruptedException, IOException {
        for (String client : List.of("spa", "web", "web-post")) {
            assertRevoked(flow.revoke(client, token));
        }
    }

    /** The second half of REQUIREMENTS T7; zitadel#7321. */
    @Test
    void t7_a_replayed_refresh_token_ends_the_access_tokens_too() throws InterruptedException, IOException {
        JsonObject first = flow.tokens("spa", "alice");
        JsonObject second = granted(flow.refresh("spa", first.getString("refresh_token")));
        assertOpen(second.getString("access_token"));

        assertRefused(flow.refresh("spa", first.getString("refresh_token")), 400, "invalid_grant");

        assertClosed(first.getString("access_token"));
        assertClosed(second.getString("access_token"));
    }

    @Test
    void a8_a_code_that_is_used_twice_ends_what_was_issued_from_it() throws InterruptedException, IOException {
        Pkce pkce = Pkce.random();
        String code = flow.code("web", "alice", pkce);
        JsonObject tokens = granted(flow.redeem("web", code, pkce));
        assertActive("web", tokens.getString("access_token"));

        assertRefused(flow.redeem("web", code, pkce), 400, "invalid_grant");

        assertInactive("web", tokens.getString("access_token"));
        assertInactive("web", tokens.getString("refresh_token"));
        assertClosed(tokens.getString("access_token"));
    }

    @Test
    void t12_who_signs_out_everywhere_ends_everything_and_may_sign_in_again() throws InterruptedException, IOException {
        JsonObject web = flow.tokens("web", "bob");
        JsonObject spa = flow.tokens("spa", "bob");
        String bystander = flow.tokens("spa", "alice").getString("access_token");
        Browser bob = flow.browser("bob");
        bob.submit(bob.get("/api/v2/auth/signout"), "everywhere", "true");

        for (JsonObject tokens : List.of(web, spa)) {
            assertClosed(tokens.getString("access_token"));
        }
        assertInactive("web", web.getString("access_token"));
        assertInactive("web", web.getString("refresh_token"));
        assertRefused(flow.refresh("web", web.getString("refresh_token")), 400, "invalid_grant");
        assertRefused(flow.refresh("spa", spa.getString("refresh_token")), 400, "invalid_grant");
        assertOpen(bystander);
        JsonObject again = flow.tokens("web", "bob");
        assertActive("web", again.getString("access_token"));
        granted(flow.refresh("web", again.getString("refresh_token")));
    }

    @Test
    void i1_i4_a_server_elsewhere_sees_what_is_for_it_and_nothing_else() throws InterruptedException, IOException {
        String forIt = flow.serviceToken("elsewhere");
        JsonObject answer = granted(flow.introspect("elsewhere-server", forIt));
        JsonObject claims = Jwts.claims(forIt);
        assertThat(answer.getBoolean("active")).isTrue();
        assertThat(answer.getString("token_type")).isEqualTo("Bearer");
        for (String same : List.of("iss", "sub", "aud", "client_id", "scope", "exp", "iat", "jti", "groups")) {
            assertThat(answer.get(same)).as(same).isEqualTo(claims.get(same));
        }
        assertThat(answer).doesNotContainKey("claviger_family");
        JsonObject tokens = flow.tokens("web", "alice");
        assertInactive("elsewhere-server", tokens.getString("access_token"));
        assertInactive("elsewhere-server", tokens.getString("refresh_token"));
        assertInactive("stranger", tokens.getString("access_token"));
        assertActive("web", tokens.getString("refresh_token"));
    }

    @Test
    void i1_who_has_no_secret_is_told_nothing() throws InterruptedException, IOException {
        String token = flow.tokens("spa", "alice").getString("access_token");
        assertRefused(flow.introspect("spa", token), 401, "invalid_client");
        assertRefused(claviger.post("/api/v2/auth/introspect", form("token", token)), 401, "invalid_client");
        assertRefused(
                claviger.post("/api/v2/auth/introspect", form("token", token), "Authorization", "Bearer " + token),
                401,
                "invalid_client");
    }

    @Test
    void rfc_9701_a_signed_answer_verifies_by_our_keys_and_is_no_token()
            throws InterruptedException, IOException, JoseException {
        String token = flow.serviceToken("elsewhere");
        HttpResponse<String> answer = claviger.post(
                "/api/v2/auth/introspect",
                form("token", token),
                "Authorization",
                claviger.basic("elsewhere-server"),
                "Accept",
                "application/token-introspection+jwt");
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/token-introspection+jwt");
        JsonWebSignature jws = new JsonWebSignature();
        jws.setCompactSerialization(answer.body());
        jws.setKey(new JsonWebKeySet(claviger.get("/api/v2/auth/jwks").body())
                .findJsonWebKey(jws.getKeyIdHeaderValue(), null, null, null)
                .getKey());
        assertThat(jws.verifySignature()).isTrue();
        assertThat(jws.getHeader("typ")).isEqualTo("token-introspection+jwt");
        JsonObject claims = json(jws.getPayload());
        assertThat(claims.getString("iss")).isEqualTo(claviger.issuer());
        assertThat(claims.getString("aud")).isEqualTo("elsewhere-server");
        assertThat(claims.getJsonObject("token_introspection").getBoolean("active"))
                .isTrue();
        assertClosed(answer.body());
        assertInactive("elsewhere-server", answer.body());
    }

    // --- Administration ---

    private HttpResponse<String> administer(String token, String body) throws InterruptedException, IOException {
        return claviger.send(claviger.request(REVOCATIONS, "Authorization", "Bearer " + token)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body.replace('\'', '"'))));
    }

    @Test
    void an_administrator_ends_a_token_a_family_and_a_client() throws InterruptedException, IOException {
        String admin = flow.serviceToken("operator", "scope", "claviger:admin");
        String token = flow.serviceToken("service");
        String family = flow.serviceToken("service");
        JsonObject refreshed = flow.tokens("web", "alice");
        String client = flow.serviceToken("doomed");

        for (String body : List.of(
                "{'kind':'token','value':'" + Jwts.claims(token).getString("jti") + "'}",
                "{'kind':'family','value':'" + Jwts.claims(family).getString("claviger_family") + "'}",
                "{'kind':'family','value':'"
                        + Jwts.claims(refreshed.getString("access_token")).getString("claviger_family") + "'}",
                "{'kind':'client','value':'doomed'}")) {
            HttpResponse<String> answer = administer(admin, body);
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            assertThat(json(answer).keySet())
                    .containsExactlyInAnyOrder("kind", "value", "revoked_at", "expires_at", "serial_number");
        }

        for (String ended : List.of(token, family, client, refreshed.getString("access_token"))) {
            assertClosed(ended);
        }
        assertRefused(flow.refresh("web", refreshed.getString("refresh_token")), 400, "invalid_grant");
        List<String> listed = new ArrayList<>();
        json(flow.call(REVOCATIONS, admin))
                .getJsonArray("revocations")
                .getValuesAs(JsonObject.class)
                .forEach(entry -> listed.add(entry.getString("kind") + " " + entry.getString("value", "")));
        assertThat(listed)
                .contains("client doomed", "token " + Jwts.claims(token).getString("jti"));
        // In that second or two the service could not tell its tokens from those that have ended.
        HttpResponse<String> again = flow.token("doomed", "grant_type", "client_credentials");
        assertThat(again.statusCode()).isIn(200, 503);
        claviger.awaitLog("REVOKED by=\"operator\" client=\"doomed\"");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "``                                        | 400 | ``",
                "{                                         | 400 | ``",
                "[]                                        | 400 | ``",
                "1                                         | 400 | ``",
                "{'kind':'everything','kind':'everything'} | 400 | #/kind",
                "{}                                        | 422 | #/kind",
                "{'kind':'planet','value':'x'}             | 422 | #/kind",
                "{'kind':'SUBJECT','value':'x'}            | 422 | #/kind",
                "{'kind':'subject'}                        | 422 | #/value",
                "{'kind':'subject','value':''}             | 422 | #/value",
                "{'kind':'subject','value':1}              | 422 | #/value",
                "{'kind':'family','value':'x'}             | 422 | #/value",
                "{'kind':'everything','value':'x'}         | 422 | #/value",
                "{'kind':'subject','value':'x','more':1}   | 422 | #/more",
            })
    void what_an_administrator_cannot_mean_is_refused_by_its_member_and_changes_nothing(
            String body, int status, String pointer) throws InterruptedException, IOException {
        String admin = flow.serviceToken("operator", "scope", "claviger:admin");
        HttpResponse<String> refused = administer(admin, body);
        assertThat(refused.statusCode()).as(refused.body()).isEqualTo(status);
        assertThat(refused.headers().firstValue("Content-Type").orElseThrow()).startsWith("application/problem+json");
        if (!pointer.isEmpty()) {
            assertThat(json(refused).getJsonArray("errors").getJsonObject(0).getString("pointer"))
                    .isEqualTo(pointer);
        }
        assertThat(flow.call(REVOCATIONS, admin).statusCode()).isEqualTo(200);
    }

    @Test
    void no_other_token_revokes_or_sees_what_is_revoked() throws InterruptedException, IOException {
        for (String token : List.of(flow.serviceToken("operator"), flow.serviceToken("service"))) {
            assertThat(administer(token, "{'kind':'everything'}").statusCode()).isEqualTo(401);
            assertThat(flow.call(REVOCATIONS, token).statusCode()).isEqualTo(401);
        }
        assertThat(claviger.get(REVOCATIONS).statusCode()).isEqualTo(401);
    }
}
