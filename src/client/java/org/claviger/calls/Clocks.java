package org.claviger.calls;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.function.LongSupplier;

/**
 * The clock of the machine, which somebody may set, and one that nobody can, but that may stand still while the machine sleeps.
 *
 * @param steady nanoseconds from any beginning
 */
record Clocks(Clock wall, LongSupplier steady) {
    /** A moment by both. */
    record Moment(Instant wall, long steady) {
        Moment plus(Duration time) {
            return new Moment(wall.plus(time), steady + time.toNanos());
        }

        /** By either of them: what ends then is not used longer because a clock was set back or stood still. */
        boolean hasCome(Moment now) {
            return !now.wall.isBefore(wall) || now.isSteadilyAfter(this);
        }

        /** By the one that nobody sets: nobody waits as long as a clock was set back. */
        boolean isSteadilyAfter(Moment earlier) {
            return steady - earlier.steady >= 0;
        }
    }

    Moment now() {
        return new Moment(wall.instant(), steady.getAsLong());
    }
}
