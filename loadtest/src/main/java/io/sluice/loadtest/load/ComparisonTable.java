package io.sluice.loadtest.load;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.DoubleFunction;
import java.util.stream.Collectors;

/**
 * The runs of a comparison in tables, a row for each target: medians over the rounds, and from the least to the most.
 *
 * <p>Immutable.
 */
final class ComparisonTable {
    private static final String NONE = "–";
    private static final String GAP = "  ";

    private final List<Run> runs;
    private final List<Workload> workloads;
    private final List<String> targets;
    private final List<Part> parts = new ArrayList<>();

    /** A table with its heading. Immutable. */
    private record Part(String title, List<String> head, List<List<String>> rows) {}

    /**
     * Of runs.
     *
     * @param targets in the order of rows; the floor last
     */
    ComparisonTable(List<Run> runs, List<String> targets) {
        this.runs = List.copyOf(runs);
        this.targets = List.copyOf(targets);
        workloads = Workload.of(runs);
        cpu();
        ratio();
        others();
    }

    private void cpu() {
        List<Workload> told = told(Metric.CPU);
        add(
                "CPU of the target in µs, for each message or connection",
                told.stream().map(Workload::title).toList(),
                target -> told.stream()
                        .map(workload -> cell(workload.spread(target, Metric.CPU), ns -> Figure.plain(ns / 1000)))
                        .toList());
    }

    private void ratio() {
        List<Workload> told = told(Metric.CPU_RATIO);
        add(
                "CPU of the target, that of the generator in the same run being 1",
                told.stream().map(Workload::title).toList(),
                target -> told.stream()
                        .map(workload -> cell(workload.spread(target, Metric.CPU_RATIO), Figure::plain))
                        .toList());
    }

    private List<Workload> told(Metric metric) {
        return workloads.stream().filter(workload -> workload.tells(metric)).toList();
    }

    private void others() {
        List<String> head = List.of(
                "latency added, median, µs",
                "latency added, 99 %, µs",
                "connections/s",
                "connections/s, TLS resumed",
                "memory for an idle one, KiB",
                "foreign CPU, %");
        add(
                "Latency at 10,000 messages a second beyond that of the stub broker alone, connecting, memory",
                head,
                target -> List.of(
                        added(target, Metric.MEDIAN),
                        added(target, Metric.P99),
                        connects(target, Contest.CONNECT),
                        connects(target, Contest.RESUME),
                        cell(spread(target, Contest.IDLE, Metric.MEMORY), bytes -> Figure.plain(bytes / 1024)),
                        foreign(target)));
    }

    private String added(String target, Metric metric) {
        Optional<Spread> floor = spread(Comparison.FLOOR, Contest.RATE, metric);
        Optional<Spread> own = spread(target, Contest.RATE, metric);
        if (floor.isEmpty() || own.isEmpty()) {
            return NONE;
        }
        if (target.equals(Comparison.FLOOR)) {
            return "itself " + cell(floor, ns -> Figure.whole(ns / 1000));
        }
        double base = floor.get().median();
        return cell(own, ns -> Figure.whole((ns - base) / 1000));
    }

    /** Where the generator was at its end, the target can do at least that. */
    private String connects(String target, Contest contest) {
        boolean atEnd = runs.stream()
                .filter(run ->
                        run.target().equals(target) && Workload.title(run).equals(contest.title()))
                .anyMatch(run -> run.generator().bottleneck());
        String cell = cell(spread(target, contest, Metric.RATE), Figure::whole);
        return atEnd ? "at least " + cell : cell;
    }

    private String foreign(String target) {
        List<Double> values = runs.stream()
                .filter(run -> run.target().equals(target))
                .map(Comparison::foreignPercent)
                .filter(value -> !value.isNaN())
                .toList();
        return values.isEmpty() ? NONE : Spread.of(values).text(Figure::whole);
    }

    private Optional<Spread> spread(String target, Contest contest, Metric metric) {
        return workloads.stream()
                .filter(workload -> workload.title().equals(contest.title()))
                .findFirst()
                .flatMap(workload -> workload.spread(target, metric));
    }

    private static String cell(Optional<Spread> spread, DoubleFunction<String> format) {
        return spread.map(some -> some.text(format)).orElse(NONE);
    }

    private void add(String title, List<String> head, java.util.function.Function<String, List<String>> cells) {
        List<List<String>> rows = new ArrayList<>();
        for (String target : targets) {
            List<String> row = new ArrayList<>(List.of(target));
            row.addAll(cells.apply(target));
            rows.add(row);
        }
        List<String> all = new ArrayList<>(List.of("target"));
        all.addAll(head);
        parts.add(new Part(title, all, rows));
    }

    /** For a terminal with a fixed width of characters. */
    String text() {
        return parts.stream().map(ComparisonTable::text).collect(Collectors.joining("\n"));
    }

    private static String text(Part part) {
        StringBuilder out = new StringBuilder(part.title).append("\n\n");
        List<List<String>> lines = new ArrayList<>(List.of(part.head));
        lines.addAll(part.rows);
        for (List<String> line : lines) {
            StringBuilder text = new StringBuilder();
            for (int i = 0; i < line.size(); i++) {
                int column = i;
                int width = lines.stream()
                        .mapToInt(other -> other.get(column).length())
                        .max()
                        .orElse(0);
                String padding = " ".repeat(width - line.get(i).length());
                text.append(i == 0 ? line.get(i) + padding : GAP + padding + line.get(i));
            }
            out.append(text.toString().stripTrailing()).append('\n');
        }
        return out.toString();
    }

    String markdown() {
        return parts.stream().map(ComparisonTable::markdown).collect(Collectors.joining("\n"));
    }

    private static String markdown(Part part) {
        StringBuilder out = new StringBuilder(part.title).append(":\n\n");
        out.append(row(part.head))
                .append('|')
                .append("---|".repeat(part.head.size()))
                .append('\n');
        part.rows.forEach(cells -> out.append(row(cells)));
        return out.toString();
    }

    private static String row(List<String> cells) {
        return cells.stream().map(cell -> cell.replace("|", "\\|")).collect(Collectors.joining(" | ", "| ", " |\n"));
    }
}
