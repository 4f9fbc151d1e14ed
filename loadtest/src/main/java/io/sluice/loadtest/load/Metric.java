package io.sluice.loadtest.load;

import java.util.function.DoubleFunction;
import java.util.function.ToDoubleFunction;

/**
 * What targets are compared by.
 *
 * <p>Immutable.
 */
enum Metric {
    RATE("a second", Metric::rate, Figure::whole),
    CPU("CPU for each", Metric::cpuNanos, Figure::time),
    CPU_RATIO("CPU, generator's = 1", Metric::cpuRatio, Figure::plain),
    MEDIAN("latency, median", run -> latency(run, 50), Figure::time),
    P99("latency, 99 %", run -> latency(run, 99), Figure::time),
    MEMORY("memory for each", Metric::memory, Figure::memory),
    ERRORS("errors", Metric::errors, Figure::whole);

    private final String title;
    private final ToDoubleFunction<Run> value;
    private final DoubleFunction<String> format;

    Metric(String title, ToDoubleFunction<Run> value, DoubleFunction<String> format) {
        this.title = title;
        this.value = value;
        this.format = format;
    }

    String title() {
        return title;
    }

    /** NaN where a run does not tell. */
    double of(Run run) {
        return value.applyAsDouble(run);
    }

    /** A dash for NaN. */
    String text(double some) {
        return Double.isNaN(some) ? "–" : format.apply(some);
    }

    private static double rate(Run run) {
        return run.unit().equals("clients") || run.seconds() == 0 ? Double.NaN : run.count() / run.seconds();
    }

    /** Of the target, which is the process watched first. */
    private static double cpuNanos(Run run) {
        boolean told =
                !run.processes().isEmpty() && run.count() > 0 && !run.unit().equals("clients");
        return told ? run.processes().get(0).cpuSeconds() * 1e9 / run.count() : Double.NaN;
    }

    private static double cpuRatio(Run run) {
        boolean told = !Double.isNaN(cpuNanos(run)) && run.generator().cpuSeconds() > 0;
        return told ? run.processes().get(0).cpuSeconds() / run.generator().cpuSeconds() : Double.NaN;
    }

    private static double latency(Run run, double percentile) {
        for (Run.Point point : run.latency().points()) {
            if (point.percentile() == percentile) {
                return point.nanos();
            }
        }
        return Double.NaN;
    }

    /** For clients that stay: what the target has grown by. */
    private static double memory(Run run) {
        if (run.processes().isEmpty() || run.count() == 0 || !run.unit().equals("clients")) {
            return Double.NaN;
        }
        Run.Use use = run.processes().get(0);
        return (double) (use.endRssBytes() - use.startRssBytes()) / run.count();
    }

    private static double errors(Run run) {
        return run.errors().values().stream().mapToLong(Long::longValue).sum();
    }
}
