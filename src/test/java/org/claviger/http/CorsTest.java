package org.claviger.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.claviger.Exchange;
import org.junit.jupiter.api.Test;

/** REQUIREMENTS A14. */
class CorsTest {
    private static String allowedFor(Exchange exchange, String... origins) {
        Cors.allow(exchange.request(), exchange.response(), List.of(origins));
        return exchange.header("Access-Control-Allow-Origin");
    }

    @Test
    void onlyANamedOriginMayReadTheAnswer() {
        assertThat(allowedFor(Exchange.post("").header("Origin", "https://a.example"), "https://a.example"))
                .isEqualTo("https://a.example");
        assertThat(allowedFor(Exchange.post("").header("Origin", "https://b.example"), "https://a.example"))
                .isEmpty();
        assertThat(allowedFor(Exchange.post("").header("Origin", "null"), "https://a.example"))
                .isEmpty();
        assertThat(allowedFor(Exchange.post(""), "https://a.example")).isEmpty();
    }

    @Test
    void whoMayReadTheAnswerMayReadHowLongToWaitToo() {
        Exchange named = Exchange.post("").header("Origin", "https://a.example");
        Exchange other = Exchange.post("").header("Origin", "https://b.example");
        allowedFor(named, "https://a.example");
        allowedFor(other, "https://a.example");

        assertThat(named.header("Access-Control-Expose-Headers")).isEqualTo("Retry-After");
        assertThat(other.header("Access-Control-Expose-Headers")).isEmpty();
    }

    @Test
    void cookiesAreNeverAllowed() {
        Exchange exchange = Exchange.post("").header("Origin", "https://a.example");

        allowedFor(exchange, "https://a.example");

        assertThat(exchange.header("Access-Control-Allow-Credentials")).isEmpty();
        assertThat(exchange.header("Vary")).isEqualTo("Origin");
    }
}
