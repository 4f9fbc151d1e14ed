package io.sluice;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a connection may cost that is not upgraded: little time, and no buffer that a session needs. */
@Timeout(60)
class PreUpgradeIT {
    private static final byte[] CONNECT = Packets.connect(4);

    /** TLS and the request have 300 ms each. */
    private static final String TIMEOUT = "listener.handshake-timeout=300ms";

    /** A ClientHello of 512 bytes begins. */
    private static final byte[] HALF_A_RECORD = Packets.hex("16 03 01 02 00 01 00 01 FC 03 03");

    private static final int BUFFERS = 64;
    private static final int CONNECTIONS = 300;

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

    @ParameterizedTest(name = "tls {0}")
    @ValueSource(booleans = {false, true})
    @DisplayName("a POST to nowhere whose body never comes")
    void closesWhenABodyDoesNotCome(boolean tls) throws Exception {
        try (TestGateway gateway = TestGateway.start(broker, TIMEOUT);
                RawClient client = gateway.client(tls)) {
            client.send("POST /nowhere HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n");

            client.readToEnd();

            log.assertQuiet();
        }
    }

    @ParameterizedTest(name = "tls {0}")
    @ValueSource(booleans = {false, true})
    @DisplayName("requests without end, whose answers are never read")
    void closesWhenAnswersAreNotRead(boolean tls) throws Exception {
        try (TestGateway gateway = TestGateway.start(broker, TIMEOUT);
                RawClient client = gateway.client(tls)) {
            byte[] gets = "GET /nowhere HTTP/1.1\r\nHost: localhost\r\n\r\n"
                    .repeat(1000)
                    .getBytes(US_ASCII);

            Flood.start(client.output(), Integer.MAX_VALUE, number -> gets).awaitFailure();

            log.assertQuiet();
        }
    }

    @Test
    void closesWhenHalfATlsRecordIsAllThatComes() throws Exception {
        try (TestGateway gateway = TestGateway.start(broker, TIMEOUT);
                RawClient client = RawClient.plain(gateway.secureAddress())) {
            client.send(HALF_A_RECORD);

            client.readToEnd();

            log.assertQuiet();
        }
    }

    @Test
    void deadlineEndsWithTheUpgrade() throws Exception {
        try (TestGateway gateway = TestGateway.start(broker, TIMEOUT);
                RawClient client = gateway.secure().open(CONNECT);
                Wire connection = broker.welcome(CONNECT);
                RawClient late = RawClient.plain(gateway.secureAddress())) {
            client.readMqtt(4);

            late.readToEnd();

            client.mqtt(Packets.PINGREQ);
            assertThat(connection.read(2)).isEqualTo(Packets.PINGREQ);
        }
    }

    @Test
    @DisplayName("half a TLS record each from more connections than there are buffers: sessions go first")
    void sessionsGoFirstWhenBuffersAreShort() throws Exception {
        List<RawClient> halves = new ArrayList<>();
        try (TestGateway gateway = TestGateway.start(
                        BUFFERS, "cluster.brokers=" + broker.address(), "listener.handshake-timeout=2s");
                RawClient client = gateway.secure().open(CONNECT);
                Wire connection = broker.welcome(CONNECT)) {
            client.readMqtt(4);
            for (int i = 0; i < CONNECTIONS; i++) {
                RawClient half = RawClient.plain(gateway.secureAddress());
                halves.add(half);
                half.send(HALF_A_RECORD);
            }

            log.await("buffers are short");
            for (int i = 0; i < 10; i++) {
                byte[] publish = Flood.publish(4, i);
                client.mqtt(publish);
                assertThat(connection.read(publish.length)).isEqualTo(publish);
                connection.send(publish);
                assertThat(client.readMqtt(publish.length)).isEqualTo(publish);
            }
            for (RawClient half : halves) {
                half.readToEnd();
                half.close();
            }
            try (RawClient next = gateway.secure().open(CONNECT);
                    Wire nexts = broker.welcome(CONNECT)) {
                assertThat(next.readMqtt(4)).isEqualTo(Packets.connack(4));
                nexts.send(Packets.PINGRESP);
                assertThat(next.readMqtt(2)).isEqualTo(Packets.PINGRESP);
            }
        }
    }
}
