package org.claviger;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class HealthTest {
    private static Exchange ask(Optional<String> database, Optional<String> settings) {
        Map<String, Supplier<Optional<String>>> checks = Map.of("database", () -> database, "settings", () -> settings);
        return Exchange.get("").through(new Health(checks, Set.of("settings")));
    }

    @Test
    void whatIsOnlyToldTakesNoNodeDown() {
        Exchange told = ask(Optional.empty(), Optional.of("the table does not fit"));

        assertThat(told.status()).isEqualTo(200);
        assertThat(told.body())
                .isEqualTo(
                        "{\"status\":\"UP\",\"checks\":[{\"name\":\"database\",\"status\":\"UP\"},"
                                + "{\"name\":\"settings\",\"status\":\"UP\",\"data\":{\"reason\":\"the table does not fit\"}}]}");
    }

    @Test
    void anyOtherReasonDoes() {
        Exchange down = ask(Optional.of("is away"), Optional.empty());

        assertThat(down.status()).isEqualTo(503);
        assertThat(down.body()).contains("\"status\":\"DOWN\",\"data\":{\"reason\":\"is away\"}");
    }
}
