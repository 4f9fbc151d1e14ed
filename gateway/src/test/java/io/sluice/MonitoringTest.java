package io.sluice;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.instrumentation.jvm.JvmMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Dashboard and alert rules speak of metrics, labels and causes that there are. */
class MonitoringTest {
    private static final Path MONITORING = Path.of("../deploy/monitoring");
    private static final Path PROMTOOL = Path.of("/usr/bin/promtool");
    private static final Path RESOURCES = Path.of("src/test/resources/io/sluice");

    private static final Pattern METRIC = Pattern.compile("\\b(?:sluice|jvm|process)_[a-z_]+\\b");
    private static final Pattern SELECTOR = Pattern.compile("\\b((?:sluice|jvm|process)_[a-z_]+)\\{([^}]*)}");
    private static final Pattern LABEL = Pattern.compile("([a-z_]+)(?:=~|!~|!=|=)\"([^\"]*)\"");

    /** Prometheus adds these itself. */
    private static final Set<String> OF_THE_TARGET = Set.of("job", "instance");

    @Test
    void namesOnlyMetricsThatThereAre() throws Exception {
        Set<String> known = knownLabels().keySet();

        for (String expression : expressions()) {
            Matcher metrics = METRIC.matcher(expression);
            while (metrics.find()) {
                assertThat(known).as(expression).contains(metrics.group());
            }
        }
    }

    @Test
    void selectsByLabelsThatThereAre() throws Exception {
        Map<String, Set<String>> known = knownLabels();

        for (String expression : expressions()) {
            Matcher selectors = SELECTOR.matcher(expression);
            while (selectors.find()) {
                Set<String> labels = new HashSet<>(OF_THE_TARGET);
                labels.addAll(known.getOrDefault(selectors.group(1), Set.of()));
                Matcher used = LABEL.matcher(selectors.group(2));
                while (used.find()) {
                    assertThat(labels).as(expression).contains(used.group(1));
                }
            }
        }
    }

    @Test
    void rulesSpeakOfCausesAndReasonsThatThereAre() throws Exception {
        Set<String> causes = new HashSet<>();
        for (String line : Files.readAllLines(RESOURCES.resolve("session/close-causes.txt"))) {
            causes.add(line.split("[ ,]", -1)[0]);
        }
        String readme = Files.readString(Path.of("../README.md"));

        for (String rule : rules()) {
            Matcher labels = LABEL.matcher(rule);
            while (labels.find()) {
                for (String value : labels.group(2).split("\\|", -1)) {
                    if (labels.group(1).equals("cause")) {
                        assertThat(causes).as(rule).contains(value);
                    } else if (labels.group(1).equals("reason")) {
                        assertThat(readme).as(rule).contains("| `" + value + "` | ");
                    }
                }
            }
        }
    }

    @Test
    void everyRuleSaysHowBadItIsAndWhatToDo() throws IOException {
        JsonNode rules = Documents.yaml(MONITORING.resolve("alerts.yml")).get(0).at("/groups/0/rules");

        assertThat(rules).hasSizeGreaterThan(10);
        for (JsonNode rule : rules) {
            assertThat(rule.at("/labels/severity").asText()).as(rule.toString()).isIn("page", "ticket");
            assertThat(rule.at("/annotations/summary").asText())
                    .as(rule.toString())
                    .isNotEmpty();
            assertThat(rule.at("/annotations/action").asText())
                    .as(rule.toString())
                    .isNotEmpty();
        }
    }

    @Test
    void panelsOfTheDashboardDoNotOverlap() throws IOException {
        Set<String> cells = new HashSet<>();
        Set<String> ids = new HashSet<>();

        for (JsonNode panel : Documents.json(MONITORING.resolve("grafana.json")).get("panels")) {
            assertThat(ids.add(panel.get("id").asText())).as("id of %s", panel).isTrue();
            JsonNode place = panel.get("gridPos");
            assertThat(place.get("x").asInt() + place.get("w").asInt()).isLessThanOrEqualTo(24);
            for (int x = 0; x < place.get("w").asInt(); x++) {
                for (int y = 0; y < place.get("h").asInt(); y++) {
                    String cell =
                            (place.get("x").asInt() + x) + "," + (place.get("y").asInt() + y);
                    assertThat(cells.add(cell))
                            .as("%s of %s", cell, panel.get("title"))
                            .isTrue();
                }
            }
        }
    }

    @Test
    void promtoolTakesAllOfIt(@TempDir Path directory) throws Exception {
        assumeTrue(Files.isExecutable(PROMTOOL), "promtool is not installed");
        Path dashboard = directory.resolve("dashboard.yml");
        List<String> lines = new ArrayList<>(List.of("groups:", "- name: dashboard", "  rules:"));
        for (String expression : panels()) {
            String plain = expression.replace("$__rate_interval", "5m").replace("$instance", ".*");
            lines.add("  - record: panel" + lines.size());
            lines.add("    expr: '" + plain + "'");
        }
        Files.write(dashboard, lines);

        promtool("check", "rules", "alerts.yml");
        promtool("test", "rules", "alerts-test.yml");
        promtool("check", "config", "--syntax-only", "prometheus.yml");
        promtool("check", "rules", dashboard.toAbsolutePath().toString());
    }

    private static void promtool(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(PROMTOOL.toString()));
        command.addAll(Arrays.asList(arguments));
        Process process = new ProcessBuilder(command)
                .directory(MONITORING.toFile())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(said).isZero();
    }

    private static List<String> expressions() throws IOException {
        List<String> all = new ArrayList<>(panels());
        all.addAll(rules());
        all.add(Documents.yaml(MONITORING.resolve("prometheus-adapter.yml"))
                .get(0)
                .at("/rules/0/name/as")
                .asText());
        all.add(Documents.json(MONITORING.resolve("grafana.json"))
                .at("/templating/list/1/query")
                .asText());
        assertThat(all).noneMatch(String::isEmpty);
        return all;
    }

    private static List<String> panels() throws IOException {
        List<String> found = Documents.texts(Documents.json(MONITORING.resolve("grafana.json")), "expr");
        assertThat(found).hasSizeGreaterThan(20);
        return found;
    }

    private static List<String> rules() throws IOException {
        List<String> found =
                Documents.texts(Documents.yaml(MONITORING.resolve("alerts.yml")).get(0), "expr");
        assertThat(found).hasSizeGreaterThan(10);
        return found;
    }

    /** Names of series and their labels: the project's own from the golden file, the JVM's as this one has them. */
    private static Map<String, Set<String>> knownLabels() throws IOException {
        PrometheusRegistry registry = new PrometheusRegistry();
        JvmMetrics.builder().register(registry);
        ByteArrayOutputStream scrape = new ByteArrayOutputStream();
        PrometheusTextFormatWriter.create().write(scrape, registry.scrape());
        List<String> series = new ArrayList<>(Files.readAllLines(RESOURCES.resolve("telemetry/metrics.txt")));
        scrape.toString(UTF_8)
                .lines()
                .filter(line -> !line.startsWith("#"))
                .map(line -> line.substring(0, line.lastIndexOf(' ')).replaceAll("=\"[^\"]*\"", ""))
                .forEach(series::add);
        Map<String, Set<String>> known = new HashMap<>();
        for (String line : series) {
            if (!line.contains(" ")) {
                int brace = line.indexOf('{');
                String name = brace < 0 ? line : line.substring(0, brace);
                List<String> labels = brace < 0
                        ? List.of()
                        : List.of(line.substring(brace + 1, line.length() - 1).split(",", -1));
                known.computeIfAbsent(name, key -> new TreeSet<>()).addAll(labels);
            }
        }
        return known;
    }
}
