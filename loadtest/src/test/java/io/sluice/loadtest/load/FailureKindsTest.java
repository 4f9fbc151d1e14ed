package io.sluice.loadtest.load;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HexFormat;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What a client calls the ways in which a server can turn it away. */
@Timeout(60)
class FailureKindsTest {
    private static final String UPGRADED = """
            HTTP/1.1 101 Switching Protocols\r
            Upgrade: websocket\r
            Sec-WebSocket-Accept: ACCEPT\r
            Sec-WebSocket-Protocol: mqtt\r
            \r
            """;

    private ServerSocket server;

    @BeforeEach
    void listen() throws IOException {
        server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
    }

    @AfterEach
    void close() throws IOException {
        server.close();
    }

    static Stream<Arguments> answers() {
        return Stream.of(
                Arguments.of("HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\n\r\n", "", "HTTP status 503"),
                Arguments.of("HTTP/1.1 2000\r\n\r\n", "", "no HTTP answer"),
                Arguments.of("SSH-2.0-OpenSSH\r\n\r\n", "", "no HTTP answer"),
                Arguments.of("x".repeat(Upgrade.MOST + 1), "", "no HTTP answer"),
                Arguments.of(UPGRADED.replace("ACCEPT", "other"), "", "wrong Sec-WebSocket-Accept"),
                Arguments.of(UPGRADED.replace("mqtt", "amqp"), "", "no subprotocol mqtt"),
                Arguments.of(UPGRADED, "8802 03F5", "WebSocket close 1013"),
                Arguments.of(UPGRADED, "8800", "WebSocket close 1005"),
                Arguments.of(UPGRADED, "8282 03F5", "malformed WebSocket"),
                Arguments.of(UPGRADED, "887E 0080", "malformed WebSocket"),
                Arguments.of(UPGRADED, "8205 20 03 00 97 00", "CONNACK 0x97"),
                Arguments.of(UPGRADED, "0201 20 8904 50494E47 0000 8004 03 00 97 00", "CONNACK 0x97"),
                Arguments.of(UPGRADED, "8205 90 03 00 00 00", "malformed MQTT"),
                Arguments.of(UPGRADED, "8205 20 FFFFFFFF", "malformed MQTT"),
                Arguments.of(UPGRADED, "8202 20 00", "malformed MQTT"),
                Arguments.of(UPGRADED, "", "connection closed"),
                Arguments.of("", "", "connection closed"));
    }

    @ParameterizedTest(name = "{2}")
    @MethodSource("answers")
    void tellsWhatTheServerSaid(String head, String frames, String kind) throws Exception {
        Thread answering = new Thread(() -> answer(head, HexFormat.of().parseHex(frames.replace(" ", ""))));
        answering.start();
        String url = "ws://127.0.0.1:" + server.getLocalPort() + "/mqtt";

        CommandRun run = CommandRun.brief("connect", "--url", url);

        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err().strip()).isEqualTo("load: cannot reach " + url + ": " + kind);
        answering.join();
    }

    private void answer(String head, byte[] frames) {
        try (Socket client = server.accept()) {
            String request = head(client.getInputStream());
            String key = request.replaceAll("(?s).*Sec-WebSocket-Key: ([^\r]*)\r.*", "$1");
            client.getOutputStream().write(head.replace("ACCEPT", accept(key)).getBytes(ISO_8859_1));
            for (byte one : frames) {
                client.getOutputStream().write(one);
            }
            client.shutdownOutput();
            client.getInputStream().readAllBytes();
        } catch (IOException e) {
            // the client has left
        }
    }

    private static String head(InputStream in) throws IOException {
        StringBuilder text = new StringBuilder();
        while (text.indexOf("\r\n\r\n") < 0) {
            text.append((char) in.read());
        }
        return text.toString();
    }

    private static String accept(String key) {
        try {
            byte[] text = (key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").getBytes(ISO_8859_1);
            return Base64.getEncoder()
                    .encodeToString(MessageDigest.getInstance("SHA-1").digest(text));
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }
}
