package org.claviger.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.claviger.it.RunningClaviger.json;

import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Administration is open to tokens that are for it alone, by every spelling of its path. */
@ExtendWith(ClavigerExtension.class)
@Tag("every-server")
@Tag("enterprise-beans") // of the demo application
@TestInstance(Lifecycle.PER_CLASS)
class AdminIT {
    static final String SETTINGS = "/api/v2/auth/admin/settings";

    private final RunningClaviger claviger;
    private final Flow flow;
    private String adminToken;

    AdminIT(RunningClaviger claviger, Flow flow) {
        this.claviger = claviger;
        this.flow = flow;
    }

    @BeforeAll
    void signIn() throws InterruptedException, IOException {
        adminToken = flow.tokens("console", "root").getString("access_token");
    }

    @Test
    void an_administrator_reads_the_settings_without_their_secrets() throws InterruptedException, IOException {
        HttpResponse<String> answer = flow.call(SETTINGS, adminToken);
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(json(answer).getJsonObject("claviger.issuer").getString("value"))
                .isEqualTo(claviger.issuer());
        assertThat(answer.body()).doesNotContain("AAAAAAAAAAAA", "jdbc:postgresql://", "jdbc:h2:file:/");
        assertThat(answer.headers().allValues("Set-Cookie")).isEmpty();
    }

    @Test
    void no_answer_of_administration_is_kept_or_taken_for_something_else() throws InterruptedException, IOException {
        for (HttpResponse<String> answer : List.of(
                flow.call(SETTINGS, adminToken),
                flow.call(SETTINGS, "wrong"),
                flow.call(SETTINGS + "/nothing", adminToken),
                claviger.get(SETTINGS))) {
            assertThat(answer.headers().allValues("Cache-Control")).containsExactly("no-store");
            assertThat(answer.headers().allValues("X-Content-Type-Options")).containsExactly("nosniff");
        }
    }

    @Test
    void a_service_that_may_administer_does() throws InterruptedException, IOException {
        String token = flow.serviceToken("operator", "scope", "claviger:admin");
        assertThat(flow.call(SETTINGS, token).statusCode()).isEqualTo(200);
    }

    private HttpResponse<String> change(String body) throws InterruptedException, IOException {
        return claviger.send(claviger.request(
                        SETTINGS,
                        "Authorization",
                        "Bearer " + adminToken,
                        "Content-Type",
                        "application/merge-patch+json",
                        "If-Match",
                        "*")
                .method("PATCH", BodyPublishers.ofString(body)));
    }

    @Test
    void a_live_setting_is_changed_and_taken_back() throws InterruptedException, IOException {
        String key = "claviger.brand.name";
        HttpResponse<String> changed = change("{\"" + key + "\":\"Acme\"}");
        assertThat(changed.statusCode()).as(changed.body()).isEqualTo(200);
        assertThat(json(changed).getJsonObject(key).getString("value")).isEqualTo("Acme");

        HttpResponse<String> back = change("{\"" + key + "\":null}");
        assertThat(json(back).getJsonObject(key).getString("value")).isEqualTo("Claviger");
        assertThat(back.headers().firstValue("ETag"))
                .isPresent()
                .isNotEqualTo(changed.headers().firstValue("ETag"));
    }

    @Test
    void what_the_environment_says_is_pinned() throws InterruptedException, IOException {
        HttpResponse<String> answer = flow.call(SETTINGS, adminToken);

        assertThat(json(answer).getJsonObject("claviger.issuer").getBoolean("pinned"))
                .isTrue();
        assertThat(json(answer).getJsonObject("claviger.brand.name").getBoolean("pinned"))
                .isFalse();
        HttpResponse<String> refused = change("{\"claviger.issuer\":\"https://other.example.org\"}");
        assertThat(refused.statusCode()).isEqualTo(409);
        assertThat(refused.headers().firstValue("Content-Type").orElseThrow()).startsWith("application/problem+json");
    }

    @Test
    void a_token_for_administration_opens_nothing_else() throws InterruptedException, IOException {
        for (String path : List.of("/demo/api/user", "/demo/api/public", "/plain/api/orders", "/demo/servlet")) {
            HttpResponse<String> refused = flow.call(path, adminToken);
            assertThat(refused.statusCode()).as(path).isEqualTo(401);
            assertThat(refused.headers().firstValue("WWW-Authenticate").orElseThrow())
                    .contains("error=\"invalid_token\"");
        }
    }

    @Test
    void no_other_token_opens_administration() throws InterruptedException, IOException {
        for (String token : List.of(
                flow.tokens("spa", "root").getString("access_token"),
                flow.tokens("console", "bob").getString("access_token"),
                flow.serviceToken("service"),
                flow.serviceToken("operator"),
                flow.serviceToken("elsewhere"))) {
            HttpResponse<String> refused = flow.call(SETTINGS, token);
            assertThat(refused.statusCode()).isEqualTo(401);
            assertThat(refused.headers().firstValue("WWW-Authenticate").orElseThrow())
                    .contains("error=\"invalid_token\"");
        }
    }

    @Test
    void r2_without_a_token_administration_asks_for_one() throws InterruptedException, IOException {
        HttpResponse<String> answer = claviger.get(SETTINGS);
        assertThat(answer.statusCode()).isEqualTo(401);
        assertThat(answer.headers().allValues("WWW-Authenticate"))
                .singleElement()
                .satisfies(
                        challenge -> assertThat(challenge).startsWith("Bearer").doesNotContain("error"));
    }

    @Test
    void the_sign_in_session_of_an_administrator_opens_nothing() throws InterruptedException, IOException {
        Browser root = flow.browser("root");
        root.authorize(flow.request("console", Pkce.random()));
        assertThat(root.cookieHeader(claviger.at(SETTINGS))).contains("claviger-session=");
        assertThat(root.get(SETTINGS).statusCode()).isEqualTo(401);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/api/v2/auth/admin/settings",
                "/api/v2/auth/admin/settings/",
                "/api/v2/auth/admin/settings;x",
                "/api/v2/auth/admin/settings;x=/y",
                "/api/v2/auth/admin;x/settings",
                "/api/v2/auth/admin;/settings",
                "/api/v2/auth;x/admin/settings",
                "/api/v2/auth/;x/admin/settings",
                "/api/v2/auth//admin/settings",
                "/api/v2/auth/admin//settings",
                "/api/v2/auth/.//admin/settings",
                "/api//v2/auth/admin/settings",
                "//api/v2/auth/admin/settings",
                "/api/v2/auth/./admin/settings",
                "/api/v2/auth/admin/./settings",
                "/api/v2/auth/x/../admin/settings",
                "/api/v2/auth/token/../admin/settings",
                "/api/v2/auth/token/..;/admin/settings",
                "/api/v2/auth/admin/x/../settings",
                "/api/v2/auth/%61dmin/settings",
                "/api/v2/auth/%2561dmin/settings",
                "/api/v2/auth/admin/%73ettings",
                "/api/v2/auth/admin%2fsettings",
                "/api/v2/auth/admin%2Fsettings",
                "/api/v2/auth/admin%5csettings",
                "/api/v2/auth%2fadmin/settings",
                "/api/v2/auth/%2fadmin/settings",
                "/api/v2/auth/%2e/admin/settings",
                "/api/v2/auth/x/%2e%2e/admin/settings",
                "/api/v2/auth\\admin\\settings",
                "/api/v2/auth/admin/settings%00",
                "/api/v2/auth/admin/settings%3bx",
                "/api/v2/auth/admin%00/settings",
                "/api/v2/auth/Admin/settings",
                "/api/v2/auth/ADMIN/SETTINGS",
                "/API/V2/AUTH/admin/settings",
                "/demo/..;/api/v2/auth/admin/settings",
                "/demo/../api/v2/auth/admin/settings",
                "/api/v2/auth/admin/settings?x",
                "/api/v2/auth/admin/settings#x",
                "/api/v2/auth/admin/settings.json",
                "/api/v2/auth/WEB-INF/web.xml",
                "/api/v2/auth/META-INF/MANIFEST.MF",
            })
    void without_a_token_no_spelling_of_the_path_opens_administration(String path) throws IOException {
        for (String method : List.of("GET", "HEAD", "POST", "PUT", "get", "TRACE")) {
            assertClosed(Wire.ask(claviger, method + " " + path));
        }
        assertClosed(Wire.ask(
                claviger, "GET " + path, "Authorization: Basic " + RunningClaviger.base64("root:password of root")));
    }

    private static void assertClosed(Wire.Answer answer) {
        assertThat(answer.status()).as(answer.body()).isGreaterThanOrEqualTo(300);
        assertThat(answer.body()).doesNotContain("claviger.issuer", "claviger.audience");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "OPTIONS /api/v2/auth/admin/settings",
                "OPTIONS /api/v2/auth/admin/",
                "GET /api/v2/auth/admin/application.wadl",
                "GET /api/v2/auth/admin/application.wadl?detail=true",
                "GET /api/v2/auth/admin/application.wadl/xsd0.xsd",
            })
    void without_a_token_nobody_is_told_what_administration_offers(String request) throws IOException {
        Wire.Answer answer = Wire.ask(claviger, request);
        assertThat(answer.status()).as(answer.body()).isGreaterThanOrEqualTo(400);
        assertThat(answer.body()).doesNotContain("<resource", "<method");
    }
}
