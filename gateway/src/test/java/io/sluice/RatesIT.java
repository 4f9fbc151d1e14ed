package io.sluice;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that send faster than they may, over sockets. Rates are measured from above only: a slow machine is no defect. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RatesIT {
    private static final byte[] CONNECT = Packets.connect(4);
    private static final int MESSAGES = 25_000;
    private static final int PER_SECOND = 10_000;
    private static final int BURST = 1_000;
    private static final double NANOS_PER_SECOND = TimeUnit.SECONDS.toNanos(1);

    private ScriptedBroker broker;
    private LogLines log;

    @BeforeEach
    void start() throws Exception {
        broker = new ScriptedBroker();
        log = new LogLines();
    }

    @AfterEach
    void stop() throws Exception {
        log.assertQuiet();
        log.close();
        broker.close();
    }

    @ParameterizedTest(name = "tls {0}")
    @ValueSource(booleans = {false, true})
    void slowsABulkOfMessagesDownAndLosesNone(boolean tls) throws Exception {
        try (TestGateway gateway = TestGateway.start(
                        broker, "limit.publish.rate=" + PER_SECOND + "/s", "limit.publish.burst=" + BURST);
                RawClient client = gateway.client(tls).open(CONNECT);
                Wire connection = broker.welcome(CONNECT)) {
            client.stopRecording();
            client.readMqtt(4);
            long begin = System.nanoTime();
            Thread sender = sender(client);

            int packetBytes = message(0).length;
            for (int i = 0; i < MESSAGES; i++) {
                assertThat(connection.read(packetBytes)).isEqualTo(message(i));
            }

            double seconds = (System.nanoTime() - begin) / NANOS_PER_SECOND;
            sender.join();
            assertThat((double) MESSAGES).isLessThanOrEqualTo((PER_SECOND * seconds + BURST) * 1.001);
            System.out.printf("%d messages at most %d/s: %.0f/s%n", MESSAGES, PER_SECOND, (MESSAGES - BURST) / seconds);
            client.mqtt(Packets.DISCONNECT);
            assertThat(connection.read(2)).isEqualTo(Packets.DISCONNECT);
        }
    }

    @Test
    void changesNoByteInReportMode() throws Exception {
        try (TestGateway gateway = TestGateway.start(
                        broker,
                        "limit.mode=report",
                        "limit.close-timeout=200ms",
                        "limit.publish.rate=1/s",
                        "limit.publish.burst=1",
                        "limit.bytes.rate=1B/s",
                        "limit.bytes.burst=1B");
                RawClient client = gateway.client(false).open(CONNECT);
                Wire connection = broker.welcome(CONNECT)) {
            client.readMqtt(4);
            ByteArrayOutputStream sent = new ByteArrayOutputStream();
            for (int i = 0; i < 200; i++) {
                sent.write(message(i));
                client.mqtt(message(i));
            }
            client.mqtt(Packets.DISCONNECT);

            assertThat(connection.read(sent.size())).isEqualTo(sent.toByteArray());
            assertThat(connection.read(2)).isEqualTo(Packets.DISCONNECT);
            connection.halfClose();
            assertThat(log.await("cause=client-disconnect")).containsPattern("throttled=0.000s rates-reached=[1-9]");
        }
    }

    private static Thread sender(RawClient client) {
        Thread thread = new Thread(
                () -> {
                    try {
                        for (int i = 0; i < MESSAGES; i += 100) {
                            byte[][] batch = new byte[100][];
                            for (int k = 0; k < 100; k++) {
                                batch[k] = message(i + k);
                            }
                            client.mqtt(batch);
                        }
                    } catch (java.io.IOException broken) {
                        throw new AssertionError(broken);
                    }
                },
                "sender");
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private static byte[] message(int number) {
        return Packets.publish(4, ByteBuffer.allocate(64).putInt(number).array());
    }
}
