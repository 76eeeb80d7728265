package org.claviger.it;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Map.Entry;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What nobody in good faith would send (ASVS 16.5.1), and what holds for each answer to it: it is never a fault, tells nothing of
 * our inside, and repeats nothing that a browser could take for markup or a header.
 */
final class Hostile {
    static final String FORM = "Content-Type: application/x-www-form-urlencoded";
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

    private static final AtomicInteger SENT = new AtomicInteger();

    private Hostile() {}

    /**
     * A request.
     *
     * @param what shown as the name of the test
     * @param refused whether it must be: where not, any answer but a fault will do
     */
    record Request(String what, String requestLine, List<String> headers, String body, boolean refused) {
        /** The same with one more header. */
        Request with(String header) {
            List<String> more = new ArrayList<>(headers);
            more.add(header);
            return new Request(what, requestLine, more, body, refused);
        }

        @Override
        public String toString() {
            return what;
        }
    }

    /**
     * An endpoint and a request that it would understand.
     *
     * @param parameters names and encoded values
     */
    record Target(String name, String method, String path, Map<String, String> parameters, List<String> headers) {
        Target {
            headers = Stream.concat(headers.stream(), method.equals("POST") ? Stream.of(FORM) : Stream.empty())
                    .toList();
        }

        Request request(String what, String form, boolean refused) {
            return method.equals("GET")
                    ? new Request(name + ": " + what, "GET " + path + "?" + form, headers, "", refused)
                    : new Request(name + ": " + what, method + " " + path, headers, form, refused);
        }

        private String formWith(String parameter, String value) {
            Map<String, String> changed = new LinkedHashMap<>(parameters);
            changed.put(parameter, value);
            return join(changed);
        }
    }

    static Map<String, String> table(String... rows) {
        Map<String, String> table = new LinkedHashMap<>();
        for (int i = 0; i < rows.length; i += 2) {
            table.put(rows[i], rows[i + 1]);
        }
        return table;
    }

    static Map<String, String> encoded(Map<String, String> parameters) {
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

    /** Each parameter of an endpoint, in every bad way. */
    static Stream<Request> parameters(Target target) {
        return target.parameters().keySet().stream().flatMap(name -> parameter(target, name));
    }

    private static Stream<Request> parameter(Target target, String name) {
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
                requests.add(target.request(name + " with " + what, target.formWith(name, value), true)));
        ODD.forEach((what, value) ->
                requests.add(target.request(name + " with " + what, target.formWith(name, value), false)));
        requests.add(target.request(name + " of 100 kilobytes", target.formWith(name, "x".repeat(100_000)), true));
        return requests.stream();
    }

    /** Bodies that are no form of this endpoint at all. */
    static Stream<Request> forms(Target target) {
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
        return forms.entrySet().stream().map(form -> target.request(form.getKey(), form.getValue(), true));
    }

    static String numbered(String pattern) {
        return IntStream.range(0, 5_000).mapToObj(pattern::formatted).collect(Collectors.joining("&"));
    }

    /** Methods that no endpoint knows. */
    static Stream<Request> methods(String path) {
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
                .map(method -> new Request(method + " " + path, method + " " + path, List.of(FORM), "", true));
    }

    /** What an endpoint would understand, with one bad header in place of its own of that name. */
    static Stream<Request> headers(Target target) {
        Request good = target.request("with ", join(target.parameters()), false);
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
                "Accept-Language: -",
                "Accept-Language: --, en--, -;q=1",
                "Accept-Language: " + "a,".repeat(3_000),
                "Accept-Language: " + "x".repeat(6_000),
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
                "X-Forwarded-For: ,,,,, ::::, 1.2.3.4.5, 999.1.1.1, [::1%lo]:80, unknown, _hidden",
                "X-Forwarded-For: " + "10.0.0.1,".repeat(600),
                "X-Forwarded-Host: " + SCRIPT,
                "X-Forwarded-Host: ,,[::1",
                "X-Forwarded-Proto: javascript",
                "Forwarded: for=\"[::1\"; host=\"" + SCRIPT,
                "Forwarded: " + "for=\"".repeat(1_000),
                "Forwarded: for=\"\\\"\";;,,host=",
                "Host: ",
                "Host: \u00ff",
                "Host: a b",
                "Host: 127.0.0.1:99999999",
                "Connection: \u00ff",
                "\u00ff: x",
                "X-Long: " + "x".repeat(65_536));
        return headers.stream().map(header -> withHeader(good, header));
    }

    private static Request withHeader(Request good, String header) {
        String name = header.substring(0, header.indexOf(':') + 1);
        List<String> all = new ArrayList<>(good.headers());
        all.removeIf(own -> own.startsWith(name));
        all.add(header);
        String what = good.what() + header.substring(0, Math.min(70, header.length()));
        return new Request(what, good.requestLine(), all, good.body(), false);
    }

    static void check(RunningClaviger claviger, Request request) throws IOException {
        SENT.incrementAndGet();
        Wire.Answer answer = Wire.ask(
                claviger,
                request.requestLine(),
                request.headers(),
                request.body().getBytes(ISO_8859_1));
        assertThat(answer.status()).as(answer.body()).isBetween(200, 499);
        assertThat(answer.body())
                .doesNotContain("\tat ", "at org.", "at java.", "Exception", "org.claviger", "org.hibernate", "org.h2")
                .doesNotContain("org.postgresql")
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

    /** No request since the log was that long was a fault, not even one that nobody was told of. Prints how many there were. */
    static void assertNoFault(RunningClaviger claviger, int logBefore) throws InterruptedException, IOException {
        String marker = "the-end-of-hostile-input-" + System.nanoTime();
        claviger.post("/api/v2/auth/token", RunningClaviger.form("client_id", marker));
        assertThat(claviger.awaitLog(marker).substring(logBefore))
                .doesNotContain("CLAVIGER-0500", "\tat org.claviger.", "org.hibernate", "org.h2.", "org.postgresql");
        System.out.println("Hostile requests without a fault so far: " + SENT);
    }
}
