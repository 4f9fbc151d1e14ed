package io.sluice.loadtest.load;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A run in lines of text.
 *
 * <p>Immutable.
 */
final class Summary {
    private static final String CLIENTS = "clients";
    private static final double[] SHOWN = {50, 90, 99, 99.9};

    private Summary() {}

    static List<String> lines(Run run) {
        List<String> lines = new ArrayList<>();
        lines.add(line(run.scenario(), run.target() + ", " + run.url()));
        lines.add(line("settings", pairs(run.settings())));
        lines.add(line(run.unit(), count(run)));
        if (run.latency().count() > 0) {
            lines.add(line("latency", latency(run.latency())));
        }
        lines.add(line("errors", run.errors().isEmpty() ? "none" : pairs(run.errors())));
        for (Run.Use use : run.processes()) {
            lines.add(line(use.label(), use(run, use)));
        }
        Run.Generator generator = run.generator();
        lines.add(line(
                "generator",
                say(
                        "%.2f cores, busiest thread %.0f %%",
                        generator.cpuSeconds() / run.seconds(), generator.busiestLoop() * 100)));
        lines.add(line("verdict", generator.verdict()));
        return lines;
    }

    private static String count(Run run) {
        return run.unit().equals(CLIENTS)
                ? say("%,d at the end of %.1f s", run.count(), run.seconds())
                : say("%,d in %.1f s, %,.0f a second", run.count(), run.seconds(), run.count() / run.seconds());
    }

    private static String latency(Run.Latency latency) {
        StringBuilder text = new StringBuilder();
        for (double percentile : SHOWN) {
            for (Run.Point point : latency.points()) {
                if (point.percentile() == percentile) {
                    String name = percentile == 50 ? "median" : trimmed(percentile) + " %";
                    text.append(name).append(' ').append(millis(point.nanos())).append(", ");
                }
            }
        }
        Run.Point longest = latency.points().get(latency.points().size() - 1);
        return text + "longest " + millis(longest.nanos());
    }

    private static String trimmed(double percentile) {
        return percentile == Math.rint(percentile) ? say("%.0f", percentile) : Double.toString(percentile);
    }

    private static String millis(long nanos) {
        double millis = nanos / 1e6;
        return say(millis < 10 ? "%.2f ms" : millis < 100 ? "%.1f ms" : "%,.0f ms", millis);
    }

    private static String use(Run run, Run.Use use) {
        String cores = say("%.2f cores", use.cpuSeconds() / run.seconds());
        String memory = say(", memory %,d to %,d MiB", use.startRssBytes() >> 20, use.endRssBytes() >> 20);
        if (run.count() == 0) {
            return cores + memory;
        }
        String one = run.unit().substring(0, run.unit().length() - 1);
        double kib = (use.endRssBytes() - use.startRssBytes()) / 1024.0 / run.count();
        return run.unit().equals(CLIENTS)
                ? cores + memory + say(", %.1f KiB a %s", kib, one)
                : cores + say(", %.1f µs a %s", use.cpuSeconds() * 1e6 / run.count(), one) + memory;
    }

    private static String pairs(Map<String, ?> map) {
        return map.entrySet().stream()
                .map(entry -> entry.getKey() + " " + entry.getValue())
                .collect(Collectors.joining(", "));
    }

    private static String line(String name, String text) {
        return say("%-12s  %s", name, text);
    }

    private static String say(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
