package io.sluice.loadtest.load;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Runs made up for tests of what is made of runs. */
final class RunExamples {
    static final String HOSTILE = "nginx & <script>alert(\"1\")</script> '\u2028'";

    private RunExamples() {}

    /** A run of throughput in ten seconds. */
    static Run throughput(String target, double microsEach) {
        return run("throughput", target, "messages", microsEach, latency(180_000), false, Map.of());
    }

    /** A run with all that may be wrong: errors, a generator at its end. */
    static Run broken(String target) {
        return run(
                "rate",
                target,
                "messages",
                50,
                latency(2_400_000),
                true,
                Map.of("connection refused", 12L, "HTTP status 503", 3L));
    }

    /** Nothing was counted and nothing measured. */
    static Run empty() {
        return new Run(
                "idle",
                "sluice",
                "wss://localhost:8443/mqtt",
                Instant.parse("2026-01-02T03:04:05.006Z"),
                10,
                new TreeMap<>(),
                "clients",
                0,
                new Run.Latency(0, 0, List.of()),
                List.of(),
                new TreeMap<>(),
                List.of(),
                new Run.Generator(0.1, 0, 0, false, "The target set the figures."));
    }

    private static Run run(
            String scenario,
            String target,
            String unit,
            double microsEach,
            Run.Latency latency,
            boolean bottleneck,
            Map<String, Long> errors) {
        List<Run.Second> course = new ArrayList<>();
        long count = 0;
        for (int i = 0; i < 10; i++) {
            long each = 100_000L + 7_000L * (i * 7 % 5) - (i == 6 ? 40_000 : 0);
            double cores = each * microsEach / 1e6;
            course.add(new Run.Second(
                    each, 180_000 + 5_000 * i, 900_000 + 70_000 * (i % 3), i == 6 ? 15 : 0, List.of(cores, 0.61)));
            count += each;
        }
        Run.Use use = new Run.Use("gateway", count * microsEach / 1e6, 90L << 20, 131L << 20);
        String verdict = bottleneck
                ? "The generator set the figures: its busiest thread was busy 97 % of the time."
                : "The target set the figures: the generator's busiest thread was busy 61 % of the time.";
        return new Run(
                scenario,
                target,
                "wss://localhost:8443/mqtt",
                Instant.parse("2026-01-02T03:04:05.006Z"),
                10,
                new TreeMap<>(Map.of("clients", "100", "size", "64", "window", "8")),
                unit,
                count,
                latency,
                List.copyOf(course),
                new TreeMap<>(errors),
                List.of(use),
                new Run.Generator(6.1, bottleneck ? 0.97 : 0.61, bottleneck ? 3_200_000 : 0, bottleneck, verdict));
    }

    private static Run.Latency latency(long median) {
        double[] percentiles = {0, 25, 50, 75, 90, 95, 99, 99.5, 99.9, 99.99, 100};
        double[] factors = {0.4, 0.8, 1, 1.3, 1.9, 2.4, 5.2, 8, 14.5, 31, 44};
        List<Run.Point> points = new ArrayList<>();
        for (int i = 0; i < percentiles.length; i++) {
            points.add(new Run.Point(percentiles[i], (long) (median * factors[i])));
        }
        return new Run.Latency(1_060_000, median * 1.25, List.copyOf(points));
    }
}
