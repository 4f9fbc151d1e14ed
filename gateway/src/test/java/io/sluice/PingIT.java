package io.sluice;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** WebSocket pings to clients, where the operator asks for them. */
@Timeout(30)
class PingIT {
    private static final byte[] CONNECT = Packets.connect(4);
    private static final RawClient.Frame PING = new RawClient.Frame(RawClient.FIN | RawClient.PING, new byte[0]);

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

    @Test
    @DisplayName("RFC 6455 5.5.2: an empty ping after each second of silence, as long as it is answered")
    void pingsASilentClientThatAnswers() throws Exception {
        try (TestGateway gateway = TestGateway.start(broker, "listener.ping-after=1s");
                RawClient client = gateway.plain().open(CONNECT);
                Wire connection = broker.welcome(CONNECT)) {
            client.readMqtt(4);

            for (int i = 0; i < 2; i++) {
                assertThat(client.readFrame()).isEqualTo(PING);
                client.frame(RawClient.FIN | RawClient.PONG, new byte[0]);
            }

            client.mqtt(Packets.DISCONNECT);
            assertThat(connection.read(2)).as("nothing else went to the broker").isEqualTo(Packets.DISCONNECT);
        }
    }

    @Test
    void resetsASilentClientThatDoesNotAnswer() throws Exception {
        try (TestGateway gateway = TestGateway.start(broker, "listener.ping-after=1s");
                RawClient client = gateway.plain().open(CONNECT);
                Wire connection = broker.welcome(CONNECT)) {
            client.readMqtt(4);
            assertThat(client.readFrame()).isEqualTo(PING);

            assertThat(client.readToEnd()).isEqualTo(new Wire.Rest(new byte[0], Wire.End.RESET));

            assertThat(connection.readToEnd()).isEqualTo(new Wire.Rest(new byte[0], Wire.End.FIN));
            connection.halfClose();
            log.await("cause=pong-overdue by=gateway");
        }
    }
}
