package org.claviger;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicLong;

/** A clock that stands still until a test moves it. */
public final class TestClock extends Clock {
    /** Where it starts. */
    public static final Instant START = Instant.parse("2025-06-01T12:00:00Z");

    private volatile Instant now = START;
    private final AtomicLong steady = new AtomicLong();

    public void advance(Duration duration) {
        now = now.plus(duration);
        steady.addAndGet(duration.toNanos());
    }

    /** Nanoseconds of a clock that nobody can set. */
    public long steady() {
        return steady.get();
    }

    /** As somebody sets it: what is not time gone by. */
    public void set(Instant instant) {
        now = instant;
    }

    @Override
    public Instant instant() {
        return now;
    }

    @Override
    public ZoneId getZone() {
        return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
        throw new UnsupportedOperationException("nothing here knows of time zones");
    }
}
