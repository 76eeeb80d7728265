package org.claviger.client;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** REQUIREMENTS A1. What may be registered is in {@code ImportFileTest}. */
class RedirectMatchTest {
    @ParameterizedTest
    @CsvSource({
        "http://127.0.0.1/callback,       http://127.0.0.1:51004/callback",
        "http://127.0.0.1:8080/callback,  http://127.0.0.1:51004/callback",
        "http://127.0.0.1:8080/callback,  http://127.0.0.1/callback",
        "http://127.0.0.1,                http://127.0.0.1:65535",
        "http://127.0.0.1/?a=b,           http://127.0.0.1:1/?a=b",
        "http://[::1]/callback,           http://[::1]:51004/callback",
    })
    void the_port_of_a_loopback_address_may_vary(String registered, String requested) {
        assertThat(RedirectUris.isSame(registered, requested)).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        // RFC 8252 section 8.3: a name may lead elsewhere
        "http://localhost/callback, http://localhost:51004/callback",
        "http://127.0.0.1/callback, http://localhost/callback",
        "http://127.0.0.1/callback, http://[::1]/callback",
        "https://127.0.0.1/callback, https://127.0.0.1:51004/callback",
        "http://127.0.0.1/callback, https://127.0.0.1:51004/callback",
        "https://a.example/callback, https://a.example:8443/callback",
        // no port
        "http://127.0.0.1/callback, http://127.0.0.1:/callback",
        "http://127.0.0.1/callback, http://127.0.0.1:0/callback",
        "http://127.0.0.1/callback, http://127.0.0.1:080/callback",
        "http://127.0.0.1/callback, http://127.0.0.1:65536/callback",
        "http://127.0.0.1/callback, http://127.0.0.1:999999999999/callback",
        "http://127.0.0.1/callback, http://127.0.0.1:-1/callback",
        // something else than the port
        "http://127.0.0.1/callback, http://127.0.0.1:51004/callback/",
        "http://127.0.0.1/callback, http://127.0.0.1:51004/callback?x=y",
        "http://127.0.0.1/callback, http://127.0.0.1:51004/callback#x",
        "http://127.0.0.1/callback, http://127.0.0.1:51004/Callback",
        "http://127.0.0.1/callback, http://127.0.0.1:51004/x/../callback",
        "http://127.0.0.1/callback, http://127.0.0.1:51004",
        "http://127.0.0.1, http://127.0.0.1:51004/",
        "http://127.0.0.1/callback, HTTP://127.0.0.1:51004/callback",
        "http://127.0.0.1/callback, http://127.0.0.1:51004@evil.example/callback",
        "http://127.0.0.1/callback, http://127.0.0.1.evil.example:51004/callback",
        "http://127.0.0.1/callback, http://user@127.0.0.1:51004/callback",
        "http://127.0.0.1/callback, http://127.1:51004/callback",
    })
    void nothing_else_may(String registered, String requested) {
        assertThat(RedirectUris.isSame(registered, requested)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTPS://a.example/callback",
                "https://A.example/callback",
                "https://a.example/Callback",
                "https://a.example/callback/",
                "https://a.example/callback?",
                "https://a.example/callback?x=y",
                "https://a.example/callback#",
                "https://a.example:443/callback",
                "https://a.example./callback",
                "https://user@a.example/callback",
                "https://a.example@evil.example/callback",
                "https://a.example.evil.example/callback",
                "https://evil.example/a.example/callback",
                "https://a.example/x/..;/callback",
                "https://a.example/x/../callback",
                "https://a.example/%63allback",
                "https://a.example/callback%2e%2e",
                "https://a.example/callback%00",
                "https://a.example/callback ",
                " https://a.example/callback",
                "https://a.example\\callback",
                "//a.example/callback",
                "JavaScript:alert(1)",
                "",
            })
    void a_variant_is_another_URI(String requested) {
        assertThat(RedirectUris.isSame("https://a.example/callback", requested)).isFalse();
    }
}
