package org.claviger.calls;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.claviger.CapturedLog;
import org.claviger.TestClock;
import org.claviger.calls.TestTokenEndpoint.Answer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TokenClientTest {
    private static final String SECRET = "50% colon: plus+ amp& eq= ä of at least 32 characters";

    private final TestTokenEndpoint endpoint = TestTokenEndpoint.numbering(60);
    private final CapturedLog log = new CapturedLog("org.claviger.calls");
    private final TestClock clock = new TestClock();
    private final Clocks clocks = new Clocks(clock, clock::steady);

    @AfterEach
    void close() {
        endpoint.close();
        log.close();
    }

    private TokenClient client() {
        return new TokenClient(endpoint.at("/auth"), "odd:100%+more", Optional.of(SECRET), clocks, () -> 0)
                .at(endpoint.at("/auth/token"));
    }

    private IOException failure() {
        return failure(client().clientCredentials());
    }

    /** Why there is none; neither this nor the log shows a secret. */
    private IOException failure(TokenSource tokens) {
        try {
            throw new AssertionError(tokens.token());
        } catch (IOException expected) {
            List<String> shown = new ArrayList<>(log.lines());
            for (Throwable cause = expected; cause != null; cause = cause.getCause()) {
                shown.add(cause.toString());
            }
            assertThat(String.join("\n", shown)).doesNotContain("50%", "plus+", "NTAl", "Basic", "evil-");
            return expected;
        }
    }

    @Test
    void a_client_proves_who_it_is_as_rfc_6749_section_2_3_1_has_it() throws IOException {
        assertThat(client().clientCredentials("orders:read", "a+b").token()).contains("token-1");
        TestTokenEndpoint.Asked asked = endpoint.last();
        String basic = new String(
                Base64.getDecoder().decode(asked.header("Authorization").substring(6)), UTF_8);
        assertThat(basic)
                .isEqualTo("odd%3A100%25%2Bmore:50%25+colon%3A+plus%2B+amp%26+eq%3D+%C3%A4+of+at+least+32+characters");
        assertThat(asked.method() + " " + asked.path()).isEqualTo("POST /auth/token");
        assertThat(asked.body()).isEqualTo("grant_type=client_credentials&scope=orders%3Aread+a%2Bb");
        assertThat(asked.header("Content-type")).isEqualTo("application/x-www-form-urlencoded");
        assertThat(asked.header("Accept")).isEqualTo("application/json");
    }

    @Test
    void without_a_scope_none_is_asked_for() throws IOException {
        client().clientCredentials().token();
        assertThat(endpoint.last().body()).isEqualTo("grant_type=client_credentials");
    }

    @Test
    void a_public_client_says_who_it_is_in_the_form() throws IOException {
        TokenSource tokens = TokenClient.withoutSecret(endpoint.at("/auth"), "phone")
                .at(endpoint.at("/token"))
                .refreshing(new TestStore("first"));
        assertThat(tokens.token()).contains("token-1");
        assertThat(endpoint.last().body()).isEqualTo("grant_type=refresh_token&refresh_token=first&client_id=phone");
        assertThat(endpoint.last().headers()).doesNotContainKey("Authorization");
    }

    // --- where the token endpoint is ---

    private TokenSource discovering(String issuer) {
        return new TokenClient(endpoint.at(issuer), "c", Optional.of(SECRET), clocks, () -> 0).clientCredentials();
    }

    private Answer metadata(String issuer, String tokenEndpoint) {
        return new Answer(200, "{\"issuer\":\"" + issuer + "\",\"token_endpoint\":\"" + tokenEndpoint + "\"}");
    }

    @ParameterizedTest
    @CsvSource({
        "/api/v2/auth, /.well-known/oauth-authorization-server/api/v2/auth",
        "/api/v2/auth, /api/v2/auth/.well-known/oauth-authorization-server",
        "/auth/, /.well-known/oauth-authorization-server/auth",
        "'', /.well-known/oauth-authorization-server",
    })
    void metadata_say_where_the_token_endpoint_is_and_are_read_once(String issuer, String place) throws IOException {
        endpoint.behave(asked -> asked.method().equals("POST")
                ? TestTokenEndpoint.token("a", 1)
                : asked.path().equals(place)
                        ? metadata(
                                endpoint.at(issuer).toString(),
                                endpoint.at("/t").toString())
                        : new Answer(404, ""));
        TokenSource tokens = discovering(issuer);
        for (int i = 0; i < 3; i++) {
            assertThat(tokens.token()).contains("a");
            clock.advance(Duration.ofSeconds(2));
        }
        assertThat(endpoint.asked().stream().filter(asked -> asked.path().equals(place)))
                .hasSize(1);
        assertThat(endpoint.asked().stream().filter(asked -> asked.path().equals("/t")))
                .hasSize(3);
    }

    @Test
    void metadata_of_another_issuer_are_refused() {
        for (String other :
                List.of("https://evil-issuer.example", endpoint.at("/auth/").toString(), "", "\\u0000")) {
            endpoint.behave(asked -> metadata(other, endpoint.at("/token").toString()));
            assertThat(failure(discovering("/auth")))
                    .isInstanceOf(TokenUnavailableException.class)
                    .hasMessage("the metadata are those of another issuer");
        }
        assertThat(endpoint.asked()).noneMatch(asked -> asked.method().equals("POST"));
    }

    /** Whoever serves the root of a host may answer there with anything. */
    @ParameterizedTest
    @CsvSource({
        "200, '<html>'",
        "200, '{}'",
        "200, '{\"issuer\":\"https://evil-issuer.example\",\"token_endpoint\":\"https://evil-host.example\"}'",
        "204, ''",
        "302, ''",
        "400, ''",
        "401, ''",
        "403, ''",
        "404, ''"
    })
    void what_is_no_metadata_of_the_issuer_is_looked_for_below_it(int status, String body) throws IOException {
        endpoint.behave(asked -> asked.method().equals("POST")
                ? TestTokenEndpoint.token("a", 1)
                : asked.path().startsWith("/auth/")
                        ? metadata(
                                endpoint.at("/auth").toString(),
                                endpoint.at("/t").toString())
                        : new Answer(status, body));
        assertThat(discovering("/auth").token()).contains("a");
    }

    @ParameterizedTest
    @ValueSource(ints = {429, 500, 503})
    void a_server_that_is_away_is_not_asked_twice(int status) {
        endpoint.behave(asked -> new Answer(status, ""));
        assertThat(failure(discovering("/auth"))).hasMessage("the metadata of the issuer answer " + status);
        assertThat(endpoint.count()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://evil-host.example/token",
                "",
                "token",
                "https://user@evil-host.example/token",
                "file:/evil-token",
                "https://evil-host.example/token#f",
                "https://evil host/"
            })
    void metadata_that_name_no_safe_token_endpoint_are_refused(String tokenEndpoint) {
        endpoint.behave(asked -> metadata(endpoint.at("/auth").toString(), tokenEndpoint));
        assertThat(failure(discovering("/auth"))).hasMessage("the metadata name no token endpoint that can be used");
    }

    @Test
    void an_issuer_without_metadata_is_no_answer() {
        endpoint.behave(asked -> new Answer(404, ""));
        assertThat(failure(discovering("/auth"))).hasMessage("the issuer has no metadata");
        endpoint.behave(asked -> new Answer(503, "", "Retry-After", "7"));
        assertThat(failure(discovering("/auth")))
                .isInstanceOfSatisfying(TokenUnavailableException.class, away -> assertThat(away.retryAfter())
                        .isEqualTo(Duration.ofSeconds(7)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://sso.example/auth",
                "https://user:pw@sso.example/",
                "https://sso.example/?x",
                "https://sso.example/#x",
                "sso.example",
                "https:/auth",
                "ftp://127.0.0.1/"
            })
    void a_secret_goes_by_https_or_stays_on_this_machine(String uri) {
        assertThatIllegalArgumentException().isThrownBy(() -> new TokenClient(URI.create(uri), "c", "s"));
        assertThatIllegalArgumentException().isThrownBy(() -> client().at(URI.create(uri)));
    }

    @Test
    void a_client_has_a_name_a_secret_and_a_sensible_timeout() {
        URI issuer = URI.create("https://sso.example");
        assertThatIllegalArgumentException().isThrownBy(() -> new TokenClient(issuer, "", "s"));
        assertThatIllegalArgumentException().isThrownBy(() -> new TokenClient(issuer, "c", ""));
        assertThatIllegalArgumentException().isThrownBy(() -> client().timeout(Duration.ZERO));
        assertThatIllegalStateException()
                .isThrownBy(() -> TokenClient.withoutSecret(issuer, "c").clientCredentials());
        assertThatIllegalArgumentException().isThrownBy(() -> client().timeout(Duration.ofMinutes(6)));
    }

    // --- what it answers ---

    @ParameterizedTest
    @CsvSource({
        "400, invalid_grant",
        "401, invalid_client",
        "400, unauthorized_client",
        "400, invalid_scope",
        "403, access_denied"
    })
    void an_oauth_error_is_a_refusal(int status, String error) {
        endpoint.behave(asked -> new Answer(
                status,
                "{\"error\":\"" + error + "\",\"error_description\":\"evil-description " + asked.body() + "\"}"));
        assertThat(failure()).isInstanceOfSatisfying(TokenRefusedException.class, refusal -> assertThat(refusal.error())
                .isEqualTo(error));
    }

    @Test
    void an_error_that_is_no_code_is_not_repeated() {
        endpoint.behave(asked -> new Answer(400, "{\"error\":\"evil-code\\n50% colon\"}"));
        assertThat(failure()).hasMessage("the authorization server refuses a token: an error that is no error code");
    }

    @ParameterizedTest
    @CsvSource({
        "500, '{\"error\":\"server_error\"}'",
        "503, '{\"error\":\"temporarily_unavailable\"}'",
        "429, '{\"error\":\"slow_down\"}'",
        "404, ''",
        "400, 'evil-page'",
        "401, '{\"error\":1}'",
        "400, '[]'",
        "204, ''",
    })
    void everything_else_is_no_answer(int status, String body) {
        endpoint.behave(asked -> new Answer(status, body));
        assertThat(failure()).isInstanceOf(TokenUnavailableException.class).hasMessageContaining(" " + status);
    }

    @ParameterizedTest
    @CsvSource({
        "30, 30",
        "0, 0",
        "99999, 300",
        "-5, 0",
        "soon, 0",
        "'Sun, 01 Jun 2025 12:01:30 GMT', 90",
        "'Sun, 01 Jun 2025 11:00:00 GMT', 0",
        "'Tue, 01 Jun 2055 11:00:00 GMT', 300",
        "99999999999999999999, 0"
    })
    void the_pause_that_it_asks_for_is_at_most_five_minutes(String retryAfter, int seconds) {
        endpoint.behave(asked -> new Answer(503, "", "Retry-After", retryAfter));
        assertThat(((TokenUnavailableException) failure()).retryAfter()).isEqualTo(Duration.ofSeconds(seconds));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "null",
                "{",
                "{}",
                "{\"access_token\":\"evil-a\",\"expires_in\":60}",
                "{\"access_token\":\"evil-a\",\"token_type\":\"mac\",\"expires_in\":60}",
                "{\"access_token\":\"evil-a\",\"token_type\":\"N_A\",\"expires_in\":60}",
                "{\"access_token\":\"\",\"token_type\":\"Bearer\",\"expires_in\":60}",
                "{\"access_token\":null,\"token_type\":\"Bearer\",\"expires_in\":60}",
                "{\"access_token\":[\"evil-a\"],\"token_type\":\"Bearer\",\"expires_in\":60}",
                "{\"access_token\":\"evil-a b\",\"token_type\":\"Bearer\",\"expires_in\":60}",
                "{\"access_token\":\"evil-a\\r\\nX-Evil: y\",\"token_type\":\"Bearer\",\"expires_in\":60}",
                "{\"access_token\":\"evil-ä\",\"token_type\":\"Bearer\",\"expires_in\":60}",
                "{\"access_token\":\"evil-a\",\"token_type\":\"Bearer\",\"expires_in\":0}",
                "{\"access_token\":\"evil-a\",\"token_type\":\"Bearer\",\"expires_in\":-60}",
                "{\"access_token\":\"evil-a\",\"token_type\":\"Bearer\",\"expires_in\":\"60\"}",
                "{\"access_token\":\"evil-a\",\"token_type\":\"Bearer\",\"expires_in\":1e-99999999999}",
                "{\"access_token\":\"evil-a\",\"token_type\":\"Bearer\",\"expires_in\":true}",
            })
    void an_answer_that_is_no_token_is_none(String body) {
        endpoint.behave(asked -> new Answer(200, body));
        assertThat(failure()).isInstanceOf(TokenUnavailableException.class);
    }

    /** What the implementation of JSON throws then is not what the interface says. */
    @Test
    void an_answer_that_no_parser_takes_is_none_and_has_a_pause() {
        for (String body : List.of(
                "{\"x\":" + "[".repeat(30_000) + "]".repeat(30_000) + "}",
                "{\"x\":".repeat(5_000) + "1" + "}".repeat(5_000),
                "{\"access_token\":\"evil-a\",\"token_type\":\"Bearer\",\"expires_in\":" + "9".repeat(60_000) + "}",
                "{\"access_token\":\"evil-a\",\"token_type\":\"Bearer\",\"expires_in\":-1e99999999999}")) {
            int before = endpoint.count();
            endpoint.behave(asked -> new Answer(200, body));
            TokenSource tokens = client().clientCredentials();
            assertThat(failure(tokens)).isInstanceOf(TokenUnavailableException.class);
            assertThat(failure(tokens)).isInstanceOf(TokenUnavailableException.class);
            assertThat(endpoint.count()).isEqualTo(before + 1);
        }
    }

    @Test
    void a_token_that_is_too_long_is_none() {
        endpoint.behave(asked -> TestTokenEndpoint.token("a".repeat(20_000), 60));
        assertThat(failure()).hasMessage("the answer of the token endpoint has no access_token that can be sent");
    }

    @Test
    void the_type_of_a_token_is_in_any_case_and_its_life_has_bounds() throws IOException {
        endpoint.behave(asked -> new Answer(200, "{\"access_token\":\"a\",\"token_type\":\"bearer\"}"));
        TokenSource short1 = client().clientCredentials();
        assertThat(short1.token()).contains("a");
        clock.advance(Duration.ofSeconds(61));
        endpoint.behave(asked -> TestTokenEndpoint.token("b", 2_000_000_000));
        assertThat(short1.token()).contains("b");
        clock.advance(Duration.ofHours(25));
        endpoint.behave(asked -> TestTokenEndpoint.token("c", 60));
        assertThat(short1.token()).contains("c");
    }

    // --- limits ---

    @Test
    void a_redirect_is_not_followed() {
        for (int status : List.of(301, 302, 303, 307, 308)) {
            int before = endpoint.count();
            endpoint.behave(asked ->
                    new Answer(status, "", "Location", endpoint.at("/elsewhere").toString()));
            assertThat(failure()).hasMessage("the token endpoint answers " + status);
            assertThat(endpoint.count()).isEqualTo(before + 1);
        }
    }

    @Test
    void an_answer_that_is_too_long_is_none() {
        endpoint.behave(asked -> TestTokenEndpoint.token("a", 60, ",\"x\":\"" + "y".repeat(70_000) + "\""));
        assertThat(failure())
                .isInstanceOf(TokenUnavailableException.class)
                .hasRootCauseMessage("the answer is longer than 65536 bytes");
    }

    @Test
    void who_does_not_answer_in_time_is_away() {
        CountDownLatch never = new CountDownLatch(1);
        endpoint.behave(asked -> {
            try {
                never.await();
            } catch (InterruptedException closed) {
                throw new InterruptedIOException();
            }
            return new Answer(200, "");
        });
        assertThat(failure(client().timeout(Duration.ofMillis(200)).clientCredentials()))
                .isInstanceOf(TokenUnavailableException.class);
        never.countDown();
    }

    @Test
    void who_is_not_there_is_away() {
        URI gone = endpoint.at("/token");
        endpoint.close();
        assertThat(failure(client().at(gone).clientCredentials()))
                .isInstanceOf(TokenUnavailableException.class)
                .hasMessage("the authorization server cannot be reached or understood");
    }

    @Test
    void an_interrupted_thread_does_not_wait_and_leaves_no_pause() throws IOException {
        TokenSource tokens = client().clientCredentials();
        Thread.currentThread().interrupt();
        assertThatExceptionOfType(InterruptedIOException.class).isThrownBy(tokens::token);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(tokens.token()).isPresent();
    }

    @Test
    void nothing_shows_a_secret() {
        assertThat(client().toString() + client().clientCredentials() + client().refreshing(new TestStore("rt-1")))
                .contains("odd:100%+more")
                .doesNotContain("50%", "rt-1");
    }
}
