package io.sluice.loadtest.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CompareCommandTest {
    private static Run of(Contest contest, String target, int round, double microsEach) {
        Run run = RunExamples.throughput(target, microsEach);
        TreeMap<String, String> settings = new TreeMap<>(run.settings());
        settings.put(Workload.NAME, contest.title());
        settings.put(Comparison.ROUND, Integer.toString(round));
        settings.put(Comparison.FOREIGN, round + " %");
        return run.with(settings);
    }

    private static ComparisonTable table() {
        List<Run> runs = new ArrayList<>();
        for (int round = 1; round <= 3; round++) {
            runs.add(of(Contest.WINDOW_8, Comparison.FLOOR, round, 0.5));
            runs.add(of(Contest.WINDOW_8, "sluice 1", round, 2 + round / 10.0));
            runs.add(of(Contest.WINDOW_8, "nginx 1", round, 3));
            runs.add(of(Contest.LARGE, "nginx 1", round, 40));
            runs.add(of(Contest.RATE, Comparison.FLOOR, round, 10));
            runs.add(of(Contest.RATE, "sluice 1", round, 50));
        }
        return new ComparisonTable(runs, List.of("sluice 1", "nginx 1", Comparison.FLOOR));
    }

    @Test
    void tablesHaveARowForEachTarget() {
        assertThat(table().text()).startsWith("""
                        CPU of the target in µs, for each message or connection

                        target                  64 B, window 8  8 KiB, window 4  64 B, 10,000 a second
                        sluice 1           2.20 (2.10 to 2.30)                –                   50.0
                        nginx 1                           3.00             40.0                      –
                        stub broker alone                 0.50                –                   10.0

                        CPU of the target, that of the generator in the same run being 1
                        """).contains("""
                        target             latency added, median, µs  latency added, 99 %, µs  connections/s  connections/s, TLS resumed  memory for an idle one, KiB  foreign CPU, %
                        sluice 1                                   0                        0              –                           –                            –      2 (1 to 3)
                        """);
    }

    @Test
    void markdownHasTheSameCells() {
        assertThat(table().markdown()).startsWith("""
                        CPU of the target in µs, for each message or connection:

                        | target | 64 B, window 8 | 8 KiB, window 4 | 64 B, 10,000 a second |
                        |---|---|---|---|
                        | sluice 1 | 2.20 (2.10 to 2.30) | – | 50.0 |
                        | nginx 1 | 3.00 | 40.0 | – |
                        | stub broker alone | 0.50 | – | 10.0 |
                        """);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--rounds | 0 | --rounds: 0 is not possible; write 1 to 100",
                "--duration | 0 | --duration: 0 is not possible; write 0.1 to 3600",
                "--peers | apache | there is no apache; there are sluice, lighttpd, nginx, haproxy, mosquitto",
                "--contests | chess | there is no chess; there are window-8, window-1, large, plain, connect, resume, rate, idle"
            })
    void wrongUsageIsTold(String option, String value, String message) {
        CommandRun run = CommandRun.of("compare", option, value);

        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).contains(message);
    }
}
