package org.claviger.database;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import org.claviger.CapturedLog;
import org.claviger.TestDatabase;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Beside the database, whose clock is that of this machine. */
class WatchedClockTest {
    private static WatchedClock off(Duration by) {
        return new WatchedClock(Clock.offset(Clock.systemUTC(), by), TestDatabase.empty());
    }

    @ParameterizedTest
    @CsvSource({"PT0S", "PT0.9S", "PT-0.9S"})
    void aClockMayDifferByASecond(Duration difference) {
        WatchedClock clock = off(difference);

        clock.refresh();

        assertThat(clock.problem()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"PT1H, ahead of", "PT30S, ahead of", "PT-30S, behind", "PT-240H, behind"})
    void byMoreItsNodeIsNotReadyAndSaysSoOnce(Duration difference, String how) {
        WatchedClock clock = off(difference);
        try (CapturedLog log = new CapturedLog("org.claviger")) {
            clock.refresh();
            clock.refresh();

            assertThat(clock.problem())
                    .hasValueSatisfying(problem -> assertThat(problem).contains(how));
            assertThat(log.lines()).singleElement().asString().startsWith("CLAVIGER-0205 ");
        }
    }

    @Test
    void whenItIsRightAgainSoIsTheNode() {
        Clock[] current = {Clock.offset(Clock.systemUTC(), Duration.ofHours(1))};
        WatchedClock clock = new WatchedClock(
                new Clock() {
                    @Override
                    public java.time.Instant instant() {
                        return current[0].instant();
                    }

                    @Override
                    public java.time.ZoneId getZone() {
                        return current[0].getZone();
                    }

                    @Override
                    public Clock withZone(java.time.ZoneId zone) {
                        throw new UnsupportedOperationException();
                    }
                },
                TestDatabase.empty());
        try (CapturedLog log = new CapturedLog("org.claviger")) {
            clock.refresh();
            current[0] = Clock.systemUTC();
            clock.refresh();
            clock.refresh();

            assertThat(clock.problem()).isEmpty();
            assertThat(log.lines()).hasSize(2).last().asString().startsWith("CLAVIGER-0206 ");
        }
    }
}
