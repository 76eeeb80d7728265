package org.claviger.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.claviger.it.RunningClaviger.form;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.claviger.it.Hostile.Request;
import org.claviger.it.Hostile.Target;
import org.claviger.run.StartFailure;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** An installation that nobody administers, from its first start until somebody does. */
@TestInstance(Lifecycle.PER_CLASS)
@TestMethodOrder(OrderAnnotation.class)
class FirstAdministratorIT {
    private static final Path FOLDER = Path.of("target/it-first-administrator");
    private static final Path FILE = FOLDER.resolve("first-administrator");
    private static final String SETUP = "/api/v2/auth/setup";
    private static final String PASSWORD = "password of the administrator";
    private static final Pattern CODE = Pattern.compile("(?m)^    ([A-Za-z0-9_-]{43})$");
    private static final Pattern FORM_TOKEN = Pattern.compile("name=\"form_token\" value=\"([^\"]+)\"");
    private static final Pattern REQUEST = Pattern.compile("name=\"request\" value=\"([^\"]+)\"");

    private final RunningClaviger claviger;
    private int logBefore;
    private Target target;

    FirstAdministratorIT() throws InterruptedException, IOException, StartFailure {
        Files.createDirectories(FOLDER);
        Path importFile = Files.writeString(
                FOLDER.resolve("clients.json"),
                """
                {"clients": [{"client_id": "native", "token_endpoint_auth_method": "none", "scope": "claviger:admin",
                              "redirect_uris": ["http://127.0.0.1/callback"]}]}""");
        claviger = new RunningClaviger(
                FOLDER,
                Map.of(
                        "CLAVIGER_IMPORT",
                        importFile.toAbsolutePath().toString(),
                        "CLAVIGER_TRUSTED_PROXIES",
                        "127.0.0.1",
                        "CLAVIGER_FORWARDED_HEADERS",
                        "X-Forwarded-For, X-Forwarded-Host"));
    }

    @BeforeAll
    void openForm() throws InterruptedException, IOException {
        logBefore = claviger.log().length();
        Browser browser = new Browser(claviger, "root");
        Map<String, String> fields =
                new LinkedHashMap<>(Browser.form(browser.get(SETUP)).fields());
        // With two passwords: nobody becomes the administrator by accident.
        fields.putAll(
                Map.of("code", code(), "username", "root", "password", PASSWORD, "password_again", "another one"));
        target = new Target(
                "set-up",
                "POST",
                SETUP,
                Hostile.encoded(fields),
                List.of("Cookie: " + browser.cookieHeader(claviger.at(SETUP))));
    }

    @AfterAll
    void close() {
        claviger.close();
    }

    private static String code() throws IOException {
        return find(CODE, Files.readString(FILE));
    }

    // --- Hostile input while the page is open ---

    Stream<Request> parameters() {
        int[] count = {0};
        // Each from an address of its own: no wrong code keeps us from looking at the next.
        return Hostile.parameters(target)
                .map(request ->
                        request.with("X-Forwarded-For: 10.0.%d.%d".formatted(++count[0] / 250, count[0] % 250)));
    }

    Stream<Request> others() {
        Target page = new Target("set-up page", "GET", SETUP, Map.of(), List.of());
        return Stream.of(Hostile.forms(target), Hostile.methods(SETUP), Hostile.headers(target), Hostile.headers(page))
                .flatMap(Function.identity());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource({"parameters", "others"})
    @Order(1)
    void a_bad_request_is_refused_and_nothing_worse(Request request) throws IOException {
        Hostile.check(claviger, request);
    }

    @Test
    @Order(2)
    void no_bad_request_was_a_fault_or_made_an_administrator() throws InterruptedException, IOException {
        Hostile.assertNoFault(claviger, logBefore);
        assertThat(claviger.log()).doesNotContain("ADMINISTRATOR_CREATED");
        assertThat(FILE).exists();
    }

    // --- The way through ---

    @Test
    @Order(3)
    void whoever_reads_the_file_becomes_the_administrator_and_nobody_after_that()
            throws InterruptedException, IOException, StartFailure {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(FILE)))
                .isEqualTo("rw-------");
        String file = Files.readString(FILE);
        assertThat(file).contains("    " + claviger.issuer() + "/setup\n");
        String code = code();

        new Person(claviger, code).becomesAdministrator();

        assertThat(FILE).doesNotExist();
        assertThat(claviger.get(SETUP).statusCode()).isEqualTo(404);
        assertThat(claviger.post(SETUP, form("code", code)).statusCode()).isEqualTo(404);
        signIn();

        claviger.restart();
        assertThat(FILE).doesNotExist();
        assertThat(claviger.get(SETUP).statusCode()).isEqualTo(404);
        assertThat(claviger.log())
                .contains("CLAVIGER-0301 ", FILE.toAbsolutePath().toString())
                .contains("ADMINISTRATOR_CREATED by=\"the code\" name=\"root\"")
                .doesNotContain(code)
                .doesNotContain(PASSWORD);
    }

    /** Somebody with a browser and the code. */
    private static final class Person {
        private final RunningClaviger claviger;
        private final String code;
        private final String cookie;
        private final String formToken;

        Person(RunningClaviger claviger, String code) throws InterruptedException, IOException {
            this.claviger = claviger;
            this.code = code;
            HttpResponse<String> page = claviger.get(SETUP, "Accept-Language", "de");
            assertThat(page.statusCode()).isEqualTo(200);
            assertThat(page.body()).contains("<html lang=\"de\">", "<label for=\"code\">Code</label>");
            assertThat(page.headers().firstValue("Cache-Control")).hasValue("no-store");
            assertThat(page.headers().firstValue("Referrer-Policy")).hasValue("no-referrer");
            cookie = cookies(page);
            formToken = find(FORM_TOKEN, page.body());
        }

        void becomesAdministrator() throws InterruptedException, IOException {
            String another = claviger.post(SETUP, fields(code, "root", PASSWORD, PASSWORD))
                    .body();
            assertThat(another).contains("not one that was shown to this browser");

            expect(send("A".repeat(43), "root", PASSWORD, PASSWORD), 403, "code", "wrong or has expired");
            awaitThrottle();
            expect(send(code, "", PASSWORD, PASSWORD), 400, "username", "1 to 255 characters");
            expect(send(code, " root", PASSWORD, PASSWORD), 400, "username", "1 to 255 characters");
            expect(send(code, "native", PASSWORD, PASSWORD), 400, "username", "is taken");
            expect(send(code, "root", "eleven char", "eleven char"), 400, "password", "at least 12 characters");
            expect(send(code, "root", PASSWORD, PASSWORD + "!"), 400, "password_again", "not the same");

            HttpResponse<String> done = send(" " + code + " ", "root", PASSWORD, PASSWORD);
            assertThat(done.statusCode()).as(done.body()).isEqualTo(200);
            assertThat(done.body()).contains("You administer this installation now. Sign in as root");
        }

        /** Wrong codes are slowed down, and the right one is looked at when the time is over. */
        private void awaitThrottle() throws InterruptedException, IOException {
            HttpResponse<String> answer;
            int attempts = 0;
            do {
                answer = send("A".repeat(43), "root", PASSWORD, PASSWORD);
            } while (answer.statusCode() == 403 && ++attempts < 20);
            expect(answer, 429, "code", "Too many wrong attempts");
            Thread.sleep(1000
                    * Long.parseLong(answer.headers().firstValue("Retry-After").orElseThrow()));
        }

        private static void expect(HttpResponse<String> answer, int status, String field, String message) {
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
            assertThat(answer.body())
                    .containsPattern("<p role=\"alert\" id=\"error\">[^<]*" + message)
                    .containsPattern("<input id=\"" + field
                            + "\"[^>]* autofocus aria-invalid=\"true\" aria-describedby=\"error\">")
                    .doesNotContain(PASSWORD);
        }

        private HttpResponse<String> send(String code, String username, String password, String again)
                throws InterruptedException, IOException {
            return claviger.post(SETUP, fields(code, username, password, again), "Cookie", cookie);
        }

        private String fields(String code, String username, String password, String again) {
            return form(
                    "form_token", formToken,
                    "code", code,
                    "username", username,
                    "password", password,
                    "password_again", again);
        }
    }

    /** As a native application asks for it: on a port that nobody has registered (RFC 8252 section 7.3). */
    private void signIn() throws InterruptedException, IOException {
        String query = form(
                "response_type", "code",
                "client_id", "native",
                "redirect_uri", "http://127.0.0.1:51004/callback",
                "scope", "claviger:admin",
                "code_challenge", "A".repeat(43),
                "code_challenge_method", "S256");
        HttpResponse<String> page = claviger.get("/api/v2/auth/authorize?" + query);
        assertThat(page.statusCode()).as(page.body()).isEqualTo(200);
        HttpResponse<String> signedIn = claviger.post(
                "/api/v2/auth/signin",
                form(
                        "request",
                        find(REQUEST, page.body()).replace("&amp;", "&"),
                        "form_token",
                        find(FORM_TOKEN, page.body()),
                        "username",
                        "root",
                        "password",
                        PASSWORD),
                "Cookie",
                cookies(page));
        assertThat(signedIn.statusCode()).as(signedIn.body()).isEqualTo(303);
        assertThat(cookies(signedIn)).contains("claviger-session=");
    }

    private static String cookies(HttpResponse<String> response) {
        return response.headers().allValues("Set-Cookie").stream()
                .map(cookie -> cookie.split(";", 2)[0])
                .collect(Collectors.joining("; "));
    }

    private static String find(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(text);
        assertThat(matcher.find()).as(text).isTrue();
        return matcher.group(1);
    }
}
