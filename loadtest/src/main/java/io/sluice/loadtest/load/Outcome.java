package io.sluice.loadtest.load;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.ToLongFunction;
import org.HdrHistogram.AbstractHistogram;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.IntCountsHistogram;

/**
 * Puts together what the loops of a run have measured.
 *
 * <p>Immutable.
 *
 * @param loops of threads that have ended
 * @param idle the watched processes before any client came
 */
record Outcome(
        Scenario scenario,
        Job job,
        Window window,
        List<LoopFigures> loops,
        List<ProcessWatch.Sample> idle,
        Course course) {
    private static final double[] PERCENTILES = {0, 25, 50, 75, 90, 95, 99, 99.5, 99.9, 99.99};

    Run run(String targetName, Instant began, SortedMap<String, String> settings) {
        SortedMap<String, String> all = new TreeMap<>(settings);
        if (sum(LoopFigures::handshakes) > 0) {
            all.put("resumed", sum(LoopFigures::resumed) + " of " + sum(LoopFigures::handshakes) + " TLS handshakes");
        }
        double seconds = seconds();
        return new Run(
                scenario.toString(),
                targetName,
                job.target().url().toString(),
                began,
                seconds,
                all,
                scenario.unit(),
                sum(LoopFigures::counted),
                latency(),
                course(seconds),
                errors(),
                course.uses(idle),
                generator(seconds));
    }

    /** To the end of the window, or to when all were finished. */
    private double seconds() {
        long until = window.until();
        if (loops.stream().allMatch(loop -> loop.finishedAt() >= 0)) {
            until = Math.min(
                    until,
                    loops.stream().mapToLong(LoopFigures::finishedAt).max().orElse(until));
        }
        return (until - window.from()) / 1e9;
    }

    private Run.Latency latency() {
        Histogram merged = merged(LoopFigures::latency);
        if (merged.getTotalCount() == 0) {
            return new Run.Latency(0, 0, List.of());
        }
        List<Run.Point> points = new ArrayList<>();
        for (double percentile : PERCENTILES) {
            points.add(new Run.Point(percentile, merged.getValueAtPercentile(percentile)));
        }
        points.add(new Run.Point(100, merged.getMaxValue()));
        return new Run.Latency(merged.getTotalCount(), merged.getMean(), List.copyOf(points));
    }

    private Histogram merged(java.util.function.Function<LoopFigures, Histogram> which) {
        Histogram merged = new Histogram(3);
        loops.forEach(loop -> merged.add((AbstractHistogram) which.apply(loop)));
        return merged;
    }

    private List<Run.Second> course(double seconds) {
        List<Run.Second> all = new ArrayList<>();
        for (int i = 0; i < Math.ceil(seconds); i++) {
            all.add(second(i));
        }
        return List.copyOf(all);
    }

    private Run.Second second(int index) {
        IntCountsHistogram latency = new IntCountsHistogram(2);
        long count = 0;
        long errors = 0;
        for (LoopFigures loop : loops) {
            if (index < loop.seconds().size()) {
                LoopFigures.Second second = loop.seconds().get(index);
                latency.add(second.latency());
                count += second.count();
                errors += second.errors();
            }
        }
        boolean none = latency.getTotalCount() == 0;
        return new Run.Second(
                count,
                none ? 0 : latency.getValueAtPercentile(50),
                none ? 0 : latency.getValueAtPercentile(99),
                errors,
                course.cores(index));
    }

    private SortedMap<String, Long> errors() {
        SortedMap<String, Long> errors = new TreeMap<>();
        loops.forEach(loop -> loop.errors().forEach((kind, count) -> errors.merge(kind, count, Long::sum)));
        long missing = sum(LoopFigures::owed) - sum(LoopFigures::counted);
        if (sum(LoopFigures::owed) > 0 && missing > 0) {
            errors.merge(Failure.NOT_ANSWERED, missing, Long::sum);
        }
        return errors;
    }

    private Run.Generator generator(double seconds) {
        Histogram lateness = merged(LoopFigures::lateness);
        long late = lateness.getTotalCount() == 0 ? 0 : lateness.getValueAtPercentile(99);
        double due = job.plan().rate() * seconds;
        double missed = lateness.getTotalCount() == 0 || due == 0 ? 0 : 1 - sum(LoopFigures::sent) / due;
        Verdict verdict = new Verdict(course.busiest(), late, Math.max(0, missed), course.machine());
        return new Run.Generator(
                course.cpuSeconds(), course.busiest(), late, verdict.isBottleneck(), verdict.sentence());
    }

    private long sum(ToLongFunction<LoopFigures> number) {
        return loops.stream().mapToLong(number).sum();
    }
}
