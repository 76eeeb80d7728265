package org.claviger;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.claviger.settings.Settings;
import org.junit.jupiter.api.Test;

class MetricsTest {
    private static Exchange ask(Exchange exchange) {
        Settings settings =
                Fixture.settings("claviger.metrics.addresses", "10.0.0.0/8", "claviger.trusted-proxies", "192.0.2.1");
        return exchange.through(new Metrics(Optional::empty, settings));
    }

    @Test
    void before_the_database_has_been_reached_they_say_so_and_nothing_else() {
        Exchange answer = ask(Exchange.get("").peer("10.1.2.3"));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body())
                .contains("\nclaviger_open 0.0\n")
                .doesNotContain("\nclaviger_feed")
                .endsWith("# EOF\n");
    }

    @Test
    void nobody_reads_them_by_an_address_that_is_made_up() {
        assertThat(ask(Exchange.get("").peer("203.0.113.5")).status()).isEqualTo(403);
        assertThat(ask(Exchange.get("").peer("203.0.113.5").header("X-Forwarded-For", "10.1.2.3"))
                        .status())
                .isEqualTo(403);
        assertThat(ask(Exchange.get("").peer("192.0.2.1").header("X-Forwarded-For", "10.1.2.3, 203.0.113.5"))
                        .status())
                .as("what the proxy has written is the last")
                .isEqualTo(403);
        assertThat(ask(Exchange.get("").peer("192.0.2.1").header("X-Forwarded-For", "10.1.2.3"))
                        .status())
                .isEqualTo(200);
    }
}
