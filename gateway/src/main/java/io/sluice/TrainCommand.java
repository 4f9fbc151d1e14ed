package io.sluice;

import io.sluice.config.Configuration;
import io.sluice.config.ConfigurationException;
import io.sluice.tls.DevCertificates;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import picocli.CommandLine.Command;

/**
 * A training run: a gateway on loopback, with clients and a broker of its own, for the JVM to write down what a gateway loads and
 * runs. The launcher has it do so, and lets each later start begin with that.
 *
 * <p>Confined to the main thread.
 */
@Command(
        name = "train",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        description = "Makes starts faster: runs a gateway on loopback for some seconds, and writes what the JVM has"
                + " loaded for it to a file beside the gateway's jar, which the launcher uses from then on. Once"
                + " after each update of Sluice or of Java.",
        optionListHeading = "%nOptions:%n")
final class TrainCommand implements Callable<Integer> {
    private static final int CLIENTS = 4;

    /** Of each client, one after the other. */
    private static final int CONNECTIONS = 60;

    @Override
    public Integer call() throws StartException, ConfigurationException, InterruptedException {
        try {
            Path directory = Files.createTempDirectory("sluice-train");
            try {
                train(DevCertificates.writeTo(directory));
            } finally {
                delete(directory);
            }
        } catch (IOException e) {
            throw new StartException("the training run failed: " + e);
        }
        return Main.OK;
    }

    private static void train(DevCertificates certificates)
            throws IOException, StartException, ConfigurationException, InterruptedException {
        try (TrainingBroker broker = TrainingBroker.start();
                Gateway gateway = Gateway.start(configuration(broker, certificates))) {
            TrainingClient client = new TrainingClient(gateway.addresses().get(0), certificates.authorityCertificate());
            ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
            try {
                List<Future<?>> runs = new ArrayList<>();
                for (int i = 0; i < CLIENTS; i++) {
                    runs.add(clients.submit(() -> {
                        for (int connection = 0; connection < CONNECTIONS; connection++) {
                            client.connectAndPublish();
                        }
                        return null;
                    }));
                }
                for (Future<?> run : runs) {
                    run.get();
                }
            } catch (ExecutionException failed) {
                throw new IOException(failed.getCause());
            } finally {
                clients.shutdownNow();
            }
        }
    }

    /** Nobody else's: neither the environment nor a file has a say. */
    private static Configuration configuration(TrainingBroker broker, DevCertificates certificates)
            throws ConfigurationException {
        return Configuration.load(
                null,
                Map.of(),
                List.of(
                        "listener.bind=127.0.0.1:0",
                        "tls.certificate=" + certificates.serverCertificate(),
                        "tls.private-key=" + certificates.serverKey(),
                        "cluster.brokers=127.0.0.1:" + broker.port(),
                        "address.connection-rate=unlimited",
                        "admin.bind=127.0.0.1:0"));
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                Files.delete(file);
            }
        }
        Files.delete(directory);
    }
}
