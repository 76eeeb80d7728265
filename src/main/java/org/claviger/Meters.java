package org.claviger;

import io.prometheus.metrics.expositionformats.OpenMetricsTextFormatWriter;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Exemplars;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.prometheus.metrics.model.snapshots.Quantiles;
import io.prometheus.metrics.model.snapshots.SummarySnapshot;
import io.prometheus.metrics.model.snapshots.SummarySnapshot.SummaryDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Unit;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.DoubleAdder;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Families of metrics, and their text. Of Prometheus' client library only what describes a metric and writes it is used: the metrics of its
 * core read, when their classes are loaded, whatever is set for that library in this process, which is meant for another application and
 * makes them throw if it is wrong.
 */
final class Meters {
    private static final System.Logger LOG = System.getLogger("org.claviger");
    private static final long NO_TIMESTAMP = 0;

    private final List<Supplier<Optional<MetricSnapshot>>> families = new CopyOnWriteArrayList<>();
    private final OpenMetricsTextFormatWriter writer = OpenMetricsTextFormatWriter.create();

    /** Is told what a metric is when it is asked for: nothing, if there is nothing to be said. */
    @FunctionalInterface
    interface Values {
        /** One series; labels in the order of their names. */
        void tell(double value, String... labels);
    }

    /** What goes up and down. */
    void gauge(String name, String help, Consumer<Values> asked, String... labelNames) {
        MetricMetadata described = described(name, help);
        add(described, () -> {
            List<GaugeDataPointSnapshot> points = new ArrayList<>();
            asked.accept((value, labels) ->
                    points.add(new GaugeDataPointSnapshot(value, Labels.of(labelNames, labels), null)));
            return new GaugeSnapshot(described, points);
        });
    }

    /** What somebody else counts; the name without {@code _total}. */
    void counted(String name, String help, Consumer<Values> asked, String... labelNames) {
        MetricMetadata described = described(name, help);
        add(described, () -> {
            List<CounterDataPointSnapshot> points = new ArrayList<>();
            asked.accept((value, labels) -> points.add(point(value, Labels.of(labelNames, labels))));
            return new CounterSnapshot(described, points);
        });
    }

    private static CounterDataPointSnapshot point(double value, Labels labels) {
        return new CounterDataPointSnapshot(value, labels, null, NO_TIMESTAMP);
    }

    /** How often something was, and how much of it altogether: told once, or not at all. */
    void summed(String name, String help, Consumer<Sums> asked) {
        MetricMetadata described = described(name, help);
        add(described, () -> {
            List<SummaryDataPointSnapshot> points = new ArrayList<>();
            asked.accept((count, sum) -> points.add(new SummaryDataPointSnapshot(
                    count, sum, Quantiles.EMPTY, Labels.EMPTY, Exemplars.EMPTY, NO_TIMESTAMP)));
            return new SummarySnapshot(described, points);
        });
    }

    /** Is told a sum of so many. */
    @FunctionalInterface
    interface Sums {
        void tell(long count, double sum);
    }

    /** What is counted here; the name without {@code _total}. */
    Counter counter(String name, String help, String... labelNames) {
        Counter counter = new Counter(labelNames);
        MetricMetadata described = described(name, help);
        add(
                described,
                () -> new CounterSnapshot(
                        described,
                        counter.series.entrySet().stream()
                                .map(one -> point((double) one.getValue().sum(), one.getKey()))
                                .toList()));
        return counter;
    }

    /** A counter by its labels. */
    static final class Counter {
        private final String[] labelNames;
        private final Map<Labels, LongAdder> series = new ConcurrentHashMap<>();

        private Counter(String... labelNames) {
            this.labelNames = labelNames.clone();
        }

        /** The one with these values of the labels, which is there from now on, at zero. */
        LongAdder with(String... labels) {
            return series.computeIfAbsent(Labels.of(labelNames, labels), none -> new LongAdder());
        }
    }

    /** Durations in seconds, by how many were no longer than each bound. */
    Histogram durations(String name, String help, double[] bounds, String... labelNames) {
        Histogram histogram = new Histogram(bounds, labelNames);
        MetricMetadata described = described(name, help);
        add(
                described,
                () -> new HistogramSnapshot(
                        described,
                        histogram.series.entrySet().stream()
                                .map(one -> one.getValue().point(one.getKey()))
                                .toList()));
        return histogram;
    }

    /** A histogram by its labels. */
    static final class Histogram {
        private final double[] bounds;
        private final String[] labelNames;
        private final Map<Labels, Buckets> series = new ConcurrentHashMap<>();

        private Histogram(double[] bounds, String... labelNames) {
            this.bounds = bounds.clone();
            this.labelNames = labelNames.clone();
        }

        /** The one with these values of the labels, which is there from now on, and empty. */
        Buckets with(String... labels) {
            return series.computeIfAbsent(Labels.of(labelNames, labels), none -> new Buckets(bounds));
        }
    }

    /** One series of a histogram. Counts and sum are read one after the other: the sum may know of one more. */
    static final class Buckets {
        private final double[] bounds;
        private final LongAdder[] counts;
        private final DoubleAdder sum = new DoubleAdder();

        private Buckets(double[] bounds) {
            this.bounds = bounds;
            this.counts = new LongAdder[bounds.length + 1];
            for (int i = 0; i < counts.length; i++) {
                counts[i] = new LongAdder();
            }
        }

        /** Without a lock and without garbage. */
        void observe(double value) {
            int bucket = 0;
            while (bucket < bounds.length && value > bounds[bucket]) {
                bucket++;
            }
            counts[bucket].increment();
            sum.add(value);
        }

        private HistogramDataPointSnapshot point(Labels labels) {
            double[] upper = new double[counts.length];
            long[] each = new long[counts.length];
            for (int i = 0; i < counts.length; i++) {
                upper[i] = i < bounds.length ? bounds[i] : Double.POSITIVE_INFINITY;
                each[i] = counts[i].sum();
            }
            return new HistogramDataPointSnapshot(
                    ClassicHistogramBuckets.of(upper, each), sum.sum(), labels, Exemplars.EMPTY, NO_TIMESTAMP);
        }
    }

    /** One that cannot be told for once is missing, and the others are not. */
    private void add(MetricMetadata described, Supplier<MetricSnapshot> family) {
        AtomicBoolean said = new AtomicBoolean();
        families.add(() -> {
            try {
                MetricSnapshot told = family.get();
                said.set(false);
                return Optional.of(told).filter(some -> !some.getDataPoints().isEmpty());
            } catch (RuntimeException fault) {
                if (!said.getAndSet(true)) {
                    String text = "CLAVIGER-1602 the metric " + described.getName() + " cannot be told: " + fault;
                    LOG.log(Level.ERROR, text, fault);
                }
                return Optional.empty();
            }
        });
    }

    private static MetricMetadata described(String name, String help) {
        return new MetricMetadata(name, help, unit(name));
    }

    private static @Nullable Unit unit(String name) {
        return name.endsWith("_" + Unit.SECONDS) ? Unit.SECONDS : null;
    }

    /** All of them as OpenMetrics text 1.0; of what nothing is said there is nothing. */
    String text() {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        MetricSnapshots now = new MetricSnapshots(
                families.stream().flatMap(family -> family.get().stream()).toList());
        try {
            writer.write(text, now);
        } catch (IOException never) { // to memory
            throw new UncheckedIOException(never);
        }
        return text.toString(StandardCharsets.UTF_8);
    }
}
