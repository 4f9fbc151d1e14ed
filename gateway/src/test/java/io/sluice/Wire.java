package io.sluice;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.util.Arrays;
import java.util.HexFormat;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;

/**
 * One end of a connection, driven by the test: bytes out, bytes in, and how it ended. Every read waits at most ten seconds.
 *
 * <p>Confined to the test's thread.
 */
class Wire implements AutoCloseable {
    static final int PATIENCE_MILLIS = 10_000;

    /** How the other side closed its output. */
    enum End {
        FIN,
        RESET
    }

    /** What came until the end, and the end. */
    @SuppressWarnings("ArrayRecordComponent") // compared by content
    record Rest(byte[] bytes, End end) {
        @Override
        public boolean equals(Object other) {
            return other instanceof Rest rest && rest.end == end && Arrays.equals(rest.bytes, bytes);
        }

        @Override
        public int hashCode() {
            return 31 * end.hashCode() + Arrays.hashCode(bytes);
        }

        @Override
        public String toString() {
            return HexFormat.of().formatHex(bytes) + " " + end;
        }
    }

    private final Socket socket;
    private final Socket transport;
    private final InputStream in;
    private final OutputStream out;

    /** @param transport the TCP socket below; the same one without TLS */
    Wire(Socket socket, Socket transport) throws IOException {
        this.socket = socket;
        this.transport = transport;
        transport.setTcpNoDelay(true);
        socket.setSoTimeout(PATIENCE_MILLIS);
        in = new BufferedInputStream(socket.getInputStream(), 64 * 1024);
        out = socket.getOutputStream();
    }

    final void send(byte[]... parts) throws IOException {
        out.write(Packets.concat(parts));
        out.flush();
    }

    /** The next byte, or -1 at the end. */
    final int read() throws IOException {
        return in.read();
    }

    final byte[] read(int count) throws IOException {
        byte[] bytes = in.readNBytes(count);
        if (bytes.length < count) {
            throw new EOFException("the other side ended after " + bytes.length + " of " + count + " bytes");
        }
        return bytes;
    }

    /** Reads to the end of the other side's output. */
    final Rest readToEnd() throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        try {
            for (int next = in.read(); next >= 0; next = in.read()) {
                all.write(next);
            }
            return new Rest(all.toByteArray(), End.FIN);
        } catch (SocketException reset) {
            return new Rest(all.toByteArray(), End.RESET);
        }
    }

    /** Reads one MQTT packet, whole. */
    final byte[] readPacket() throws IOException {
        ByteArrayOutputStream packet = new ByteArrayOutputStream();
        packet.write(read(1)[0]);
        int length = 0;
        int shift = 0;
        int digit;
        do {
            digit = read(1)[0];
            packet.write(digit);
            length |= (digit & 0x7F) << shift;
            shift += 7;
        } while ((digit & 0x80) != 0);
        packet.writeBytes(read(length));
        return packet.toByteArray();
    }

    /** Ends the output, with TLS by close_notify; input goes on. */
    final void halfClose() throws IOException {
        socket.shutdownOutput();
    }

    /** Drops the connection by RST. */
    final void reset() throws IOException {
        transport.setSoLinger(true, 0);
        transport.close();
    }

    /** Closes the TCP connection without a word, as a process that ends does. */
    final void drop() throws IOException {
        transport.close();
    }

    /** The other end of the TCP connection. */
    final InetSocketAddress peer() {
        return (InetSocketAddress) transport.getRemoteSocketAddress();
    }

    /** What TLS agreed on. */
    final SSLSession tlsSession() {
        return ((SSLSocket) socket).getSession();
    }

    final InputStream input() {
        return in;
    }

    final OutputStream output() {
        return out;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
