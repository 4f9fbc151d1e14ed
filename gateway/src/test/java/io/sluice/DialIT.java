package io.sluice;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The search for a broker that answers. */
@Timeout(30)
class DialIT {
    private static final byte[] CONNECT = Packets.connect(4);
    private static final int CLIENTS = 20;

    @Test
    void dialsTheNextBrokerWhenOneRefuses() throws Exception {
        int closed;
        try (ServerSocket taken = new ServerSocket(0)) {
            closed = taken.getLocalPort();
        }
        try (ScriptedBroker broker = new ScriptedBroker();
                TestGateway gateway =
                        TestGateway.start("cluster.brokers=127.0.0.1:" + closed + ", " + broker.address())) {
            for (int i = 0; i < CLIENTS; i++) {
                try (RawClient client = gateway.plain().open(CONNECT);
                        Wire connection = broker.welcome(CONNECT)) {
                    assertThat(client.readMqtt(4)).isEqualTo(Packets.connack(4));
                    connection.send(Packets.PINGRESP);
                    assertThat(client.readMqtt(2)).isEqualTo(Packets.PINGRESP);
                }
            }
        }
    }

    @Test
    @DisplayName("two of three brokers are dead, and a session tries two: once both are known every client gets in")
    void avoidsTheDead() throws Exception {
        int dead;
        int gone;
        try (ServerSocket one = new ServerSocket(0);
                ServerSocket other = new ServerSocket(0)) {
            dead = one.getLocalPort();
            gone = other.getLocalPort();
        }
        try (ScriptedBroker broker = new ScriptedBroker();
                TestGateway gateway = TestGateway.start(
                        "cluster.brokers=127.0.0.1:" + dead + ", 127.0.0.1:" + gone + ", " + broker.address(),
                        "cluster.dial-tries=2")) {
            int refused = 0;
            Deque<Wire> open = new ArrayDeque<>();
            for (int i = 0; i < CLIENTS; i++) {
                RawClient client = gateway.plain().open(CONNECT);
                open.add(client);
                if (broker.isDialledUnlessEnded(client)) {
                    open.add(broker.welcome(CONNECT));
                    assertThat(client.readMqtt(4)).isEqualTo(Packets.connack(4));
                } else {
                    refused++;
                }
            }

            assertThat(refused).as("refused, while the dead were not known").isLessThanOrEqualTo(1);
            for (Wire wire = open.poll(); wire != null; wire = open.poll()) {
                wire.close();
            }
        }
    }

    @Test
    @DisplayName("CONNECT goes to the other broker when one closes without a word, and not once it has spoken")
    void replaysConnect() throws Exception {
        try (ScriptedBroker broker = new ScriptedBroker();
                ScriptedBroker other = new ScriptedBroker();
                LogLines log = new LogLines();
                TestGateway gateway =
                        TestGateway.start("cluster.brokers=" + broker.address() + ", " + other.address());
                RawClient client = gateway.plain().open(Packets.concat(CONNECT, Packets.publish(4, "behind")))) {
            ScriptedBroker first = broker.isDialledRatherThan(other) ? broker : other;
            ScriptedBroker second = first == broker ? other : broker;
            try (Wire silent = first.accept()) {
                assertThat(silent.readPacket()).isEqualTo(CONNECT);
            }

            try (Wire connection = second.welcome(CONNECT)) {
                assertThat(client.readMqtt(4)).isEqualTo(Packets.connack(4));
                assertThat(connection.readPacket()).isEqualTo(Packets.publish(4, "behind"));
            }
            log.assertQuiet();
        }
    }

    @ParameterizedTest(name = "retry-refused={0}")
    @ValueSource(booleans = {true, false})
    @DisplayName("a broker that says it cannot serve is passed over where that is wanted, else its word is passed on")
    void retriesARefusal(boolean retry) throws Exception {
        byte[] refusal = Packets.hex("20 02 00 03");
        try (ScriptedBroker broker = new ScriptedBroker();
                ScriptedBroker other = new ScriptedBroker();
                TestGateway gateway = TestGateway.start(
                        "cluster.brokers=" + broker.address() + ", " + other.address(),
                        "cluster.retry-refused=" + retry);
                RawClient client = gateway.plain().open(CONNECT)) {
            ScriptedBroker first = broker.isDialledRatherThan(other) ? broker : other;
            ScriptedBroker second = first == broker ? other : broker;
            Wire refusing = first.accept();
            assertThat(refusing.readPacket()).isEqualTo(CONNECT);
            refusing.send(refusal);
            if (!retry) {
                assertThat(client.readMqtt(4)).isEqualTo(refusal);
                second.assertUntouched();
                return;
            }
            try (Wire connection = second.welcome(CONNECT)) {
                connection.send(Packets.PINGRESP);
                assertThat(client.readMqtt(6)).isEqualTo(Packets.concat(Packets.connack(4), Packets.PINGRESP));
            }
        }
    }

    @Test
    @DisplayName("when all brokers refuse, the client is told what the last one said, after as many tries as may be")
    void passesTheLastRefusalOn() throws Exception {
        byte[] refusal = Packets.hex("20 02 00 03");
        try (ScriptedBroker broker = new ScriptedBroker();
                ScriptedBroker other = new ScriptedBroker();
                TestGateway gateway = TestGateway.start(
                        "cluster.brokers=" + broker.address() + ", " + other.address(),
                        "cluster.retry-refused=true",
                        "cluster.dial-tries=5");
                RawClient client = gateway.plain().open(CONNECT)) {
            ScriptedBroker first = broker.isDialledRatherThan(other) ? broker : other;
            for (ScriptedBroker each : List.of(first, first == broker ? other : broker)) {
                Wire refusing = each.accept();
                assertThat(refusing.readPacket()).isEqualTo(CONNECT);
                refusing.send(refusal);
            }

            assertThat(client.readMqtt(4)).isEqualTo(refusal);
            assertThat(client.readFrame().closeCode()).isEqualTo(1000);
        }
    }

    @Test
    void warnsOfANameThatDoesNotResolveAndServesByTheOthers() throws Exception {
        try (LogLines log = new LogLines();
                ScriptedBroker broker = new ScriptedBroker();
                TestGateway gateway = TestGateway.start("cluster.brokers=broker.invalid:1883, " + broker.address());
                RawClient client = gateway.plain().open(CONNECT);
                Wire connection = broker.welcome(CONNECT)) {
            assertThat(log.await("does not resolve"))
                    .contains("broker.invalid:1883")
                    .contains("again every");
            assertThat(client.readMqtt(4)).isEqualTo(Packets.connack(4));
            connection.send(Packets.PINGRESP);
            assertThat(client.readMqtt(2)).isEqualTo(Packets.PINGRESP);
        }
    }

    @Test
    @DisplayName("a broker whose queue of connections is full answers no dial: after the time-out CONNACK 3")
    void dialTimesOut() throws Exception {
        try (ServerSocket full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                Socket one = new Socket(full.getInetAddress(), full.getLocalPort());
                Socket two = new Socket(full.getInetAddress(), full.getLocalPort());
                LogLines log = new LogLines();
                TestGateway gateway = TestGateway.start(
                        "cluster.brokers=127.0.0.1:" + full.getLocalPort(), "cluster.dial-timeout=200ms");
                RawClient client = gateway.plain().open(CONNECT)) {
            assertThat(one.isConnected() && two.isConnected()).isTrue();
            assertThat(client.readMqtt(4)).isEqualTo(Packets.hex("20 02 00 03"));
            assertThat(client.readFrame().closeCode()).isEqualTo(1013);
            assertThat(log.await("broker not reached")).contains("cluster.dial-timeout");
        }
    }

    @Test
    void connectsFromItsAddressesInTurn() throws Exception {
        try (ScriptedBroker broker = new ScriptedBroker();
                TestGateway gateway = TestGateway.start(broker, "cluster.source-addresses=127.0.0.2, ::1, 127.0.0.3")) {
            List<String> seen = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                try (RawClient client = gateway.plain().open(CONNECT);
                        Wire connection = broker.welcome(CONNECT)) {
                    assertThat(client.readMqtt(4)).isEqualTo(Packets.connack(4));
                    seen.add(connection.peer().getAddress().getHostAddress());
                }
            }

            assertThat(seen).containsExactly("127.0.0.2", "127.0.0.3", "127.0.0.2", "127.0.0.3");
        }
    }

    @Test
    @DisplayName("an address that cannot be had gives its turn to the next; with none left the dial has failed")
    void connectsFromTheNextAddress() throws Exception {
        try (ScriptedBroker broker = new ScriptedBroker();
                LogLines log = new LogLines()) {
            try (TestGateway gateway = TestGateway.start(broker, "cluster.source-addresses=203.0.113.1, 127.0.0.2");
                    RawClient client = gateway.plain().open(CONNECT);
                    Wire connection = broker.welcome(CONNECT)) {
                assertThat(client.readMqtt(4)).isEqualTo(Packets.connack(4));
                assertThat(connection.peer().getAddress().getHostAddress()).isEqualTo("127.0.0.2");
            }
            log.assertQuiet();
            try (TestGateway gateway = TestGateway.start(broker, "cluster.source-addresses=203.0.113.1, 203.0.113.2");
                    RawClient client = gateway.plain().open(CONNECT)) {
                assertThat(client.readMqtt(4)).isEqualTo(Packets.hex("20 02 00 03"));
                assertThat(log.await("broker not reached")).contains("cluster.source-addresses");
                broker.assertUntouched();
            }
        }
    }

    @Test
    void sharesTheLoad() throws Exception {
        try (ScriptedBroker broker = new ScriptedBroker();
                ScriptedBroker other = new ScriptedBroker();
                TestGateway gateway =
                        TestGateway.start("cluster.brokers=" + broker.address() + ", " + other.address())) {
            int first = 0;
            Deque<Wire> open = new ArrayDeque<>();
            for (int i = 0; i < CLIENTS; i++) {
                open.add(gateway.plain().open(CONNECT));
                boolean atFirst = broker.isDialledRatherThan(other);
                first += atFirst ? 1 : 0;
                open.add((atFirst ? broker : other).accept());
            }

            assertThat(first).isBetween(CLIENTS / 4, CLIENTS - CLIENTS / 4);
            for (Wire wire = open.poll(); wire != null; wire = open.poll()) {
                wire.close();
            }
        }
    }
}
