package io.sluice;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A side that does not read holds the other side back, at no cost of memory; nothing is lost, and nobody is held for ever. */
@Timeout(60)
class BackPressureIT {
    private static final byte[] CONNECT = Packets.connect(4);
    private static final int MESSAGES = 2048;
    private static final long FLOOD_BYTES = (long) MESSAGES * Flood.publish(4, 0).length;

    /** What the kernel takes on both connections. */
    private static final long MOST_TAKEN = 24 * 1024 * 1024;

    private static final long MOST_HELD = 128 * 1024;

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

    private static RawClient client(TestGateway gateway, boolean tls) throws IOException {
        RawClient client = gateway.client(tls).open(CONNECT);
        client.stopRecording();
        return client;
    }

    @ParameterizedTest(name = "tls {0}")
    @ValueSource(booleans = {false, true})
    void holdsTheBrokerBackWhileItsClientDoesNotRead(boolean tls) throws Exception {
        try (TestGateway gateway = TestGateway.start(broker);
                RawClient client = client(gateway, tls);
                Wire connection = broker.welcome(CONNECT)) {
            client.readMqtt(4);
            long idle = gateway.gateway().heldBytes();
            Flood flood = Flood.start(connection.output(), MESSAGES, number -> Flood.publish(4, number));

            assertThat(flood.awaitStop(() -> gateway.gateway().heldBytes() > idle))
                    .isLessThan(MOST_TAKEN);
            assertThat(gateway.gateway().heldBytes() - idle).isBetween(1L, MOST_HELD);

            CRC32C sum = new CRC32C();
            long received = 0;
            while (received < FLOOD_BYTES) {
                RawClient.Frame frame = client.readFrame();
                assertThat(frame.first()).isEqualTo(RawClient.FIN | RawClient.BINARY);
                sum.update(frame.payload());
                received += frame.payload().length;
            }
            flood.awaitEnd();
            assertThat(received).isEqualTo(FLOOD_BYTES);
            assertThat(sum.getValue()).isEqualTo(Flood.checksum(4, MESSAGES));
            log.assertQuiet();
        }
    }

    @ParameterizedTest(name = "tls {0}")
    @ValueSource(booleans = {false, true})
    void holdsTheClientBackWhileItsBrokerDoesNotRead(boolean tls) throws Exception {
        try (TestGateway gateway = TestGateway.start(broker);
                RawClient client = client(gateway, tls);
                Wire connection = broker.welcome(CONNECT)) {
            client.readMqtt(4);
            long idle = gateway.gateway().heldBytes();
            Flood flood = flood(client, 4);

            assertThat(flood.awaitStop(() -> gateway.gateway().heldBytes() > idle))
                    .isLessThan(MOST_TAKEN);
            assertThat(gateway.gateway().heldBytes() - idle).isBetween(1L, MOST_HELD);

            CRC32C sum = new CRC32C();
            byte[] buffer = new byte[64 * 1024];
            long received = 0;
            while (received < FLOOD_BYTES) {
                int count = connection.input().read(buffer, 0, (int) Math.min(buffer.length, FLOOD_BYTES - received));
                assertThat(count).isPositive();
                sum.update(buffer, 0, count);
                received += count;
            }
            flood.awaitEnd();
            assertThat(sum.getValue()).isEqualTo(Flood.checksum(4, MESSAGES));
            client.mqtt(Packets.PINGREQ);
            assertThat(connection.read(2)).as("nothing came twice").isEqualTo(Packets.PINGREQ);
            log.assertQuiet();
        }
    }

    @ParameterizedTest(name = "tls {0}")
    @ValueSource(booleans = {false, true})
    @DisplayName("256 MB for a client that never reads: 24 MB leave the broker, 128 KiB are held, then nothing is left")
    void keepsNothingOfAFloodThatNobodyReads(boolean tls) throws Exception {
        int messages = 8 * MESSAGES;
        try (TestGateway gateway = TestGateway.start(broker, "limit.close-timeout=100ms");
                RawClient client = client(gateway, tls);
                Wire connection = broker.welcome(CONNECT)) {
            client.readMqtt(4);
            long idle = gateway.gateway().heldBytes();
            Flood flood = Flood.start(connection.output(), messages, number -> Flood.publish(4, number));

            assertThat(flood.awaitStop(() -> gateway.gateway().heldBytes() > idle))
                    .isLessThan(MOST_TAKEN);
            assertThat(gateway.gateway().heldBytes() - idle).isBetween(1L, MOST_HELD);
            client.reset();

            flood.awaitFailure();
            log.await("cause=client-lost");
            assertThat(gateway.gateway().heldBytes()).isLessThanOrEqualTo(idle);
            assertThat(gateway.gateway().sessions()).isZero();
        }
    }

    @ParameterizedTest(name = "tls {0}")
    @ValueSource(booleans = {false, true})
    @DisplayName("who closes, sends no more and reads on gets what is on its way, and the Close behind it")
    void sendsTheRestToWhoHasClosed(boolean tls) throws Exception {
        try (TestGateway gateway = TestGateway.start(broker);
                RawClient client = client(gateway, tls);
                Wire connection = broker.welcome(CONNECT)) {
            client.readMqtt(4);
            long idle = gateway.gateway().heldBytes();
            Flood flood = Flood.start(connection.output(), MESSAGES, number -> Flood.publish(4, number));
            flood.awaitStop(() -> gateway.gateway().heldBytes() > idle);

            client.sendClose(1000);
            client.halfClose();
            connection.readToEnd(); // the gateway has seen it
            flood.awaitEither();

            RawClient.Frame frame = client.readFrame();
            while (frame.first() == (RawClient.FIN | RawClient.BINARY)) {
                frame = client.readFrame();
            }
            assertThat(frame.closeCode()).isEqualTo(1000);
            assertThat(client.readToEnd()).isEqualTo(new Wire.Rest(new byte[0], Wire.End.FIN));
            log.await("cause=client-close");
            assertThat(gateway.gateway().sessions()).isZero();
        }
    }

    @ParameterizedTest(name = "tls {0}")
    @ValueSource(booleans = {false, true})
    void resetsTheClientThatTakesNotOneByte(boolean tls) throws Exception {
        try (TestGateway gateway = TestGateway.start(broker, "limit.write-stall-timeout=1s");
                RawClient client = client(gateway, tls);
                Wire connection = broker.welcome(CONNECT)) {
            client.readMqtt(4);
            Flood flood = Flood.start(connection.output(), MESSAGES, number -> Flood.publish(4, number));

            assertThat(connection.readToEnd()).isEqualTo(new Wire.Rest(new byte[0], Wire.End.FIN));
            flood.awaitEither();
            connection.halfClose();
            log.await("cause=write-stalled by=gateway");
            assertThat(gateway.gateway().sessions()).isZero();
            assertThat(endsByReset(client)).isTrue();
            log.assertQuiet();
        }
    }

    private static boolean endsByReset(RawClient client) {
        byte[] buffer = new byte[64 * 1024];
        try {
            int count = client.input().read(buffer);
            while (count >= 0) {
                count = client.input().read(buffer);
            }
            return false;
        } catch (SocketTimeoutException open) {
            throw new AssertionError("the connection is open", open);
        } catch (IOException reset) {
            return true;
        }
    }

    @ParameterizedTest(name = "level {0}, tls {1}")
    @CsvSource({"4, false", "5, false", "5, true"})
    void endsTheSessionWhoseBrokerTakesNotOneByte(int level, boolean tls) throws Exception {
        byte[] connect = Packets.connect(level);
        String closing = "limit.close-timeout=" + (tls ? "4s" : "2s"); // in which the flood has to go by
        try (TestGateway gateway = TestGateway.start(broker, "limit.write-stall-timeout=1s", closing);
                RawClient client = gateway.client(tls).open(connect);
                Wire connection = broker.welcome(connect)) {
            client.readMqtt(Packets.connack(level).length);
            Flood flood = flood(client, level);

            if (level == 5) {
                byte[] said = client.readFrame().payload();
                assertThat(said).startsWith(Packets.hex("E0"));
                assertThat(said[2]).isEqualTo((byte) 0x80);
            }
            assertThat(client.readFrame().closeCode()).isEqualTo(1014);
            flood.awaitEnd();
            client.sendClose(1014);
            assertThat(client.readToEnd()).isEqualTo(new Wire.Rest(new byte[0], Wire.End.FIN));
            client.halfClose();
            log.await("cause=broker-stalled by=broker");
            assertThat(gateway.gateway().sessions()).isZero();
            assertThat(connection.readToEnd().bytes().length).isLessThan((int) MOST_TAKEN);
            log.assertQuiet();
        }
    }

    @ParameterizedTest(name = "tls {0}, by reset {1}")
    @CsvSource({"true, true", "false, false"})
    @DisplayName(
            "a client that is not read because of its broker, and goes: the broker's connection is free in seconds")
    void noticesAClientThatGoesUnread(boolean tls, boolean byReset) throws Exception {
        try (TestGateway gateway = TestGateway.start(broker, "limit.close-timeout=500ms");
                RawClient client = client(gateway, tls);
                Wire connection = broker.welcome(CONNECT)) {
            client.readMqtt(4);
            long idle = gateway.gateway().heldBytes();
            Flood flood = flood(client, 4);
            flood.awaitStop(() -> gateway.gateway().heldBytes() > idle);

            if (byReset) {
                client.reset();
            } else {
                client.drop();
            }

            flood.awaitFailure();
            log.await("cause=client-lost");
            assertThat(gateway.gateway().sessions()).isZero();
            assertThat(gateway.gateway().heldBytes()).isLessThanOrEqualTo(idle);
            assertThat(connection.readToEnd().bytes().length).isLessThan((int) MOST_TAKEN);
            log.assertQuiet();
        }
    }

    private static Flood flood(RawClient client, int level) {
        return Flood.start(
                client.output(),
                MESSAGES,
                number -> RawClient.masked(RawClient.FIN | RawClient.BINARY, Flood.publish(level, number)));
    }
}
