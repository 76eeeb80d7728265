package org.claviger;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class MetersTest {
    private final Meters meters = new Meters();

    @Test
    void one_that_cannot_be_told_is_missing_and_said_once_until_it_can() {
        AtomicBoolean broken = new AtomicBoolean(true);
        meters.gauge("claviger_broken", "Fails now and then.", value -> {
            if (broken.get()) {
                throw new IllegalStateException("for once");
            }
            value.tell(1);
        });
        meters.gauge("claviger_sound", "Never fails.", value -> value.tell(2));
        try (CapturedLog log = new CapturedLog("org.claviger")) {
            assertThat(meters.text())
                    .doesNotContain("claviger_broken")
                    .contains("claviger_sound 2.0")
                    .endsWith("# EOF\n");
            assertThat(meters.text()).contains("claviger_sound 2.0");
            assertThat(log.lines())
                    .singleElement()
                    .asString()
                    .startsWith("CLAVIGER-1602 the metric claviger_broken cannot be told: ");
            broken.set(false);
            assertThat(meters.text()).contains("claviger_broken 1.0");
            broken.set(true);
            meters.text();
            assertThat(log.lines()).hasSize(2);
        }
    }
}
