package org.claviger.it;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Map.Entry;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What nobody in good faith would send (ASVS 16.5.1). The answer is never a fault, tells nothing of our inside, and repeats nothing
 * that a browser could take for markup or a header.
 */
@ExtendWith(ClavigerExtension.class)
@TestInstance(Lifecycle.PER_CLASS)
class HostileInputIT {
    private static final String AUTHORIZE = "/api/v2/auth/authorize";
    private static final String SIGN_IN = "/api/v2/auth/signin";
    private static final String TOKEN = "/api/v2/auth/token";
    private static final String FORM = "Content-Type: application/x-www-form-urlencoded";
    private static final String SCRIPT = "<script>alert(1)</script>";

    /** Name and encoded value: what cannot be decoded strictly, and must not be decoded in another way. */
    private static final Map<String, String> MALFORMED = table(
            "a control character", "a%01b",
            "NUL", "a%00b",
            "a new line and a header", "a%0d%0aX-Injected:%20yes",
            "DEL", "%7f",
            "a control character of ISO 8859-1", "%c2%85",
            "a byte that is no UTF-8", "%ff",
            "UTF-8 cut short", "%e2%82",
            "a slash in two bytes", "%c0%af",
            "half of a surrogate pair", "%ed%a0%80",
            "a code point beyond Unicode", "%f4%90%80%80",
            "a per cent sign alone", "%",
            "an escape cut short", "a%4",
            "an escape without digits", "%zz",
            "an escape of JavaScript", "%u0041",
            "digits of another script", "%\u0664\u0661",
            "a byte that is not encoded", "caf\u00e9");

    /** Name and encoded value: well-formed, and neither expected nor dangerous. */
    private static final Map<String, String> ODD = table(
            "nothing", "",
            "blanks", "+++",
            "markup", "%22%3E%3Cscript%3Ealert(1)%3C/script%3E",
            "SQL", "x'%20or%20'1'='1'%20;%20drop%20table%20client;%20--",
            "an expression", "$%7Bjndi:ldap://127.0.0.1:1/x%7D",
            "a template", "%7B%7B7*7%7D%7D%23%7B7*7%7D%25%7B7*7%7D%20%7B0%7D%20%25s%20%25n",
            "a path", "../../../../etc/passwd",
            "a number too large", "99999999999999999999999999",
            "JSON", "%7B%22a%22:%5B%5D%7D",
            "an emoji", "%f0%9f%98%80",
            "text that turns round", "%e2%80%ae%e2%80%8b%ef%bb%bf",
            "an escaped escape", "%2500%250d%250a",
            "no character", "%ef%bf%bf",
            "6 kilobytes", "x".repeat(6_000));

    private final RunningClaviger claviger;
    private final Flow flow;

    private Map<String, String> authorization;
    private String session;
    private Map<String, String> signIn;
    private String formCookie;
    private int logBefore;

    HostileInputIT(RunningClaviger claviger, Flow flow) {
        this.claviger = claviger;
        this.flow = flow;
    }

    /**
     * A request.
     *
     * @param what shown as the name of the test
     * @param refused whether it must be: where not, any answer but a fault will do
     */
    record Request(String what, String requestLine, List<String> headers, String body, boolean refused) {
        @Override
        public String toString() {
            return what;
        }
    }

    private static Map<String, String> table(String... rows) {
        Map<String, String> table = new LinkedHashMap<>();
        for (int i = 0; i < rows.length; i += 2) {
            table.put(rows[i], rows[i + 1]);
        }
        return table;
    }

    @BeforeAll
    void prepare() throws InterruptedException, IOException {
        logBefore = claviger.log().length();
        AuthorizationRequest request = flow.request("spa", Pkce.random()).with("response_mode", "query");
        authorization = encoded(request.parameters());
        flow.browser("alice").authorize(request);
        session = "Cookie: " + flow.browser("alice").cookieHeader(claviger.at(AUTHORIZE));
        Browser stranger = new Browser(claviger, "nobody");
        HttpResponse<String> page = stranger.get(request.path());
        Map<String, String> fields = new LinkedHashMap<>(Browser.form(page).fields());
        fields.put("username", "nobody");
        fields.put("password", "x".repeat(1_001)); // longer than any password: nothing is hashed for it
        signIn = encoded(fields);
        formCookie = "Cookie: " + stranger.cookieHeader(claviger.at(SIGN_IN));
    }

    /** No request of all these was a fault, not even one that nobody was told of. */
    @AfterAll
    void the_log_has_no_fault() throws InterruptedException, IOException {
        String marker = "the-end-of-hostile-input-" + System.nanoTime();
        claviger.post(TOKEN, RunningClaviger.form("client_id", marker));
        assertThat(claviger.awaitLog(marker).substring(logBefore))
                .doesNotContain("CLAVIGER-0500", "\tat org.claviger.", "org.hibernate", "org.h2.");
    }

    private static Map<String, String> encoded(Map<String, String> parameters) {
        return parameters.entrySet().stream()
                .collect(Collectors.toMap(
                        Entry::getKey,
                        parameter ->
                                RunningClaviger.form("", parameter.getValue()).substring(1),
                        (first, second) -> first,
                        LinkedHashMap::new));
    }

    private static String join(Map<String, String> parameters) {
        return parameters.entrySet().stream()
                .map(parameter -> parameter.getKey() + "=" + parameter.getValue())
                .collect(Collectors.joining("&"));
    }

    // --- Who is asked ---

    /** An endpoint and a request that it would understand. */
    private record Target(
            String name, String method, String path, Map<String, String> parameters, List<String> headers) {
        Request request(String what, String form, boolean refused) {
            return method.equals("GET")
                    ? new Request(name + ": " + what, "GET " + path + "?" + form, headers, "", refused)
                    : new Request(name + ": " + what, method + " " + path, headers, form, refused);
        }
    }

    private List<Target> targets() {
        Map<String, String> redemption = table(
                "grant_type",
                "authorization_code",
                "code",
                "x".repeat(43),
                "redirect_uri",
                "https%3A%2F%2Fweb-post.example.org%2Fcallback",
                "code_verifier",
                "x".repeat(43),
                "client_id",
                "web-post",
                "client_secret",
                "web-post-secret-of-at-least-32-characters");
        Map<String, String> refresh =
                table("grant_type", "refresh_token", "refresh_token", "x.1.1.x", "client_id", "spa");
        Map<String, String> service = table("grant_type", "client_credentials", "scope", "demo");
        return List.of(
                new Target("GET authorize", "GET", AUTHORIZE, authorization, List.of(session)),
                new Target("POST authorize", "POST", AUTHORIZE, authorization, List.of(session, FORM)),
                new Target("sign-in", "POST", SIGN_IN, signIn, List.of(formCookie, FORM)),
                new Target("redeem", "POST", TOKEN, redemption, List.of(FORM)),
                new Target("refresh", "POST", TOKEN, refresh, List.of(FORM)),
                new Target(
                        "service",
                        "POST",
                        TOKEN,
                        service,
                        List.of(FORM, "Authorization: " + claviger.basic("service"))));
    }

    // --- Every parameter ---

    Stream<Request> parameters() {
        return targets().stream()
                .flatMap(target -> target.parameters().keySet().stream().flatMap(name -> requests(target, name)));
    }

    private static Stream<Request> requests(Target target, String name) {
        List<Request> requests = new ArrayList<>();
        String all = join(target.parameters());
        String pair = name + "=" + target.parameters().get(name);
        requests.add(target.request(name + " twice", all + "&" + pair, true));
        requests.add(target.request(name + " twice, once empty", all + "&" + name + "=", true));
        Map<String, String> others = new LinkedHashMap<>(target.parameters());
        others.remove(name);
        requests.add(target.request(name + " missing", join(others), false));
        requests.add(target.request(name + " without a value", join(others) + "&" + name, false));
        requests.add(target.request(name + " as a list", join(others) + "&" + name + "%5B%5D=x", false));
        MALFORMED.forEach((what, value) ->
                requests.add(target.request(name + " with " + what, join(with(target, name, value)), true)));
        ODD.forEach((what, value) ->
                requests.add(target.request(name + " with " + what, join(with(target, name, value)), false)));
        String tooLong = join(with(target, name, "x".repeat(100_000)));
        requests.add(target.request(name + " of 100 kilobytes", tooLong, true));
        if (name.equals("password")) { // hashed but for the longest
            requests.removeIf(request -> !request.refused()
                    && !request.what().contains("missing")
                    && !request.what().contains("6 kilobytes"));
        }
        return requests.stream();
    }

    private static Map<String, String> with(Target target, String name, String value) {
        Map<String, String> changed = new LinkedHashMap<>(target.parameters());
        changed.put(name, value);
        return changed;
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("parameters")
    void a_bad_parameter_is_a_bad_request_and_nothing_worse(Request request) throws IOException {
        check(request);
    }

    // --- Every form as a whole ---

    Stream<Request> forms() {
        Map<String, String> forms = table(
                "5,000 parameters",
                numbered("p%d=x"),
                "one parameter 5,000 times",
                numbered("p=%d"),
                "5,000 ampersands",
                "&".repeat(5_000),
                "equals signs",
                "=&==&=x&=x",
                "nothing",
                "",
                "JSON",
                "{\"grant_type\":\"client_credentials\"}",
                "XML",
                "<?xml version=\"1.0\"?><!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><x>&e;</x>",
                "a byte order mark",
                "\u00ef\u00bb\u00bfgrant_type=client_credentials",
                "all bytes",
                IntStream.range(0, 256).mapToObj(b -> String.valueOf((char) b)).collect(Collectors.joining()),
                "a megabyte",
                "x".repeat(1_000_000));
        return targets().stream()
                .filter(target -> target.method().equals("POST"))
                .flatMap(target ->
                        forms.entrySet().stream().map(form -> target.request(form.getKey(), form.getValue(), true)));
    }

    private static String numbered(String pattern) {
        return IntStream.range(0, 5_000).mapToObj(pattern::formatted).collect(Collectors.joining("&"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("forms")
    void a_bad_form_is_a_bad_request_and_nothing_worse(Request request) throws IOException {
        check(request);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("queries")
    void a_bad_query_is_a_bad_request_and_nothing_worse(Request request) throws IOException {
        check(request);
    }

    Stream<Request> queries() {
        Map<String, String> queries = table(
                "1,000 parameters",
                "a&".repeat(1_000),
                "5,000 parameters",
                numbered("p%d=x"),
                "question marks",
                "????",
                "brackets",
                "a[]={}|^`\\",
                "a fragment",
                "a=b#" + SCRIPT,
                "quotes and markup",
                "a=\"'" + SCRIPT.replace(" ", ""),
                "bytes that are no ASCII",
                "\u00ff\u00fe=\u00e9");
        return queries.entrySet().stream()
                .map(query -> new Request(
                        query.getKey(), "GET " + AUTHORIZE + "?" + query.getValue(), List.of(session), "", true));
    }

    // --- Every method and header ---

    Stream<Request> methods() {
        return Stream.of(
                        "HEAD",
                        "PUT",
                        "DELETE",
                        "PATCH",
                        "OPTIONS",
                        "TRACE",
                        "PROPFIND",
                        "get",
                        "G\u00ebT",
                        "X".repeat(500))
                .flatMap(method -> Stream.of(AUTHORIZE, SIGN_IN, TOKEN)
                        .map(path -> new Request(method + " " + path, method + " " + path, List.of(FORM), "", true)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("methods")
    void a_method_that_is_not_meant_is_refused(Request request) throws IOException {
        check(request);
    }

    Stream<Request> headers() {
        String many = IntStream.range(0, 300).mapToObj("c%d=x"::formatted).collect(Collectors.joining("; "));
        List<String> headers = List.of(
                "Cookie: claviger-session=",
                "Cookie: claviger-session",
                "Cookie: claviger-session=" + "x".repeat(43),
                "Cookie: claviger-session=" + "x".repeat(43) + "; claviger-session=" + "y".repeat(43),
                "Cookie: claviger-session=\"" + "x".repeat(43) + "\"; claviger-form=\"\\\"\"",
                "Cookie: claviger-session=' or '1'='1; claviger-form=%00%ff",
                "Cookie: $Version=1; $Path=/; claviger-session=x; $Domain=evil.example",
                "Cookie: ;;;;====,,,,",
                "Cookie: \u00ff\u00fe=\u00e9",
                "Cookie: JSESSIONID=../../x; claviger-form=" + SCRIPT,
                "Cookie: " + many,
                "Cookie: x=" + "x".repeat(6_000),
                "Authorization: ",
                "Authorization: Basic",
                "Authorization: Basic ====",
                "Authorization: Basic AAAAAAAAAAAAAAAA",
                "Authorization: Basic \u00ff\u00fe",
                "Authorization: Basic " + RunningClaviger.base64("x".repeat(4_000) + ":" + "y".repeat(500)),
                "Authorization: Bearer",
                "Authorization: Bearer \u00ff\u00fe",
                "Authorization: Bearer ....",
                "Authorization: Bearer " + "x".repeat(6_000),
                "Authorization: Negotiate YII=",
                "Authorization: Digest username=\"x\", realm=\"",
                "Accept-Language: xx-YY;q=abc",
                "Accept-Language: en;q=1e999,*;q=-1,;;;",
                "Accept-Language: ../../x, " + SCRIPT,
                "Accept-Language: \u00ff\u00fe",
                "Accept-Language: " + "de-DE-x-y,".repeat(500),
                "Content-Type: ",
                "Content-Type: ;",
                "Content-Type: /;=",
                "Content-Type: application/x-www-form-urlencoded; charset=nonsense",
                "Content-Type: application/x-www-form-urlencoded; charset=UTF-16",
                "Content-Type: application/x-www-form-urlencoded; charset=\"",
                "Content-Type: multipart/form-data",
                "Content-Type: \u00ff\u00fe",
                "Content-Type: " + "x".repeat(6_000),
                "Accept: garbage",
                "Accept: ;;;/,q=",
                "Accept: application/xml",
                "Origin: \u00ff",
                "Origin: " + SCRIPT,
                "Referer: javascript:alert(1)",
                "If-None-Match: \u00ff,\"",
                "If-Modified-Since: garbage",
                "Range: bytes=9999999999999999999-0",
                "Content-Encoding: gzip",
                "X-HTTP-Method-Override: DELETE",
                "X-Forwarded-For: " + SCRIPT,
                "Forwarded: for=\"\\\"\";;,,host=",
                "Host: ",
                "Host: \u00ff",
                "Host: a b",
                "Host: 127.0.0.1:99999999",
                "Connection: \u00ff",
                "\u00ff: x",
                "X-Long: " + "x".repeat(65_536));
        List<String> lines = List.of(
                "GET " + AUTHORIZE + "?" + join(authorization),
                "POST " + AUTHORIZE,
                "POST " + SIGN_IN,
                "POST " + TOKEN,
                "GET /api/v2/auth/jwks",
                "GET /.well-known/oauth-authorization-server/api/v2/auth",
                "GET /api/v2/auth/admin/settings",
                "GET /demo/api/user",
                "GET /demo/servlet");
        return headers.stream().flatMap(header -> lines.stream().map(line -> withHeader(line, header)));
    }

    private static Request withHeader(String line, String header) {
        List<String> all = new ArrayList<>(List.of(header));
        if (line.startsWith("POST") && !header.startsWith("Content-Type")) {
            all.add(FORM);
        }
        String what = line.replaceFirst("\\?.*", "") + " with " + header.substring(0, Math.min(70, header.length()));
        return new Request(what, line, all, line.startsWith("POST") ? "grant_type=client_credentials" : "", false);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("headers")
    void a_bad_header_is_a_bad_request_and_nothing_worse(Request request) throws IOException {
        check(request);
    }

    // --- What holds for each answer ---

    private void check(Request request) throws IOException {
        Wire.Answer answer = Wire.ask(
                claviger,
                request.requestLine(),
                request.headers(),
                request.body().getBytes(ISO_8859_1));
        assertThat(answer.status()).as(answer.body()).isBetween(200, 499);
        assertThat(answer.body())
                .doesNotContain("\tat ", "at org.", "at java.", "Exception", "org.claviger", "org.hibernate", "org.h2")
                .doesNotContainIgnoringCase("select ", "insert into", "token_family", "jdbc:")
                .doesNotContain(SCRIPT);
        assertThat(answer.headers()).doesNotContainKey("x-injected");
        String location = answer.header("Location").orElse("");
        assertThat(location).doesNotContain("error=server_error");
        if (request.refused()) {
            assertThat(answer.status() >= 400 || location.matches(".*[?&]error=.*"))
                    .as("refused, not: " + answer)
                    .isTrue();
        }
    }
}
