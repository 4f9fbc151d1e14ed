package io.sluice;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One of three brokers is killed under its clients, and comes back. {@code -Dsluice.crowd=2000} makes them more. */
@Timeout(120)
class BrokerLossIT {
    private static final int CROWD = Integer.getInteger("sluice.crowd", 300);
    private static final byte[] CONNACK = Packets.connack(4);

    @Test
    @DisplayName("its clients are told 1014, each gets in elsewhere at the first try, the others notice nothing")
    void losesOneBrokerOfThree() throws Exception {
        List<CrowdedBroker> brokers = new ArrayList<>();
        List<RawClient> clients = new ArrayList<>();
        try {
            for (int i = 0; i < 3; i++) {
                CrowdedBroker broker = new CrowdedBroker(0, 1);
                broker.welcome();
                brokers.add(broker);
            }
            CrowdedBroker doomed = brokers.get(0);
            String all = brokers.get(0).address() + ", " + brokers.get(1).address() + ", "
                    + brokers.get(2).address();
            try (TestGateway gateway = TestGateway.start(
                    "cluster.brokers=" + all,
                    "cluster.health.type=tcp",
                    "cluster.health.interval=200ms",
                    "cluster.health.rise=1",
                    "cluster.slow-start=5s",
                    "limit.close-timeout=500ms")) {
                for (int i = 0; i < CROWD; i++) {
                    clients.add(entered(gateway, i));
                }
                Map<RawClient, String> places = places(gateway, clients);
                List<RawClient> lost = clients.stream()
                        .filter(client -> doomed.address().equals(places.get(client)))
                        .toList();
                assertThat(lost.size()).isBetween(CROWD / 5, CROWD / 2);

                long killed = System.nanoTime();
                doomed.close();
                for (RawClient client : lost) {
                    assertThat(client.readFrame().closeCode()).isEqualTo(1014);
                }
                long told = System.nanoTime() - killed;
                for (RawClient client : lost) {
                    client.close();
                    clients.set(clients.indexOf(client), entered(gateway, clients.indexOf(client)));
                }
                long back = System.nanoTime() - killed;

                System.out.printf(
                        "%d of %d clients told in %d ms, all back in %d ms%n",
                        lost.size(), CROWD, told / 1_000_000, back / 1_000_000);
                for (RawClient client : clients) {
                    client.mqtt(Packets.PINGREQ);
                    assertThat(client.readMqtt(2)).as("the others go on").isEqualTo(Packets.PINGRESP);
                }
                CrowdedBroker revived = new CrowdedBroker(doomed.port(), 1);
                brokers.set(0, revived);
                revived.welcome();
                int more = 0;
                while (revived.clients() == 0) {
                    clients.add(entered(gateway, CROWD + more++));
                    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
                }
                for (int i = 0; i < 30; i++) {
                    clients.add(entered(gateway, CROWD + more++));
                }
                int share = revived.clients();
                System.out.printf("of the next %d clients the revived broker takes %d%n", more, share);
                assertThat(share).as("by slow start").isBetween(1, 20);
            }
        } finally {
            for (RawClient client : clients) {
                client.close();
            }
            for (CrowdedBroker broker : brokers) {
                broker.close();
            }
        }
    }

    private static RawClient entered(TestGateway gateway, int number) throws IOException {
        RawClient client = gateway.plain().open(Packets.connect("client-" + number));
        assertThat(client.readMqtt(CONNACK.length)).isEqualTo(CONNACK);
        return client;
    }

    /** Which broker each client came to. */
    private static Map<RawClient, String> places(TestGateway gateway, List<RawClient> clients) throws Exception {
        Map<Integer, RawClient> byPort = new HashMap<>();
        clients.forEach(client -> byPort.put(client.localAddress().getPort(), client));
        Map<RawClient, String> places = new ConcurrentHashMap<>();
        gateway.gateway().eachSession(session -> {
            RawClient client = byPort.get(session.info().peer().getPort());
            var reached = session.reached();
            if (client != null && reached != null) {
                places.put(client, reached.broker());
            }
        });
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (places.size() < clients.size()) {
            assertThat(System.nanoTime() - end).isNegative();
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
        }
        return places;
    }
}
