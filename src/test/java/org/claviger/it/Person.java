package org.claviger.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.claviger.it.RunningClaviger.basic;
import static org.claviger.it.RunningClaviger.form;
import static org.claviger.it.RunningClaviger.json;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Alice with her browser, on her way to the client {@code web} through any node of an installation; a proxy in front of the
 * nodes says which host she knows and where she is.
 */
final class Person {
    /** RFC 7636 appendix B. */
    private static final String VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

    private static final String REDIRECT_URI = "https://web.example.org/callback";
    private static final String AUTHORIZE = "/api/v2/auth/authorize?"
            + form(
                    "response_type", "code",
                    "client_id", "web",
                    "redirect_uri", REDIRECT_URI,
                    "code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
                    "code_challenge_method", "S256");
    private static final Pattern HIDDEN = Pattern.compile("type=\"hidden\" name=\"(\\w+)\" value=\"([^\"]*)\"");
    private static final Pattern CODE = Pattern.compile("[?&]code=([^&]+)");

    private final String host;
    private final String address;
    private final Map<String, String> cookies = new HashMap<>();
    private int status;

    /** A person who knows Claviger by the address of this node. */
    Person(RunningClaviger node) {
        this(node, "192.0.2.1");
    }

    /** The same, at this address. */
    Person(RunningClaviger node, String address) {
        host = URI.create(node.issuer()).getAuthority();
        this.address = address;
    }

    /** What the browser keeps, by name. */
    Map<String, String> cookies() {
        return cookies;
    }

    /** The status of the last page that the browser got. */
    int status() {
        return status;
    }

    HttpResponse<String> authorize(RunningClaviger node) throws InterruptedException, IOException {
        return remember(node.get(AUTHORIZE, headers()));
    }

    /** Fills in the form of this page. */
    HttpResponse<String> submit(RunningClaviger node, String endpoint, HttpResponse<String> page, String... fields)
            throws InterruptedException, IOException {
        StringBuilder body = new StringBuilder(form(fields));
        Matcher hidden = HIDDEN.matcher(page.body());
        while (hidden.find()) {
            body.append('&').append(form(hidden.group(1), hidden.group(2).replace("&amp;", "&")));
        }
        return remember(node.post("/api/v2/auth/" + endpoint, body.toString(), headers()));
    }

    HttpResponse<String> signIn(RunningClaviger node, HttpResponse<String> page)
            throws InterruptedException, IOException {
        return submit(node, "signin", page, "username", "alice", "password", "password of alice");
    }

    /** Signs in and consents where asked; answers the code that the client gets. */
    String code(RunningClaviger node) throws InterruptedException, IOException {
        HttpResponse<String> answer = authorize(node);
        if (answer.body().contains("name=\"password\"")) {
            assertThat(signIn(node, answer).statusCode()).isEqualTo(303);
            answer = authorize(node);
        }
        if (answer.statusCode() == 200) {
            answer = submit(node, "consent", answer, "decision", "allow");
        }
        Matcher code = CODE.matcher(location(answer));
        assertThat(code.find()).as(location(answer)).isTrue();
        return code.group(1);
    }

    static String location(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(303);
        return answer.headers().firstValue("Location").orElseThrow();
    }

    private String[] headers() {
        String cookie = cookies.entrySet().stream()
                .map(entry -> entry.getKey() + "=" + entry.getValue())
                .collect(Collectors.joining("; "));
        return new String[] {"X-Forwarded-Host", host, "X-Forwarded-For", address, "Cookie", cookie};
    }

    private HttpResponse<String> remember(HttpResponse<String> response) {
        status = response.statusCode();
        for (String cookie : response.headers().allValues("Set-Cookie")) {
            String[] pair = cookie.split(";", 2)[0].split("=", 2);
            cookies.put(pair[0], pair[1]);
        }
        return response;
    }

    /** What the client does with the code. */
    static HttpResponse<String> redeem(RunningClaviger node, String code) throws InterruptedException, IOException {
        return token(
                node,
                form(
                        "grant_type", "authorization_code",
                        "code", code,
                        "redirect_uri", REDIRECT_URI,
                        "code_verifier", VERIFIER));
    }

    static HttpResponse<String> refresh(RunningClaviger node, String refreshToken)
            throws InterruptedException, IOException {
        return token(node, form("grant_type", "refresh_token", "refresh_token", refreshToken));
    }

    private static HttpResponse<String> token(RunningClaviger node, String form)
            throws InterruptedException, IOException {
        return node.post(
                "/api/v2/auth/token", form, "Authorization", basic("web", "web-secret-of-at-least-32-characters"));
    }

    static String refreshToken(HttpResponse<String> granted) {
        assertThat(granted.statusCode()).as(granted.body()).isEqualTo(200);
        return json(granted).getString("refresh_token");
    }
}
