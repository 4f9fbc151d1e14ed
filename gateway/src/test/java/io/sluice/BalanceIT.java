package io.sluice;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Which broker a client gets to. */
@Timeout(30)
class BalanceIT {
    private ScriptedBroker one;
    private ScriptedBroker other;

    @BeforeEach
    void start() throws IOException {
        one = new ScriptedBroker();
        other = new ScriptedBroker();
    }

    @AfterEach
    void stop() throws IOException {
        one.close();
        other.close();
    }

    private TestGateway gateway(String balance) {
        return TestGateway.start(
                "cluster.brokers=" + one.address() + ", " + other.address(),
                "cluster.balance=" + balance,
                "cluster.hash-bound=100");
    }

    /** Whether it is the first broker that the client gets to. */
    private boolean connects(RawClient client, byte[] connect) throws IOException {
        try (client) {
            client.open(connect);
            boolean first = one.isDialledRatherThan(other);
            try (Wire connection = (first ? one : other).welcome(connect)) {
                assertThat(client.readMqtt(4)).isEqualTo(Packets.connack(4));
                connection.send(Packets.PINGRESP);
                assertThat(client.readMqtt(2)).isEqualTo(Packets.PINGRESP);
            }
            return first;
        }
    }

    @Test
    void takesBrokersInTurn() throws Exception {
        try (TestGateway gateway = gateway("round-robin")) {
            List<Boolean> first = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                first.add(connects(gateway.plain(), Packets.connect(4)));
            }

            assertThat(first).containsExactly(true, false, true, false, true, false);
        }
    }

    @Test
    void sendsAClientIdToTheSameBrokerAgain() throws Exception {
        try (TestGateway gateway = gateway("client-id-hash")) {
            int atFirst = 0;
            for (int i = 0; i < 12; i++) {
                byte[] connect = Packets.connect("client-" + i);
                boolean first = connects(gateway.plain(), connect);

                assertThat(connects(gateway.plain(), connect)).isEqualTo(first);
                atFirst += first ? 1 : 0;
            }
            assertThat(atFirst).as("client ids are shared out").isBetween(1, 11);
        }
    }

    @Test
    void sendsAnAddressToTheSameBrokerAgain() throws Exception {
        try (TestGateway gateway = gateway("source-hash")) {
            int atFirst = 0;
            for (int i = 2; i < 14; i++) {
                InetAddress address = InetAddress.getByName("127.0.0." + i);
                boolean first =
                        connects(RawClient.from(address, gateway.plainAddress()), Packets.connect("client-" + i));

                assertThat(connects(RawClient.from(address, gateway.plainAddress()), Packets.connect("x" + i)))
                        .isEqualTo(first);
                atFirst += first ? 1 : 0;
            }
            assertThat(atFirst).as("addresses are shared out").isBetween(1, 11);
        }
    }

    @Test
    void sendsAClientIdWhoseBrokerIsGoneToTheNextInItsRank() throws Exception {
        try (TestGateway gateway = gateway("client-id-hash")) {
            byte[] connect = Packets.connect("client");
            boolean first = connects(gateway.plain(), connect);

            (first ? one : other).close();

            for (int i = 0; i < 3; i++) {
                try (RawClient client = gateway.plain().open(connect);
                        Wire connection = (first ? other : one).welcome(connect)) {
                    connection.send(Packets.PINGRESP);
                    assertThat(client.readMqtt(6)).isEqualTo(Packets.concat(Packets.connack(4), Packets.PINGRESP));
                }
            }
        }
    }
}
