package io.sluice.loadtest.load;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A process of a comparison that listens on a port of loopback.
 *
 * <p>Thread-safe.
 */
final class PeerProcess implements AutoCloseable {
    private static final long START_TIMEOUT = TimeUnit.SECONDS.toNanos(180); // the launcher may build first
    private static final int CONNECT_MILLIS = 1000;
    private static final int STOP_SECONDS = 5;
    private static final int LOOK_MILLIS = 20;

    private final String name;
    private final Process process;
    private final Path log;

    private PeerProcess(String name, Process process, Path log) {
        this.name = name;
        this.process = process;
        this.log = log;
    }

    /**
     * Starts one; it is to be closed even where it then does not {@linkplain #await listen}.
     *
     * @param log for its output
     * @throws LoadException it cannot be started; one line
     */
    static PeerProcess start(String name, List<String> command, Path log) throws LoadException {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            process.getOutputStream().close();
            return new PeerProcess(name, process, log);
        } catch (IOException e) {
            throw new LoadException(name + " does not start: " + e.getMessage(), e);
        }
    }

    /**
     * Waits until it accepts connections.
     *
     * @throws LoadException it ends instead, or takes too long; one line with the last of its output
     */
    void await(int port) throws LoadException, InterruptedException {
        long began = System.nanoTime();
        while (!accepts(port)) {
            if (!process.isAlive()) {
                throw new LoadException(name + " has ended with " + process.exitValue() + ": " + lastLine());
            }
            if (System.nanoTime() - began > START_TIMEOUT) {
                throw new LoadException(name + " does not listen on 127.0.0.1:" + port + ": " + lastLine());
            }
            TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
        }
    }

    private static boolean accepts(int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), CONNECT_MILLIS);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private String lastLine() {
        try {
            List<String> lines = Files.readAllLines(log, StandardCharsets.ISO_8859_1);
            return lines.isEmpty() ? "it says nothing" : lines.get(lines.size() - 1);
        } catch (IOException e) {
            return "its output cannot be read";
        }
    }

    long pid() {
        return process.pid();
    }

    /** The first line of its output, or an empty text. */
    String firstLine() throws IOException {
        List<String> lines = Files.readAllLines(log, StandardCharsets.ISO_8859_1);
        return lines.isEmpty() ? "" : lines.get(0);
    }

    /** Asks it to end, then again (who drains does not wait then), then insists. */
    @Override
    public void close() {
        try {
            for (int i = 0; i < 2; i++) {
                process.destroy();
                if (process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                    return;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        kill();
    }

    /** Ends it and its children at once. */
    void kill() {
        List<ProcessHandle> children = process.descendants().toList();
        process.destroyForcibly();
        children.forEach(ProcessHandle::destroyForcibly);
    }
}
