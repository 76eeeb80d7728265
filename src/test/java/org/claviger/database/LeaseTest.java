package org.claviger.database;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.claviger.TestClock;
import org.claviger.TestDatabase;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LeaseTest {
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final TestClock clock = new TestClock();

    @BeforeEach
    void empty() {
        TestDatabase.empty();
        TestDatabase.execute("insert into cleanup_lease values ('cleanup', 'another', ?)", Instant.EPOCH);
    }

    private Lease node(String name) {
        return new Lease(TestDatabase.database(), "cleanup", name, clock, entities -> clock.instant());
    }

    private static void heldUntil(Instant until) {
        TestDatabase.execute("update cleanup_lease set expires_at = ?", until);
    }

    @Test
    void whatAnotherNodeHasIsFreeWhenItExpires() {
        heldUntil(clock.instant().plus(Lease.LONGEST));
        assertThat(node("one").hold(MINUTE)).isFalse();
        heldUntil(clock.instant().plusMillis(1));
        assertThat(node("one").hold(MINUTE)).isFalse();
        heldUntil(clock.instant());

        assertThat(node("one").hold(MINUTE)).isTrue();
        assertThat(node("two").hold(MINUTE)).isFalse();
    }

    @Test
    void aLeaseForLongerThanAnybodyTakesItIsFree() {
        heldUntil(Instant.parse("9999-01-01T00:00:00Z"));

        assertThat(node("one").hold(MINUTE)).isTrue();
        assertThat(node("two").hold(MINUTE)).isFalse();
    }

    @Test
    void aDatabaseWhoseClockWasSetBackKeepsNobodyWaiting() {
        clock.advance(Duration.ofHours(3));
        Lease stopped = node("one");
        assertThat(stopped.hold(Lease.LONGEST)).isTrue();
        clock.set(TestClock.START);

        assertThat(node("two").hold(MINUTE)).isTrue();
    }
}
