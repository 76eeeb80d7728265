package org.claviger.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.claviger.it.Flow.assertRefused;
import static org.claviger.it.Flow.granted;
import static org.claviger.it.RunningClaviger.form;

import jakarta.json.JsonObject;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The authorization code grant (RFC 6749 section 4.1) with PKCE (RFC 7636) and the issuer in each answer (RFC 9207). */
@ExtendWith(ClavigerExtension.class)
class AuthorizationCodeIT {
    private static final String TOKEN = "/api/v2/auth/token";

    private final RunningClaviger claviger;
    private final Flow flow;
    private final Pkce pkce = Pkce.random();

    AuthorizationCodeIT(RunningClaviger claviger, Flow flow) {
        this.claviger = claviger;
        this.flow = flow;
    }

    private HttpResponse<String> authorize(AuthorizationRequest request) throws InterruptedException, IOException {
        return flow.browser("alice").get(request.path());
    }

    /** By alice, who is signed in: nothing but the request itself can be in the way. */
    private Redirect answer(AuthorizationRequest request) throws InterruptedException, IOException {
        return flow.browser("alice").authorize(request);
    }

    private void assertErrorRedirect(AuthorizationRequest request, String error)
            throws InterruptedException, IOException {
        Redirect answer = answer(request);
        assertThat(answer.location()).startsWith(flow.redirectUri("spa") + "?");
        assertThat(answer.parameters()).containsEntry("error", error).doesNotContainKey("code");
        assertThat(answer.parameters()).containsEntry("iss", claviger.issuer());
    }

    /** A page that says what is wrong, and no way to anywhere. */
    private static void assertErrorPage(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
        assertThat(answer.headers().firstValue("Location")).isEmpty();
        assertThat(answer.headers().firstValue("Content-Type"))
                .hasValueSatisfying(type -> assertThat(type).startsWith("text/html"));
        assertThat(answer.body()).contains("role=\"alert\"").doesNotContain("http-equiv");
    }

    // --- The way through ---

    @Test
    void the_call_of_the_original_documents_is_answered_as_they_say() throws InterruptedException, IOException {
        String code = new Browser(claviger, "alice")
                .authorize(flow.request("spa", pkce))
                .code();
        HttpResponse<String> answer = claviger.post(
                TOKEN,
                form(
                        "grant_type",
                        "authorization_code",
                        "code",
                        code,
                        "client_id",
                        "spa",
                        "code_verifier",
                        pkce.verifier(),
                        "redirect_uri",
                        "https://spa.example.org/callback"));
        JsonObject tokens = granted(answer);
        assertThat(tokens.getString("token_type")).isEqualTo("Bearer");
        assertThat(tokens.getInt("expires_in")).isEqualTo(900);
        assertThat(flow.call("/demo/api/user", tokens.getString("access_token")).body())
                .contains("\"caller\":\"alice\"");
        granted(flow.refresh("spa", tokens.getString("refresh_token")));
    }

    @Test
    void an_authorization_request_may_be_posted() throws InterruptedException, IOException {
        HttpResponse<String> answer = flow.browser("alice")
                .send(claviger.request("/api/v2/auth/authorize")
                        .header("Content-Type", "application/x-www-form-urlencoded")
                        .POST(BodyPublishers.ofString(flow.request("spa", pkce).form())));
        String code =
                flow.browser("alice").finish(answer, Browser.Decision.ALLOW).code();
        granted(flow.redeem("spa", code, pkce));
    }

    @ParameterizedTest
    @CsvSource({
        "org.example.native:/callback,                      org.example.native:/callback?code=",
        "https://native.example.org/callback?from=claviger, https://native.example.org/callback?from=claviger&code=",
    })
    void private_use_schemes_and_queries_of_redirect_uris_are_kept(String redirectUri, String expected)
            throws InterruptedException, IOException {
        Redirect answer = answer(flow.request("native", pkce).with("redirect_uri", redirectUri));
        assertThat(answer.location()).startsWith(expected);
        granted(flow.token(
                "native",
                "grant_type",
                "authorization_code",
                "code",
                answer.code(),
                "redirect_uri",
                redirectUri,
                "code_verifier",
                pkce.verifier()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "plain",
                "a b+c%20%2B",
                "ümläut € 😀 \u202E",
                "&=?#/;:@,[]{}|^`~!$()*",
                "\"'<script>\\",
                " leading and trailing ",
                "https://evil.example/?code=1&iss=2",
            })
    void a11_state_comes_back_as_it_was_in_success_and_in_error(String state) throws InterruptedException, IOException {
        AuthorizationRequest request = flow.request("spa", pkce).with("state", state);
        assertThat(answer(request).parameters()).containsKey("code").containsEntry("state", state);
        assertThat(answer(request.with("scope", "unheard-of")).parameters())
                .containsKey("error")
                .containsEntry("state", state);
    }

    @Test
    void a11_state_survives_the_sign_in_page() throws InterruptedException, IOException {
        String state = "\"'&<>% +ü€😀\\" + "x".repeat(1_000);
        Redirect answer = new Browser(claviger, "alice")
                .authorize(flow.request("spa", pkce).with("state", state));
        assertThat(answer.parameters()).containsKey("code").containsEntry("state", state);
    }

    @Test
    void a11_without_state_none_is_made_up() throws InterruptedException, IOException {
        assertThat(answer(flow.request("spa", pkce).without("state")).parameters())
                .containsOnlyKeys("code", "iss");
    }

    @Test
    void a6_success_and_error_name_the_issuer() throws InterruptedException, IOException {
        assertThat(answer(flow.request("spa", pkce)).parameters())
                .containsOnlyKeys("code", "state", "iss")
                .containsEntry("iss", claviger.issuer());
        assertThat(answer(flow.request("spa", pkce).with("scope", "unheard-of")).parameters())
                .containsOnlyKeys("error", "error_description", "state", "iss")
                .containsEntry("error", "invalid_scope")
                .containsEntry("iss", claviger.issuer());
    }

    @Test
    void a10_codes_are_256_bits_that_never_repeat() throws InterruptedException, IOException {
        Set<String> codes = new HashSet<>();
        for (int i = 0; i < 50; i++) {
            codes.add(flow.code("spa", "alice", pkce));
        }
        assertThat(codes).hasSize(50).allMatch(code -> code.matches("[A-Za-z0-9_-]{43}"));
    }

    // --- Who may be sent an answer ---

    static Stream<String> foreign_redirect_uris() {
        return Stream.of(
                "https://spa.example.org/Callback",
                "HTTPS://spa.example.org/callback",
                "https://SPA.example.org/callback",
                "https://spa.example.org/callback/",
                "https://spa.example.org/callbac",
                "https://spa.example.org/callback2",
                "https://spa.example.org/callback?",
                "https://spa.example.org/callback?x=1",
                "https://spa.example.org/callback#",
                "https://spa.example.org/callback#fragment",
                "https://spa.example.org:443/callback",
                "https://spa.example.org./callback",
                "https://user@spa.example.org/callback",
                "https://spa.example.org@evil.example/callback",
                "https://spa.example.org\\@evil.example/callback",
                "https://spa.example.org.evil.example/callback",
                "https://evil.example/callback",
                "https://evil.example/?https://spa.example.org/callback",
                "http://spa.example.org/callback",
                "//spa.example.org/callback",
                "/callback",
                "callback",
                "https:spa.example.org/callback",
                "https://spa.example.org/x/../callback",
                "https://spa.example.org/%2e%2e/callback",
                "https://spa.example.org/callback/..;/evil",
                "https://spa.example.org/callback/../evil",
                "https://spa.example.org/%63allback",
                "https://spa.example.org//callback",
                "https://spa.example.org/callback;x=1",
                "https://spa.example.org/callback%00",
                "https://spa.example.org/callback%0d%0aX:%20y",
                " https://spa.example.org/callback",
                "https://spa.example.org/callback ",
                "https://spa.example.org/callback https://evil.example/",
                "https://spa.example.org/callback,https://evil.example/",
                "https://web.example.org/callback",
                "http://127.0.0.1:@port@/demo",
                "http://127.0.0.1:@port@/demo/?x=1",
                "http://127.0.0.1:@port@@evil.example/demo/",
                "http://127.0.0.1.evil.example:@port@/demo/",
                "http://localhost.evil.example:@port@/demo/",
                "http://localhost:@port@/demo/",
                "http://[::1]:@port@/demo/",
                "https://127.0.0.1:@port@/demo/",
                "javascript:alert(1)",
                "JavaScript:alert(1)",
                "data:text/html,<script>alert(1)</script>",
                "urn:ietf:wg:oauth:2.0:oob",
                "*",
                "https://spa.example.org/*");
    }

    @ParameterizedTest
    @MethodSource("foreign_redirect_uris")
    void a1_a2_a_redirect_uri_that_is_not_registered_character_by_character_gets_nothing(String redirectUri)
            throws InterruptedException, IOException {
        String uri = redirectUri.replace("@port@", Integer.toString(claviger.port()));
        assertErrorPage(authorize(flow.request("spa", pkce).with("redirect_uri", uri)));
        assertErrorPage(
                authorize(flow.request("spa", pkce).with("redirect_uri", uri).with("response_type", "no such type")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "nobody", "SPA", "spa ", "sp", "spa%00", "ä", "../spa", "' or '1'='1"})
    void a2_an_unknown_client_gets_a_page(String clientId) throws InterruptedException, IOException {
        assertErrorPage(authorize(flow.request("spa", pkce).with("client_id", clientId)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"client_id", "redirect_uri"})
    void a2_without_client_or_redirect_uri_there_is_a_page(String name) throws InterruptedException, IOException {
        AuthorizationRequest request = flow.request("spa", pkce);
        assertErrorPage(authorize(request.without(name)));
        assertErrorPage(authorize(request.with(name, "")));
        String twice = request.path() + "&" + form(name, request.parameters().get(name));
        assertErrorPage(flow.browser("alice").get(twice));
    }

    @ParameterizedTest
    @ValueSource(strings = {"state", "scope", "response_type", "code_challenge", "code_challenge_method", "unknown"})
    void a11_a_repeated_parameter_is_refused(String name) throws InterruptedException, IOException {
        AuthorizationRequest request = flow.request("spa", pkce).with("unknown", "x");
        HttpResponse<String> answer = flow.browser("alice").get(request.path() + "&" + form(name, "x"));
        assertThat(Redirect.of(answer).parameters())
                .containsEntry("error", "invalid_request")
                .containsEntry("iss", claviger.issuer())
                .doesNotContainKey("code");
    }

    @Test
    void an_unknown_parameter_is_ignored() throws InterruptedException, IOException {
        // RFC 6749 section 3.1: "The authorization server MUST ignore unrecognized request parameters."
        assertThat(answer(flow.request("spa", pkce).with("unknown", "x")).parameters())
                .containsKey("code");
    }

    // --- What is refused by redirect ---

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", // missing
                "EJeNAaHyGHhLNQ3xEHkdCxqhxYYpRqHVBeJLpvYLrE", // 42 characters
                "EJeNAaHyGHhLNQ3xEHkdCxqhxYYpRqHVBeJLpvYLrE-x", // 44
                "EJeNAaHyGHhLNQ3xEHkdCxqhxYYpRqHVBeJLpvYLrE=", // 43, padded
                "EJeNAaHyGHhLNQ3xEHkdCxqhxYYpRqHVBeJLpvYLrE+",
                "EJeNAaHyGHhLNQ3xEHkdCxqhxYYpRqHVBeJLpvYLrE/",
                "EJeNAaHyGHhLNQ3xEHkdCxqhxYYpRqHVBeJLpvYLrE.",
                "EJeNAaHyGHhLNQ3xEHkdCxqhxYYpRqHVBeJLpvYLrE ",
                "EJeNAaHyGHhLNQ3xEHkdCxqhxYYpRqHVBeJLpvYLrEü",
            })
    void a3_a_code_challenge_that_is_missing_or_malformed_is_refused(String challenge)
            throws InterruptedException, IOException {
        assertErrorRedirect(flow.request("spa", pkce).with("code_challenge", challenge), "invalid_request");
    }

    @Test
    void a3_a_code_challenge_of_129_characters_is_refused() throws InterruptedException, IOException {
        assertErrorRedirect(flow.request("spa", pkce).with("code_challenge", "x".repeat(129)), "invalid_request");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "plain", "s256", "S256 ", "S512", "S256 plain"})
    void a3_every_method_but_s256_is_refused_and_so_is_none(String method) throws InterruptedException, IOException {
        AuthorizationRequest request = flow.request("spa", pkce);
        assertErrorRedirect(request.with("code_challenge_method", method), "invalid_request");
        assertErrorRedirect(
                request.with("code_challenge_method", method).with("code_challenge", pkce.verifier()),
                "invalid_request");
    }

    @Test
    void a3_confidential_clients_need_a_code_challenge_too() throws InterruptedException, IOException {
        AuthorizationRequest request =
                flow.request("web", pkce).without("code_challenge").without("code_challenge_method");
        assertThat(answer(request).parameters()).containsEntry("error", "invalid_request");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"token", "id_token", "code token", "code id_token", "token code", "none", "CODE", "code ", "x"})
    void a5_every_response_type_but_code_is_refused(String responseType) throws InterruptedException, IOException {
        assertErrorRedirect(flow.request("spa", pkce).with("response_type", responseType), "unsupported_response_type");
    }

    @Test
    void a_missing_response_type_is_refused() throws InterruptedException, IOException {
        assertErrorRedirect(flow.request("spa", pkce).without("response_type"), "invalid_request");
    }

    @ParameterizedTest
    @ValueSource(strings = {"fragment", "form_post", "web_message", "jwt", "QUERY"})
    void a5_every_response_mode_but_query_is_refused(String mode) throws InterruptedException, IOException {
        assertErrorRedirect(flow.request("spa", pkce).with("response_mode", mode), "invalid_request");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"unheard-of", "profile unheard-of", "profile  demo", " ", "claviger:admin", "\"", "\\", "ü"})
    void t14_a_scope_that_the_client_may_not_have_is_refused(String scope) throws InterruptedException, IOException {
        assertErrorRedirect(flow.request("spa", pkce).with("scope", scope), "invalid_scope");
    }

    @Test
    void t13_a_client_without_this_grant_type_is_refused() throws InterruptedException, IOException {
        assertThat(answer(flow.request("service", pkce)).parameters())
                .containsEntry("error", "unauthorized_client")
                .doesNotContainKey("code");
    }

    // --- What a code is bound to ---

    @Test
    void a7_another_client_cannot_redeem_a_code_and_it_stays_good_for_its_own()
            throws InterruptedException, IOException {
        String code = flow.code("spa", "alice", pkce);
        String[] stolen = {
            "grant_type",
            "authorization_code",
            "code",
            code,
            "redirect_uri",
            flow.redirectUri("spa"),
            "code_verifier",
            pkce.verifier()
        };
        assertRefused(flow.token("native", stolen), 400, "invalid_grant");
        assertRefused(flow.token("web", stolen), 400, "invalid_grant");
        granted(flow.redeem("spa", code, pkce));
    }

    @Test
    void a7_another_redirect_uri_does_not_redeem_a_code() throws InterruptedException, IOException {
        String code = flow.code("spa", "alice", pkce);
        for (String other : List.of(
                claviger.at("/demo/").toString(),
                "https://spa.example.org/callback/",
                "https://SPA.example.org/callback",
                "https://evil.example/")) {
            assertRefused(redeem(code, other, pkce.verifier()), 400, "invalid_grant");
        }
        assertRefused(redeem(code, "", pkce.verifier()), 400, "invalid_request");
        granted(flow.redeem("spa", code, pkce));
    }

    @Test
    void t1_a_code_is_redeemed_by_its_verifier_only() throws InterruptedException, IOException {
        String code = flow.code("spa", "alice", pkce);
        for (String wrong : List.of(
                Pkce.random().verifier(),
                pkce.challenge(), // as with the method plain
                pkce.verifier().substring(1),
                pkce.verifier() + "x",
                pkce.verifier().toLowerCase(java.util.Locale.ROOT),
                "x",
                "x".repeat(129),
                "x".repeat(43) + "ü")) {
            assertRefused(redeem(code, flow.redirectUri("spa"), wrong), 400, "invalid_grant");
        }
        assertRefused(redeem(code, flow.redirectUri("spa"), ""), 400, "invalid_request");
        assertRefused(
                flow.token(
                        "spa",
                        "grant_type",
                        "authorization_code",
                        "code",
                        code,
                        "redirect_uri",
                        flow.redirectUri("spa")),
                400,
                "invalid_request");
        granted(flow.redeem("spa", code, pkce));
    }

    private HttpResponse<String> redeem(String code, String redirectUri, String verifier)
            throws InterruptedException, IOException {
        return flow.token(
                "spa",
                "grant_type",
                "authorization_code",
                "code",
                code,
                "redirect_uri",
                redirectUri,
                "code_verifier",
                verifier);
    }

    @Test
    void no_other_text_is_a_code() throws InterruptedException, IOException {
        String code = flow.code("spa", "alice", pkce);
        JsonObject tokens = granted(flow.redeem("spa", flow.code("spa", "alice", pkce), pkce));
        for (String wrong : List.of(
                code.substring(1),
                code.substring(0, 42),
                code + "A",
                new StringBuilder(code).reverse().toString(),
                "x".repeat(43),
                tokens.getString("refresh_token"),
                tokens.getString("access_token"))) {
            assertRefused(redeem(wrong, flow.redirectUri("spa"), pkce.verifier()), 400, "invalid_grant");
        }
        granted(flow.redeem("spa", code, pkce));
    }

    @Test
    void a8_a_code_that_is_redeemed_twice_ends_all_that_came_of_it() throws InterruptedException, IOException {
        String code = flow.code("spa", "alice", pkce);
        JsonObject tokens = granted(flow.redeem("spa", code, pkce));
        assertRefused(flow.redeem("spa", code, pkce), 400, "invalid_grant");
        assertRefused(flow.refresh("spa", tokens.getString("refresh_token")), 400, "invalid_grant");
        assertRefused(flow.redeem("spa", code, pkce), 400, "invalid_grant");
    }

    @Test
    void a8_a_code_that_comes_back_after_a_refresh_ends_the_newest_refresh_token()
            throws InterruptedException, IOException {
        String code = flow.code("spa", "alice", pkce);
        JsonObject tokens = granted(flow.redeem("spa", code, pkce));
        JsonObject newer = granted(flow.refresh("spa", tokens.getString("refresh_token")));
        assertRefused(flow.redeem("spa", code, pkce), 400, "invalid_grant");
        assertRefused(flow.refresh("spa", newer.getString("refresh_token")), 400, "invalid_grant");
    }

    @Test
    void a8_of_32_who_redeem_a_code_at_once_one_wins_and_keeps_nothing()
            throws InterruptedException, IOException, ExecutionException {
        String code = flow.code("spa", "alice", pkce);
        List<HttpResponse<String>> winners = new ArrayList<>();
        for (HttpResponse<String> answer : Crowd.of(32, callable(code))) {
            if (answer.statusCode() == 200) {
                winners.add(answer);
            } else {
                assertRefused(answer, 400, "invalid_grant");
            }
        }
        assertThat(winners).hasSize(1);
        String refreshToken = granted(winners.get(0)).getString("refresh_token");
        assertRefused(flow.refresh("spa", refreshToken), 400, "invalid_grant");
    }

    private Callable<HttpResponse<String>> callable(String code) {
        return () -> flow.redeem("spa", code, pkce);
    }
}
