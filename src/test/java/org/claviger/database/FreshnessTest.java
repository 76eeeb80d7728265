package org.claviger.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.claviger.Fixture;
import org.claviger.TestClock;
import org.claviger.oauth.ErrorCode;
import org.claviger.oauth.OAuthException;
import org.junit.jupiter.api.Test;

class FreshnessTest {
    private static final Duration MAX = Duration.ofMinutes(1);

    private final TestClock clock = new TestClock();
    private final AtomicLong nanos = new AtomicLong(-5);
    private final Freshness freshness = new Freshness(MAX, clock, nanos::get);

    private void assertStale(boolean stale) {
        assertThat(freshness.isStale()).isEqualTo(stale);
        assertThat(freshness.problem().isPresent()).isEqualTo(stale);
        if (!stale) {
            assertThatCode(freshness::require).doesNotThrowAnyException();
            return;
        }
        OAuthException refusal = Fixture.refusal(freshness::require);
        assertThat(refusal.code()).isEqualTo(ErrorCode.TEMPORARILY_UNAVAILABLE);
        assertThat(refusal.retryAfter()).hasValue(Duration.ofSeconds(5));
    }

    @Test
    void a_node_goes_on_for_as_long_as_it_may() {
        nanos.addAndGet(MAX.toNanos());
        clock.advance(MAX);
        assertStale(false);

        nanos.addAndGet(1);

        assertStale(true);
        assertThat(freshness.problem()).hasValueSatisfying(reason -> assertThat(reason)
                .isEqualTo("what other nodes have changed was last read 60 s ago; after 60 s no token is accepted"));
        freshness.renew(freshness.now());
        assertStale(false);
    }

    @Test
    void a_stopped_process_whose_clock_was_set_back_knows_that_it_slept() {
        nanos.addAndGet(MAX.toNanos() + 1);
        clock.advance(Duration.ofHours(-1));

        assertStale(true);
    }

    @Test
    void a_machine_that_slept_knows_it_by_the_wall_clock() {
        clock.advance(MAX.plusMillis(1));

        assertStale(true);
        assertThat(freshness.staleness()).isEqualTo(MAX.plusMillis(1));
    }

    @Test
    void it_counts_from_when_a_look_began() {
        Freshness.Moment begun = freshness.now();
        nanos.addAndGet(MAX.toNanos() + 1);

        freshness.renew(begun);

        assertStale(true);
    }
}
