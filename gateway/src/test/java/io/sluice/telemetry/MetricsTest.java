package io.sluice.telemetry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MetricsTest {
    private static final Path GOLDEN = Path.of("src/test/resources/io/sluice/telemetry/metrics.txt");

    private final Traffic one = new Traffic();
    private final Traffic other = new Traffic();
    private final Metrics metrics = new Metrics(List.of(one, other), new FixedGauges(), "1.2.3");

    @BeforeEach
    void touchEachOnce() {
        metrics.connected("public");
        metrics.upgraded("public");
        metrics.refused("public", "origin");
        metrics.overLimit("connections", true);
        metrics.ended(SessionEnds.of("client-lost", "client"));
        one.connack(0);
    }

    @Test
    void namesAreThoseThatDashboardsKnow() throws Exception {
        String found = scrape()
                        .lines()
                        .filter(line -> line.startsWith("# TYPE sluice_") || line.startsWith("sluice_"))
                        .map(line -> line.startsWith("#") ? line.substring(7) : labels(line))
                        .collect(java.util.stream.Collectors.toCollection(TreeSet::new))
                        .stream()
                        .collect(joining("\n"))
                + "\n";

        assertThat(found).isEqualTo(Files.readString(GOLDEN));
    }

    /** A sample as its name and the names of its labels. */
    private static String labels(String line) {
        String series = line.substring(0, line.lastIndexOf(' '));
        return series.replaceAll("=\"[^\"]*\"", "");
    }

    @Test
    void sumsTheThreads() {
        one.toUpstream().packets()[3] += 2;
        other.toUpstream().packets()[3] += 3;
        one.toClient().bytes(10);
        other.throttled(1_500_000_000);
        other.reached(Traffic.Rule.PUBLISH, true);
        one.dials().took(7_000);

        assertThat(scrape())
                .contains("sluice_packets_total{direction=\"to_upstream\",type=\"publish\"} 5.0\n")
                .contains("sluice_mqtt_bytes_total{direction=\"to_client\"} 10.0\n")
                .contains("sluice_throttled_seconds_total 1.5\n")
                .contains("sluice_rate_limit_hits_total{mode=\"report\",rule=\"publish\"} 1.0\n")
                .contains("sluice_dial_seconds_bucket{le=\"5.0E-6\"} 0\n")
                .contains("sluice_dial_seconds_bucket{le=\"1.0E-5\"} 1\n")
                .contains("sluice_sessions_closed_total{by=\"client\",cause=\"client-lost\"} 1.0\n")
                .contains("sluice_handshakes_total{listener=\"public\",reason=\"origin\",result=\"refused\"} 1.0\n");
        assertThat(metrics.totals().packetsToUpstream()).isEqualTo(5);
    }

    @Test
    void countsMoreThanTheRuntimeOfTheJvm() {
        assertThat(Pattern.compile("(?m)^jvm_memory_used_bytes")
                        .matcher(scrape())
                        .find())
                .isTrue();
    }

    @Test
    void promtoolFindsNothingWrong() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/promtool")), "promtool is not installed");
        Process promtool = new ProcessBuilder("/usr/bin/promtool", "check", "metrics")
                .redirectErrorStream(true)
                .start();
        try (var in = promtool.getOutputStream()) {
            for (String line :
                    scrape().lines().filter(l -> l.contains("sluice_")).toList()) {
                in.write((line + "\n").getBytes(UTF_8));
            }
        }

        String said = new String(promtool.getInputStream().readAllBytes(), UTF_8);

        assertThat(promtool.waitFor()).as(said).isZero();
    }

    private String scrape() {
        return new String(metrics.scrape(), UTF_8);
    }

    private static final class FixedGauges implements Metrics.Gauges {
        @Override
        public long sessions() {
            return 7;
        }

        @Override
        public Instant reloadedAt() {
            return Instant.EPOCH;
        }

        @Override
        public int memoryLevel() {
            return 1;
        }

        @Override
        public long heldBytes() {
            return 4096;
        }

        @Override
        public List<Metrics.BrokerGauge> brokers() {
            return List.of(new Metrics.BrokerGauge("default", "10.0.0.11:1883", true, "up", null, 7, 3, true, 2));
        }

        @Override
        public Map<String, Map<String, Long>> warm() {
            return Map.of("eu", Map.of("opened", 3L, "used", 2L));
        }

        @Override
        public Map<String, Integer> queues() {
            return Map.of("default", 4);
        }

        @Override
        public Map<String, Instant> certificates() {
            return Map.of("default", Instant.ofEpochSecond(1_800_000_000));
        }

        @Override
        public boolean reloaded() {
            return true;
        }

        @Override
        public boolean draining() {
            return false;
        }
    }
}
