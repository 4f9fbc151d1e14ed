package io.sluice;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How many clients a broker gets at a time, and how the others wait. */
@Timeout(60)
class SlotsIT {
    private static final byte[] CONNECT = Packets.connect(4);
    private static final byte[] UNAVAILABLE = Packets.hex("20 02 00 03");

    private static String metric(TestGateway gateway, String name) {
        return new String(gateway.gateway().metrics().scrape(), UTF_8)
                .lines()
                .filter(line -> line.startsWith(name + "{"))
                .map(line -> line.substring(line.indexOf('}') + 2))
                .findFirst()
                .orElseThrow();
    }

    private static void awaitMetric(TestGateway gateway, String name, String value) {
        long end = System.nanoTime() + Wire.PATIENCE_MILLIS * 1_000_000L;
        while (!metric(gateway, name).equals(value)) {
            assertThat(System.nanoTime() - end)
                    .as("%s is %s", name, metric(gateway, name))
                    .isNegative();
            Thread.onSpinWait();
        }
    }

    private static void assertRefused(RawClient client) throws IOException {
        assertThat(client.readMqtt(4)).isEqualTo(UNAVAILABLE);
        assertThat(client.readFrame().closeCode()).isEqualTo(1013);
    }

    @Test
    @DisplayName("a storm of clients reaches the broker so many at a time, and all get in")
    void turnsAStormIntoAStream() throws Exception {
        int clients = Integer.getInteger("sluice.storm", 500);
        int atATime = 10;
        List<RawClient> all = new ArrayList<>();
        try (CrowdedBroker broker = new CrowdedBroker(0, atATime);
                TestGateway gateway = TestGateway.start(
                        "cluster.brokers=" + broker.address(),
                        "cluster.max-connecting=" + atATime,
                        "cluster.queue-size=" + clients,
                        "cluster.queue-timeout=50s",
                        "limit.connack-timeout=50s",
                        "limit.connect-packet-timeout=50s")) {
            for (int i = 0; i < clients; i++) {
                all.add(gateway.plain().open(Packets.connect("client-" + i)));
            }
            awaitMetric(gateway, "sluice_cluster_queue", Double.toString(clients - atATime));
            assertThat(metric(gateway, "sluice_broker_connecting")).isEqualTo(Double.toString(atATime));

            broker.welcome();
            for (RawClient client : all) {
                assertThat(client.readMqtt(4)).isEqualTo(Packets.connack(4));
            }

            assertThat(broker.mostConnecting()).isEqualTo(atATime);
            assertThat(broker.clients()).isEqualTo(clients);
            assertThat(metric(gateway, "sluice_cluster_queue")).isEqualTo("0.0");
            awaitMetric(gateway, "sluice_broker_connecting", "0.0");
            for (RawClient client : all) {
                client.close();
            }
        }
    }

    @Test
    void refusesWhoFindsTheQueueFull() throws Exception {
        try (ScriptedBroker broker = new ScriptedBroker();
                TestGateway gateway = TestGateway.start(broker, "cluster.max-connecting=1", "cluster.queue-size=1");
                RawClient first = gateway.plain().open(CONNECT);
                Wire held = broker.accept();
                RawClient second = gateway.plain().open(CONNECT)) {
            awaitMetric(gateway, "sluice_cluster_queue", "1.0");
            try (RawClient third = gateway.plain().open(CONNECT)) {
                assertRefused(third);
            }
            broker.assertUntouched();

            assertThat(held.readPacket()).isEqualTo(CONNECT);
            held.send(Packets.connack(4));
            assertThat(first.readMqtt(4)).isEqualTo(Packets.connack(4));
            try (Wire connection = broker.welcome(CONNECT)) {
                connection.send(Packets.PINGRESP);
                assertThat(second.readMqtt(6)).isEqualTo(Packets.concat(Packets.connack(4), Packets.PINGRESP));
            }
        }
    }

    @Test
    void refusesWhoHasWaitedLongEnough() throws Exception {
        try (ScriptedBroker broker = new ScriptedBroker();
                TestGateway gateway =
                        TestGateway.start(broker, "cluster.max-connecting=1", "cluster.queue-timeout=100ms");
                RawClient first = gateway.plain().open(CONNECT);
                Wire held = broker.accept();
                RawClient second = gateway.plain().open(CONNECT)) {
            assertRefused(second);
            broker.assertUntouched();

            assertThat(held.readPacket()).isEqualTo(CONNECT);
            held.send(Packets.connack(4));
            assertThat(first.readMqtt(4)).isEqualTo(Packets.connack(4));
            awaitMetric(gateway, "sluice_cluster_queue", "0.0");
        }
    }

    @Test
    @DisplayName("max-connections: the next client gets in when one is gone; who leaves the queue keeps nobody waiting")
    void givesAFreedPlaceToTheNext() throws Exception {
        try (ScriptedBroker broker = new ScriptedBroker();
                TestGateway gateway =
                        TestGateway.start(broker, "cluster.max-connections=1", "cluster.queue-timeout=50s");
                RawClient first = gateway.plain().open(CONNECT);
                Wire connection = broker.welcome(CONNECT)) {
            assertThat(first.readMqtt(4)).isEqualTo(Packets.connack(4));
            RawClient impatient = gateway.plain().open(CONNECT);
            awaitMetric(gateway, "sluice_cluster_queue", "1.0");
            try (RawClient patient = gateway.plain().open(CONNECT)) {
                awaitMetric(gateway, "sluice_cluster_queue", "2.0");
                impatient.close();
                awaitMetric(gateway, "sluice_cluster_queue", "1.0");

                first.sendClose(1000);
                assertThat(connection.readToEnd().bytes()).isEmpty();
                connection.halfClose();
                try (Wire next = broker.welcome(CONNECT)) {
                    next.send(Packets.PINGRESP);
                    assertThat(patient.readMqtt(6)).isEqualTo(Packets.concat(Packets.connack(4), Packets.PINGRESP));
                }
            }
        }
    }

    @RepeatedTest(6) // whether both clients come to one I/O thread is chance
    @DisplayName("a warm connection that holds the last place gives it to a client that cannot use it")
    void letsWarmConnectionsGiveWay() throws Exception {
        try (CrowdedBroker broker = new CrowdedBroker(0, 1);
                TestGateway gateway = TestGateway.start(
                        "cluster.brokers=" + broker.address(),
                        "cluster.max-connections=2",
                        "cluster.warm.max=2",
                        "cluster.warm.max-age=1m",
                        "cluster.queue-timeout=50s",
                        "limit.connack-timeout=50s")) {
            broker.welcome();
            try (RawClient first = gateway.plain().open(CONNECT);
                    RawClient second = gateway.plain().open(CONNECT)) {
                assertThat(first.readMqtt(4)).isEqualTo(Packets.connack(4));
                assertThat(second.readMqtt(4)).isEqualTo(Packets.connack(4));
            }
        }
    }
}
