package io.sluice.loadtest.load;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Runs as one HTML file that needs nothing else: no script, no network.
 *
 * <p>Confined to one thread.
 */
final class Report {
    private static final String TEMPLATE = "report.html";
    private static final String TITLE = "Load test";
    /** More runs than these are folded. */
    private static final int MOST_OPEN = 6;

    private final Markup page = new Markup();
    private final Chart chart = new Chart(page);
    private final List<Run> runs;
    private final List<String> targets;

    private Report(List<Run> runs) {
        this.runs = runs;
        targets = runs.stream().map(Run::target).distinct().toList();
    }

    /** Writes a file anew. */
    static void write(Path file, List<Run> runs) throws IOException {
        write(file, runs, List.of());
    }

    /**
     * Writes a file anew.
     *
     * @param circumstances lines on how it was measured, e.g. the machine
     */
    static void write(Path file, List<Run> runs, List<String> circumstances) throws IOException {
        Report report = new Report(List.copyOf(runs));
        String body = report.body(circumstances);
        // the body last: its text might look like a place for something
        Files.writeString(file, template().replace("{{title}}", TITLE).replace("{{body}}", body));
    }

    private static String template() throws IOException {
        try (InputStream in = Report.class.getResourceAsStream(TEMPLATE)) {
            if (in == null) {
                throw new IllegalStateException("not on the class path: " + TEMPLATE);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private String body(List<String> circumstances) {
        page.open("header").leaf("h1", TITLE);
        page.leaf("p", when() + (runs.size() == 1 ? "1 run" : runs.size() + " runs"));
        circumstances.forEach(line -> page.leaf("p", line, "class", "note"));
        page.close().line();
        for (Workload workload : Workload.of(runs)) {
            if (workload.targets().size() > 1) {
                comparison(workload);
            }
        }
        runs.forEach(this::run);
        return page.toString();
    }

    private String when() {
        return runs.stream()
                .map(Run::began)
                .min(Comparator.naturalOrder())
                .map(first -> time(first) + ", ")
                .orElse("");
    }

    private static String time(Instant instant) {
        return instant.truncatedTo(ChronoUnit.SECONDS)
                .toString()
                .replace('T', ' ')
                .replace("Z", " UTC");
    }

    // ---------------------------------------------------------------------------------------------------- comparison

    private void comparison(Workload workload) {
        List<Metric> told = Stream.of(Metric.values()).filter(workload::tells).toList();
        page.open("section").leaf("h2", workload.title());
        page.open("div", "class", "wide").open("table").open("thead").open("tr");
        page.leaf("th", "target").leaf("th", "runs", "class", "n");
        told.forEach(metric -> page.leaf("th", heading(metric, workload), "class", "n"));
        page.close().close().open("tbody");
        for (String target : workload.targets()) {
            page.open("tr").open("th", "scope", "row");
            page.leaf("i", "", "class", "s" + colour(target)).text(target).close();
            page.leaf("td", String.valueOf(runsOf(workload, target).size()), "class", "n");
            for (Metric metric : told) {
                cell(workload, target, metric);
            }
            page.close().line();
        }
        page.close().close().close();
        overrun(workload);
        page.open("div", "class", "charts");
        Metric main = Stream.of(Metric.MEMORY, Metric.CPU, Metric.RATE)
                .filter(workload::tells)
                .findFirst()
                .orElse(Metric.ERRORS);
        chart.bars(heading(main, workload), bars(workload, main), main::text);
        latencies(workload);
        page.close().close().line();
    }

    private void cell(Workload workload, String target, Metric metric) {
        page.open("td", "class", "n");
        workload.spread(target, metric)
                .ifPresentOrElse(
                        spread -> {
                            page.text(metric.text(spread.median()));
                            if (spread.isWide(metric::text)) {
                                page.leaf("span", spread.range(metric::text), "class", "range");
                            }
                        },
                        () -> page.text("–"));
        page.close();
    }

    private static List<Run> runsOf(Workload workload, String target) {
        return workload.runs().getOrDefault(target, List.of());
    }

    private static String heading(Metric metric, Workload workload) {
        return metric == Metric.RATE ? workload.unit() + " a second" : metric.title();
    }

    private void overrun(Workload workload) {
        String overrun = workload.targets().stream()
                .filter(target -> runsOf(workload, target).stream()
                        .anyMatch(run -> run.generator().bottleneck()))
                .collect(Collectors.joining(", "));
        if (!overrun.isEmpty()) {
            String text = "The generator, not the target, set the figures in runs against: " + overrun;
            page.leaf("p", text, "class", "alarm");
        }
    }

    private List<Chart.Bar> bars(Workload workload, Metric metric) {
        List<Chart.Bar> bars = new ArrayList<>();
        for (String target : workload.targets()) {
            workload.spread(target, metric)
                    .ifPresent(spread -> bars.add(new Chart.Bar(target, colour(target), spread)));
        }
        return bars;
    }

    private void latencies(Workload workload) {
        List<Chart.Series> lines = new ArrayList<>();
        for (String target : workload.targets()) {
            Run typical = workload.typical(target);
            if (!typical.latency().points().isEmpty()) {
                lines.add(latencies(target, colour(target), typical.latency()));
            }
        }
        percentiles(lines);
    }

    private int colour(String target) {
        return targets.indexOf(target) % Chart.COLOURS;
    }

    // ---------------------------------------------------------------------------------------------------------- a run

    private void run(Run run) {
        boolean open = runs.size() <= MOST_OPEN;
        page.open("section");
        if (open) {
            page.leaf("h2", run.scenario() + " – " + run.target());
        } else {
            page.open("details").open("summary").leaf("b", run.scenario() + " – " + run.target());
            page.text(" " + run.settings().getOrDefault(Workload.NAME, "") + " ");
            page.leaf("small", time(run.began())).close();
        }
        Run.Generator generator = run.generator();
        page.leaf("p", generator.verdict(), "class", generator.bottleneck() ? "alarm" : "verdict");
        summary(run);
        charts(run);
        if (!open) {
            page.close();
        }
        page.close().line();
    }

    private void summary(Run run) {
        page.open("div", "class", "wide").open("table").open("tbody");
        row("URL", run.url());
        row("began", time(run.began()));
        row(run.unit(), count(run));
        if (!run.latency().points().isEmpty()) {
            row("latency", latency(run.latency()));
        }
        row("errors", errors(run), run.errors().isEmpty() ? "" : "bad");
        for (Run.Use use : run.processes()) {
            row(use.label(), use(run, use));
        }
        Run.Generator generator = run.generator();
        row(
                "generator",
                Figure.plain(generator.cpuSeconds() / Math.max(run.seconds(), 1e-9)) + " cores, busiest thread "
                        + Figure.percent(generator.busiestLoop())
                        + (generator.lateNanos() == 0
                                ? ""
                                : ", 99 of 100 sent at most " + Figure.time((double) generator.lateNanos()) + " late"));
        row("settings", pairs(run));
        page.close().close().close().line();
    }

    private void row(String name, String text) {
        row(name, text, "");
    }

    private void row(String name, String text, String style) {
        page.open("tr").leaf("th", name, "scope", "row").leaf("td", text, "class", style);
        page.close().line();
    }

    private static String count(Run run) {
        double rate = Metric.RATE.of(run);
        return Figure.whole((double) run.count()) + " in " + Figure.plain(run.seconds()) + " s"
                + (Double.isNaN(rate) ? "" : ", " + Figure.whole(rate) + " a second");
    }

    private static String latency(Run.Latency latency) {
        String points = latency.points().stream()
                .filter(point -> point.percentile() >= 50 && point.percentile() < 100)
                .map(point -> Figure.percentile(point.percentile()) + ": " + Figure.time((double) point.nanos()))
                .collect(Collectors.joining(", "));
        Run.Point longest = latency.points().get(latency.points().size() - 1);
        return points + ", longest " + Figure.time((double) longest.nanos()) + ", mean "
                + Figure.time(latency.meanNanos());
    }

    private static String errors(Run run) {
        return run.errors().isEmpty()
                ? "none"
                : run.errors().entrySet().stream()
                        .map(error -> error.getKey() + ": " + Figure.whole((double) error.getValue()))
                        .collect(Collectors.joining(", "));
    }

    private static String use(Run run, Run.Use use) {
        String each = run.count() == 0 || run.unit().equals("clients")
                ? ""
                : ", " + Figure.time(use.cpuSeconds() * 1e9 / run.count()) + " for each";
        return Figure.plain(use.cpuSeconds() / Math.max(run.seconds(), 1e-9)) + " cores" + each + "; memory "
                + Figure.memory((double) use.endRssBytes()) + ", at the beginning "
                + Figure.memory((double) use.startRssBytes());
    }

    private static String pairs(Run run) {
        return run.settings().entrySet().stream()
                .map(setting -> setting.getKey() + " " + setting.getValue())
                .collect(Collectors.joining(", "));
    }

    // --------------------------------------------------------------------------------------------------- a run's
    // charts

    private void charts(Run run) {
        page.open("div", "class", "charts");
        if (!run.latency().points().isEmpty()) {
            percentiles(List.of(latencies("latency", 0, run.latency())));
        }
        if (run.course().size() > 1) {
            List<Double> seconds = Chart.seconds(run.course().size());
            Axis time = Axis.linear("seconds", run.course().size(), Figure::whole);
            throughput(run, time, seconds);
            if (run.course().stream().anyMatch(second -> second.p99Nanos() > 0)) {
                latencyOverTime(run, time, seconds);
            }
            cpu(run, time, seconds);
        }
        page.close();
    }

    private static Chart.Series latencies(String name, int colour, Run.Latency latency) {
        List<Run.Point> shown = latency.points().stream()
                .filter(point -> point.percentile() < 100)
                .toList();
        return new Chart.Series(
                name,
                colour,
                shown.stream().map(Run.Point::percentile).toList(),
                shown.stream().map(point -> (double) Math.max(1, point.nanos())).toList());
    }

    private void percentiles(List<Chart.Series> lines) {
        if (!lines.isEmpty()) {
            Axis y = logTime(lines);
            chart.lines("latency by percentile", Axis.percentiles(), y, lines, List.of());
        }
    }

    private static Axis logTime(List<Chart.Series> lines) {
        List<Double> all = lines.stream().flatMap(line -> line.y().stream()).toList();
        double least = all.stream().mapToDouble(Double::doubleValue).min().orElse(1);
        double most = all.stream().mapToDouble(Double::doubleValue).max().orElse(1);
        return Axis.log("latency", least, Math.max(most, least * 2), Figure::time);
    }

    private void throughput(Run run, Axis time, List<Double> seconds) {
        List<Double> counts =
                run.course().stream().map(second -> (double) second.count()).toList();
        List<Chart.Mark> marks = new ArrayList<>();
        for (int i = 0; i < run.course().size(); i++) {
            long errors = run.course().get(i).errors();
            if (errors > 0) {
                marks.add(new Chart.Mark(i + 1.0, Figure.whole((double) errors) + " errors"));
            }
        }
        Axis y = Axis.linear(run.unit(), most(List.of(counts)), Figure::whole);
        chart.lines(
                run.unit() + " a second", time, y, List.of(new Chart.Series(run.unit(), 0, seconds, counts)), marks);
    }

    private void latencyOverTime(Run run, Axis time, List<Double> seconds) {
        List<Chart.Series> lines = List.of(
                new Chart.Series(
                        "median",
                        0,
                        seconds,
                        run.course().stream()
                                .map(second -> (double) Math.max(1, second.medianNanos()))
                                .toList()),
                new Chart.Series(
                        "99 %",
                        1,
                        seconds,
                        run.course().stream()
                                .map(second -> (double) Math.max(1, second.p99Nanos()))
                                .toList()));
        chart.lines("latency in each second", time, logTime(lines), lines, List.of());
    }

    private void cpu(Run run, Axis time, List<Double> seconds) {
        List<String> names =
                new ArrayList<>(run.processes().stream().map(Run.Use::label).toList());
        names.add("generator");
        List<Chart.Series> lines = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            int index = i;
            List<Double> cores = run.course().stream()
                    .map(second ->
                            index < second.cores().size() ? second.cores().get(index) : 0.0)
                    .toList();
            lines.add(new Chart.Series(names.get(i), i % Chart.COLOURS, seconds, cores));
        }
        double most = most(lines.stream().map(Chart.Series::y).toList());
        chart.lines("CPU, cores", time, Axis.linear("cores", most, Figure::plain), lines, List.of());
    }

    private static double most(List<List<Double>> lines) {
        return lines.stream()
                .flatMap(List::stream)
                .mapToDouble(Double::doubleValue)
                .max()
                .orElse(0);
    }
}
