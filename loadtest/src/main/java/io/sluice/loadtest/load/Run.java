package io.sluice.loadtest.load;

import java.time.Instant;
import java.util.List;
import java.util.SortedMap;

/**
 * What one run of a scenario against one target measured, the warm-up left out.
 *
 * <p>Immutable.
 *
 * @param scenario e.g. {@code throughput}
 * @param target what was measured, e.g. {@code sluice} or {@code nginx 1.22.1}
 * @param settings the scenario's options as given, by name
 * @param unit what is counted, in the plural: {@code messages}, {@code connections} or {@code clients}
 * @param count how many of them in the measured time
 * @param latency of each of them; empty where none is taken
 * @param course the measured time, a second each
 * @param errors how many by kind, e.g. {@code connection refused}; no kind is there with zero
 * @param processes those watched: the target's, and a broker's
 * @param generator what the measuring itself took
 */
public record Run(
        String scenario,
        String target,
        String url,
        Instant began,
        double seconds,
        SortedMap<String, String> settings,
        String unit,
        long count,
        Latency latency,
        List<Second> course,
        SortedMap<String, Long> errors,
        List<Use> processes,
        Generator generator) {

    /**
     * A distribution of latencies.
     *
     * @param count how many values
     * @param meanNanos their mean; 0 where there is none
     * @param points ascending by percentile, the last is the maximum; empty where there is no value
     */
    public record Latency(long count, double meanNanos, List<Point> points) {}

    /**
     * A point of a distribution.
     *
     * @param percentile 0 to 100
     * @param nanos no more than this in so many of a hundred
     */
    public record Point(double percentile, long nanos) {}

    /**
     * One second of a run.
     *
     * @param count of the run's unit in this second
     * @param medianNanos of the latencies in this second; 0 where there is none
     * @param p99Nanos their 99th percentile
     * @param errors in this second
     * @param cores of each watched process, in the order of {@link Run#processes}, then of the generator: CPU time by time
     */
    public record Second(long count, long medianNanos, long p99Nanos, long errors, List<Double> cores) {}

    /**
     * What a watched process took in the measured time.
     *
     * @param label the name it was given, e.g. {@code gateway}
     * @param cpuSeconds user and system time, of its children too
     * @param startRssBytes resident at the beginning of the warm-up, before any client
     * @param endRssBytes resident at the end
     */
    public record Use(String label, double cpuSeconds, long startRssBytes, long endRssBytes) {}

    /**
     * What the generator took in the measured time.
     *
     * @param cpuSeconds of the whole process
     * @param busiestLoop the largest share of its time that one of the generator's threads was busy; 0 to 1
     * @param lateNanos of sends due at a time, the 99th percentile of how late they were; 0 in a closed loop
     * @param bottleneck whether the generator, not the target, set the figures
     * @param verdict a sentence that says so, with its reason
     */
    public record Generator(
            double cpuSeconds, double busiestLoop, long lateNanos, boolean bottleneck, String verdict) {}

    /** The same with other settings. */
    Run with(SortedMap<String, String> others) {
        return new Run(
                scenario, target, url, began, seconds, others, unit, count, latency, course, errors, processes,
                generator);
    }

    /** CPU time of the watched process of that label by {@link #count}, in seconds; 0 where nothing was counted. */
    public double cpuSecondsPerUnit(String label) {
        double cpu = processes.stream()
                .filter(use -> use.label().equals(label))
                .mapToDouble(Use::cpuSeconds)
                .sum();
        return count == 0 ? 0 : cpu / count;
    }
}
