package org.claviger;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.claviger.NodeHealth.Check;
import org.junit.jupiter.api.Test;

class HealthTest {
    private static Exchange ask(Check... checks) {
        return Exchange.get("").through(new Health(() -> List.of(checks)));
    }

    @Test
    void whatIsOnlyToldTakesNoNodeDown() {
        Exchange told =
                ask(Check.of("keys", Optional.empty()), Check.told("settings", Optional.of("the table does not fit")));

        assertThat(told.status()).isEqualTo(200);
        assertThat(told.body())
                .isEqualTo(
                        "{\"status\":\"UP\",\"checks\":[{\"name\":\"keys\",\"status\":\"UP\"},"
                                + "{\"name\":\"settings\",\"status\":\"UP\",\"data\":{\"reason\":\"the table does not fit\"}}]}");
    }

    @Test
    void anyOtherReasonDoes() {
        Exchange down = ask(Check.of("keys", Optional.of("no key can sign")), Check.told("settings", Optional.empty()));

        assertThat(down.status()).isEqualTo(503);
        assertThat(down.body()).contains("\"status\":\"DOWN\",\"data\":{\"reason\":\"no key can sign\"}");
    }
}
