package io.sluice.loadtest.load;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.loadtest.MqttPackets;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class StubSocketTest {
    private static final String REQUEST = """
            GET /mqtt HTTP/1.1
            Host: localhost
            Upgrade: websocket
            sec-websocket-KEY: dGhlIHNhbXBsZSBub25jZQ==

            """.replace("\n", "\r\n");

    private StubBroker broker;
    private Socket socket;
    private DataInputStream in;

    @BeforeEach
    void start() throws IOException {
        broker = StubBroker.start(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        socket = new Socket(broker.address().getAddress(), broker.address().getPort());
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(10_000);
        in = new DataInputStream(socket.getInputStream());
    }

    @AfterEach
    @Timeout(10)
    void stop() throws IOException {
        socket.close();
        broker.close();
    }

    private static byte[] frame(int first, byte[] payload) {
        ByteBuffer out = ByteBuffer.allocate(payload.length + FrameWriter.MOST_HEADER);
        new FrameWriter().put(first, ByteBuffer.wrap(payload), out);
        return Arrays.copyOf(out.array(), out.position());
    }

    private void send(int piece, byte[]... all) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (byte[] each : all) {
            bytes.write(each);
        }
        for (int from = 0; from < bytes.size(); from += piece) {
            byte[] part = Arrays.copyOfRange(bytes.toByteArray(), from, Math.min(bytes.size(), from + piece));
            socket.getOutputStream().write(part);
        }
    }

    private String head() throws IOException {
        StringBuilder head = new StringBuilder();
        while (!head.toString().endsWith("\r\n\r\n")) {
            head.append((char) in.readUnsignedByte());
        }
        return head.toString();
    }

    /** The payload of frames until there are so many bytes. */
    private byte[] payload(int length) throws IOException {
        ByteArrayOutputStream payload = new ByteArrayOutputStream();
        while (payload.size() < length) {
            assertThat(in.readUnsignedByte()).as("one whole binary frame").isEqualTo(0x82);
            int size = in.readUnsignedByte();
            size = size == 126 ? in.readUnsignedShort() : size == 127 ? (int) in.readLong() : size;
            payload.write(in.readNBytes(size));
        }
        return payload.toByteArray();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 1000, 1 << 20})
    void messagesComeBackInFramesHoweverTheBytesCome(int piece) throws IOException {
        byte[] message = new byte[300];
        for (int i = 0; i < message.length; i++) {
            message[i] = (byte) i;
        }
        byte[] connect = MqttPackets.connect(4, "a", 60);
        byte[] subscribe = {(byte) 0x82, 6, 0, 1, 0, 1, 't', 0};
        byte[] publish = MqttPackets.publish(4, "t", message);
        byte[] half = Arrays.copyOf(publish, 133);
        byte[] rest = Arrays.copyOfRange(publish, 133, publish.length);

        send(
                piece,
                REQUEST.getBytes(US_ASCII),
                frame(2, connect),
                frame(9, new byte[3]),
                frame(2, new byte[0]),
                frame(2, subscribe),
                frame(2, half),
                frame(0, rest));

        assertThat(head())
                .startsWith("HTTP/1.1 101 ")
                .contains("\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n");
        byte[] all = payload(4 + 5 + publish.length);
        assertThat(all).startsWith(0x20, 2, 0, 0, 0x90, 3, 0, 1, 0).endsWith(publish);
    }

    @ParameterizedTest
    @ValueSource(ints = {125, 126, 0xFFFF, 0x1_0000, 200_000})
    void framesHaveTheShortestHeader(int length) throws IOException {
        byte[] publish = MqttPackets.publish(4, "t", new byte[length]);
        byte[] subscribe = {(byte) 0x82, 6, 0, 1, 0, 1, 't', 0};

        send(1 << 20, REQUEST.getBytes(US_ASCII), frame(2, MqttPackets.connect(4, "a", 60)), frame(2, subscribe));
        head();
        payload(9);
        send(1 << 20, frame(2, publish));

        assertThat(payload(publish.length)).isEqualTo(publish);
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET / HTTP/1.1\r\n\r\n", "LARGE"})
    void whatIsNoUpgradeEnds(String request) throws IOException {
        send(1 << 20, (request.equals("LARGE") ? "G".repeat(9000) : request).getBytes(US_ASCII));

        assertThat(in.read()).isEqualTo(-1);
    }

    @Test
    void aCloseFrameEnds() throws IOException {
        send(1 << 20, REQUEST.getBytes(US_ASCII));
        head();

        send(1 << 20, frame(8, new byte[] {3, (byte) 0xE8}));

        assertThat(in.read()).isEqualTo(-1);
    }

    @Test
    void aFrameOfAnImpossibleLengthEnds() throws IOException {
        send(1 << 20, REQUEST.getBytes(US_ASCII));
        head();

        send(1 << 20, HexFormat.of().parseHex("82ff8000000000000000aabbccdd2000"));

        assertThat(in.read()).isEqualTo(-1);
    }

    @Test
    void theGeneratorSpeaksWithIt() {
        int port = broker.address().getPort();

        CommandRun run = CommandRun.brief("throughput", "--url", "ws://127.0.0.1:" + port + "/mqtt", "--size", "9000");

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out()).contains("errors        none");
        assertThat(run.number("messages")).isPositive();
    }
}
