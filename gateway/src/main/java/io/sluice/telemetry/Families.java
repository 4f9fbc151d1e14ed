package io.sluice.telemetry;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.MetricWithFixedMetadata;
import io.prometheus.metrics.model.registry.Collector;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.Unit;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Registers families of metrics: each has a name, a line of help and names of labels.
 *
 * <p>Thread-safe.
 */
final class Families {
    private final PrometheusRegistry registry;

    Families(PrometheusRegistry registry) {
        this.registry = registry;
    }

    /** What is counted as it happens. */
    Counter counter(String name, String help, String... labels) {
        return Counter.builder()
                .name(name)
                .help(help)
                .labelNames(labels)
                .withoutExemplars()
                .register(registry);
    }

    /**
     * What somebody else counts.
     *
     * @param values is asked at each scrape, and calls back once for each set of label values
     */
    void counted(
            String name,
            String help,
            List<String> labels,
            @Nullable Unit unit,
            Consumer<CounterWithCallback.Callback> values) {
        described(CounterWithCallback.builder(), name, help, labels, unit)
                .callback(values)
                .register(registry);
    }

    /**
     * What goes up and down.
     *
     * @param values is asked at each scrape, and calls back once for each set of label values
     */
    void gauge(
            String name,
            String help,
            List<String> labels,
            @Nullable Unit unit,
            Consumer<GaugeWithCallback.Callback> values) {
        described(GaugeWithCallback.builder(), name, help, labels, unit)
                .callback(values)
                .register(registry);
    }

    private static <B extends MetricWithFixedMetadata.Builder<B, ?>> B described(
            B builder, String name, String help, List<String> labels, @Nullable Unit unit) {
        B described = builder.name(name).help(help).labelNames(labels.toArray(String[]::new));
        return unit == null ? described : described.unit(unit);
    }

    /**
     * How times in seconds are spread.
     *
     * @param spreads is asked at each scrape
     */
    void spread(String name, String help, Supplier<Map<Labels, Traffic.Spread>> spreads) {
        Collector collector = () -> {
            HistogramSnapshot.Builder snapshot = HistogramSnapshot.builder()
                    .name(name + "_seconds")
                    .unit(Unit.SECONDS)
                    .help(help);
            spreads.get()
                    .forEach((labels, spread) ->
                            snapshot.dataPoint(HistogramSnapshot.HistogramDataPointSnapshot.builder()
                                    .labels(labels)
                                    .classicHistogramBuckets(
                                            ClassicHistogramBuckets.of(Traffic.Spread.bounds(), spread.counts()))
                                    .sum(spread.seconds())
                                    .build()));
            return snapshot.build();
        };
        registry.register(collector);
    }
}
