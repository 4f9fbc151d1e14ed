package io.sluice;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.IOException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** WebSocket frames on a real connection. */
@Timeout(30)
class FramesIT {
    private static final int FIN = RawClient.FIN;
    private static final byte[] CONNECT = Packets.connect(4);

    private static ScriptedBroker broker;
    private static TestGateway gateway;

    @BeforeAll
    static void start() throws IOException {
        broker = new ScriptedBroker();
        gateway = TestGateway.start(broker, "limit.close-timeout=2s");
    }

    @AfterAll
    static void stop() throws IOException {
        gateway.close();
        broker.close();
    }

    private static RawClient client(boolean tls) throws IOException {
        return (tls ? gateway.secure() : gateway.plain()).upgrade();
    }

    @ParameterizedTest(name = "tls {0}")
    @ValueSource(booleans = {true, false})
    @DisplayName("RFC 6455 5.5.3: a ping is answered with its payload, also between the fragments of a message")
    void answersPings(boolean tls) throws Exception {
        try (RawClient client = client(tls)) {
            byte[] longest = "x".repeat(125).getBytes(US_ASCII);
            client.frame(FIN | RawClient.PING, longest);
            assertThat(client.readFrame()).isEqualTo(pong(longest));
            client.frame(RawClient.BINARY, new byte[] {CONNECT[0]});
            client.frame(FIN | RawClient.PING, new byte[0]);
            assertThat(client.readFrame()).isEqualTo(pong(new byte[0]));
            client.frame(FIN | RawClient.PONG, longest);
            client.frame(FIN | RawClient.CONTINUATION, java.util.Arrays.copyOfRange(CONNECT, 1, CONNECT.length));

            try (Wire connection = broker.welcome(CONNECT)) {
                assertThat(client.readMqtt(4)).isEqualTo(Packets.connack(4));
                connection.send(Packets.PINGRESP);
                assertThat(client.readMqtt(2)).isEqualTo(Packets.PINGRESP);
            }
        }
    }

    private static RawClient.Frame pong(byte[] payload) {
        return new RawClient.Frame(FIN | RawClient.PONG, payload);
    }

    @ParameterizedTest(name = "tls {0}")
    @ValueSource(booleans = {true, false})
    @DisplayName("[MQTT-6.0.0-2]: packets and frames have no bounds in common")
    void forgetsFrameBounds(boolean tls) throws Exception {
        byte[] publish = Packets.publish(4, "hello");
        try (RawClient client = client(tls)) {
            for (byte[] one : bytes(RawClient.masked(FIN | RawClient.BINARY, CONNECT))) {
                client.send(one);
            }
            try (Wire connection = broker.welcome(CONNECT)) {
                client.readMqtt(4);
                for (byte one : publish) {
                    client.mqtt(new byte[] {one});
                }
                client.mqtt();
                client.mqtt(publish, Packets.PINGREQ, publish, publish);
                client.send(
                        RawClient.masked(RawClient.BINARY, Packets.PINGREQ),
                        RawClient.masked(FIN | RawClient.PING, new byte[] {7}),
                        RawClient.masked(RawClient.CONTINUATION, new byte[0]),
                        RawClient.masked(FIN | RawClient.CONTINUATION, publish),
                        RawClient.masked(FIN | RawClient.BINARY, Packets.PINGREQ));

                byte[] expected = Packets.concat(
                        publish, publish, Packets.PINGREQ, publish, publish, Packets.PINGREQ, publish, Packets.PINGREQ);
                assertThat(connection.read(expected.length)).isEqualTo(expected);
                assertThat(client.readFrame()).isEqualTo(pong(new byte[] {7}));
            }
        }
    }

    @ParameterizedTest(name = "{0} bytes of payload")
    @ValueSource(ints = {0, 120, 121, 126, 127, 65_530, 65_531, 65_536, 200_000})
    void carriesAnyLengthBothWays(int length) throws Exception {
        byte[] publish = Packets.publish(4, new byte[length]);
        try (RawClient client = client(true)) {
            client.mqtt(CONNECT);
            try (Wire connection = broker.welcome(CONNECT)) {
                client.readMqtt(4);

                client.mqtt(publish);
                assertThat(connection.readPacket()).isEqualTo(publish);
                connection.send(publish);
                assertThat(client.readMqtt(publish.length)).isEqualTo(publish);
            }
        }
    }

    static Stream<Arguments> illegal() {
        byte[] one = {1};
        return Stream.of(
                arguments("text", RawClient.masked(FIN | RawClient.TEXT, CONNECT), 1003),
                arguments("a text frame's first byte", new byte[] {(byte) 0x81}, 1003),
                arguments("no mask", Packets.concat(Packets.hex("82 10"), CONNECT), 1002),
                arguments("RSV1", RawClient.masked(0xC2, CONNECT), 1002),
                arguments("RSV2", RawClient.masked(0xA2, CONNECT), 1002),
                arguments("RSV3", RawClient.masked(0x92, CONNECT), 1002),
                arguments("reserved opcode 3", RawClient.masked(0x83, CONNECT), 1002),
                arguments("reserved opcode 15", RawClient.masked(0x8F, one), 1002),
                arguments("a continuation of nothing", RawClient.masked(FIN, CONNECT), 1002),
                arguments(
                        "a message inside a message",
                        Packets.concat(RawClient.masked(RawClient.BINARY, one), RawClient.masked(0x82, one)),
                        1002),
                arguments("length 1 in two bytes", Packets.hex("82 FE 00 01 00 00 00 00 10"), 1002),
                arguments("length 1 in eight bytes", Packets.hex("82 FF 00 00 00 00 00 00 00 01 00 00 00 00 10"), 1002),
                arguments("a negative length", Packets.hex("82 FF 80 00 00 00 00 00 00 01 00 00 00 00 10"), 1002),
                arguments("a ping of 126 bytes", RawClient.masked(0x89, new byte[126]), 1002),
                arguments("a ping in fragments", RawClient.masked(0x09, one), 1002),
                arguments("a Close in fragments", RawClient.masked(0x08, new byte[0]), 1002),
                arguments("a Close of one byte", RawClient.masked(0x88, one), 1002),
                arguments("Close 999", RawClient.masked(0x88, Packets.hex("03 E7")), 1002),
                arguments("Close 1004", RawClient.masked(0x88, Packets.hex("03 EC")), 1002),
                arguments("Close 1005", RawClient.masked(0x88, Packets.hex("03 ED")), 1002),
                arguments("Close 1006", RawClient.masked(0x88, Packets.hex("03 EE")), 1002),
                arguments("Close 1015", RawClient.masked(0x88, Packets.hex("03 F7")), 1002),
                arguments("Close 5000", RawClient.masked(0x88, Packets.hex("13 88")), 1002),
                arguments("a Close whose reason is no UTF-8", RawClient.masked(0x88, Packets.hex("03 E8 C3 28")), 1007),
                arguments("a Close whose reason is cut", RawClient.masked(0x88, Packets.hex("03 E8 E2 82")), 1007));
    }

    @ParameterizedTest(name = "{0}: {2}")
    @MethodSource("illegal")
    @DisplayName("RFC 6455 5, 7.4, [MQTT-6.0.0-1]: an illegal frame ends the session, and the broker sees none of it")
    void endsOnIllegalFrames(String meaning, byte[] frame, int code) throws Exception {
        for (boolean tls : new boolean[] {true, false}) {
            try (RawClient client = client(tls)) {
                client.send(frame);

                assertThat(client.readFrame().closeCode()).isEqualTo(code);
                assertEndsWell(client, tls);
            }
        }
        broker.assertUntouched();
    }

    @Test
    @DisplayName("[MQTT-6.0.0-1]: of a text frame in an open session not a byte reaches the broker")
    void keepsTextFromTheBroker() throws Exception {
        try (RawClient client = client(true)) {
            client.mqtt(CONNECT);
            try (Wire connection = broker.welcome(CONNECT)) {
                client.readMqtt(4);
                client.send(
                        RawClient.masked(FIN | RawClient.BINARY, Packets.PINGREQ),
                        RawClient.masked(FIN | RawClient.TEXT, Packets.DISCONNECT));

                assertThat(client.readFrame().closeCode()).isEqualTo(1003);
                assertThat(connection.readToEnd()).isEqualTo(new Wire.Rest(Packets.PINGREQ, Wire.End.FIN));
            }
        }
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(ints = {1000, 1001, 1003, 1007, 1014, 3000, 4999})
    @DisplayName("RFC 6455 5.5.1: a Close is answered with its own code")
    void echoesTheCode(int code) throws Exception {
        for (boolean tls : new boolean[] {true, false}) {
            try (RawClient client = client(tls)) {
                client.sendClose(code);

                assertThat(client.readFrame().closeCode()).isEqualTo(code);
                assertEndsWell(client, tls);
            }
        }
    }

    @Test
    @DisplayName("RFC 6455 7.1.5: a Close without body is answered by one without body")
    void echoesNoCode() throws Exception {
        try (RawClient client = client(true)) {
            client.frame(FIN | RawClient.CLOSE, new byte[0]);

            assertThat(client.readFrame()).isEqualTo(new RawClient.Frame(FIN | RawClient.CLOSE, new byte[0]));
            assertEndsWell(client, true);
        }
    }

    @ParameterizedTest(name = "tls {0}")
    @ValueSource(booleans = {true, false})
    @DisplayName("RFC 6455 5.5.1: frames behind a Close are ignored, and cause no reset")
    void ignoresWhatFollowsClose(boolean tls) throws Exception {
        try (RawClient client = client(tls)) {
            client.send(
                    RawClient.masked(0x88, Packets.hex("03 E8")),
                    RawClient.masked(0x82, CONNECT),
                    RawClient.masked(0x81, new byte[100_000]));

            assertThat(client.readFrame().closeCode()).isEqualTo(1000);
            client.send(RawClient.masked(0x89, new byte[1]));
            assertEndsWell(client, tls);
        }
        broker.assertUntouched();
    }

    @ParameterizedTest(name = "tls {0}")
    @ValueSource(booleans = {true, false})
    @DisplayName("RFC 6455 7.1.1: after its own Close the gateway reads on until the client's")
    void waitsForTheClientsClose(boolean tls) throws Exception {
        try (RawClient client = client(tls)) {
            client.send(RawClient.masked(0x82, Packets.PINGREQ));
            assertThat(client.readFrame().closeCode()).isEqualTo(1002);
            client.send(RawClient.masked(0x82, new byte[100_000]));

            client.sendClose(1002);

            assertEndsWell(client, tls);
        }
    }

    /** TCP is closed by the gateway first, by FIN, with TLS behind a close_notify. */
    private static void assertEndsWell(RawClient client, boolean tls) throws IOException {
        Wire.Rest rest = client.readToEnd();
        assertThat(rest.bytes()).isEmpty();
        assertThat(rest.end()).isEqualTo(Wire.End.FIN);
        if (tls) {
            assertThat(client.closeNotified()).as("close_notify").isTrue();
        }
    }

    private static byte[][] bytes(byte[] all) {
        byte[][] single = new byte[all.length][];
        for (int i = 0; i < all.length; i++) {
            single[i] = new byte[] {all[i]};
        }
        return single;
    }
}
