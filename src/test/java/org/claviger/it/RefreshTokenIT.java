package org.claviger.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.claviger.it.Flow.assertRefused;
import static org.claviger.it.Flow.granted;

import jakarta.json.JsonObject;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Refresh tokens (RFC 6749 section 6) that rotate (RFC 9700 section 4.14.2). */
@ExtendWith({ClavigerExtension.class, NoSecondChance.class})
class RefreshTokenIT {
    private final Flow flow;

    RefreshTokenIT(Flow flow) {
        this.flow = flow;
    }

    private String refreshTokenOf(String clientId) throws InterruptedException, IOException {
        return flow.tokens(clientId, "alice").getString("refresh_token");
    }

    @ParameterizedTest
    @ValueSource(strings = {"spa", "web", "web-post"})
    void t6_each_use_brings_a_new_refresh_token_and_a_new_access_token(String clientId)
            throws InterruptedException, IOException {
        JsonObject first = flow.tokens(clientId, "alice");
        JsonObject second = granted(flow.refresh(clientId, first.getString("refresh_token")));
        JsonObject third = granted(flow.refresh(clientId, second.getString("refresh_token")));
        assertThat(List.of(first, second, third))
                .extracting(answer -> answer.getString("refresh_token"))
                .doesNotHaveDuplicates();
        assertThat(List.of(first, second, third))
                .extracting(answer -> Jwts.claims(answer.getString("access_token")))
                .extracting(claims -> claims.getString("jti"))
                .doesNotHaveDuplicates();
        assertThat(third.keySet())
                .containsExactlyInAnyOrder("access_token", "token_type", "expires_in", "refresh_token", "scope");
        assertThat(third.getInt("expires_in")).isEqualTo(900);
        assertThat(flow.call("/demo/api/user", third.getString("access_token")).statusCode())
                .isEqualTo(200);
    }

    @Test
    void who_signed_in_and_when_stays_the_same_through_refreshes() throws InterruptedException, IOException {
        JsonObject first = flow.tokens("spa", "alice");
        JsonObject second = granted(flow.refresh("spa", first.getString("refresh_token")));
        JsonObject before = Jwts.claims(first.getString("access_token"));
        JsonObject after = Jwts.claims(second.getString("access_token"));
        for (String same : List.of("sub", "upn", "client_id", "aud", "scope", "auth_time", "claviger_family")) {
            assertThat(after.get(same)).as(same).isEqualTo(before.get(same));
        }
    }

    @Test
    void t7_a_refresh_token_that_is_used_twice_ends_its_whole_family() throws InterruptedException, IOException {
        String first = refreshTokenOf("spa");
        String second = granted(flow.refresh("spa", first)).getString("refresh_token");
        String third = granted(flow.refresh("spa", second)).getString("refresh_token");
        assertRefused(flow.refresh("spa", first), 400, "invalid_grant");
        assertRefused(flow.refresh("spa", third), 400, "invalid_grant");
        assertRefused(flow.refresh("spa", second), 400, "invalid_grant");
    }

    @Test
    void t7_the_end_of_one_family_is_not_the_end_of_another() throws InterruptedException, IOException {
        String ended = refreshTokenOf("spa");
        String other = refreshTokenOf("spa");
        granted(flow.refresh("spa", ended));
        assertRefused(flow.refresh("spa", ended), 400, "invalid_grant");
        granted(flow.refresh("spa", other));
    }

    @Test
    void t8_of_32_who_refresh_at_once_one_wins_and_nothing_of_it_lives_on()
            throws InterruptedException, IOException, ExecutionException {
        String token = refreshTokenOf("spa");
        List<HttpResponse<String>> winners = new ArrayList<>();
        for (HttpResponse<String> answer : Crowd.of(32, () -> flow.refresh("spa", token))) {
            if (answer.statusCode() == 200) {
                winners.add(answer);
            } else {
                assertRefused(answer, 400, "invalid_grant");
            }
        }
        assertThat(winners).hasSize(1);
        String successor = granted(winners.get(0)).getString("refresh_token");
        assertRefused(flow.refresh("spa", successor), 400, "invalid_grant");
    }

    @Test
    void t11_another_client_cannot_use_a_refresh_token_and_it_stays_good_for_its_own()
            throws InterruptedException, IOException {
        String token = refreshTokenOf("spa");
        for (String other : List.of("native", "console", "web", "web-post")) {
            assertRefused(flow.refresh(other, token), 400, "invalid_grant");
        }
        String next = granted(flow.refresh("spa", token)).getString("refresh_token");
        // Nor does another client end the family by showing what was used.
        assertRefused(flow.refresh("native", token), 400, "invalid_grant");
        granted(flow.refresh("spa", next));
    }

    @Test
    void t11_the_scope_can_narrow_and_comes_back() throws InterruptedException, IOException {
        JsonObject less = granted(flow.refresh("spa", refreshTokenOf("spa"), "scope", "demo"));
        assertThat(less.getString("scope")).isEqualTo("demo");
        assertThat(Jwts.claims(less.getString("access_token")).getString("scope"))
                .isEqualTo("demo");
        // RFC 6749 section 6: what is narrowed is the access token; the refresh token is worth what was granted.
        JsonObject again = granted(flow.refresh("spa", less.getString("refresh_token")));
        assertThat(again.getString("scope")).isEqualTo("profile demo");
    }

    @Test
    void t11_the_scope_cannot_widen_and_asking_for_it_uses_nothing_up() throws InterruptedException, IOException {
        Pkce pkce = Pkce.random();
        String code = flow.browser("alice")
                .authorize(flow.request("spa", pkce).with("scope", "demo"))
                .code();
        String token = granted(flow.redeem("spa", code, pkce)).getString("refresh_token");
        for (String wider : List.of("profile", "profile demo", "demo claviger:admin", "demo unheard-of", "demo ")) {
            assertRefused(flow.refresh("spa", token, "scope", wider), 400, "invalid_scope");
        }
        assertThat(granted(flow.refresh("spa", token)).getString("scope")).isEqualTo("demo");
    }

    @Test
    void no_part_of_a_refresh_token_and_no_other_spelling_is_one() throws InterruptedException, IOException {
        String token = refreshTokenOf("spa");
        for (int length = 1; length < token.length(); length++) { // CVE-2026-27840
            assertRefused(flow.refresh("spa", token.substring(0, length)), 400, "invalid_grant");
        }
        for (int i = 0; i < token.length(); i++) {
            char other =
                    switch (token.charAt(i)) {
                        case 'A' -> 'B';
                        case '.' -> '-';
                        case '1' -> '2';
                        default -> 'A';
                    };
            String altered = token.substring(0, i) + other + token.substring(i + 1);
            assertRefused(flow.refresh("spa", altered), 400, "invalid_grant");
        }
        for (String altered :
                List.of(token + "A", token + "=", token + ".", token + " ", " " + token, token + "." + token)) {
            assertRefused(flow.refresh("spa", altered), 400, "invalid_grant");
        }
        granted(flow.refresh("spa", token));
    }

    @Test
    void a_number_too_large_for_a_refresh_token_is_refused() throws InterruptedException, IOException {
        String[] parts = refreshTokenOf("spa").split("\\.", -1);
        for (String number : List.of("0", "01", "-1", "+1", "999999999999999999", "9223372036854775808", "1e9", "١")) {
            assertRefused(
                    flow.refresh("spa", parts[0] + "." + number + "." + parts[2] + "." + parts[3]),
                    400,
                    "invalid_grant");
            assertRefused(
                    flow.refresh("spa", parts[0] + "." + parts[1] + "." + number + "." + parts[3]),
                    400,
                    "invalid_grant");
        }
    }

    @Test
    void a_credential_of_another_kind_is_no_refresh_token() throws InterruptedException, IOException {
        JsonObject tokens = flow.tokens("spa", "alice");
        String code = flow.code("spa", "alice", Pkce.random());
        String session = flow.browser("alice").session().orElseThrow().value();
        for (String other : List.of(code, tokens.getString("access_token"), session)) {
            assertRefused(flow.refresh("spa", other), 400, "invalid_grant");
        }
    }

    @Test
    void the_refresh_token_is_required() throws InterruptedException, IOException {
        assertRefused(flow.token("spa", "grant_type", "refresh_token"), 400, "invalid_request");
        assertRefused(flow.refresh("spa", ""), 400, "invalid_request");
    }
}
