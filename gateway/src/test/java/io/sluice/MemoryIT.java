package io.sluice;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.limit.HoldBudget;
import io.sluice.net.IoThreads;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is held for clients, and what happens when it is too much. */
@Timeout(60)
class MemoryIT {
    private static final byte[] CONNECT = Packets.connect(4);
    private static final int MEBIBYTE = 1 << 20;

    /** The beginning of a CONNECT of 60,000 bytes, long enough to be a burden. */
    private static final byte[] HALF_A_CONNECT =
            Packets.concat(Packets.hex("10 E0 D4 03 00 04 4D 51 54 54 04 02 00 3C E0 00"), new byte[40_000]);

    private static final String CLOSE_SOON = "limit.close-timeout=200ms";

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
        List<String> all = new ArrayList<>(List.of(settings));
        all.add("cluster.brokers=" + broker.address());
        Gateway.Means means = new Gateway.Means(IoThreads.mostBuffers(), IoThreads.maxDescriptors(), MEBIBYTE);
        return TestGateway.start(means, all.toArray(String[]::new));
    }

    @Test
    @DisplayName("a crowd of half CONNECTs: some go, new handshakes get 503, who is connected notices nothing")
    void keepsWhatIsHeldWithinItsBudget() throws Exception {
        List<RawClient> crowd = new ArrayList<>();
        try (TestGateway gateway = gateway("limit.connect-packet-timeout=2s", CLOSE_SOON);
                RawClient good = gateway.plain().open(CONNECT);
                Wire connection = broker.welcome(CONNECT)) {
            good.readMqtt(4);
            RawClient.Answer refused = null;
            for (int i = 0; refused == null && i < 2000; i++) {
                RawClient client = gateway.plain();
                crowd.add(client);
                RawClient.Answer answer =
                        client.send(UpgradeRequest.VALID.toString()).answer();
                if (answer.status() == 101) {
                    client.mqtt(HALF_A_CONNECT);
                } else {
                    refused = answer;
                }
                assertThat(gateway.gateway().heldBytes()).isLessThan(4 * MEBIBYTE);
                good.mqtt(Packets.PINGREQ);
                assertThat(connection.read(2)).isEqualTo(Packets.PINGREQ);
            }

            assertThat(Objects.requireNonNull(refused).status()).isEqualTo(503);
            assertThat(refused.body()).contains("short of memory");
            assertThat(refused.header("Retry-After")).hasSize(1);
            log.await("cause=memory-shed by=gateway close=1013");
            for (RawClient client : crowd) {
                client.reset();
            }
            awaitPlenty(gateway);
            try (RawClient late = gateway.plain().open(CONNECT);
                    Wire latest = broker.welcome(CONNECT)) {
                late.readMqtt(4);
                late.mqtt(Packets.DISCONNECT);
                assertThat(latest.read(2)).isEqualTo(Packets.DISCONNECT);
            }
            assertThat(gateway.gateway().memoryLevel()).isZero();
        } finally {
            for (RawClient client : crowd) {
                client.close();
            }
        }
    }

    @Test
    @DisplayName("what is held for a client is counted no more when it is gone, however it goes")
    void countsNothingForThoseThatAreGone() throws Exception {
        try (TestGateway gateway = gateway("limit.publish.rate=1/s", "limit.publish.burst=1")) {
            HoldBudget budget = gateway.gateway().budget();
            RawClient half = gateway.plain();
            half.upgrade();
            half.mqtt(HALF_A_CONNECT);
            RawClient throttled = gateway.plain().open(CONNECT);
            Wire connection = broker.welcome(CONNECT);
            throttled.readMqtt(4);
            throttled.mqtt(Packets.publish(4, new byte[500]), Packets.publish(4, new byte[5000]));
            connection.readPacket();
            await(() -> budget.held() >= 45_000);

            half.reset();
            throttled.reset();

            await(() -> budget.held() == 0);
            connection.close();
        }
    }

    @Test
    @DisplayName("a crowd over its rates: some of it goes, so that the budget does not stay full")
    void endsSomeForWhomBytesWaitForTheirRates() throws Exception {
        List<RawClient> crowd = new ArrayList<>();
        List<Wire> connections = new ArrayList<>();
        try (TestGateway gateway = gateway("limit.bytes.rate=100B/s", "limit.bytes.burst=100B", CLOSE_SOON)) {
            for (int i = 0; i < 80; i++) {
                crowd.add(gateway.plain().open(CONNECT));
                connections.add(broker.welcome(CONNECT));
                crowd.get(i).readMqtt(4);
            }

            for (RawClient client : crowd) {
                client.mqtt(Packets.publish(4, new byte[16_200]));
            }

            log.await("cause=memory-shed by=gateway close=1013");
            await(() -> gateway.gateway().budget().used() < 0.95);
            assertThat(gateway.gateway().sessions()).isGreaterThan(32);
        } finally {
            for (RawClient client : crowd) {
                client.close();
            }
            for (Wire connection : connections) {
                connection.close();
            }
        }
    }

    private static void awaitPlenty(TestGateway gateway) {
        await(() -> gateway.gateway().memoryLevel() == 0);
    }

    private static void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime() - deadline).as("it comes true").isNegative();
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
        }
    }
}
