package org.claviger.it;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.claviger.it.Flow.assertRefused;
import static org.claviger.it.Flow.granted;
import static org.claviger.it.RunningClaviger.base64;
import static org.claviger.it.RunningClaviger.basic;
import static org.claviger.it.RunningClaviger.form;
import static org.claviger.it.RunningClaviger.json;

import jakarta.json.JsonObject;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The token endpoint (RFC 6749 sections 2.3, 3.2, 4.4 and 5): who may ask, in which form, for what. */
@ExtendWith(ClavigerExtension.class)
class TokenEndpointIT {
    private static final String TOKEN = "/api/v2/auth/token";
    private static final String SERVICE_SECRET = "service-secret-of-at-least-32-characters";
    private static final String CLIENT_CREDENTIALS = form("grant_type", "client_credentials");

    private final RunningClaviger claviger;
    private final Flow flow;
    private final Pkce pkce = Pkce.random();

    TokenEndpointIT(RunningClaviger claviger, Flow flow) {
        this.claviger = claviger;
        this.flow = flow;
    }

    private HttpResponse<String> post(String form, String... headers) throws InterruptedException, IOException {
        return claviger.post(TOKEN, form, headers);
    }

    private static void assertChallenged(HttpResponse<String> response) {
        assertRefused(response, 401, "invalid_client");
        assertThat(response.headers().firstValue("WWW-Authenticate"))
                .hasValueSatisfying(challenge -> assertThat(challenge).startsWith("Basic "));
    }

    // --- Who asks ---

    @ParameterizedTest
    @ValueSource(strings = {"service", "odd:100%+more&=/?"})
    void client_secret_basic_is_form_encoded(String clientId) throws InterruptedException, IOException {
        String token = flow.serviceToken(clientId);
        assertThat(Jwts.claims(token).getString("client_id")).isEqualTo(clientId);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Basic ", "basic ", "BASIC ", "Basic  "})
    void the_scheme_is_basic_in_any_case(String scheme) throws InterruptedException, IOException {
        granted(post(CLIENT_CREDENTIALS, "Authorization", scheme + base64("service:" + SERVICE_SECRET)));
    }

    @Test
    void the_client_id_may_stand_in_the_form_too_if_it_is_the_same() throws InterruptedException, IOException {
        String header = claviger.basic("service");
        granted(post(CLIENT_CREDENTIALS + "&client_id=service", "Authorization", header));
        assertRefused(
                post(CLIENT_CREDENTIALS + "&client_id=stranger", "Authorization", header), 400, "invalid_request");
    }

    @ParameterizedTest
    @ValueSource(strings = {"spa", "web", "web-post"})
    void each_registered_method_of_authentication_redeems_a_code(String clientId)
            throws InterruptedException, IOException {
        assertThat(flow.tokens(clientId, "alice").getString("access_token")).isNotEmpty();
    }

    @Test
    void t2_the_verifier_is_no_substitute_for_the_secret() throws InterruptedException, IOException {
        String code = flow.code("web", "alice", pkce);
        String grant = form(
                "grant_type",
                "authorization_code",
                "code",
                code,
                "redirect_uri",
                flow.redirectUri("web"),
                "code_verifier",
                pkce.verifier());
        assertChallenged(post(grant));
        assertChallenged(post(grant + "&client_id=web"));
        assertChallenged(post(grant + "&client_id=web&client_secret="));
        assertChallenged(post(grant, "Authorization", basic("web", SERVICE_SECRET)));
        assertChallenged(post(grant, "Authorization", "Basic " + base64("web:")));
        assertChallenged(post(grant + "&" + form("client_id", "web", "client_secret", "x".repeat(40))));
        granted(flow.redeem("web", code, pkce));
    }

    @Test
    void t2_a_refresh_token_of_a_confidential_client_needs_its_secret() throws InterruptedException, IOException {
        String refreshToken = flow.tokens("web", "alice").getString("refresh_token");
        String grant = form("grant_type", "refresh_token", "refresh_token", refreshToken);
        assertChallenged(post(grant + "&client_id=web"));
        assertChallenged(post(grant, "Authorization", basic("web", SERVICE_SECRET)));
        granted(flow.refresh("web", refreshToken));
    }

    @Test
    void t2_a_client_uses_the_method_it_is_registered_with() throws InterruptedException, IOException {
        String secret = claviger.client("web").getString("client_secret");
        assertChallenged(
                post(CLIENT_CREDENTIALS + "&" + form("client_id", "service", "client_secret", SERVICE_SECRET)));
        assertChallenged(post(
                "grant_type=refresh_token&refresh_token=x",
                "Authorization",
                basic("web-post", "web-post-secret-of-at-least-32-characters")));
        assertChallenged(post("grant_type=refresh_token&refresh_token=x", "Authorization", basic("spa", secret)));
        assertChallenged(
                post("grant_type=refresh_token&refresh_token=x&" + form("client_id", "spa", "client_secret", secret)));
    }

    static Stream<Arguments> unreadable_credentials() {
        String right = base64("service:" + SERVICE_SECRET);
        return Stream.of(
                Arguments.of("another scheme", "Bearer " + right),
                Arguments.of("no scheme", right),
                Arguments.of("a scheme alone", "Basic"),
                Arguments.of("a scheme and a blank", "Basic "),
                Arguments.of("no base64", "Basic service:" + SERVICE_SECRET),
                Arguments.of("base64 with something behind it", "Basic " + right + " x"),
                Arguments.of("two at once", "Basic " + right + ", Basic " + right),
                Arguments.of("base64url", "Basic " + base64("service:???>>>").replace('/', '_')),
                Arguments.of("no colon", "Basic " + base64("service")),
                Arguments.of("no client", "Basic " + base64(":" + SERVICE_SECRET)),
                Arguments.of("no secret", "Basic " + base64("service:")),
                Arguments.of("an unknown client", "Basic " + base64("nobody:" + SERVICE_SECRET)),
                Arguments.of("another case", "Basic " + base64("Service:" + SERVICE_SECRET)),
                Arguments.of("a wrong secret", "Basic " + base64("service:" + SERVICE_SECRET + "x")),
                Arguments.of("a shorter secret", "Basic " + base64("service:" + SERVICE_SECRET.substring(1))),
                Arguments.of("bad percent-encoding", "Basic " + base64("service:%zz" + SERVICE_SECRET)),
                Arguments.of("a secret cut within an escape", "Basic " + base64("service:" + SERVICE_SECRET + "%4")),
                Arguments.of("ISO 8859-1", "Basic " + latin1("service:" + SERVICE_SECRET + "ü")),
                Arguments.of("NUL", "Basic " + base64("service\0:" + SERVICE_SECRET)),
                Arguments.of("encoded NUL", "Basic " + base64("service%00:" + SERVICE_SECRET)),
                Arguments.of("a client that is not ASCII", "Basic " + base64("%C3%BC:" + SERVICE_SECRET)));
    }

    private static String latin1(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(ISO_8859_1));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("unreadable_credentials")
    void t3_credentials_that_are_not_exactly_right_are_refused(String what, String header)
            throws InterruptedException, IOException {
        assertChallenged(post(CLIENT_CREDENTIALS, "Authorization", header));
    }

    @Test
    void t3_the_same_bytes_in_another_spelling_are_no_credentials() throws InterruptedException, IOException {
        String right = claviger.basic("stranger");
        assertThat(right).endsWith("=").doesNotEndWith("==");
        String unpadded = right.substring(0, right.length() - 1);
        char last = unpadded.charAt(unpadded.length() - 1); // whose last two bits decode to nothing
        String otherBits = unpadded.substring(0, unpadded.length() - 1) + (char) (last + 1) + "=";
        granted(post(CLIENT_CREDENTIALS, "Authorization", right));
        assertChallenged(post(CLIENT_CREDENTIALS, "Authorization", unpadded));
        assertChallenged(post(CLIENT_CREDENTIALS, "Authorization", otherBits));
        assertChallenged(post(CLIENT_CREDENTIALS, "Authorization", right + "="));
    }

    @Test
    void t3_two_ways_of_authentication_at_once_are_refused() throws InterruptedException, IOException {
        String header = claviger.basic("service");
        String secret = "&" + form("client_id", "service", "client_secret", SERVICE_SECRET);
        assertRefused(post(CLIENT_CREDENTIALS + secret, "Authorization", header), 400, "invalid_request");
        assertRefused(
                post(CLIENT_CREDENTIALS, "Authorization", header, "Authorization", header), 400, "invalid_request");
    }

    @Test
    void unknown_clients_and_wrong_secrets_look_the_same() throws InterruptedException, IOException {
        HttpResponse<String> unknown = post(CLIENT_CREDENTIALS, "Authorization", basic("nobody", SERVICE_SECRET));
        HttpResponse<String> wrong = post(CLIENT_CREDENTIALS, "Authorization", basic("stranger", SERVICE_SECRET));
        assertChallenged(unknown);
        assertThat(unknown.body()).isEqualTo(wrong.body());
    }

    // --- Which grant ---

    @ParameterizedTest
    @CsvSource({
        "service,  authorization_code, unauthorized_client",
        "service,  refresh_token,      unauthorized_client",
        "spa,      client_credentials, unauthorized_client",
        "web,      client_credentials, unauthorized_client",
        "once,     refresh_token,      unauthorized_client",
        "spa,      password,           unsupported_grant_type", // A5
        "service,  password,           unsupported_grant_type",
        "spa,      implicit,           unsupported_grant_type",
        "spa,      AUTHORIZATION_CODE, unsupported_grant_type",
        "spa,      urn:ietf:params:oauth:grant-type:device_code, unsupported_grant_type",
        "service,  urn:ietf:params:oauth:grant-type:jwt-bearer,  unsupported_grant_type",
        "service,  urn:ietf:params:oauth:grant-type:token-exchange, unsupported_grant_type",
        "spa,      ,                   invalid_request",
    })
    void a5_t13_a_client_has_its_own_grant_types_only(String clientId, String grantType, String error)
            throws InterruptedException, IOException {
        HttpResponse<String> answer = flow.token(
                clientId,
                "grant_type",
                grantType == null ? "" : grantType,
                "username",
                "alice",
                "password",
                "password of alice",
                "refresh_token",
                "x",
                "code",
                "x",
                "redirect_uri",
                "x",
                "code_verifier",
                "x");
        assertRefused(answer, 400, error);
    }

    @Test
    void t13_a_client_without_the_refresh_grant_gets_no_refresh_token() throws InterruptedException, IOException {
        assertThat(flow.tokens("once", "alice").keySet())
                .containsExactlyInAnyOrder("access_token", "token_type", "expires_in", "scope");
    }

    @Test
    void t16_a_service_speaks_for_itself_and_gets_no_refresh_token() throws InterruptedException, IOException {
        JsonObject answer = granted(flow.token("service", "grant_type", "client_credentials"));
        assertThat(answer.keySet()).containsExactlyInAnyOrder("access_token", "token_type", "expires_in", "scope");
        JsonObject claims = Jwts.claims(answer.getString("access_token"));
        assertThat(claims.getString("sub")).isEqualTo("service");
        assertThat(claims.getString("client_id")).isEqualTo("service");
        assertThat(claims.keySet()).doesNotContain("upn", "preferred_username", "auth_time");
        assertThat(Jwts.texts(claims, "groups")).containsExactlyInAnyOrder("user", "orders");
    }

    @Test
    void t16_nobody_adds_claims_by_parameters() throws InterruptedException, IOException {
        JsonObject claims = Jwts.claims(flow.serviceToken(
                "service",
                "username",
                "alice",
                "sub",
                "alice",
                "upn",
                "alice",
                "groups",
                "admin",
                "audience",
                "https://evil.example"));
        assertThat(claims.getString("sub")).isEqualTo("service");
        assertThat(Jwts.texts(claims, "groups")).doesNotContain("admin");
        assertThat(Jwts.texts(claims, "aud")).containsExactly(claviger.issuer());
        assertThat(claims.keySet()).doesNotContain("upn", "username");
    }

    // --- Scope ---

    @Test
    void scope_and_lifetime_are_in_the_answer() throws InterruptedException, IOException {
        JsonObject all = flow.tokens("spa", "alice");
        assertThat(all.getString("scope")).isEqualTo("profile demo");
        assertThat(all.getInt("expires_in")).isEqualTo(900);
        String code = flow.browser("alice")
                .authorize(flow.request("spa", pkce).with("scope", "demo"))
                .code();
        JsonObject less = granted(flow.redeem("spa", code, pkce));
        assertThat(less.getString("scope")).isEqualTo("demo");
        assertThat(Jwts.claims(less.getString("access_token")).getString("scope"))
                .isEqualTo("demo");
    }

    @Test
    void without_a_scope_a_client_gets_what_it_is_registered_with() throws InterruptedException, IOException {
        String code = flow.browser("alice")
                .authorize(flow.request("spa", pkce).without("scope"))
                .code();
        assertThat(granted(flow.redeem("spa", code, pkce)).getString("scope")).isEqualTo("profile demo");
        assertThat(granted(flow.token("service", "grant_type", "client_credentials"))
                        .getString("scope"))
                .isEqualTo("demo");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"profile", "demo profile", "demo  demo", " demo", "demo ", "DEMO", "claviger:admin", "a\"b"})
    void t14_a_scope_that_the_client_does_not_have_is_refused(String scope) throws InterruptedException, IOException {
        assertRefused(flow.token("service", "grant_type", "client_credentials", "scope", scope), 400, "invalid_scope");
    }

    @Test
    void t14_a_scope_of_60_kilobytes_is_refused_as_a_scope() throws InterruptedException, IOException {
        assertRefused(
                flow.token("service", "grant_type", "client_credentials", "scope", "demo ".repeat(12_000) + "demo"),
                400,
                "invalid_scope");
    }

    @Test
    void t14_a_scope_of_a_megabyte_is_refused() throws IOException {
        Wire.Answer answer = Wire.ask(
                claviger,
                "POST " + TOKEN,
                List.of(
                        "Content-Type: application/x-www-form-urlencoded",
                        "Authorization: " + claviger.basic("service")),
                (CLIENT_CREDENTIALS + "&scope=" + "demo+".repeat(200_000)).getBytes(US_ASCII));
        assertThat(answer.status()).as(answer.body()).isEqualTo(400);
        assertThat(json(answer.body()).getString("error")).isEqualTo("invalid_request");
    }

    // --- The form of requests and answers ---

    @Test
    void t15_every_answer_is_json_that_nobody_keeps() throws InterruptedException, IOException {
        for (HttpResponse<String> answer : List.of(
                flow.token("service", "grant_type", "client_credentials"),
                flow.token("service", "grant_type", "password"),
                post(CLIENT_CREDENTIALS),
                post(""),
                claviger.get(TOKEN))) {
            assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/json");
            assertThat(answer.headers().firstValue("Cache-Control")).hasValue("no-store");
            assertThat(answer.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
            assertThat(answer.headers().allValues("Set-Cookie")).isEmpty();
            assertThat(json(answer)).isNotEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "PUT", "DELETE", "PATCH", "OPTIONS", "FOO"})
    void t15_post_is_the_only_method(String method) throws InterruptedException, IOException {
        HttpResponse<String> answer = claviger.send(
                claviger.request(TOKEN + "?" + CLIENT_CREDENTIALS, "Authorization", claviger.basic("service"))
                        .method(method, BodyPublishers.noBody()));
        assertRefused(answer, 405, "invalid_request");
        assertThat(answer.headers().firstValue("Allow")).hasValue("POST");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "application/json",
                "text/plain",
                "multipart/form-data; boundary=x",
                "application/x-www-form-urlencoded2",
                "application/x-www-form-urlencoded, application/json",
                "*/*",
            })
    void t15_every_type_but_a_form_is_refused(String type) throws InterruptedException, IOException {
        for (String body : List.of(CLIENT_CREDENTIALS, "{\"grant_type\":\"client_credentials\"}")) {
            HttpResponse<String> answer = claviger.send(
                    claviger.request(TOKEN, "Authorization", claviger.basic("service"), "Content-Type", type)
                            .POST(BodyPublishers.ofString(body)));
            assertRefused(answer, 400, "invalid_request");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "application/x-www-form-urlencoded;charset=UTF-8",
                "APPLICATION/X-WWW-Form-Urlencoded ; charset=\"utf-8\"",
            })
    void a_form_may_name_its_charset(String type) throws InterruptedException, IOException {
        granted(claviger.send(claviger.request(TOKEN, "Authorization", claviger.basic("service"), "Content-Type", type)
                .POST(BodyPublishers.ofString(CLIENT_CREDENTIALS))));
    }

    @Test
    void parameters_in_the_query_do_not_count() throws InterruptedException, IOException {
        // RFC 6749 section 2.3.1: "The parameters can only be transmitted in the request-body".
        assertRefused(
                claviger.post(TOKEN + "?" + CLIENT_CREDENTIALS, "", "Authorization", claviger.basic("service")),
                400,
                "invalid_request");
        assertChallenged(claviger.post(
                TOKEN + "?" + form("client_id", "service", "client_secret", SERVICE_SECRET), CLIENT_CREDENTIALS));
    }

    @ParameterizedTest
    @ValueSource(strings = {"grant_type", "scope", "client_id", "unknown"})
    void a11_a_repeated_parameter_is_refused(String name) throws InterruptedException, IOException {
        String twice = form("client_id", "service", "scope", "demo", "unknown", "x", name, "service");
        assertRefused(
                post(CLIENT_CREDENTIALS + "&" + twice, "Authorization", claviger.basic("service")),
                400,
                "invalid_request");
    }

    @Test
    void unknown_parameters_are_ignored() throws InterruptedException, IOException {
        // RFC 6749 section 3.2: "The authorization server MUST ignore unrecognized request parameters."
        granted(flow.token("service", "grant_type", "client_credentials", "unknown", "x", "", "y"));
    }

    // --- Scripts (A14) ---

    private static final String ORIGIN = "https://spa.example.org";

    @Test
    void a14_scripts_of_a_registered_origin_may_ask() throws InterruptedException, IOException {
        HttpResponse<String> allowed = preflight(ORIGIN);
        assertThat(allowed.statusCode()).isEqualTo(204);
        assertThat(corsOf(allowed))
                .containsEntry("access-control-allow-origin", List.of(ORIGIN))
                .containsEntry("access-control-allow-methods", List.of("POST"))
                .doesNotContainKey("access-control-allow-credentials");
        HttpResponse<String> foreign = preflight("https://evil.example");
        assertThat(foreign.statusCode()).isEqualTo(405);
        assertThat(corsOf(foreign)).isEmpty();
    }

    private HttpResponse<String> preflight(String origin) throws InterruptedException, IOException {
        return claviger.send(claviger.request(TOKEN, "Origin", origin, "Access-Control-Request-Method", "POST")
                .method("OPTIONS", BodyPublishers.noBody()));
    }

    private static Map<String, List<String>> corsOf(HttpResponse<String> answer) {
        Map<String, List<String>> headers = new TreeMap<>(answer.headers().map());
        headers.keySet().removeIf(name -> !name.startsWith("access-control-"));
        return headers;
    }

    @Test
    void a14_scripts_of_the_clients_own_origin_read_its_answers_and_no_others()
            throws InterruptedException, IOException {
        String form = "grant_type=refresh_token&refresh_token=x";
        HttpResponse<String> own = post(form + "&client_id=spa", "Origin", ORIGIN);
        assertRefused(own, 400, "invalid_grant");
        assertThat(corsOf(own))
                .isEqualTo(Map.of(
                        "access-control-allow-origin", List.of(ORIGIN),
                        "access-control-expose-headers", List.of("Retry-After")));
        assertThat(own.headers().firstValue("Vary")).hasValue("Origin");
        assertThat(corsOf(post(form + "&client_id=spa", "Origin", "https://evil.example")))
                .isEmpty();
        assertThat(corsOf(post(form, "Origin", ORIGIN, "Authorization", claviger.basic("web"))))
                .isEmpty();
    }
}
