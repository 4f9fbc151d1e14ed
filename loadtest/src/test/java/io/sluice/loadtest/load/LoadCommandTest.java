package io.sluice.loadtest.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The load test against the stub broker alone. */
@Timeout(60)
class LoadCommandTest {
    private StubBroker stub;
    private String url;

    @BeforeEach
    void start() throws Exception {
        stub = StubBroker.start(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        url = "mqtt://127.0.0.1:" + stub.address().getPort();
    }

    @AfterEach
    void stop() {
        stub.close();
    }

    @ParameterizedTest(name = "MQTT {0}, QoS {1}, {2} threads")
    @CsvSource({"3.1.1, 0, 1", "3.1.1, 1, 1", "5, 0, 2", "5, 1, 2"})
    void throughputCountsWhatComesBack(String version, String qos, String threads) {
        CommandRun run = CommandRun.brief(
                "throughput", "--url", url, "--mqtt", version, "--qos", qos, "--threads", threads, "--clients", "4");

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.number("messages")).isPositive();
        assertThat(run.out()).contains("errors        none").contains("latency       median");
    }

    @Test
    void throughputSendsBatchesOfLargeMessages() {
        CommandRun run =
                CommandRun.brief("throughput", "--url", url, "--size", "70000", "--batch", "4", "--window", "8");

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.number("messages")).isPositive();
        assertThat(run.out()).contains("errors        none");
    }

    @ParameterizedTest(name = "{0} threads")
    @ValueSource(strings = {"1", "2"})
    void rateSendsAsManyAsAreDue(String threads) {
        CommandRun run = CommandRun.brief("rate", "--url", url, "--rate", "500", "--threads", threads);

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.number("messages")).isBetween(149L, 151L); // in a third of a second
        assertThat(run.out()).contains("errors        none");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--concurrency", "--rate"})
    void connectCountsConnections(String option) {
        CommandRun run = CommandRun.brief("connect", "--url", url, option, "100");

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.number("connections")).isPositive();
        assertThat(run.out()).contains("errors        none").doesNotContain("resumed");
    }

    @Test
    void idleCountsWhoIsThereAndTakesPings() {
        CommandRun run = CommandRun.brief(
                "idle",
                "--url",
                url,
                "--clients",
                "50",
                "--rate",
                "1000",
                "--keep-alive",
                "1",
                "--sources",
                "127.0.0.1-127.0.0.3",
                "--threads",
                "2",
                "--duration",
                "1");

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.number("clients")).isEqualTo(50);
        assertThat(run.out()).contains("latency       median").contains("errors        none");
    }

    @Test
    void stormIsOverWhenAllAreBack() {
        CommandRun run =
                CommandRun.brief("storm", "--url", url, "--clients", "50", "--threads", "2", "--duration", "30");

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.number("connections")).isEqualTo(50);
        assertThat(run.number("50 in")).isLessThan(20);
        assertThat(run.out()).contains("errors        none");
    }

    @Test
    void fanoutCountsWhatEachSubscriberGets() {
        CommandRun run = CommandRun.brief(
                "fanout", "--url", url, "--clients", "7", "--rate", "100", "--qos", "1", "--threads", "2");

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.number("messages")).isEqualTo(30 * 7); // in 0.3 s
        assertThat(run.out()).contains("errors        none");
    }

    @Test
    void mixedSharesItsTopicsAmongSubscribers() {
        CommandRun run = CommandRun.brief(
                "mixed", "--url", url, "--clients", "7", "--publishers", "3", "--rate", "300", "--threads", "2");

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.number("messages")).isEqualTo(90 / 3 * 7); // in 0.3 s, to 3, 2 and 2
        assertThat(run.out()).contains("errors        none");
    }

    @Test
    void writesTheResultWithWhatWatchedProcessesTook(@TempDir Path directory) throws Exception {
        Path json = directory.resolve("run.json");
        Path html = directory.resolve("run.html");
        String pid = Long.toString(ProcessHandle.current().pid());

        CommandRun run = CommandRun.brief(
                "connect",
                "--url",
                url,
                "--target",
                "the stub",
                "--watch",
                "own=" + pid,
                "--json",
                json.toString(),
                "--html",
                html.toString());

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.number("own")).isNotNegative();
        assertThat(Files.readString(html)).contains("the stub");
        Run written = RunJson.read(json).get(0);
        assertThat(written.target()).isEqualTo("the stub");
        assertThat(written.count()).isEqualTo(run.number("connections"));
        assertThat(written.course()).hasSize(1);
        assertThat(written.course().get(0).cores()).hasSize(2);
        assertThat(written.processes()).extracting(Run.Use::label).containsExactly("own");
    }

    @Test
    void aUrlThatRefusesIsToldInOneLine() throws Exception {
        int free;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            free = socket.getLocalPort();
        }

        CommandRun run = CommandRun.brief("throughput", "--url", "mqtt://127.0.0.1:" + free);

        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err().strip()).isEqualTo("load: cannot reach mqtt://127.0.0.1:" + free + ": connection refused");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "nothing --url mqtt://localhost | load: unknown scenario nothing; there are throughput, rate, connect, idle, storm, fanout, mixed",
                "throughput | load: --url is missing, e.g. --url wss://localhost:8443/mqtt",
                "throughput --url http://localhost | load: --url: http://localhost is not possible; write wss://",
                "throughput --url mqtt://localhost --clients 0 | load: --clients: 0 is not possible; write 1 to 1000000",
                "throughput --url mqtt://localhost --size 7 | load: --size: 7 is not possible; write 8 to 1048576",
                "throughput --url mqtt://localhost --window 4 --batch 5 | load: --batch: 5 is not possible; write at most",
                "throughput --url mqtt://localhost --window 10000 --size 1000 | load: --window: 10000 is not possible",
                "throughput --url mqtt://localhost --mqtt 4 | load: --mqtt: 4 is not possible; write 3.1.1 or 5",
                "throughput --url mqtt://localhost --resume | load: --ca, --insecure and --resume are for wss://",
                "throughput --url mqtt://localhost --duration 0 | load: --duration: 0.0 is not possible",
                "throughput --url mqtt://localhost --sources 127.0.0.9-127.0.0.8 | load: --sources: 127.0.0.9-127.0.0.8",
                "throughput --url mqtt://localhost --rate 5 | load: --rate is not for throughput, which heeds --batch, --clients",
                "rate --url mqtt://localhost --rate 0 | load: --rate: 0.0 is not possible; write 0.1 to 10000000 a second",
                "connect --url mqtt://localhost --rate 5 --concurrency 5 | load: --rate and --concurrency do not go together",
                "rate --url mqtt://localhost --clients 1 --threads 2 | load: --threads: 2 is not possible; write at most",
                "rate --url mqtt://localhost --json /nowhere/run.json | load: --json: cannot write to /nowhere",
                "rate --url mqtt://localhost --watch 17 | load: ",
                "throughput --url mqtt://localhost --sources ::1 | load: --sources: ::1 is not possible; write IPv4",
            })
    void aWrongOptionIsToldInOneLine(String arguments, String line) {
        CommandRun run = CommandRun.of(arguments.split(" "));

        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err().strip()).startsWith(line).doesNotContain("\n");
    }
}
