package io.sluice.loadtest.load;

import io.sluice.config.HostPort;
import io.sluice.loadtest.BrokerAddress;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * The options of {@code load}, as given.
 *
 * <p>Confined to the thread that runs the command.
 */
final class LoadOptions {
    @Option(
            names = "--url",
            paramLabel = "URL",
            order = 1,
            description = "Where clients connect: wss://, ws://, or mqtt:// and mqtts:// without WebSocket.")
    @Nullable
    URI url;

    @Option(
            names = "--target",
            paramLabel = "NAME",
            order = 2,
            defaultValue = "sluice",
            description = "What it is called in results; ${DEFAULT-VALUE}.")
    String target = "sluice";

    @Option(
            names = "--ca",
            paramLabel = "FILE",
            order = 3,
            description = "PEM of the authorities that are trusted; else those of this Java.")
    @Nullable
    Path ca;

    @Option(names = "--insecure", order = 4, description = "Trust any certificate.")
    boolean insecure;

    @Option(
            names = "--resume",
            order = 5,
            description = "Each client offers its last TLS session when it connects again.")
    boolean resume;

    @Option(
            names = "--origin",
            paramLabel = "ORIGIN",
            order = 6,
            description = "Origin of the upgrade; else scheme and host of the URL. Empty: none.")
    @Nullable
    String origin;

    @Option(
            names = "--sources",
            paramLabel = "ADDRESSES",
            order = 7,
            description = "Local addresses used in turn, e.g. 127.0.0.1-127.0.0.8.")
    @Nullable
    String sources;

    @Option(
            names = "--mqtt",
            paramLabel = "VERSION",
            order = 8,
            defaultValue = "5",
            description = "3.1.1 or 5; ${DEFAULT-VALUE}.")
    String mqtt = "5";

    @Option(
            names = "--frame-per-packet",
            order = 9,
            description = "Packets sent at once go in a WebSocket frame each, not in one.")
    boolean framePerPacket;

    @Option(
            names = "--threads",
            paramLabel = "N",
            order = 10,
            defaultValue = "1",
            description = "Threads of the generator; ${DEFAULT-VALUE}.")
    int threads = 1;

    @Option(
            names = "--stub",
            paramLabel = "PORT",
            order = 11,
            description = "Runs a broker for the target in this process, on 127.0.0.1 and this port.")
    @Nullable
    Integer stub;

    @Option(
            names = "--broker",
            paramLabel = "HOST:PORT",
            order = 12,
            converter = BrokerAddress.class,
            description = "Where publishers connect in fanout and mixed; else to the stub, else to the URL.")
    @Nullable
    HostPort broker;

    @Option(names = "--clients", paramLabel = "N", order = 20, description = "How many; 100.")
    @Nullable
    Integer clients;

    @Option(names = "--window", paramLabel = "N", order = 21, description = "Messages under way for each client; 16.")
    @Nullable
    Integer window;

    @Option(names = "--batch", paramLabel = "N", order = 22, description = "Messages that a client sends at once; 1.")
    @Nullable
    Integer batch;

    @Option(names = "--size", paramLabel = "BYTES", order = 23, description = "Payload of a message, 8 or more; 100.")
    @Nullable
    Integer size;

    @Option(names = "--qos", paramLabel = "QOS", order = 24, description = "0 or 1; 0.")
    @Nullable
    Integer qos;

    @Option(
            names = "--rate",
            paramLabel = "N",
            order = 25,
            description =
                    "A second, of all clients: messages (rate 1000, fanout 10, mixed 100), or connections (idle 500).")
    @Nullable
    Double rate;

    @Option(
            names = "--concurrency",
            paramLabel = "N",
            order = 26,
            description = "Connections under way at a time; 16. Not with --rate.")
    @Nullable
    Integer concurrency;

    @Option(
            names = "--publishers",
            paramLabel = "N",
            order = 27,
            description = "In mixed, every second of them at QoS 1; 10.")
    @Nullable
    Integer publishers;

    @Option(
            names = "--keep-alive",
            paramLabel = "SECONDS",
            order = 28,
            description = "Clients ping after three quarters of it; 60.")
    @Nullable
    Integer keepAlive;

    @Option(
            names = "--warmup",
            paramLabel = "SECONDS",
            order = 40,
            defaultValue = "5",
            description = "Before it is measured; ${DEFAULT-VALUE}.")
    double warmup = 5;

    @Option(
            names = "--duration",
            paramLabel = "SECONDS",
            order = 41,
            description = "How long it is measured; 10. In storm at most 120, until all are back.")
    @Nullable
    Double duration;

    @Option(names = "--json", paramLabel = "FILE", order = 42, description = "Writes the result to a file, as JSON.")
    @Nullable
    Path json;

    @Option(
            names = "--html",
            paramLabel = "FILE",
            order = 43,
            description = "Writes the result to a file, as a page with charts.")
    @Nullable
    Path html;

    @Option(
            names = "--watch",
            paramLabel = "LABEL=PID",
            order = 44,
            description = "Takes CPU and memory of a process, and of its children, too; may be repeated.")
    List<String> watch = new ArrayList<>();

    @Option(names = "--quiet", order = 50, description = "Tells nothing while it runs.")
    boolean quiet;
}
