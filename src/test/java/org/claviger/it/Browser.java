package org.claviger.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * A person's browser, without scripts: keeps cookies by their path, fills in the forms that it is shown, and follows redirects
 * only as far as they stay with Claviger, so that a test sees what a client would be sent.
 */
final class Browser {
    private static final int MAX_STEPS = 8;

    private final RunningClaviger claviger;
    private final String username;
    private final String password;
    private final Map<String, Cookie> cookies = new LinkedHashMap<>();

    /** A cookie as it was set, with all its attributes. */
    record Cookie(String name, String value, String path, String header) {
        /** RFC 6265 section 5.1.4. */
        boolean isFor(String requestPath) {
            return requestPath.equals(path)
                    || (requestPath.startsWith(path)
                            && (path.endsWith("/") || requestPath.charAt(path.length()) == '/'));
        }
    }

    /** What the person decides who is asked for consent. */
    enum Decision {
        ALLOW,
        REFUSE;

        private String value() {
            return this == ALLOW ? "allow" : "refuse";
        }
    }

    /** The browser of a user of {@code it/import.json}, whose password is {@code password of} and the name. */
    Browser(RunningClaviger claviger, String username) {
        this(claviger, username, "password of " + username);
    }

    Browser(RunningClaviger claviger, String username, String password) {
        this.claviger = claviger;
        this.username = username;
        this.password = password;
    }

    /** Goes all the way from an authorization request to the answer for the client: signs in and consents where asked. */
    Redirect authorize(AuthorizationRequest request) throws InterruptedException, IOException {
        return authorize(request, Decision.ALLOW);
    }

    /** The same with another decision where a consent page is shown. */
    Redirect authorize(AuthorizationRequest request, Decision decision) throws InterruptedException, IOException {
        return finish(get(request.path()), decision);
    }

    /** Goes on from this answer until Claviger sends the browser away. */
    Redirect finish(HttpResponse<String> answer, Decision decision) throws InterruptedException, IOException {
        HttpResponse<String> now = answer;
        for (int step = 0; step < MAX_STEPS; step++) {
            if (now.statusCode() == 303) {
                String location = now.headers().firstValue("Location").orElseThrow();
                if (!location.startsWith(claviger.issuer() + "/")) {
                    return Redirect.of(now);
                }
                now = get(location.substring(claviger.at("").toString().length()));
            } else {
                assertThat(now.statusCode()).as(now.body()).isEqualTo(200);
                now = answerForm(now, decision);
            }
        }
        throw new AssertionError("No end after " + MAX_STEPS + " steps: " + now.body());
    }

    private HttpResponse<String> answerForm(HttpResponse<String> page, Decision decision)
            throws InterruptedException, IOException {
        Form form = form(page);
        if (form.isSignIn()) {
            HttpResponse<String> answer = signIn(page);
            // For a moment after everything of this user was ended.
            for (int again = 0; answer.statusCode() == 503 && again < 20; again++) {
                TimeUnit.MILLISECONDS.sleep(250);
                answer = signIn(page);
            }
            return answer;
        }
        assertThat(form.isConsent()).as(page.body()).isTrue();
        return submit(page, "decision", decision.value());
    }

    /** Sends the sign-in form of this page with the user's name and password. */
    HttpResponse<String> signIn(HttpResponse<String> page) throws InterruptedException, IOException {
        return submit(page, "username", username, "password", password);
    }

    /** Sends the form of a page as it stands but for these names and values. */
    HttpResponse<String> submit(HttpResponse<String> page, String... namesAndValues)
            throws InterruptedException, IOException {
        return submit(page, form(page), namesAndValues);
    }

    /** Sends one of the forms of a page: the first in which this stands. */
    HttpResponse<String> press(HttpResponse<String> page, String part) throws InterruptedException, IOException {
        return submit(page, Form.find(page.body(), part).orElseThrow(() -> new AssertionError(page.body())));
    }

    private HttpResponse<String> submit(HttpResponse<String> page, Form form, String... namesAndValues)
            throws InterruptedException, IOException {
        String path = page.uri().resolve(form.action()).getRawPath();
        // What a browser says that was told no-referrer
        return send(claviger.request(path, "Origin", "null")
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString(form.filledIn(namesAndValues))));
    }

    /** The form of a page that must have one. */
    static Form form(HttpResponse<String> page) {
        Optional<Form> form = Form.find(page.body());
        assertThat(form).as(page.body()).isPresent();
        return form.orElseThrow();
    }

    HttpResponse<String> get(String path) throws InterruptedException, IOException {
        return send(claviger.request(path).GET());
    }

    HttpResponse<String> send(HttpRequest.Builder request) throws InterruptedException, IOException {
        String header = cookieHeader(request.copy().build().uri());
        if (!header.isEmpty()) {
            request.header("Cookie", header);
        }
        HttpResponse<String> response = claviger.send(request);
        response.headers().allValues("Set-Cookie").forEach(this::store);
        return response;
    }

    /** The cookies that go with a request to this address. */
    String cookieHeader(URI address) {
        return cookies.values().stream()
                .filter(cookie -> cookie.isFor(address.getRawPath()))
                .map(cookie -> cookie.name() + "=" + cookie.value())
                .collect(Collectors.joining("; "));
    }

    private void store(String header) {
        String[] parts = header.split(";", -1);
        String[] pair = parts[0].split("=", 2);
        Map<String, String> attributes = new LinkedHashMap<>();
        for (int i = 1; i < parts.length; i++) {
            String[] attribute = parts[i].strip().split("=", 2);
            attributes.put(attribute[0].toLowerCase(Locale.ROOT), attribute.length > 1 ? attribute[1] : "");
        }
        if (attributes.getOrDefault("max-age", "").equals("0")) {
            cookies.remove(pair[0]);
        } else {
            cookies.put(pair[0], new Cookie(pair[0], pair[1], attributes.getOrDefault("path", "/"), header));
        }
    }

    /** The sign-in session that this browser holds. */
    Optional<Cookie> session() {
        return Optional.ofNullable(cookies.get("claviger-session"));
    }

    /** Puts a session into this browser, as an attacker might. */
    void plantSession(String value) {
        cookies.put("claviger-session", new Cookie("claviger-session", value, "/api/v2/auth", ""));
    }
}
