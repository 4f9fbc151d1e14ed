package io.sluice;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/**
 * A client that can break every rule: HTTP as text, WebSocket frames as bytes, over TCP or TLS.
 *
 * <p>Confined to the test's thread.
 */
final class RawClient extends Wire {
    static final int CONTINUATION = 0x0;
    static final int TEXT = 0x1;
    static final int BINARY = 0x2;
    static final int CLOSE = 0x8;
    static final int PING = 0x9;
    static final int PONG = 0xA;
    static final int FIN = 0x80;

    /** No mask byte repeats, so that a mask applied out of step shows. */
    private static final int MASK = 0xA1B2C3D4;

    /** A TLS 1.3 record that holds nothing but an alert: two bytes, the content type, the tag, some JDKs pad by 16. */
    private static final Set<Integer> ALERT_BYTES = Set.of(19, 35);

    private static final int ALERT_TYPE = 21;

    /** An HTTP answer; header lines as they came. */
    record Answer(int status, List<String> headers, String body) {
        /** All values of a header, in their order. */
        List<String> header(String name) {
            String prefix = name.toLowerCase(Locale.ROOT) + ":";
            return headers.stream()
                    .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(prefix))
                    .map(line -> line.substring(prefix.length()).strip())
                    .toList();
        }
    }

    /** A frame from the gateway; first is its first byte. */
    @SuppressWarnings("ArrayRecordComponent") // compared by content
    record Frame(int first, byte[] payload) {
        @Override
        public boolean equals(Object other) {
            return other instanceof Frame frame && frame.first == first && Arrays.equals(frame.payload, payload);
        }

        @Override
        public int hashCode() {
            return 31 * first + Arrays.hashCode(payload);
        }

        @Override
        public String toString() {
            return Integer.toHexString(first) + " " + HexFormat.of().formatHex(payload);
        }

        int closeCode() {
            assertThat(first).as("a Close").isEqualTo(FIN | CLOSE);
            return payload.length == 0
                    ? 0
                    : Short.toUnsignedInt(ByteBuffer.wrap(payload).getShort());
        }
    }

    private final Socket socket;
    private final RecordingSocket transport;

    private RawClient(Socket socket, RecordingSocket transport) throws IOException {
        super(socket, transport);
        this.socket = socket;
        this.transport = transport;
    }

    static RawClient plain(InetSocketAddress address) throws IOException {
        return plain(address, 0);
    }

    /** Connects from an address of this machine. */
    static RawClient from(InetAddress local, InetSocketAddress address) throws IOException {
        RecordingSocket socket = new RecordingSocket();
        socket.bind(new InetSocketAddress(local, 0));
        socket.connect(address, PATIENCE_MILLIS);
        return new RawClient(socket, socket);
    }

    /** @param receiveBuffer bytes the kernel takes while the test does not read; 0 leaves the default */
    static RawClient plain(InetSocketAddress address, int receiveBuffer) throws IOException {
        RecordingSocket socket = connect(address, receiveBuffer);
        return new RawClient(socket, socket);
    }

    /** Shakes hands at once. */
    static RawClient tls(InetSocketAddress address, SSLContext context, List<String> versions, List<String> alpn)
            throws IOException {
        return tls(address, context, "localhost", versions, alpn, new byte[0]);
    }

    /**
     * Shakes hands at once.
     *
     * @param name asked for (SNI) and expected in the certificate
     * @param prelude sent in front of TLS
     */
    static RawClient tls(
            InetSocketAddress address,
            SSLContext context,
            String name,
            List<String> versions,
            List<String> alpn,
            byte[] prelude)
            throws IOException {
        RecordingSocket tcp = connect(address, 0);
        tcp.recording = new ByteArrayOutputStream();
        tcp.getOutputStream().write(prelude);
        SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(tcp, name, 443, true);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setProtocols(versions.toArray(String[]::new));
        parameters.setApplicationProtocols(alpn.toArray(String[]::new));
        parameters.setServerNames(List.of(new SNIHostName(name)));
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        socket.setSSLParameters(parameters);
        socket.setSoTimeout(PATIENCE_MILLIS);
        try {
            socket.startHandshake();
        } catch (IOException refused) {
            tcp.close();
            throw refused;
        }
        return new RawClient(socket, tcp);
    }

    private static RecordingSocket connect(InetSocketAddress address, int receiveBuffer) throws IOException {
        RecordingSocket socket = new RecordingSocket();
        if (receiveBuffer > 0) {
            socket.setReceiveBufferSize(receiveBuffer);
        }
        socket.connect(address, PATIENCE_MILLIS);
        return socket;
    }

    InetSocketAddress localAddress() {
        return (InetSocketAddress) transport.getLocalSocketAddress();
    }

    RawClient send(String text) throws IOException {
        send(text.getBytes(ISO_8859_1));
        return this;
    }

    /** Reads status line, headers, and a body of Content-Length bytes. */
    Answer answer() throws IOException {
        String[] status = line().split(" ", 3);
        assertThat(status[0]).startsWith("HTTP/1.");
        List<String> headers = new ArrayList<>();
        for (String line = line(); !line.isEmpty(); line = line()) {
            headers.add(line);
        }
        Answer head = new Answer(Integer.parseInt(status[1]), headers, "");
        List<String> length = head.header("Content-Length");
        String body = length.isEmpty() ? "" : new String(read(Integer.parseInt(length.get(0))), UTF_8);
        return new Answer(head.status(), headers, body);
    }

    /** Upgrades as a well-behaved client does. */
    RawClient upgrade() throws IOException {
        Answer answer = send(UpgradeRequest.VALID.toString()).answer();
        assertThat(answer.status()).isEqualTo(101);
        return this;
    }

    /** Upgrades and sends a packet in one frame. */
    RawClient open(byte[] packet) throws IOException {
        upgrade();
        mqtt(packet);
        return this;
    }

    /** Sends one masked frame. */
    void frame(int first, byte[] payload) throws IOException {
        send(masked(first, payload));
    }

    /** Sends one binary frame. */
    void mqtt(byte[]... packets) throws IOException {
        frame(FIN | BINARY, Packets.concat(packets));
    }

    /** Sends a Close. */
    void sendClose(int code) throws IOException {
        frame(FIN | CLOSE, new byte[] {(byte) (code >> 8), (byte) code});
    }

    static byte[] masked(int first, byte[] payload) {
        ByteBuffer frame = ByteBuffer.allocate(14 + payload.length).put((byte) first);
        if (payload.length <= 125) {
            frame.put((byte) (0x80 | payload.length));
        } else if (payload.length <= 0xFFFF) {
            frame.put((byte) 0xFE).putShort((short) payload.length);
        } else {
            frame.put((byte) 0xFF).putLong(payload.length);
        }
        frame.putInt(MASK);
        for (int i = 0; i < payload.length; i++) {
            frame.put((byte) (payload[i] ^ (MASK >>> (24 - 8 * (i % 4)))));
        }
        byte[] bytes = new byte[frame.flip().remaining()];
        frame.get(bytes);
        return bytes;
    }

    Frame readFrame() throws IOException {
        int first = read(1)[0] & 0xFF;
        int code = read(1)[0] & 0xFF;
        assertThat(code).as("a server's frame has no mask").isLessThan(0x80);
        long length = code;
        if (code == 126) {
            length = Short.toUnsignedInt(ByteBuffer.wrap(read(2)).getShort());
        } else if (code == 127) {
            length = ByteBuffer.wrap(read(8)).getLong();
        }
        return new Frame(first, read((int) length));
    }

    /** Reads whole binary frames until they hold as many bytes. */
    byte[] readMqtt(int count) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        while (bytes.size() < count) {
            Frame frame = readFrame();
            assertThat(frame.first()).as("a binary message in one frame").isEqualTo(FIN | BINARY);
            bytes.writeBytes(frame.payload());
        }
        assertThat(bytes.size()).isEqualTo(count);
        return bytes.toByteArray();
    }

    /** Version and application protocol of TLS, e.g. {@code TLSv1.3 http/1.1}. */
    String tlsParameters() {
        SSLSocket tls = (SSLSocket) socket;
        return tls.getSession().getProtocol() + " " + tls.getApplicationProtocol();
    }

    /** The bytes of the longest TLS record that came, without its header. */
    int longestRecord() {
        ByteBuffer seen = ByteBuffer.wrap(recorded());
        int longest = 0;
        while (seen.remaining() >= 5) {
            int length = Short.toUnsignedInt(seen.getShort(seen.position() + 3));
            longest = Math.max(longest, length);
            seen.position(Math.min(seen.limit(), seen.position() + 5 + length));
        }
        return longest;
    }

    private byte[] recorded() {
        ByteArrayOutputStream recording = transport.recording;
        if (recording == null) {
            throw new IllegalStateException("no TLS");
        }
        return recording.toByteArray();
    }

    /** The connection ended with a close_notify; judged by the last TLS record. */
    boolean closeNotified() {
        ByteBuffer seen = ByteBuffer.wrap(recorded());
        int type = 0;
        int length = 0;
        while (seen.remaining() >= 5) {
            type = seen.get();
            seen.getShort();
            length = Short.toUnsignedInt(seen.getShort());
            seen.position(seen.position() + length);
        }
        return !seen.hasRemaining() && (type == ALERT_TYPE || ALERT_BYTES.contains(length));
    }

    /** What comes from here on is not kept for {@link #closeNotified}. */
    void stopRecording() {
        transport.recording = null;
    }

    /** Keeps what is sent from here on, as the bytes below TLS. */
    void gather() {
        transport.gathered = new ByteArrayOutputStream();
    }

    /** What was kept since {@link #gather}; what is sent from here on goes out. */
    byte[] gathered() {
        ByteArrayOutputStream kept = transport.gathered;
        if (kept == null) {
            throw new IllegalStateException("nothing is gathered");
        }
        transport.gathered = null;
        return kept.toByteArray();
    }

    /** The output below TLS. */
    OutputStream transportOutput() throws IOException {
        return transport.getOutputStream();
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int next = read(); next != '\n'; next = read()) {
            if (next < 0) {
                throw new EOFException("the answer ends in a header line: " + line);
            }
            line.append((char) next);
        }
        assertThat(line).endsWith("\r");
        return line.substring(0, line.length() - 1);
    }

    private static final class RecordingSocket extends Socket {
        private volatile @Nullable ByteArrayOutputStream recording;
        private volatile @Nullable ByteArrayOutputStream gathered;

        @Override
        public OutputStream getOutputStream() throws IOException {
            return new FilterOutputStream(super.getOutputStream()) {
                @Override
                public void write(int next) throws IOException {
                    write(new byte[] {(byte) next}, 0, 1);
                }

                @Override
                public void write(byte[] bytes, int offset, int length) throws IOException {
                    ByteArrayOutputStream kept = gathered;
                    if (kept == null) {
                        out.write(bytes, offset, length);
                    } else {
                        kept.write(bytes, offset, length);
                    }
                }
            };
        }

        @Override
        public InputStream getInputStream() throws IOException {
            InputStream plain = super.getInputStream();
            return new FilterInputStream(plain) {
                @Override
                public int read() throws IOException {
                    int next = super.read();
                    ByteArrayOutputStream seen = recording;
                    if (next >= 0 && seen != null) {
                        seen.write(next);
                    }
                    return next;
                }

                @Override
                public int read(byte[] target, int offset, int length) throws IOException {
                    int count = super.read(target, offset, length);
                    ByteArrayOutputStream seen = recording;
                    if (count > 0 && seen != null) {
                        seen.write(target, offset, count);
                    }
                    return count;
                }
            };
        }
    }
}
