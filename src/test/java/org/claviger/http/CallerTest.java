package org.claviger.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.claviger.Exchange;
import org.claviger.Fixture;
import org.claviger.settings.TrustedProxies;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** REQUIREMENTS O1: forwarded headers only from a trusted proxy. */
class CallerTest {
    private static final TrustedProxies NONE = Fixture.settings().trustedProxies();
    private static final TrustedProxies PROXIES =
            Fixture.settings("claviger.trusted-proxies", "10.0.0.0/8, ::1").trustedProxies();

    private static final TrustedProxies PROXIES_WITH_HOST = Fixture.settings(
                    "claviger.trusted-proxies",
                    "10.0.0.0/8",
                    "claviger.forwarded-headers",
                    "x-forwarded-for, X-Forwarded-Host")
            .trustedProxies();
    private static final TrustedProxies STANDARD_PROXIES = Fixture.settings(
                    "claviger.trusted-proxies", "10.0.0.0/8", "claviger.forwarded-headers", "forwarded")
            .trustedProxies();

    private static Exchange from(String peer) {
        return Exchange.get("").peer(peer).header("Host", "inner:8080");
    }

    @Test
    void headersOfWhoIsNoTrustedProxyAreNotBelieved() {
        Exchange exchange = from("10.0.0.1")
                .header("X-Forwarded-For", "203.0.113.7")
                .header("X-Forwarded-Host", "evil.example")
                .header("Forwarded", "for=203.0.113.7;host=evil.example");

        assertThat(Caller.of(exchange.request(), NONE)).isEqualTo(new Caller("10.0.0.1", "inner:8080"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "203.0.113.7|203.0.113.7",
                "1.1.1.1, 203.0.113.7|203.0.113.7",
                "203.0.113.7, 10.0.0.9|203.0.113.7",
                "evil, 10.0.0.9|10.0.0.9",
                "203.0.113.7, evil|10.0.0.1",
                "2001:db8::7|2001:db8::7"
            })
    void theCallerIsTheLastOneBeforeOurOwnProxies(String header, String address) {
        Exchange exchange = from("10.0.0.1").header("X-Forwarded-For", header);

        assertThat(Caller.of(exchange.request(), PROXIES).address()).isEqualTo(address);
    }

    @Test
    void severalHeadersOfANameAreOneList() {
        Exchange exchange =
                from("10.0.0.1").header("X-Forwarded-For", "1.1.1.1").header("X-Forwarded-For", "203.0.113.7");

        assertThat(Caller.of(exchange.request(), PROXIES).address()).isEqualTo("203.0.113.7");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "for=203.0.113.7;host=id.example.org|203.0.113.7|id.example.org",
                "For=\"[2001:db8::17]:4711\";proto=https|2001:db8::17|inner:8080",
                "host=\"id.example.org:8443\";for=203.0.113.7:99|203.0.113.7|id.example.org:8443",
                "for=1.1.1.1, for=203.0.113.7|203.0.113.7|inner:8080",
                "for=1.1.1.1;host=evil.example, for=203.0.113.7|203.0.113.7|inner:8080",
                "host=evil.example, for=203.0.113.7|203.0.113.7|inner:8080",
                "for=203.0.113.7;host=id.example.org, for=10.0.0.2;host=inner|203.0.113.7|id.example.org",
                "for=\"|10.0.0.1|inner:8080",
                "host=evil.example|10.0.0.1|inner:8080",
                "for=unknown|10.0.0.1|inner:8080",
                "for=_hidden|10.0.0.1|inner:8080"
            })
    void theStandardHeaderOfATrustedProxyIsRead(String header, String address, String host) {
        Exchange exchange = from("10.0.0.1").header("Forwarded", header);

        assertThat(Caller.of(exchange.request(), STANDARD_PROXIES)).isEqualTo(new Caller(address, host));
    }

    /** A proxy that writes one header passes the others on as a caller sent them. */
    @Test
    void whatTheProxyDoesNotWriteIsNotBelieved() {
        Exchange exchange = from("10.0.0.1")
                .header("Forwarded", "for=9.9.9.9;host=evil.example")
                .header("X-Forwarded-For", "203.0.113.7")
                .header("X-Forwarded-Host", "id.example.org");

        assertThat(Caller.of(exchange.request(), PROXIES)).isEqualTo(new Caller("203.0.113.7", "inner:8080"));
        assertThat(Caller.of(exchange.request(), PROXIES_WITH_HOST))
                .isEqualTo(new Caller("203.0.113.7", "id.example.org"));
        assertThat(Caller.of(exchange.request(), STANDARD_PROXIES)).isEqualTo(new Caller("9.9.9.9", "evil.example"));
    }

    @Test
    void theHostIsTheOneThatTheLastProxyWrote() {
        Exchange exchange = from("10.0.0.1").header("X-Forwarded-Host", "evil.example, id.example.org");

        assertThat(Caller.of(exchange.request(), PROXIES_WITH_HOST).host()).isEqualTo("id.example.org");
    }
}
