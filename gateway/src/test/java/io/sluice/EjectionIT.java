package io.sluice;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.ServerSocket;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What takes a broker out of its cluster, and what does not. */
@Timeout(30)
class EjectionIT {
    private static final byte[] CONNECT = Packets.connect(4);
    private static final byte[] HEADER = Packets.hex("0D 0A 0D 0A 00 0D 0A 51 55 49 54 0A 21 11");
    private static final int CLIENTS = 5;

    private static String metric(TestGateway gateway, String name, String broker) {
        String prefix = name + "{broker=\"" + broker + "\",cluster=\"default\"} ";
        return new String(gateway.gateway().metrics().scrape(), UTF_8)
                .lines()
                .filter(line -> line.startsWith(prefix))
                .map(line -> line.substring(prefix.length()))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void ejectsABrokerThatDialsDoNotReach() throws Exception {
        String dead;
        try (ServerSocket taken = new ServerSocket(0)) {
            dead = "127.0.0.1:" + taken.getLocalPort();
        }
        try (ScriptedBroker broker = new ScriptedBroker();
                LogLines log = new LogLines();
                TestGateway gateway = TestGateway.start(
                        "cluster.brokers=" + dead + ", " + broker.address(),
                        "cluster.balance=round-robin",
                        "cluster.eject.after=1")) {
            for (int i = 0; i < CLIENTS; i++) {
                try (RawClient client = gateway.plain().open(CONNECT);
                        Wire connection = broker.welcome(CONNECT)) {
                    connection.send(Packets.PINGRESP);
                    assertThat(client.readMqtt(6)).isEqualTo(Packets.concat(Packets.connack(4), Packets.PINGRESP));
                }
            }

            assertThat(log.await("broker ejected"))
                    .contains("broker=" + dead)
                    .contains("for=10s")
                    .contains("cluster.eject.after");
            assertThat(metric(gateway, "sluice_broker_ejections_total", dead)).isEqualTo("1.0");
            assertThat(metric(gateway, "sluice_broker_up", dead)).isEqualTo("0.0");
            assertThat(metric(gateway, "sluice_broker_up", broker.address())).isEqualTo("1.0");
        }
    }

    @Test
    @DisplayName("a broker that closes on CONNECT, or refuses it, stays: a client could provoke that")
    void ejectsNobodyForWhatAClientMayProvoke() throws Exception {
        try (ScriptedBroker broker = new ScriptedBroker();
                ScriptedBroker other = new ScriptedBroker();
                TestGateway gateway = TestGateway.start(
                        "cluster.brokers=" + broker.address() + ", " + other.address(),
                        "cluster.dial-tries=1",
                        "cluster.eject.after=1")) {
            for (int i = 0; i < CLIENTS; i++) {
                try (RawClient client = gateway.plain().open(CONNECT)) {
                    ScriptedBroker dialled = broker.isDialledRatherThan(other) ? broker : other;
                    try (Wire connection = dialled.accept()) {
                        assertThat(connection.readPacket()).isEqualTo(CONNECT);
                        connection.send(i % 2 == 0 ? new byte[0] : Packets.hex("20 02 00 05"));
                    }
                    assertThat(client.readMqtt(4)).isEqualTo(Packets.hex("20 02 00 0" + (i % 2 == 0 ? 3 : 5)));
                }
            }

            assertThat(metric(gateway, "sluice_broker_ejections_total", broker.address()))
                    .isEqualTo("0.0");
            assertThat(metric(gateway, "sluice_broker_ejections_total", other.address()))
                    .isEqualTo("0.0");
            assertThat(metric(gateway, "sluice_broker_up", broker.address())).isEqualTo("1.0");
        }
    }

    @Test
    @DisplayName("nor a broker that ends the TLS handshake after the PROXY header: it has been told of the client")
    void ejectsNobodyForWhatFollowsAClientsHeader() throws Exception {
        try (ScriptedBroker broker = new ScriptedBroker();
                ScriptedBroker other = new ScriptedBroker();
                LogLines log = new LogLines();
                TestGateway gateway = TestGateway.start(
                        "cluster.brokers=" + broker.address() + ", " + other.address(),
                        "cluster.tls=on",
                        "cluster.send-proxy-protocol=v2",
                        "cluster.dial-tries=1",
                        "cluster.eject.after=1")) {
            for (int i = 0; i < CLIENTS; i++) {
                try (RawClient client = gateway.plain().open(CONNECT)) {
                    ScriptedBroker dialled = broker.isDialledRatherThan(other) ? broker : other;
                    try (Wire connection = dialled.accept()) {
                        assertThat(connection.read(HEADER.length)).isEqualTo(HEADER);
                        connection.send(i % 2 == 0 ? new byte[0] : Packets.hex("20 02 00 05 15 03 03 00"));
                    }
                    assertThat(client.readMqtt(4)).isEqualTo(Packets.hex("20 02 00 03"));
                }
                log.await("broker not reached for one client");
            }

            for (ScriptedBroker one : List.of(broker, other)) {
                assertThat(metric(gateway, "sluice_broker_ejections_total", one.address()))
                        .isEqualTo("0.0");
                assertThat(metric(gateway, "sluice_broker_up", one.address())).isEqualTo("1.0");
            }
        }
    }
}
