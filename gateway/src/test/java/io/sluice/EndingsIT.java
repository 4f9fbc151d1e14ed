package io.sluice;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.session.Session;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Each ending, seen from both sides: the client's last MQTT bytes and close code, the broker's last bytes and that its
 * connection ends by FIN, with no DISCONNECT in the client's name.
 */
@Timeout(30)
class EndingsIT {
    private static final byte[] NOTHING = {};
    private static final byte[] UNAVAILABLE_3 = Packets.hex("20 02 00 03");

    private ScriptedBroker broker;
    private LogLines log;

    @BeforeEach
    void start() throws IOException {
        broker = new ScriptedBroker();
        log = new LogLines();
    }

    @AfterEach
    void stop() throws IOException {
        log.close();
        broker.close();
    }

    private TestGateway gateway(String... settings) {
        return TestGateway.start(broker, settings);
    }

    /** Reads MQTT bytes up to the Close, answers it, and sees the connection end well. */
    private static byte[] assertClosed(RawClient client, int code) throws IOException {
        byte[] mqtt = NOTHING;
        RawClient.Frame frame = client.readFrame();
        while (frame.first() == (RawClient.FIN | RawClient.BINARY)) {
            mqtt = Packets.concat(mqtt, frame.payload());
            frame = client.readFrame();
        }
        assertThat(frame.closeCode()).isEqualTo(code);
        client.sendClose(code);
        assertThat(client.readToEnd()).isEqualTo(new Wire.Rest(NOTHING, Wire.End.FIN));
        client.halfClose();
        return mqtt;
    }

    /** The gateway's own words at the end: code and reason for 5.0, nothing or a short CONNACK for 3.x. */
    private static void assertSaid(byte[] mqtt, int level, byte[] said3, String start5) {
        if (level == 5) {
            assertThat(mqtt).hasSizeGreaterThan(3).startsWith(Packets.hex(start5.substring(0, 2)));
            int code = mqtt[0] == 0x20 ? mqtt[3] : mqtt[2];
            assertThat(Integer.toHexString(code & 0xFF)).isEqualToIgnoringCase(start5.substring(3));
            assertThat(mqtt[1]).as("one packet, whole").isEqualTo((byte) (mqtt.length - 2));
        } else {
            assertThat(mqtt).isEqualTo(said3);
        }
    }

    private static void assertFinAfter(Wire connection, byte[] bytes) throws IOException {
        assertThat(connection.readToEnd()).isEqualTo(new Wire.Rest(bytes, Wire.End.FIN));
    }

    @Test
    void connectTimeout() throws Exception {
        try (TestGateway gateway = gateway("limit.connect-packet-timeout=200ms");
                RawClient silent = gateway.plain().upgrade();
                RawClient slow = gateway.secure().open(new byte[] {0x10})) {
            assertThat(assertClosed(silent, 1008)).isEmpty();
            assertThat(assertClosed(slow, 1008)).isEmpty();
            log.await("cause=connect-timeout by=gateway");
            broker.assertUntouched();
        }
    }

    @ParameterizedTest(name = "level {0}")
    @ValueSource(ints = {3, 4, 5})
    void noBroker(int level) throws Exception {
        int closed;
        try (ServerSocket taken = new ServerSocket(0)) {
            closed = taken.getLocalPort();
        }
        try (TestGateway gateway = TestGateway.start("cluster.brokers=127.0.0.1:" + closed);
                RawClient client = gateway.plain().open(Packets.connect(level))) {
            assertSaid(assertClosed(client, 1013), level, UNAVAILABLE_3, "20 88");
            log.await("cause=no-broker");
        }
    }

    @ParameterizedTest(name = "level {0}")
    @ValueSource(ints = {3, 4, 5})
    void connackTimeout(int level) throws Exception {
        try (TestGateway gateway = gateway("limit.connack-timeout=200ms");
                RawClient client = gateway.plain().open(Packets.connect(level));
                Wire connection = broker.accept()) {
            client.mqtt(Packets.PINGREQ);

            assertFinAfter(connection, Packets.connect(level));
            connection.halfClose();
            assertSaid(assertClosed(client, 1014), level, UNAVAILABLE_3, "20 88");
            log.await("cause=connack-timeout");
        }
    }

    @ParameterizedTest(name = "level {0}, reset {1}")
    @CsvSource({"4, false", "4, true", "5, false", "5, true"})
    void brokerClosesBeforeConnack(int level, boolean reset) throws Exception {
        try (TestGateway gateway = gateway();
                RawClient client = gateway.plain().open(Packets.connect(level));
                Wire connection = broker.accept()) {
            connection.readPacket();
            if (reset) {
                connection.reset();
            } else {
                connection.halfClose();
            }

            assertSaid(assertClosed(client, 1014), level, UNAVAILABLE_3, "20 88");
            log.await("cause=broker-closed-before-connack");
        }
    }

    @ParameterizedTest(name = "level {0}")
    @CsvSource({"4, 20020005", "5, 2003008700"})
    @DisplayName("[MQTT-3.1.4-5], [MQTT-3.1.4-6]: a refusal passes; what the client sent behind CONNECT does not")
    void brokerRefuses(int level, String connack) throws Exception {
        byte[] refusal = Packets.hex(connack);
        try (TestGateway gateway = gateway();
                RawClient client =
                        gateway.plain().open(Packets.concat(Packets.connect(level), Packets.publish(level, "x")));
                Wire connection = broker.accept()) {
            connection.readPacket();
            connection.send(refusal);
            connection.halfClose();

            assertThat(assertClosed(client, 1000)).isEqualTo(refusal);
            assertFinAfter(connection, NOTHING);
            log.await("cause=broker-refused");
        }
    }

    @ParameterizedTest(name = "level {0}, reset {1}")
    @CsvSource({"4, false", "4, true", "5, false", "5, true"})
    void brokerLost(int level, boolean reset) throws Exception {
        byte[] publish = Packets.publish(level, "last");
        try (TestGateway gateway = gateway();
                RawClient client = gateway.plain().open(Packets.connect(level));
                Wire connection = broker.welcome(Packets.connect(level))) {
            client.readMqtt(Packets.connack(level).length);
            connection.send(publish);
            client.readMqtt(publish.length);
            if (reset) {
                connection.reset();
            } else {
                connection.halfClose();
            }

            assertSaid(assertClosed(client, 1014), level, NOTHING, "E0 80");
            log.await("cause=broker-lost by=broker");
        }
    }

    @Test
    @DisplayName("a broker that is lost inside a packet leaves no place for a DISCONNECT")
    void brokerLostInsidePacket() throws Exception {
        try (TestGateway gateway = gateway();
                RawClient client = gateway.plain().open(Packets.connect(5));
                Wire connection = broker.welcome(Packets.connect(5))) {
            client.readMqtt(5);
            connection.send(Packets.hex("30 0A 00"));
            connection.halfClose();

            assertThat(assertClosed(client, 1014)).isEqualTo(Packets.hex("30 0A 00"));
        }
    }

    @Test
    @DisplayName("[MQTT-3.14.4-1]: the broker's DISCONNECT passes, and nothing after it")
    void brokerDisconnects() throws Exception {
        byte[] takenOver = Packets.hex("E0 02 8E 00");
        try (TestGateway gateway = gateway();
                RawClient client = gateway.plain().open(Packets.connect(5));
                Wire connection = broker.welcome(Packets.connect(5))) {
            client.readMqtt(5);
            connection.send(takenOver);
            connection.halfClose();

            assertThat(assertClosed(client, 1000)).isEqualTo(takenOver);
            assertFinAfter(connection, NOTHING);
            log.await("cause=broker-disconnect");
        }
    }

    @ParameterizedTest(name = "level {0}")
    @CsvSource({"4, false", "5, false", "4, true", "5, true"})
    void brokerMalformed(int level, boolean open) throws Exception {
        try (TestGateway gateway = gateway();
                RawClient client = gateway.plain().open(Packets.connect(level));
                Wire connection = broker.accept()) {
            connection.readPacket();
            if (open) {
                connection.send(Packets.connack(level));
                client.readMqtt(Packets.connack(level).length);
            }
            connection.send(Packets.hex(open ? "00 00" : "20 00"));

            byte[] said = assertClosed(client, 1014);
            assertSaid(said, level, open ? NOTHING : UNAVAILABLE_3, open ? "E0 80" : "20 80");
            assertFinAfter(connection, NOTHING);
            connection.halfClose();
            log.await("cause=broker-malformed");
        }
    }

    @ParameterizedTest(name = "level {0}")
    @ValueSource(ints = {4, 5})
    @DisplayName("[MQTT-3.1.2-24] in 3.1.1, [MQTT-3.1.2-22] in 5.0: the silent client is closed, its Will lives")
    void keepAliveExpires(int level) throws Exception {
        byte[] connect = Packets.connect(level, 1);
        try (TestGateway gateway = gateway("limit.keep-alive.factor=1", "limit.keep-alive.grace=0s");
                RawClient client = gateway.plain().open(connect);
                Wire connection = broker.welcome(connect)) {
            client.readMqtt(Packets.connack(level).length);

            assertSaid(assertClosed(client, 1008), level, NOTHING, "E0 8D");
            assertFinAfter(connection, NOTHING);
            connection.halfClose();
            log.await("cause=keep-alive-expired");
        }
    }

    @ParameterizedTest(name = "level {0}, client closes the WebSocket {1}")
    @CsvSource({"4, true", "4, false", "5, true", "5, false"})
    void clientDisconnects(int level, boolean clientCloses) throws Exception {
        try (TestGateway gateway = gateway();
                RawClient client = gateway.secure().open(Packets.connect(level));
                Wire connection = broker.welcome(Packets.connect(level))) {
            client.readMqtt(Packets.connack(level).length);
            byte[] last = Packets.concat(Packets.publish(level, "bye"), Packets.DISCONNECT);
            client.mqtt(last);
            if (clientCloses) {
                client.sendClose(1001);
                assertThat(client.readFrame().closeCode()).isEqualTo(1001);
                client.halfClose();
                assertFinAfter(connection, last);
                connection.halfClose();
            } else {
                assertThat(connection.read(last.length)).isEqualTo(last);
                connection.halfClose();
                assertThat(assertClosed(client, 1000)).isEmpty();
                assertFinAfter(connection, NOTHING);
            }
            log.await(clientCloses ? "cause=client-disconnect by=client" : "cause=client-disconnect");
        }
    }

    @Test
    void clientCloses() throws Exception {
        try (TestGateway gateway = gateway();
                RawClient client = gateway.secure().open(Packets.connect(5));
                Wire connection = broker.welcome(Packets.connect(5))) {
            client.readMqtt(5);
            client.mqtt(Packets.PINGREQ);
            client.sendClose(3001);

            assertThat(client.readFrame().closeCode()).isEqualTo(3001);
            client.halfClose();
            assertFinAfter(connection, Packets.PINGREQ);
            connection.halfClose();
            log.await("cause=client-close");
        }
    }

    /** How a client can vanish. */
    enum Loss {
        FIN,
        RESET
    }

    @ParameterizedTest(name = "{0}, tls {1}")
    @CsvSource({"FIN, true", "FIN, false", "RESET, true", "RESET, false"})
    @DisplayName("[MQTT-3.1.2-10]: the loss of a client reaches the broker as FIN, behind all that it sent")
    void clientLost(Loss loss, boolean tls) throws Exception {
        byte[] publish = Packets.publish(4, new byte[100_000]);
        try (TestGateway gateway = gateway();
                RawClient client = (tls ? gateway.secure() : gateway.plain()).open(Packets.connect(4));
                Wire connection = broker.welcome(Packets.connect(4))) {
            client.readMqtt(4);
            client.mqtt(publish);
            if (loss == Loss.FIN) {
                client.halfClose();
            } else {
                assertThat(connection.read(publish.length)).isEqualTo(publish);
                client.reset();
            }

            assertFinAfter(connection, loss == Loss.FIN ? publish : NOTHING);
            connection.halfClose();
            log.await("cause=client-lost by=client");
        }
    }

    @ParameterizedTest(name = "{1}, level {0}")
    @CsvSource({
        "4, packet-too-large,   30810100, 1009, ''",
        "5, packet-too-large,   30810100, 1009, E0 95",
        "4, packet-malformed,   360100,   1002, ''",
        "5, packet-malformed,   360100,   1002, E0 81",
        "4, protocol-error,     100000,   1002, ''",
        "5, protocol-error,     100000,   1002, E0 82"
    })
    void clientBreaksTheRules(int level, String cause, String packet, int code, String said5) throws Exception {
        try (TestGateway gateway = gateway("limit.packet.max=128B");
                RawClient client = gateway.plain().open(Packets.connect(level));
                Wire connection = broker.welcome(Packets.connect(level))) {
            client.readMqtt(Packets.connack(level).length);
            client.mqtt(Packets.PINGREQ, Packets.hex(packet));

            assertSaid(assertClosed(client, code), level, NOTHING, said5);
            assertThat(connection.read(2)).isEqualTo(Packets.PINGREQ);
            Wire.Rest rest = connection.readToEnd();
            assertThat(rest.end()).isEqualTo(Wire.End.FIN);
            assertThat(rest.bytes())
                    .as("of the bad packet nothing that a broker would act on")
                    .isEmpty();
            connection.halfClose();
            log.await("cause=" + cause);
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "no CONNECT,                       C000,                             '',         1002, not-connect",
        "no MQTT,                          474554202F,                       '',         1002, not-connect",
        "3.1.1 with the reserved flag,     100E00044D51545404030000 00026331, '',         1002, connect-malformed",
        "5.0 with the reserved flag,       100F00044D5154540503000000 00026331, 20 81,   1002, connect-malformed",
        "level 6,                          100F00044D5154540602000000 00026331, 2003008400, 1002, version-refused",
        "level 2,                          100E00044D51545402020000 00026331, 20020001,   1002, version-refused",
        "a bridge of 3.1.1,                100E00044D51545484020000 00026331, 20020001,   1002, bridge-refused"
    })
    void refusesConnect(String meaning, String connect, String answer, int code, String cause) throws Exception {
        try (TestGateway gateway = gateway();
                RawClient client = gateway.plain().open(Packets.hex(connect))) {
            byte[] said = assertClosed(client, code);
            if (answer.equals("20 81")) {
                assertSaid(said, 5, NOTHING, answer);
            } else if (answer.equals("2003008400")) {
                assertSaid(said, 5, NOTHING, "20 84");
            } else {
                assertThat(said).isEqualTo(Packets.hex(answer));
            }
            log.await("cause=" + cause);
            broker.assertUntouched();
        }
    }

    @ParameterizedTest(name = "level {0}")
    @CsvSource({"4, 20020002", "5, 20 85"})
    @DisplayName("a client id of 1,025 characters; one of 1,024 passes")
    void refusesAClientIdThatIsTooLongToKeep(int level, String answer) throws Exception {
        byte[] longest = connectOf(level, 1024);
        try (TestGateway gateway = gateway();
                RawClient good = gateway.plain().open(longest);
                Wire connection = broker.accept();
                RawClient client = gateway.plain().open(connectOf(level, 1025))) {
            assertThat(connection.readPacket()).isEqualTo(longest);
            assertSaid(assertClosed(client, 1008), level, level == 5 ? NOTHING : Packets.hex(answer), answer);
            log.await("cause=client-id-too-long");
            broker.assertUntouched();
            good.halfClose();
        }
    }

    private static byte[] connectOf(int level, int characters) {
        byte[] head = Packets.hex(level == 4 ? "00 04 4D515454 04 02 0000" : "00 04 4D515454 05 02 0000 00");
        byte[] id = new byte[characters];
        Arrays.fill(id, (byte) 'x');
        ByteBuffer packet = ByteBuffer.allocate(3 + head.length + 2 + characters);
        int length = packet.capacity() - 3;
        packet.put((byte) 0x10).put((byte) (0x80 | (length & 0x7F))).put((byte) (length >> 7));
        return packet.put(head).putShort((short) characters).put(id).array();
    }

    @ParameterizedTest(name = "level {0}")
    @CsvSource({"4, 20020001", "5, 20 84"})
    void refusesVersionsThatAreNotAllowed(int level, String answer) throws Exception {
        try (TestGateway gateway = gateway("limit.versions=3.1");
                RawClient client = gateway.plain().open(Packets.connect(level))) {
            assertSaid(assertClosed(client, 1002), level, level == 5 ? NOTHING : Packets.hex(answer), answer);
            log.await("cause=version-refused");
            broker.assertUntouched();
        }
    }

    @ParameterizedTest(name = "tls {0}")
    @ValueSource(booleans = {true, false})
    void closesAtOnceWithoutAWord(boolean tls) throws Exception {
        try (TestGateway gateway = gateway();
                RawClient client = (tls ? gateway.secure() : gateway.plain()).open(Packets.connect(4));
                Wire connection = broker.welcome(Packets.connect(4))) {
            client.readMqtt(4);

            gateway.gateway().close();

            client.readToEnd();
            connection.readToEnd();
            log.assertQuiet();
        }
    }

    @ParameterizedTest(name = "level {0}, tls {1}")
    @CsvSource({"4, true", "5, true", "4, false", "5, false"})
    void stops(int level, boolean tls) throws Exception {
        try (TestGateway gateway = gateway();
                RawClient client = (tls ? gateway.secure() : gateway.plain()).open(Packets.connect(level));
                Wire connection = broker.welcome(Packets.connect(level))) {
            client.readMqtt(Packets.connack(level).length);
            client.mqtt(Packets.PINGREQ);
            assertThat(connection.read(2)).isEqualTo(Packets.PINGREQ);
            Thread stop = new Thread(gateway.gateway()::stop);
            stop.start();

            assertSaid(assertClosed(client, 1001), level, NOTHING, "E0 8B");
            assertFinAfter(connection, NOTHING);
            connection.halfClose();
            stop.join(Wire.PATIENCE_MILLIS);
            assertThat(stop.isAlive()).isFalse();
            log.await("cause=shutdown");
            log.assertQuiet();
        }
    }

    @ParameterizedTest(name = "level {0}")
    @ValueSource(ints = {3, 4, 5})
    @DisplayName("[MQTT-3.2.0-1]: what answers is no MQTT broker")
    void brokerNotConnack(int level) throws Exception {
        try (TestGateway gateway = gateway();
                RawClient client = gateway.plain().open(Packets.connect(level));
                Wire connection = broker.accept()) {
            connection.readPacket();
            connection.send("HTTP/1.1 400 Bad Request".getBytes(StandardCharsets.US_ASCII));

            assertSaid(assertClosed(client, 1014), level, UNAVAILABLE_3, "20 88");
            assertFinAfter(connection, NOTHING);
            connection.halfClose();
            log.await("cause=broker-not-connack by=broker");
        }
    }

    /** What the gateway or its operator does to a session at any time. */
    enum Order {
        KICKED(1008, "20 02 00 03", "20 87", "E0 98", Session::kick),
        BANNED(1008, "20 02 00 05", "20 8A", "E0 98", Session::ban),
        MEMORY_SHED(1013, "20 02 00 03", "20 89", "E0 89", Session::shed),
        DRAIN(1012, "20 02 00 03", "20 88", "E0 8B", session -> session.drain(null)),
        DRAIN_MOVED(1012, "20 02 00 03", "20 9C", "E0 9C", session -> session.drain("eu.example.com:443"));

        private final int code;
        private final byte[] connack3;
        private final String connack5;
        private final String disconnect5;
        private final Consumer<Session> act;

        Order(int code, String connack3, String connack5, String disconnect5, Consumer<Session> act) {
            this.code = code;
            this.connack3 = Packets.hex(connack3);
            this.connack5 = connack5;
            this.disconnect5 = disconnect5;
            this.act = act;
        }

        String label() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    @ParameterizedTest
    @EnumSource(Order.class)
    void orderedBeforeConnack(Order order) throws Exception {
        for (int level = 3; level <= 5; level++) {
            try (TestGateway gateway = gateway();
                    RawClient client = gateway.plain().open(Packets.connect(level));
                    Wire connection = broker.accept()) {
                connection.readPacket();

                gateway.gateway().eachSession(order.act);

                byte[] said = assertClosed(client, order.code);
                assertSaid(said, level, order.connack3, order.connack5);
                assertNamesServer(order, level, said);
                assertFinAfter(connection, NOTHING);
                connection.halfClose();
                log.await("cause=" + order.label() + " by=gateway");
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Order.class)
    void orderedAfterConnack(Order order) throws Exception {
        for (int level = 3; level <= 5; level++) {
            try (TestGateway gateway = gateway();
                    RawClient client = gateway.secure().open(Packets.connect(level));
                    Wire connection = broker.welcome(Packets.connect(level))) {
                client.readMqtt(Packets.connack(level).length);

                gateway.gateway().eachSession(order.act);

                byte[] said = assertClosed(client, order.code);
                assertSaid(said, level, NOTHING, order.disconnect5);
                assertNamesServer(order, level, said);
                assertFinAfter(connection, NOTHING);
                connection.halfClose();
                log.await("cause=" + order.label() + " by=gateway");
            }
        }
    }

    private static void assertNamesServer(Order order, int level, byte[] said) {
        boolean names = new String(said, StandardCharsets.ISO_8859_1).contains("eu.example.com:443");
        assertThat(names).isEqualTo(level == 5 && order == Order.DRAIN_MOVED);
    }
}
