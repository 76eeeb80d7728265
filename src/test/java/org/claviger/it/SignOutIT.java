package org.claviger.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.claviger.it.Flow.assertRefused;
import static org.claviger.it.Flow.granted;

import java.io.IOException;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A session that ends: in one browser, or everywhere with all that was allowed. */
@ExtendWith(ClavigerExtension.class)
class SignOutIT {
    private static final String SIGN_OUT = "/api/v2/auth/signout";

    private final Flow flow;
    private final Pkce pkce = Pkce.random();

    /** Two browsers of somebody whom no other test needs signed in. */
    private final Browser here;

    private final Browser there;

    SignOutIT(RunningClaviger claviger, Flow flow) {
        this.flow = flow;
        here = new Browser(claviger, "carol");
        there = new Browser(claviger, "carol");
    }

    private String refreshToken(Browser browser) throws InterruptedException, IOException {
        String code = browser.authorize(flow.request("web-post", pkce)).code();
        return granted(flow.redeem("web-post", code, pkce)).getString("refresh_token");
    }

    private boolean isSignedIn(Browser browser) throws InterruptedException, IOException {
        HttpResponse<String> answer = browser.get(flow.request("web-post", pkce).path());
        return Form.find(answer.body()).filter(Form::isSignIn).isEmpty();
    }

    @Test
    void signing_out_ends_one_session_and_signing_out_everywhere_ends_all_and_what_came_of_them()
            throws InterruptedException, IOException {
        String first = refreshToken(here);
        String second = refreshToken(there);
        String session = here.session().orElseThrow().value();

        HttpResponse<String> forged = here.submit(here.get(SIGN_OUT), "form_token", "x");
        assertThat(forged.statusCode()).isEqualTo(400);
        assertThat(there.submit(here.get(SIGN_OUT)).statusCode()).isEqualTo(400);
        assertThat(isSignedIn(here)).isTrue();

        assertThat(here.submit(here.get(SIGN_OUT)).statusCode()).isEqualTo(200);
        assertThat(here.session()).isEmpty();
        here.plantSession(session);
        assertThat(isSignedIn(here)).as("who kept the cookie").isFalse();
        assertThat(isSignedIn(there)).isTrue();
        first = granted(flow.refresh("web-post", first)).getString("refresh_token");

        assertThat(there.submit(there.get(SIGN_OUT), "everywhere", "true").statusCode())
                .isEqualTo(200);
        assertThat(isSignedIn(there)).isFalse();
        assertRefused(flow.refresh("web-post", first), 400, "invalid_grant");
        assertRefused(flow.refresh("web-post", second), 400, "invalid_grant");
    }
}
