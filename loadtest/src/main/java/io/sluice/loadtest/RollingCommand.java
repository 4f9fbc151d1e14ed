package io.sluice.loadtest;

import io.sluice.config.HostPort;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code rolling}: clients that publish while gateways are restarted, and the judgement afterwards.
 *
 * <p>Confined to the thread that runs the command.
 */
@Command(
        name = "rolling",
        mixinStandardHelpOptions = true,
        description =
                "Publishes at QoS 1 by many clients that come back when they are cut. Prints \"ready\" when all are connected; "
                        + "each line on the standard input then names what is done next to the gateways, and its end the end.",
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {"0:no client noticed much", "1:a limit was passed, or a message lost", "2:wrong usage"})
final class RollingCommand implements Callable<Integer> {

    @Option(
            names = "--uri",
            paramLabel = "URI",
            required = true,
            description = "Where clients connect, e.g. wss://localhost/mqtt.")
    URI uri = URI.create("wss://localhost/mqtt");

    @Option(
            names = "--broker",
            paramLabel = "HOST:PORT",
            required = true,
            converter = BrokerAddress.class,
            description = "The broker behind the gateways, where the messages are counted.")
    HostPort broker = new HostPort("localhost", 1883);

    @Option(
            names = "--certificates",
            paramLabel = "DIR",
            required = true,
            description = "Development certificates, made where there are none.")
    Path certificates = Path.of("certs-dev");

    @Option(names = "--clients", paramLabel = "N", defaultValue = "1000", description = "How many; ${DEFAULT-VALUE}.")
    int clients;

    @Option(
            names = "--longest-wait",
            paramLabel = "MS",
            defaultValue = "5000",
            description = "Longest that a message may wait for its PUBACK, in milliseconds; ${DEFAULT-VALUE}.")
    int longestWaitMillis;

    @Option(
            names = "--most-uneven",
            paramLabel = "X",
            defaultValue = "2",
            description = "Most reconnects in a second, as a multiple of the mean; ${DEFAULT-VALUE}.")
    double mostUneven;

    @Spec
    @Nullable
    CommandSpec spec;

    /** Where the phases are named; the process's own standard input but in tests. */
    InputStream phases = System.in;

    @Override
    public Integer call() throws InterruptedException {
        try {
            HttpClient client = DemoTrust.in(certificates).httpClient();
            try (Witness witness = Witness.at(broker, clients);
                    SteadyCrowd crowd = SteadyCrowd.connect(clients, client, uri)) {
                say("ready");
                follow(crowd);
                return judge(crowd.finish(witness));
            }
        } catch (IOException | ExecutionException e) {
            PrintWriter err = spec().commandLine().getErr();
            err.println("rolling: " + e.getMessage());
            err.flush();
            return 1;
        }
    }

    private void follow(SteadyCrowd crowd) throws IOException {
        BufferedReader in = new BufferedReader(new InputStreamReader(phases, Charset.defaultCharset()));
        for (String phase = in.readLine(); phase != null; phase = in.readLine()) {
            crowd.begin(phase);
        }
    }

    private int judge(RollingFigures figures) {
        figures.lines().forEach(this::say);
        List<String> complaints = figures.complaints(Duration.ofMillis(longestWaitMillis), mostUneven);
        complaints.forEach(complaint -> say("FAILED: " + complaint));
        return complaints.isEmpty() ? 0 : 1;
    }

    private void say(String line) {
        PrintWriter out = spec().commandLine().getOut();
        out.println(line);
        out.flush();
    }

    private CommandSpec spec() {
        if (spec == null) {
            throw new IllegalStateException("picocli sets the specification before it calls the command");
        }
        return spec;
    }
}
