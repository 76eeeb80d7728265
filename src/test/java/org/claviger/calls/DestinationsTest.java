package org.claviger.calls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DestinationsTest {
    private static boolean include(String base, String uri) {
        return new Destinations(List.of(URI.create(base))).include(URI.create(uri));
    }

    @ParameterizedTest
    @CsvSource({
        "https://a.example/orders, https://a.example/orders",
        "https://a.example/orders, https://a.example/orders/",
        "https://a.example/orders/, https://a.example/orders",
        "https://a.example/orders, https://a.example/orders/1?q=../x#f",
        "https://a.example/orders, HTTPS://A.EXAMPLE:443/orders/1",
        "https://A.Example:443/orders, https://a.example/orders/1;v=1",
        "https://a.example, https://a.example",
        "https://a.example/, https://a.example/x",
        "http://127.0.0.1:8080/x, http://127.0.0.1:8080/x/y",
        "http://localhost, http://localhost:80/x",
        "http://[::1]:8080, http://[::1]:8080/x",
        "https://a.example/a%20b, https://a.example/a%20b/c%C3%A4",
        "https://a.example/orders, https://a.example/orders//x",
        "https://a.example/orders, https://a.example/orders/ä/%E2%82%AC/%f0%9f%98%80",
        "https://a.example/orders, https://a.example/orders/..x/.y/z.",
    })
    void what_is_below_a_base_gets_a_token(String base, String uri) {
        assertThat(include(base, uri)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://a.example/orders/1", // another scheme
                "https://a.example:8443/orders/1",
                "https://b.example/orders/1",
                "https://a.example.evil.example/orders/1",
                "https://evil.example/a.example/orders/1",
                "https://a.example./orders/1",
                "https://a.example/ordersx",
                "https://a.example/orders%2f1",
                "https://a.example/orders%2F1",
                "https://a.example/orders/%2e%2e/admin",
                "https://a.example/orders/%2E./admin",
                "https://a.example/orders/../admin",
                "https://a.example/orders/./x",
                "https://a.example/orders/..",
                "https://a.example/orders/..;/admin",
                "https://a.example/orders/..%3b/admin",
                "https://a.example/orders/..%3B/admin",
                "https://a.example/orders/%c0%af../admin", // an overlong slash
                "https://a.example/orders/%e0%80%ae",
                "https://a.example/orders/%ff",
                "https://a.example/orders/%c3",
                "https://a.example/orders/%ed%a0%80",
                "https://a.example/orders/..;x=y/admin",
                "https://a.example/orders/%5c../x",
                "https://a.example/orders/%252e%252e/admin",
                "https://a.example/orders/%00",
                "https://a.example/orders/%0d%0aX:y",
                "https://a.example/orders/x%7f",
                "https://a.example//orders/1",
                "https://a.example/Orders/1",
                "https://a.example/%6frders/1",
                "https://a.example@evil.example/orders/1",
                "https://user@a.example/orders/1",
                "https://user:password@a.example/orders/1",
                "https://@a.example/orders/1",
                "https://a_b.example/orders/1", // an authority that is no host
                "https:///orders/1",
                "https:orders/1",
                "//a.example/orders/1",
                "/orders/1",
                "ftp://a.example/orders/1",
                "wss://a.example/orders/1",
                "file:/orders/1",
                "jar:https://a.example/orders!/1",
            })
    void nothing_else_does(String uri) {
        assertThat(include("https://a.example/orders", uri)).isFalse();
    }

    @Test
    void each_of_several_bases_counts() {
        Destinations two =
                new Destinations(List.of(URI.create("https://a.example/x"), URI.create("https://b.example")));
        assertThat(two.include(URI.create("https://a.example/x/1"))).isTrue();
        assertThat(two.include(URI.create("https://b.example/y"))).isTrue();
        assertThat(two.include(URI.create("https://a.example/y"))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://a.example/orders",
                "http://127.0.0.1.evil.example/",
                "http://localhost.evil.example",
                "http://128.0.0.1/",
                "https://user@a.example/",
                "https://a.example/?q",
                "https://a.example/#f",
                "https://a.example/x/../y",
                "https://a.example/%2fx",
                "a.example/orders",
                "",
                "https:",
                "ftp://a.example"
            })
    void what_is_no_safe_base_is_refused(String base) {
        assertThatIllegalArgumentException().isThrownBy(() -> new Destinations(List.of(URI.create(base))));
    }

    @Test
    void there_must_be_one() {
        assertThatIllegalArgumentException().isThrownBy(() -> new Destinations(List.of()));
    }
}
