package io.sluice;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.TlsConfig.ClientAuth;
import io.sluice.tls.TlsBundle;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/**
 * A broker whose every byte the test says: {@link #accept} gives the next connection, the test reads and writes on it.
 *
 * <p>Confined to the test's thread.
 */
final class ScriptedBroker implements AutoCloseable {
    private static final int PATIENCE_MILLIS = Wire.PATIENCE_MILLIS;
    private static final int PEEK_MILLIS = 5;

    private final ServerSocket server;
    private final @Nullable TlsBundle tls;
    private @Nullable Socket early;

    ScriptedBroker() throws IOException {
        this(0);
    }

    /** @param receiveBuffer bytes the kernel takes for a broker that does not read; 0 leaves the default */
    ScriptedBroker(int receiveBuffer) throws IOException {
        this(receiveBuffer, null);
    }

    /** Speaks TLS; {@link #accept} shakes hands. */
    ScriptedBroker(TlsBundle tls) throws IOException {
        this(0, tls);
    }

    /** On a port that another has had and closed. */
    static ScriptedBroker at(int port) throws IOException {
        return new ScriptedBroker(0, null, port);
    }

    private ScriptedBroker(int receiveBuffer, @Nullable TlsBundle tls) throws IOException {
        this(receiveBuffer, tls, 0);
    }

    private ScriptedBroker(int receiveBuffer, @Nullable TlsBundle tls, int port) throws IOException {
        this.tls = tls;
        server = new ServerSocket();
        if (receiveBuffer > 0) {
            server.setReceiveBufferSize(receiveBuffer);
        }
        server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1024);
        server.setSoTimeout(PATIENCE_MILLIS);
    }

    /** The gateway's next connection. */
    Wire accept() throws IOException {
        Socket socket = acceptTcp();
        return tls == null ? new Wire(socket, socket) : shakeHands(socket);
    }

    /** The gateway's next connection, before TLS. */
    Socket acceptTcp() throws IOException {
        Socket waiting = early;
        Socket socket = waiting != null ? waiting : server.accept();
        early = null;
        socket.setSoTimeout(PATIENCE_MILLIS);
        return socket;
    }

    /** TLS on a connection. */
    Wire shakeHands(Socket socket) throws IOException {
        if (tls == null) {
            throw new IllegalStateException("no TLS");
        }
        SSLSocket secure = (SSLSocket) tls.context()
                .getSocketFactory()
                .createSocket(socket, socket.getInetAddress().getHostAddress(), 0, true);
        secure.setUseClientMode(false);
        secure.setEnabledProtocols(tls.protocols());
        secure.setNeedClientAuth(tls.clientAuth() == ClientAuth.REQUIRED);
        try {
            secure.startHandshake();
        } catch (IOException refused) {
            secure.close();
            throw refused;
        }
        return new Wire(secure, socket);
    }

    /** Waits until one of two brokers is dialled; whether it is this one. */
    boolean isDialledRatherThan(ScriptedBroker other) throws IOException {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PATIENCE_MILLIS);
        while (System.nanoTime() - deadline < 0) {
            if (peek()) {
                return true;
            }
            if (other.peek()) {
                return false;
            }
        }
        throw new AssertionError("no broker is dialled");
    }

    /** Waits until this broker is dialled or the client is told anything; whether it is this broker. */
    boolean isDialledUnlessEnded(RawClient client) throws IOException {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PATIENCE_MILLIS);
        while (System.nanoTime() - deadline < 0) {
            if (peek()) {
                return true;
            }
            if (client.input().available() > 0) {
                return false;
            }
        }
        throw new AssertionError("no broker is dialled, and the client is told nothing");
    }

    private boolean peek() throws IOException {
        if (early == null) {
            server.setSoTimeout(PEEK_MILLIS);
            try {
                early = server.accept();
            } catch (SocketTimeoutException nobody) {
                return false;
            } finally {
                server.setSoTimeout(PATIENCE_MILLIS);
            }
        }
        return true;
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
        assertThat(peek()).as("the gateway has dialled the broker").isFalse();
    }

    int port() {
        return server.getLocalPort();
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
