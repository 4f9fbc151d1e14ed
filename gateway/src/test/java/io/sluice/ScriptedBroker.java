package io.sluice;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;

/**
 * A broker whose every byte the test says: {@link #accept} gives the next connection, the test reads and writes on it.
 *
 * <p>Confined to the test's thread.
 */
final class ScriptedBroker implements AutoCloseable {
    private final ServerSocket server;

    ScriptedBroker() throws IOException {
        this(0);
    }

    /** @param receiveBuffer bytes the kernel takes for a broker that does not read; 0 leaves the default */
    ScriptedBroker(int receiveBuffer) throws IOException {
        server = new ServerSocket();
        if (receiveBuffer > 0) {
            server.setReceiveBufferSize(receiveBuffer);
        }
        server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1024);
        server.setSoTimeout(Wire.PATIENCE_MILLIS);
    }

    /** The gateway's next connection. */
    Wire accept() throws IOException {
        Socket socket = server.accept();
        return new Wire(socket, socket);
    }

    /** Accepts, expects the CONNECT and answers that it is welcome. */
    Wire welcome(byte[] connect) throws IOException {
        Wire connection = accept();
        assertThat(connection.readPacket()).isEqualTo(connect);
        int level = connect[3] == 6 ? 3 : connect[8];
        connection.send(Packets.connack(level));
        return connection;
    }

    /** Expects that the gateway has not dialled. */
    void assertUntouched() throws IOException {
        server.setSoTimeout(1);
        try {
            Socket socket = server.accept();
            socket.close();
            throw new AssertionError("the gateway has dialled the broker");
        } catch (java.net.SocketTimeoutException nobody) {
            server.setSoTimeout(Wire.PATIENCE_MILLIS);
        }
    }

    /** host:port, as the configuration wants it. */
    String address() {
        return "127.0.0.1:" + server.getLocalPort();
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
