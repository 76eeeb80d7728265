package org.claviger.it.browser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.claviger.it.RunningClaviger.form;

import java.io.IOException;
import java.net.URI;
import java.net.URLDecoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.claviger.it.RunningClaviger;

/**
 * What people do at the front door of a Claviger, in any language. The clients: {@code demo} is the page of the demo;
 * {@code album} has a secret and asks once, {@code payroll} each time, both on a port of their own; {@code phone} is an app with
 * a scheme of its own.
 */
final class Front {
    private static final String APP = LocalApp.SCHEME + ":/callback";

    /** The example of RFC 7636 appendix B. */
    private static final String VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

    private static final String CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    private final RunningClaviger claviger;
    private final Chromium browser;

    Front(RunningClaviger claviger, Chromium browser) {
        this.claviger = claviger;
        this.browser = browser;
    }

    /** Goes where a client sends a person who is to sign in. */
    void visit(String client, String... parameters) {
        browser.open(URI.create(request(client, parameters)));
    }

    /** The authorization request of a client, with more parameters: names and values in turn. */
    String request(String client, String... parameters) {
        String[] usual = {
            "response_type",
            "code",
            "client_id",
            client,
            "redirect_uri",
            redirectUri(client),
            "state",
            "as it was",
            "code_challenge",
            CHALLENGE,
            "code_challenge_method",
            "S256"
        };
        return claviger.issuer()
                + "/authorize?"
                + form(Stream.of(usual, parameters).flatMap(Arrays::stream).toArray(String[]::new));
    }

    private static String redirectUri(String client) {
        return client.equals("phone") ? APP : ClientSite.at("/callback").toString();
    }

    void signIn(String username) {
        signIn(username, "password of " + username);
    }

    void signIn(String username, String password) {
        browser.fill("#username", username);
        browser.fill("#password", password);
        browser.press("form button");
    }

    /** Signs in for a client after all sessions were ended: for a moment nobody can, and the form says so. */
    void signInAgain(String client, String username) {
        browser.await(driver -> {
            visit(client);
            browser.fill("#username", username);
            browser.fill("#password", "password of " + username);
            browser.pressAndTurn("form button");
            return browser.shows("button[value=allow]");
        });
    }

    /** Signs in at the demo, which is open, and allows what it asks for where that is asked. */
    void signInToDemo(String username) {
        browser.press("#sign-in");
        signIn(username);
        browser.await(driver -> browser.shows("button[value=allow]") || browser.shows("#token"));
        if (browser.shows("button[value=allow]")) {
            allow();
        }
        browser.find("#token");
    }

    /** Goes to the account, and signs in. */
    void account(String username) {
        account(username, "password of " + username);
    }

    void account(String username, String password) {
        browser.open(URI.create(claviger.issuer() + "/account"));
        signIn(username, password);
        browser.find(".things");
    }

    void allow() {
        browser.press("button[value=allow]");
    }

    void refuse() {
        browser.press("button[value=refuse]");
    }

    void signOut(boolean everywhere) {
        browser.open(URI.create(claviger.issuer() + "/signout"));
        if (everywhere) {
            browser.press("input[name=everywhere]");
        }
        browser.press("form button");
        browser.find("[role=status]");
    }

    /** Waits until the browser is back at the site of the client and answers the parameters with which it came. */
    Map<String, String> awaitAnswer() {
        browser.awaitHeading("Back at the client");
        assertThat(browser.address().getAuthority())
                .isEqualTo(ClientSite.at("/").getAuthority());
        return parameters(browser.address());
    }

    /** The parameters of the query. */
    static Map<String, String> parameters(URI address) {
        String query = address.toString().split("[?]", 2)[1]; // a URI without a slash has none for Java
        return Arrays.stream(query.split("&", -1))
                .map(pair -> pair.split("=", 2))
                .collect(Collectors.toMap(pair -> pair[0], pair -> URLDecoder.decode(pair[1], StandardCharsets.UTF_8)));
    }

    /** The code is good for tokens, and it is the one of this request. */
    void redeem(String client, Map<String, String> answer) throws InterruptedException, IOException {
        assertThat(answer)
                .containsKey("code")
                .containsEntry("state", "as it was")
                .containsEntry("iss", claviger.issuer());
        HttpResponse<String> tokens = claviger.post(
                "/api/v2/auth/token",
                form(
                        "grant_type",
                        "authorization_code",
                        "code",
                        answer.get("code"),
                        "redirect_uri",
                        redirectUri(client),
                        "client_id",
                        client,
                        "client_secret",
                        client.equals("album") ? "album-secret-of-at-least-32-characters" : "",
                        "code_verifier",
                        VERIFIER));
        assertThat(tokens.statusCode()).as(tokens.body()).isEqualTo(200);
    }
}
