package io.sluice.loadtest.load;

import io.sluice.loadtest.LoadtestMain;
import io.sluice.tls.DevCertificates;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Where a comparison takes place: a directory for all files, a stub broker, and the peers that have been started. All of it is
 * gone after {@link #close}, or when this process ends.
 *
 * <p>Confined to the thread that compares, but for its shutdown hook.
 */
final class Bench implements AutoCloseable {
    private final Path directory;
    private final DevCertificates certificates;
    private final List<PeerProcess> processes = new ArrayList<>();
    private final Map<String, Entrant> running = new HashMap<>();
    private final Thread hook = new Thread(this::killAll, "compare-end");
    private final PeerProcess stub;
    private final int stubPort;
    private final int clients;
    private boolean ended;

    /** A peer that runs. Immutable. */
    record Entrant(PeerProcess process, Site site) {}

    private Bench(Path directory, int clients) throws IOException, LoadException, InterruptedException {
        this.directory = directory;
        this.clients = clients;
        certificates = DevCertificates.writeTo(directory.resolve("certificates"));
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            stubPort = freePort();
            stub = start("stub broker", stubCommand(stubPort), directory.resolve("stub.log"), stubPort);
        } catch (IOException | LoadException | InterruptedException | RuntimeException e) {
            forgetHook();
            throw e;
        }
    }

    /**
     * Makes the directory and starts the stub broker.
     *
     * @param clients at most, at the same time, for a peer
     */
    static Bench open(int clients) throws IOException, LoadException, InterruptedException {
        Path directory = Files.createTempDirectory("sluice-compare-");
        try {
            return new Bench(directory, clients);
        } catch (IOException | LoadException | InterruptedException | RuntimeException e) {
            delete(directory);
            throw e;
        }
    }

    private static List<String> stubCommand(int port) {
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        String classPath = System.getProperty("java.class.path");
        return List.of(
                java.toString(),
                "-XX:+UseSerialGC",
                "-Xmx512m",
                "-cp",
                classPath,
                LoadtestMain.class.getName(),
                "load",
                "stub",
                "--port",
                Integer.toString(port));
    }

    /** One that was free a moment ago. */
    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private PeerProcess start(String name, List<String> command, Path log, int port)
            throws LoadException, InterruptedException {
        PeerProcess process;
        synchronized (processes) {
            if (ended) {
                throw new InterruptedException("the comparison is over");
            }
            process = PeerProcess.start(name, command, log);
            processes.add(process);
        }
        try {
            process.await(port);
            return process;
        } catch (LoadException | InterruptedException e) {
            stop(process);
            throw e;
        }
    }

    int stubPort() {
        return stubPort;
    }

    long stubPid() {
        return stub.pid();
    }

    Path authority() {
        return certificates.authorityCertificate();
    }

    /**
     * A peer, started now or before.
     *
     * @throws LoadException it cannot be started; one line
     */
    Entrant entrant(Peer peer, Path program, boolean tls) throws IOException, LoadException, InterruptedException {
        String key = key(peer, tls);
        Entrant known = running.get(key);
        if (known == null) {
            known = fresh(peer, program, tls);
            running.put(key, known);
        }
        return known;
    }

    /** A peer that has had no clients; who asks for it gives it {@link #back}. */
    Entrant fresh(Peer peer, Path program, boolean tls) throws IOException, LoadException, InterruptedException {
        Path own = Files.createTempDirectory(directory, peer + "-");
        Site site = new Site(own, freePort(), stubPort, clients, tls ? certificates : null);
        List<String> command = peer.command(program, site);
        return new Entrant(start(peer.toString(), command, own.resolve("output"), site.port()), site);
    }

    /** Stops what runs of a peer. */
    void leaveOut(Peer peer) {
        for (boolean tls : new boolean[] {false, true}) {
            Entrant entrant = running.remove(key(peer, tls));
            if (entrant != null) {
                stop(entrant.process);
            }
        }
    }

    private static String key(Peer peer, boolean tls) {
        return peer + (tls ? "-tls" : "-plain");
    }

    void back(Entrant entrant) {
        stop(entrant.process);
    }

    private void stop(PeerProcess process) {
        process.close();
        synchronized (processes) {
            processes.remove(process);
        }
    }

    private void killAll() {
        synchronized (processes) {
            ended = true;
            processes.forEach(PeerProcess::kill);
        }
        delete(directory);
    }

    @Override
    public void close() {
        List<PeerProcess> left;
        synchronized (processes) {
            left = List.copyOf(processes);
        }
        left.forEach(this::stop);
        delete(directory);
        forgetHook();
    }

    private void forgetHook() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // it runs already
        }
    }

    private static void delete(Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException | UncheckedIOException e) {
            // a process that ends may write once more; what is left is in the system's directory for such
        }
    }
}
