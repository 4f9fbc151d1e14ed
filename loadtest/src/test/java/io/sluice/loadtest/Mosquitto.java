package io.sluice.loadtest;

import io.sluice.config.HostPort;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A mosquitto process of its own on a free loopback port, its files in a directory of its own.
 *
 * <p>Thread-safe.
 */
final class Mosquitto implements TestBroker {
    private static final Duration START_TIMEOUT = Duration.ofSeconds(10);
    private static final int START_TRIES = 3;

    private final Process process;
    private final HostPort address;

    private Mosquitto(Process process, HostPort address) {
        this.process = process;
        this.address = address;
    }

    /** The program, on the PATH or where Debian puts it. */
    static Optional<Path> program() {
        String path = Optional.ofNullable(System.getenv("PATH")).orElse("") + File.pathSeparator + "/usr/sbin";
        return Stream.of(path.split(File.pathSeparator))
                .filter(directory -> !directory.isEmpty())
                .map(directory -> Path.of(directory, "mosquitto"))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** Starts one. */
    static Mosquitto start(Path program, Path directory) throws IOException, InterruptedException {
        return start(program, directory, "");
    }

    /**
     * Starts one; mosquitto cannot say which port it took, so a port that was free a moment ago is given to it.
     *
     * @param more lines for its listener
     */
    static Mosquitto start(Path program, Path directory, String more) throws IOException, InterruptedException {
        for (int i = 0; i < START_TRIES; i++) {
            int port = freePort();
            Path configuration = directory.resolve("mosquitto.conf");
            Files.writeString(configuration, """
                    listener %d 127.0.0.1
                    allow_anonymous true
                    persistence false
                    max_queued_messages 100000
                    max_inflight_messages 1000
                    log_type none
                    user %s
                    %s
                    """.formatted(port, System.getProperty("user.name"), more));
            Process process = new ProcessBuilder(program.toString(), "-c", configuration.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(directory.resolve("mosquitto.log").toFile())
                    .start();
            if (answers(process, port)) {
                return new Mosquitto(process, new HostPort("127.0.0.1", port));
            }
            process.destroyForcibly();
        }
        throw new IOException("mosquitto does not start: " + Files.readString(directory.resolve("mosquitto.log")));
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static boolean answers(Process process, int port) throws InterruptedException {
        long end = System.nanoTime() + START_TIMEOUT.toNanos();
        while (System.nanoTime() - end < 0) {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                return socket.isConnected();
            } catch (IOException e) {
                if (process.waitFor(20, TimeUnit.MILLISECONDS)) {
                    return false;
                }
            }
        }
        return false;
    }

    @Override
    public HostPort address() {
        return address;
    }

    @Override
    public void kill() {
        process.destroyForcibly();
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(5, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            throw new UncheckedIOException(new IOException("interrupted while mosquitto stops", e));
        }
    }
}
