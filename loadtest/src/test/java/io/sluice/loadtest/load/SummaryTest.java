package io.sluice.loadtest.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class SummaryTest {
    private static final Run.Generator GENERATOR = new Run.Generator(5, 0.414, 0, false, "The target did.");

    private static Run run(String unit, long count, Run.Latency latency, Map<String, Long> errors) {
        return new Run(
                "rate",
                "sluice",
                "wss://localhost/mqtt",
                Instant.EPOCH,
                10,
                new TreeMap<>(Map.of("clients", "100", "batch", "1")),
                unit,
                count,
                latency,
                List.of(),
                new TreeMap<>(errors),
                List.of(new Run.Use("gateway", 2.5, 100 << 20, 132 << 20)),
                GENERATOR);
    }

    @Test
    void tellsOfMessages() {
        Run.Latency latency = new Run.Latency(
                12_345,
                500_000,
                List.of(
                        new Run.Point(50, 400_000),
                        new Run.Point(90, 9_994_000),
                        new Run.Point(99, 10_000_000),
                        new Run.Point(99.9, 123_456_789),
                        new Run.Point(100, 1_234_567_890)));

        assertThat(Summary.lines(run("messages", 12_345, latency, Map.of())))
                .containsExactly(
                        "rate          sluice, wss://localhost/mqtt",
                        "settings      batch 1, clients 100",
                        "messages      12,345 in 10.0 s, 1,235 a second",
                        "latency       median 0.40 ms, 90 % 9.99 ms, 99 % 10.0 ms, 99.9 % 123 ms, longest 1,235 ms",
                        "errors        none",
                        "gateway       0.25 cores, 202.5 µs a message, memory 100 to 132 MiB",
                        "generator     0.50 cores, busiest thread 41 %",
                        "verdict       The target did.");
    }

    @Test
    void tellsOfClientsWhatTheyTakeOfMemory() {
        Run run = run("clients", 1024, new Run.Latency(0, 0, List.of()), Map.of("HTTP status 503", 2L));

        assertThat(Summary.lines(run))
                .contains(
                        "clients       1,024 at the end of 10.0 s",
                        "errors        HTTP status 503 2",
                        "gateway       0.25 cores, memory 100 to 132 MiB, 32.0 KiB a client")
                .noneMatch(line -> line.startsWith("latency"));
    }

    @Test
    void tellsOfNothing() {
        Run run = run("connections", 0, new Run.Latency(0, 0, List.of()), Map.of());

        assertThat(Summary.lines(run))
                .contains("connections   0 in 10.0 s, 0 a second", "gateway       0.25 cores, memory 100 to 132 MiB");
    }
}
