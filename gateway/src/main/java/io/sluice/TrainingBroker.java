package io.sluice;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;

/**
 * The broker of a training run: accepts whoever connects, and sends back what they publish.
 *
 * <p>Thread-safe.
 */
final class TrainingBroker implements AutoCloseable {
    private static final byte[] CONNACK = {0x20, 2, 0, 0};
    /** Also where Java prefers IPv6. */
    private static final byte[] LOOPBACK = {127, 0, 0, 1};

    private static final int BUFFER_BYTES = 1024;

    private final ServerSocket server;

    private TrainingBroker(ServerSocket server) {
        this.server = server;
    }

    /** Listens at a port of its own on loopback. */
    static TrainingBroker start() throws IOException {
        TrainingBroker broker = new TrainingBroker(new ServerSocket(0, 0, InetAddress.getByAddress(LOOPBACK)));
        inBackground(broker::accept);
        return broker;
    }

    int port() {
        return server.getLocalPort();
    }

    @Override
    public void close() throws IOException {
        server.close();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                inBackground(() -> serve(socket));
            } catch (IOException closed) {
                return;
            }
        }
    }

    /** Clients wait for CONNACK, so CONNECT comes alone. */
    private static void serve(Socket socket) {
        try (socket) {
            socket.setTcpNoDelay(true);
            InputStream in = socket.getInputStream();
            OutputStream out = socket.getOutputStream();
            byte[] buffer = new byte[BUFFER_BYTES];
            if (in.read(buffer) > 0) {
                out.write(CONNACK);
            }
            for (int read = in.read(buffer); read > 0; read = in.read(buffer)) {
                out.write(buffer, 0, read);
            }
        } catch (IOException gone) {
            // the gateway, which tells the client
        }
    }

    private static void inBackground(Runnable work) {
        Thread thread = new Thread(work, "training-broker");
        thread.setDaemon(true);
        thread.start();
    }
}
