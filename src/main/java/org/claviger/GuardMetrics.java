package org.claviger;

import io.prometheus.metrics.model.snapshots.Unit;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import org.claviger.guard.Judgement;
import org.claviger.guard.Judgements;

/** Counts what the guard judges. The counter of each judgement is found beforehand: this is on the way of every guarded request. */
final class GuardMetrics implements Judgements {
    private static final double[] SECONDS = {
        0.000_002_5, 0.000_005, 0.000_01, 0.000_025, 0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.005, 0.025, 0.1
    };

    private final Map<Judgement, LongAdder> counters = new EnumMap<>(Judgement.class);
    private final Meters.Buckets durations;

    GuardMetrics(Meters meters) {
        Meters.Counter judged = meters.counter(
                "claviger_guard_requests",
                "Requests to guarded applications and to administration, and questions of gateways, by how the guard judged them.",
                "result");
        for (Judgement judgement : Judgement.values()) {
            counters.put(judgement, judged.with(judgement.name().toLowerCase(Locale.ROOT)));
        }
        durations = meters.durations(
                        "claviger_guard_validation_duration_seconds",
                        "How long the guard took to judge a bearer token.",
                        SECONDS)
                .with();
    }

    @Override
    public void judged(Judgement judgement, long nanos) {
        LongAdder counter = counters.get(judgement);
        if (counter != null) {
            counter.increment();
        }
        if (nanos > 0) {
            durations.observe(Unit.nanosToSeconds(nanos));
        }
    }
}
