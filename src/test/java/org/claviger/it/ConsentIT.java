package org.claviger.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.ExtendWith;

/** No client gets a code before the person has allowed it (A17). */
@ExtendWith(ClavigerExtension.class)
@TestInstance(Lifecycle.PER_CLASS)
class ConsentIT {
    private final RunningClaviger claviger;
    private final Flow flow;
    private final Pkce pkce = Pkce.random();

    /** Whom no other test lets allow {@code web} anything. */
    private final Browser carol;

    ConsentIT(RunningClaviger claviger, Flow flow) {
        this.claviger = claviger;
        this.flow = flow;
        carol = new Browser(claviger, "carol");
    }

    private AuthorizationRequest request(String scope) {
        return flow.request("web", pkce).with("scope", scope);
    }

    private static void assertAsks(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(Browser.form(answer).isConsent()).as(answer.body()).isTrue();
    }

    @BeforeAll
    void refuse_first() throws InterruptedException, IOException {
        assertThat(carol.authorize(request("profile"), Browser.Decision.REFUSE).parameters())
                .containsEntry("error", "access_denied")
                .containsEntry("iss", claviger.issuer())
                .doesNotContainKey("code");
    }

    @Test
    void a17_what_was_refused_is_asked_again_and_what_was_allowed_is_not_until_it_is_more()
            throws InterruptedException, IOException {
        HttpResponse<String> page = carol.get(request("profile").path());
        assertAsks(page);
        assertThat(page.body()).contains("Web application", "carol");
        assertThat(Redirect.of(carol.get(
                                request("profile").with("prompt", "none").path()))
                        .parameters())
                .containsEntry("error", "consent_required");

        assertThat(carol.finish(page, Browser.Decision.ALLOW).parameters()).containsKey("code");
        assertThat(Redirect.of(carol.get(request("profile").path())).parameters())
                .containsKey("code");
        assertAsks(carol.get(request("profile demo").path()));
        assertAsks(carol.get(request("profile").with("prompt", "consent").path()));
    }

    @Test
    void a15_the_form_of_one_person_or_request_decides_nothing_for_another() throws InterruptedException, IOException {
        HttpResponse<String> page = carol.get(request("profile demo").path());
        assertAsks(page);
        assertNothing(flow.browser("alice").submit(page, "decision", "allow"));
        assertNothing(carol.submit(
                page, "decision", "allow", "request", request("demo").form()));
        assertNothing(carol.submit(page, "decision", "allow", "form_token", "x"));
        assertNothing(carol.submit(page));
        assertNothing(claviger.post("/api/v2/auth/consent", Browser.form(page).filledIn("decision", "allow")));
        assertAsks(carol.get(request("profile demo").path()));
    }

    private static void assertNothing(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
        assertThat(answer.headers().firstValue("Location")).isEmpty();
    }

    @Test
    void a13_no_page_that_asks_can_be_framed_cached_or_tell_where_it_was() throws InterruptedException, IOException {
        Map<String, String> expected = Map.of(
                "X-Frame-Options", "DENY",
                "Referrer-Policy", "no-referrer",
                "Cache-Control", "no-store",
                "X-Content-Type-Options", "nosniff");
        for (HttpResponse<String> page : List.of(
                carol.get(request("profile").with("prompt", "consent").path()), carol.get("/api/v2/auth/signout"))) {
            expected.forEach(
                    (name, value) -> assertThat(page.headers().firstValue(name)).hasValue(value));
            assertThat(page.headers().firstValue("Content-Security-Policy").orElseThrow())
                    .contains("frame-ancestors 'none'", "default-src 'none'", "base-uri 'none'", "form-action 'self'")
                    .doesNotContain("unsafe", "*");
        }
    }
}
