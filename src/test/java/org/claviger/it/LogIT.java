package org.claviger.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.claviger.it.Flow.assertRefused;
import static org.claviger.it.Flow.granted;
import static org.claviger.it.RunningClaviger.form;

import jakarta.json.JsonObject;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the server writes down of a day with its good and its bad moments: who, what and why, and never a credential. */
@ExtendWith(ClavigerExtension.class)
@TestInstance(Lifecycle.PER_CLASS)
class LogIT {
    private static final String TYPED_AS_NAME = "a-password-that-was-typed-as-a-name";
    private static final String WRONG_PASSWORD = "a password that is wrong";
    private static final String WRONG_SECRET = "a-client-secret-that-is-wrong-but-long-enough";

    private final RunningClaviger claviger;
    private final Flow flow;
    private final Pkce pkce = Pkce.random();
    private final List<String> credentials = new ArrayList<>();
    private String family;
    private String log;

    LogIT(RunningClaviger claviger, Flow flow) {
        this.claviger = claviger;
        this.flow = flow;
    }

    @BeforeAll
    void useAndMisuse() throws InterruptedException, IOException {
        int before = claviger.log().length();
        Browser alice = new Browser(claviger, "alice");
        HttpResponse<String> page = alice.get(flow.request("web", pkce).path());
        credentials.addAll(List.of(Browser.form(page).fields().get("form_token"), "password of alice"));
        page = alice.submit(page, "username", TYPED_AS_NAME, "password", WRONG_PASSWORD);
        page = alice.submit(page, "username", "alice", "password", WRONG_PASSWORD);
        credentials.addAll(List.of(TYPED_AS_NAME, WRONG_PASSWORD));
        String code = alice.finish(alice.signIn(page), Browser.Decision.ALLOW).code();
        credentials.addAll(List.of(alice.session().orElseThrow().value(), code, pkce.verifier()));
        alice.authorize(flow.request("web", pkce).with("scope", "unheard-of"));

        assertRefused(
                claviger.post("/api/v2/auth/token", redemption(code), "Authorization", wrongBasic()),
                401,
                "invalid_client");
        JsonObject tokens = granted(flow.redeem("web", code, pkce));
        family = Jwts.claims(tokens.getString("access_token")).getString("claviger_family");
        JsonObject newer = granted(flow.refresh("web", tokens.getString("refresh_token")));
        assertThat(flow.call("/demo/api/user", newer.getString("access_token")).statusCode())
                .isEqualTo(200);
        assertRefused(flow.refresh("web", tokens.getString("refresh_token")), 400, "invalid_grant");
        assertRefused(flow.redeem("web", code, pkce), 400, "invalid_grant");
        for (JsonObject each : List.of(tokens, newer)) {
            useAndMisuse(each.getString("access_token"), each.getString("refresh_token"));
        }
        credentials.add(WRONG_SECRET);
        credentials.add(claviger.client("web").getString("client_secret"));

        String marker = "the-end-of-the-day-" + System.nanoTime();
        claviger.post("/api/v2/auth/token", form("client_id", marker));
        log = claviger.awaitLog(marker).substring(before);
    }

    private String redemption(String code) {
        return form(
                "grant_type",
                "authorization_code",
                "code",
                code,
                "redirect_uri",
                flow.redirectUri("web"),
                "code_verifier",
                pkce.verifier());
    }

    private static String wrongBasic() {
        return RunningClaviger.basic("web", WRONG_SECRET);
    }

    /** In the right place, where they have ended with their family, and in wrong ones. */
    private void useAndMisuse(String accessToken, String refreshToken) throws InterruptedException, IOException {
        assertThat(flow.call("/demo/api/user", accessToken).statusCode()).isEqualTo(401);
        flow.call("/demo/api/user", accessToken + "x");
        flow.call("/demo/api/user", accessToken + " x");
        flow.call("/demo/api/user", refreshToken);
        flow.call("/demo/api/ejb", accessToken);
        flow.call("/api/v2/auth/admin/settings", accessToken);
        claviger.get("/demo/api/user?" + form("access_token", accessToken));
        claviger.get("/demo/missing?" + form("access_token", accessToken));
        claviger.get("/api/v2/auth/token?" + form("refresh_token", refreshToken));
        claviger.get("/api/v2/auth/authorize?" + form("client_id", accessToken, "redirect_uri", refreshToken));
        flow.token("web", "grant_type", refreshToken, "scope", accessToken);
        flow.refresh("web", accessToken, "scope", refreshToken);
        claviger.post("/api/v2/auth/token", form("client_id", "spa", "client_secret", refreshToken));
        // What nobody can have made up: the signature of one, the MAC of the other
        credentials.add(accessToken.substring(accessToken.lastIndexOf('.') + 1));
        credentials.add(refreshToken.substring(refreshToken.lastIndexOf('.') + 1));
    }

    @Test
    void a16_o2_no_credential_is_in_the_log() {
        assertThat(credentials).hasSizeGreaterThan(10).allMatch(credential -> credential.length() >= 17);
        assertThat(log).contains(family).doesNotContain(credentials);
    }

    @ParameterizedTest
    @CsvSource({
        "SIGN_IN_REFUSED,       unknown user",
        "SIGN_IN_REFUSED,       wrong password",
        "AUTHORIZATION_REFUSED, scope",
        "TOKEN_REFUSED,         wrong secret",
        "TOKEN_REFUSED,         reuse",
        "TOKEN_REFUSED,         not a token of ours",
        "TOKEN_REFUSED,         not supported",
        "BEARER_REFUSED,        token",
        "REUSE_DETECTED,        generation",
    })
    void o2_each_refusal_is_recorded_with_its_reason(String event, String reason) {
        assertThat(log.lines()).anyMatch(line -> line.contains(event + " ") && line.contains(reason));
    }

    @ParameterizedTest
    @CsvSource({"SIGNED_IN", "AUTHORIZED", "TOKEN_ISSUED"})
    void o2_what_was_granted_is_recorded_with_who_got_it(String event) {
        assertThat(log.lines()).anyMatch(line -> line.contains(event + " ") && line.contains("client=\"web\""));
    }
}
