package io.sluice.loadtest;

import io.sluice.StartException;
import io.sluice.config.HostPort;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code demo}: a gateway on loopback with a page to try it from, until it is interrupted.
 *
 * <p>Confined to the thread that runs the command.
 */
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        description = "Runs a gateway on https://localhost with a page to try it from and a broker behind it.",
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {"0:ended by SIGINT or SIGTERM", "1:cannot start", "2:wrong usage"})
final class DemoCommand implements Callable<Integer> {
    private static final String CERTIFICATES = "certs-dev";
    private static final String LOOPBACK = "127.0.0.1";
    private static final String LOOPBACK_IPV6 = "::1";

    @Option(
            names = "--broker",
            paramLabel = "HOST:PORT",
            converter = BrokerAddress.class,
            description = "Use this MQTT broker; without it one is started in this process.")
    @Nullable
    HostPort broker;

    @Option(
            names = "--port",
            paramLabel = "PORT",
            defaultValue = "8443",
            description = "Port of the page and the gateway, ${DEFAULT-VALUE}; 0 takes a free one.")
    int port;

    @Spec
    @Nullable
    CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        if (port < 0 || port > 65_535) {
            failed("--port: " + port + " is not a port; write 0 to 65535");
            return 2;
        }
        try {
            Demo demo = Demo.start(certificates(), bind(), Optional.ofNullable(broker));
            return serve(demo);
        } catch (StartException | IllegalStateException | IOException e) {
            return failed(String.valueOf(e.getMessage()));
        }
    }

    private int serve(Demo demo) throws InterruptedException {
        RoundTrip roundTrip;
        try {
            roundTrip = demo.measure();
        } catch (IOException e) {
            demo.close();
            return failed("no round trip to the broker at " + demo.broker() + ": " + e.getMessage());
        }
        PrintWriter out = out();
        out.println("page        " + demo.page());
        out.println("clients     " + demo.mqtt());
        out.println("status      " + demo.status());
        out.println("broker      " + demo.broker() + (broker == null ? ", in this process" : ""));
        out.println("trust       " + demo.trust().authority() + " (development CA; import it, or accept the warning)");
        out.println("round trip  wss -> broker -> wss: " + roundTrip);
        out.println("Ctrl-C ends it.");
        out.flush();
        awaitSignal(demo);
        return 0;
    }

    /** A signal runs the hook; the process then ends with 0 instead of the signal's number. */
    private static void awaitSignal(Demo demo) throws InterruptedException {
        Runtime runtime = Runtime.getRuntime();
        runtime.addShutdownHook(new Thread(
                () -> {
                    demo.close();
                    runtime.halt(0);
                },
                "demo-stop"));
        new CountDownLatch(1).await();
    }

    private int failed(String line) {
        PrintWriter err = spec().commandLine().getErr();
        err.println("demo: " + line);
        err.flush();
        return 1;
    }

    private PrintWriter out() {
        return spec().commandLine().getOut();
    }

    private CommandSpec spec() {
        if (spec == null) {
            throw new IllegalStateException("picocli sets the specification before it calls the command");
        }
        return spec;
    }

    /** Where they survive, so that a browser has to be told only once; without a home, for this run. */
    private static Path certificates() throws IOException {
        String home = System.getProperty("sluice.home", "");
        return home.isEmpty() ? Files.createTempDirectory("sluice-certs-") : Path.of(home, CERTIFICATES);
    }

    /** Both loopback addresses, since browsers differ in which they take for localhost; a free port would differ between them. */
    private List<HostPort> bind() {
        Stream<String> hosts =
                port == 0 || !hasIpv6Loopback() ? Stream.of(LOOPBACK) : Stream.of(LOOPBACK, LOOPBACK_IPV6);
        return hosts.map(host -> new HostPort(host, port)).toList();
    }

    private static boolean hasIpv6Loopback() {
        byte[] address = new byte[16];
        address[15] = 1;
        try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getByAddress(address))) {
            return probe.isBound();
        } catch (IOException e) {
            return false;
        }
    }
}
