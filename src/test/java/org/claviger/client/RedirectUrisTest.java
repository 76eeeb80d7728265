package org.claviger.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class RedirectUrisTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://client.example.org",
                "https://client.example.org/callback",
                "https://client.example.org:8443/callback",
                "https://client.example.org/callback?tenant=a&x=%20",
                "https://192.0.2.1/callback",
                "https://[2001:db8::1]/callback",
                "http://localhost/callback",
                "http://localhost:8080/callback",
                "http://127.0.0.1:51004/callback",
                "http://[::1]:51004/callback",
                "com.example.app:/callback",
                "com.example.app://callback",
                "org.example.app:/oauth2redirect/provider?x=y"
            })
    void whatLeadsBackToAClientIsAccepted(String uri) {
        assertThat(RedirectUris.isAcceptable(uri)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                // CVE-2026-22752 and the like: what a browser runs
                "javascript:alert(1)",
                "JavaScript:alert(1)",
                "JAVASCRIPT:alert(1)",
                "javascript://client.example.org/%0Aalert(1)",
                "data:text/html,x",
                "DATA:text/html;base64,PHNjcmlwdD4=",
                "vbscript:x",
                "blob:https://client.example.org/x",
                "file:///etc/passwd",
                "about:blank",
                "view-source:https://client.example.org",
                // no place of a client
                "ftp://client.example.org/callback",
                "urn:ietf:wg:oauth:2.0:oob",
                "myapp:/callback",
                "myapp://callback",
                "ws://client.example.org/",
                "mailto:a@client.example.org",
                // more than a browser should pass on
                "https://client.example.org/callback#",
                "https://client.example.org/callback#fragment",
                "com.example.app:/callback#x",
                "https://user@client.example.org/callback",
                "https://client.example.org@evil.example/callback",
                "https://client.example.org:443@evil.example/callback",
                "https://@client.example.org/callback",
                "com.example.app://user@callback",
                // wildcards
                "https://*.example.org/callback",
                "https://client.example.org/*",
                "https://client.example.org/callback?*",
                "*",
                // http that is not loopback
                "http://client.example.org/callback",
                "http://localhost.evil.example/callback",
                "http://127.0.0.1.evil.example/callback",
                "http://localhost@evil.example/callback",
                "http://evil.example/localhost",
                "http://127.0.0.2/callback",
                "http://2130706433/callback",
                "http://0.0.0.0/callback",
                "http://[::]/callback",
                "http://[::ffff:127.0.0.1]/callback",
                "http:/callback",
                "HTTP://client.example.org/callback",
                // no absolute URI
                "",
                " ",
                "/callback",
                "//client.example.org/callback",
                "client.example.org/callback",
                "https:",
                "https://",
                "https:///callback",
                "https:client.example.org",
                "https://:8443/callback",
                "https:/\\client.example.org/",
                "https://client.example.org\\@evil.example/",
                // what is no URI by RFC 3986
                "https://client.example.org/call back",
                " https://client.example.org/callback",
                "https://client.example.org/callback\n",
                "https://client.example.org/\r\nLocation: https://evil.example",
                "https://client.example.org/\"><script>",
                "https://client.example.org/%",
                "https://client.example.org/%2",
                "https://client_underscore.example.org/callback",
                "java\tscript:alert(1)",
                "\u0001javascript:alert(1)"
            })
    void a1AnythingElseIsRefused(String uri) {
        assertThat(RedirectUris.isAcceptable(uri)).isFalse();
    }

    static Stream<Arguments> notAscii() {
        return Stream.of(
                argumentSet("in the host", "https://exämple.org/callback"),
                argumentSet("in the path", "https://client.example.org/cällback"),
                argumentSet("in the query", "https://client.example.org/?ä"),
                argumentSet("in a private-use path", "com.example.app:/cällback"),
                argumentSet("a line separator", "https://client.example.org/\u2028"),
                argumentSet("a full-width slash", "https://client.example.org\uff0fcallback"));
    }

    @ParameterizedTest
    @MethodSource("notAscii")
    void a1AUriIsAscii(String uri) {
        assertThat(RedirectUris.isAcceptable(uri)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {2_000, 2_001, 100_000})
    void aUriHasAtMost2000Characters(int length) {
        String begin = "https://client.example.org/";

        assertThat(RedirectUris.isAcceptable(begin + "x".repeat(length - begin.length())))
                .isEqualTo(length == 2_000);
    }
}
