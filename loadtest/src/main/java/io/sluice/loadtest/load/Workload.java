package io.sluice.loadtest.load;

import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The runs in which targets had to do the same, by target: same scenario, same settings, each maybe several times.
 *
 * <p>Immutable.
 *
 * @param runs of each target, which are in the order of their first runs
 */
record Workload(String title, String unit, Map<String, List<Run>> runs) {
    /** The setting that names a workload whatever the others are. */
    static final String NAME = "workload";

    /** A setting that is none but was measured. */
    private static final String RESUMED = "resumed";

    /** Of all runs, in the order of their first ones. */
    static List<Workload> of(List<Run> runs) {
        Map<String, Map<String, List<Run>>> byTitle = new LinkedHashMap<>();
        for (Run run : runs) {
            byTitle.computeIfAbsent(title(run), title -> new LinkedHashMap<>())
                    .computeIfAbsent(run.target(), target -> new ArrayList<>())
                    .add(run);
        }
        List<Workload> all = new ArrayList<>();
        byTitle.forEach((title, targets) -> {
            String unit = targets.values().iterator().next().get(0).unit();
            all.add(new Workload(title, unit, targets));
        });
        return all;
    }

    static String title(Run run) {
        if (run.settings().containsKey(NAME)) {
            return String.valueOf(run.settings().get(NAME));
        }
        SortedMap<String, String> settings = new TreeMap<>(run.settings());
        settings.remove(RESUMED);
        String all = settings.entrySet().stream()
                .map(setting -> ", " + setting.getKey() + " " + setting.getValue())
                .collect(Collectors.joining());
        return run.scenario() + ", " + URI.create(run.url()).getScheme() + all;
    }

    List<String> targets() {
        return List.copyOf(runs.keySet());
    }

    /** What a target's runs say; empty where none says anything. */
    Optional<Spread> spread(String target, Metric metric) {
        List<Double> values = runs.getOrDefault(target, List.of()).stream()
                .map(metric::of)
                .filter(value -> !value.isNaN())
                .toList();
        return values.isEmpty() ? Optional.empty() : Optional.of(Spread.of(values));
    }

    /** Whether any run says something. */
    boolean tells(Metric metric) {
        return runs.keySet().stream().anyMatch(target -> spread(target, metric).isPresent());
    }

    /** Of a target's runs the one in the middle by its median latency, or just the middle one. */
    Run typical(String target) {
        List<Run> sorted = runs.getOrDefault(target, List.of()).stream()
                .sorted((a, b) -> Double.compare(Metric.MEDIAN.of(a), Metric.MEDIAN.of(b)))
                .toList();
        return sorted.get((sorted.size() - 1) / 2);
    }
}
