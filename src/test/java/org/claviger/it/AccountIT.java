package org.claviger.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.claviger.it.Flow.assertRefused;
import static org.claviger.it.Flow.granted;
import static org.claviger.it.RunningClaviger.json;

import jakarta.json.JsonObject;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What people see and end of their own, without an administrator. */
@ExtendWith(ClavigerExtension.class)
@Tag("every-server")
@Tag("enterprise-beans") // of the demo application
class AccountIT {
    private static final String USERS = "/api/v2/auth/admin/users";
    private static final String ACCOUNT = "/api/v2/auth/account";
    private static final String PASSWORD = ACCOUNT + "/password";

    private final RunningClaviger claviger;
    private final Flow flow;
    private final Pkce pkce = Pkce.random();
    private final String username = "dora " + pkce.challenge();
    private final String password = "lighthouse " + Pkce.random().challenge();

    /** Two browsers of one person. */
    private final Browser here;

    private final Browser there;
    private String admin;
    private String user;

    AccountIT(RunningClaviger claviger, Flow flow) {
        this.claviger = claviger;
        this.flow = flow;
        here = new Browser(claviger, username, password);
        there = new Browser(claviger, username, password);
    }

    private HttpResponse<String> administer(String method, String path, String body)
            throws InterruptedException, IOException {
        return claviger.send(
                claviger.request(path, "Authorization", "Bearer " + admin, "Content-Type", "application/json")
                        .method(method, BodyPublishers.ofString(body)));
    }

    @BeforeEach
    void create() throws InterruptedException, IOException {
        admin = flow.serviceToken("operator", "scope", "claviger:admin");
        HttpResponse<String> created =
                administer("POST", USERS, "{\"username\":\"" + username + "\",\"groups\":[\"user\"]}");
        assertThat(created.statusCode()).as(created.body()).isEqualTo(201);
        user = USERS + "/" + json(created).getString("sub");
        String code = json(administer("POST", user + "/password-reset", "")).getString("code");
        HttpResponse<String> done = here.submit(
                here.get("/api/v2/auth/password"), "code", code, "password", password, "password_again", password);
        assertThat(done.statusCode()).as(done.body()).isEqualTo(200);
    }

    @AfterEach
    void leaveNothing() throws InterruptedException, IOException {
        administer("DELETE", user, "");
    }

    private HttpResponse<String> account(Browser browser) throws InterruptedException, IOException {
        HttpResponse<String> page = browser.get(ACCOUNT);
        if (isSignIn(page)) {
            awaitSignIn(browser, page);
            page = browser.get(ACCOUNT);
        }
        assertThat(page.statusCode()).as(page.body()).isEqualTo(200);
        assertThat(page.body()).contains("This browser");
        return page;
    }

    private void awaitSignIn(Browser browser, HttpResponse<String> page) throws InterruptedException, IOException {
        HttpResponse<String> answer = browser.signIn(page);
        for (int again = 0;
                answer.statusCode() == 503 && again < 40;
                again++) { // for a moment after everything was ended
            TimeUnit.MILLISECONDS.sleep(100);
            answer = browser.signIn(page);
        }
        assertLeads(answer, "");
    }

    private static boolean isSignIn(HttpResponse<String> page) {
        return Form.find(page.body()).filter(Form::isSignIn).isPresent();
    }

    private void assertLeads(HttpResponse<String> answer, String query) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(303);
        assertThat(answer.headers().firstValue("Location")).hasValue(claviger.issuer() + "/account" + query);
    }

    private JsonObject tokens(Browser browser) throws InterruptedException, IOException {
        return granted(
                flow.redeem("spa", browser.authorize(flow.request("spa", pkce)).code(), pkce));
    }

    private int status(JsonObject tokens) throws InterruptedException, IOException {
        return flow.call("/demo/api/user", tokens.getString("access_token")).statusCode();
    }

    @Test
    void what_is_ended_is_over_there_and_nothing_else() throws Exception {
        HttpResponse<String> page = account(here);
        assertThat(page.body()).contains(username).doesNotContain("end-others");
        JsonObject first = tokens(there);
        JsonObject second = tokens(here);

        assertLeads(here.press(account(here), "end-session"), "?message=session-ended");
        assertThat(here.get(ACCOUNT + "?message=session-ended").body()).contains("The sign-in has ended.");
        assertThat(isSignIn(there.get(ACCOUNT))).isTrue();
        assertThat(status(first)).isEqualTo(200);

        String family = first.getString("refresh_token").substring(0, 22);
        HttpResponse<String> before = account(here);
        assertLeads(here.press(before, family), "?message=family-ended");
        assertThat(status(first)).isEqualTo(401);
        assertRefused(flow.refresh("spa", first.getString("refresh_token")), 400, "invalid_grant");
        assertThat(status(second)).isEqualTo(200);
        assertLeads(here.press(before, family), "?message=gone");

        assertLeads(here.press(account(here), "\"withdraw\""), "?message=consent-withdrawn");
        assertThat(status(second)).isEqualTo(401);
        assertThat(here.get(flow.request("spa", pkce).path()).body()).contains("value=\"allow\"");

        tokens(there);
        assertLeads(here.press(account(here), "end-others"), "?message=others-ended");
        assertThat(isSignIn(there.get(ACCOUNT))).isTrue();
        String subject = user.substring(USERS.length() + 1);
        claviger.awaitLog("SESSION_ENDED by=\"" + subject);
        claviger.awaitLog("CONSENT_WITHDRAWN by=\"" + subject + "\" client=\"spa\" subject=\"" + subject);
        assertThat(claviger.log()).doesNotContain(password);
    }

    @Test
    void nobody_ends_what_is_somebody_elses() throws Exception {
        account(there);
        HttpResponse<String> page = account(here);
        Browser bob = flow.browser("bob");
        bob.authorize(flow.request("spa", pkce));

        assertThat(bob.press(page, "end-session").statusCode()).isEqualTo(400);
        assertThat(new Browser(claviger, "nobody")
                        .press(page, "end-session")
                        .headers()
                        .firstValue("Location"))
                .as("nobody is signed in")
                .hasValue(claviger.issuer() + "/account");

        assertThat(isSignIn(there.get(ACCOUNT))).isFalse();
    }

    @Test
    void a_changed_password_ends_everything_else_and_the_person_goes_on_with_the_new_one() throws Exception {
        JsonObject tokens = tokens(there);
        account(here);
        String session = here.session().orElseThrow().value();
        String chosen = "new " + password;

        HttpResponse<String> form = here.get(PASSWORD);
        assertThat(change(form, "wrong", chosen, chosen).statusCode()).isEqualTo(403);
        assertThat(change(form, password, "short", "short").statusCode()).isEqualTo(400);
        assertThat(change(form, password, chosen, password).statusCode()).isEqualTo(400);
        assertThat(status(tokens)).isEqualTo(200);
        assertLeads(change(form, password, chosen, chosen), "?message=password-changed");

        assertThat(status(tokens)).isEqualTo(401);
        assertThat(isSignIn(there.get(ACCOUNT))).isTrue();
        HttpResponse<String> page = here.get(ACCOUNT + "?message=password-changed");
        assertThat(page.body()).contains("Your new password is set");
        Browser withTheNewOne = new Browser(claviger, username, chosen);
        awaitSignIn(withTheNewOne, withTheNewOne.get(ACCOUNT));
        assertThat(there.signIn(there.get(ACCOUNT)).statusCode()).isEqualTo(403);
        here.plantSession(session);
        assertThat(isSignIn(here.get(ACCOUNT))).isTrue();
        claviger.awaitLog("PASSWORD_CHANGED ");
        assertThat(claviger.log()).doesNotContain(chosen);

        HttpResponse<String> account = withTheNewOne.get(ACCOUNT);
        assertThat(withTheNewOne.press(account, "everywhere").body()).contains("You are signed out everywhere.");
        assertThat(isSignIn(withTheNewOne.get(ACCOUNT))).isTrue();
    }

    private HttpResponse<String> change(HttpResponse<String> form, String current, String chosen, String again)
            throws InterruptedException, IOException {
        return here.submit(form, "current_password", current, "password", chosen, "password_again", again);
    }
}
