package io.sluice;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One client that sends as fast as it can does not take the I/O thread away from the others. */
@Timeout(60)
class FloodIT {
    private static final byte[] CONNECT = Packets.connect(4);
    private static final int RECORDS = 400_000;
    private static final int ROUND_TRIPS = 20;
    private static final int MANY_ROUND_TRIPS = 200;
    private static final int PINGS = 10_000;
    private static final int FLOODERS = 64;

    /** Factor by which the worst round trip may grow. */
    private static final int MOST_TIMES = 10;

    private static final int LOOKS = 25;

    /** The rates let a flooder of the lightest frames get rid of half a megabyte; without them it is a hundred. */
    private static final double MOST_PER_SECOND = 10e6;

    /** The kernel's buffers take some megabytes on their own, all at once. */
    private static final long LONG_ENOUGH = TimeUnit.MILLISECONDS.toNanos(1500);

    @Test
    @DisplayName(
            "a flood of TLS records with one PINGREQ each, already encrypted: others have their round trips meanwhile")
    void letsOthersHaveTheirTurn() throws Exception {
        try (ScriptedBroker broker = new ScriptedBroker();
                TestGateway gateway = TestGateway.start(broker, "gateway.io-threads=1");
                RawClient victim = gateway.secure().open(CONNECT);
                Wire victimsBroker = broker.welcome(CONNECT);
                RawClient flooder = gateway.secure().open(CONNECT);
                Wire floodedBroker = broker.welcome(CONNECT)) {
            victim.readMqtt(4);
            flooder.readMqtt(4);
            Sink flooded = new Sink(floodedBroker);
            byte[] records = encrypted(flooder);
            Flood flood = Flood.start(flooder.transportOutput(), 1, number -> records);
            flooded.awaitFirst();

            for (int i = 0; i < ROUND_TRIPS; i++) {
                victim.mqtt(Packets.PINGREQ);
                assertThat(victimsBroker.read(2)).isEqualTo(Packets.PINGREQ);
                victimsBroker.send(Packets.PINGRESP);
                assertThat(victim.readMqtt(2)).isEqualTo(Packets.PINGRESP);
            }
            long consumed = flooded.bytes();

            System.out.printf("%d round trips within %d of %d bytes of flood%n", ROUND_TRIPS, consumed, 2L * RECORDS);
            assertThat(consumed).isLessThan(2L * RECORDS);
            flood.awaitEnd();
            flooder.halfClose();
            flooded.awaitEnd();
            assertThat(flooded.bytes()).as("of the flood nothing is lost").isEqualTo(2L * RECORDS);
        }
    }

    private static byte[] encrypted(RawClient client) throws IOException {
        byte[] frame = RawClient.masked(RawClient.FIN | RawClient.BINARY, Packets.PINGREQ);
        client.gather();
        for (int i = 0; i < RECORDS; i++) {
            client.output().write(frame);
        }
        return client.gathered();
    }

    @Test
    @DisplayName("RFC 6455 5.5.3: pings may be answered by fewer pongs, of which the last answers the newest")
    void survivesPingsAndEmptyFrames() throws Exception {
        try (ScriptedBroker broker = new ScriptedBroker();
                TestGateway gateway = TestGateway.start(broker);
                RawClient client = gateway.plain().open(CONNECT);
                Wire connection = broker.welcome(CONNECT)) {
            client.readMqtt(4);
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            for (int i = 1; i <= PINGS; i++) {
                all.writeBytes(RawClient.masked(RawClient.FIN | RawClient.PING, payload(i)));
                all.writeBytes(RawClient.masked(RawClient.FIN | RawClient.BINARY, new byte[0]));
            }
            all.writeBytes(RawClient.masked(RawClient.FIN | RawClient.BINARY, Packets.PINGREQ));
            Flood flood = Flood.start(client.output(), 1, number -> all.toByteArray());

            int pongs = 0;
            int newest = 0;
            while (newest < PINGS) {
                RawClient.Frame pong = client.readFrame();
                assertThat(pong.first()).isEqualTo(RawClient.FIN | RawClient.PONG);
                int answered = ByteBuffer.wrap(pong.payload()).getInt();
                assertThat(answered).isGreaterThan(newest);
                newest = answered;
                pongs++;
            }

            flood.awaitEnd();
            assertThat(pongs).as("pongs").isLessThan(PINGS);
            assertThat(connection.read(2))
                    .as("empty frames are nothing to the broker")
                    .isEqualTo(Packets.PINGREQ);
            connection.send(Packets.PINGRESP);
            assertThat(client.readMqtt(2)).isEqualTo(Packets.PINGRESP);
        }
    }

    @Test
    @DisplayName("64 clients that flood with frames of every kind, each against its own rate, beside one that does not")
    void leavesTheGoodClientItsRoundTrips() throws Exception {
        byte[] empty = {};
        List<byte[]> kinds = List.of(
                repeated(RawClient.masked(RawClient.FIN | RawClient.PING, new byte[125])),
                repeated(RawClient.masked(RawClient.FIN | RawClient.PONG, empty)),
                repeated(Packets.concat(
                        RawClient.masked(RawClient.BINARY, empty),
                        RawClient.masked(RawClient.CONTINUATION, empty),
                        RawClient.masked(RawClient.FIN | RawClient.CONTINUATION, empty))),
                repeated(Packets.concat(
                        RawClient.masked(RawClient.BINARY, new byte[] {Packets.PINGREQ[0]}),
                        RawClient.masked(RawClient.FIN | RawClient.CONTINUATION, new byte[] {Packets.PINGREQ[1]}))),
                repeated(RawClient.masked(RawClient.FIN | RawClient.BINARY, Packets.publish(4, new byte[64]))));
        try (ScriptedBroker broker = new ScriptedBroker();
                CrowdedBroker flooded = new CrowdedBroker(0, 1);
                TestGateway gateway = TestGateway.start(
                        "route.good.paths=/mqtt",
                        "route.good.clusters=good",
                        "cluster.good.brokers=" + broker.address(),
                        "route.flood.paths=/flood",
                        "route.flood.clusters=flood",
                        "cluster.flood.brokers=" + flooded.address(),
                        "route.flood.limit=flood", // what the test asks of the good client is no good client's rate
                        "limit.flood.packets.rate=200/s",
                        "limit.flood.packets.burst=400",
                        "limit.flood.publish.rate=100/s",
                        "limit.flood.bytes.rate=64KiB/s");
                RawClient good = gateway.plain().open(CONNECT);
                Wire connection = broker.welcome(CONNECT)) {
            flooded.welcome();
            good.readMqtt(4);
            settle(good, connection); // the code is compiled
            long[] alone = looks(good, connection);
            try (FloodCrowd crowd =
                    new FloodCrowd(gateway.plainAddress(), UpgradeRequest.VALID.path("/flood"), FLOODERS, kinds)) {
                settle(good, connection); // the bursts are spent
                long begun = System.nanoTime();
                long[] before = crowd.taken();
                long[] beside = looks(good, connection);
                settle(good, connection);
                double seconds = (System.nanoTime() - begun) / 1e9;
                long[] after = crowd.taken();

                System.out.printf(
                        "worst of %d round trips, median and range of %d looks: alone %s, beside %d flooding clients %s%n",
                        MANY_ROUND_TRIPS, LOOKS, micros(alone), FLOODERS, micros(beside));
                for (int i = 0; i < FLOODERS; i++) {
                    assertThat((after[i] - before[i]) / seconds)
                            .as("bytes a second that flooder %d gets rid of", i)
                            .isLessThan(MOST_PER_SECOND);
                }
                assertThat(beside[LOOKS / 4])
                        .as("worst round trip beside the flood, in the better looks")
                        .isLessThan(MOST_TIMES * alone[LOOKS / 2]);
                assertThat(gateway.gateway().sessions())
                        .as("throttled, not closed")
                        .isEqualTo(1 + FLOODERS);
            }
        }
    }

    /** The worst round trip of each look, ascending: the machine itself may disturb some. */
    private static long[] looks(RawClient good, Wire connection) throws IOException {
        long[] worst = new long[LOOKS];
        for (int look = 0; look < LOOKS; look++) {
            worst[look] = worstRoundTrip(good, connection);
        }
        Arrays.sort(worst);
        return worst;
    }

    private static String micros(long[] looks) {
        return looks[LOOKS / 2] / 1000 + " us (" + looks[0] / 1000 + " to " + looks[LOOKS - 1] / 1000 + ")";
    }

    /** Round trips for as long as kernel buffers and bursts may take what comes. */
    private static void settle(RawClient good, Wire connection) throws IOException {
        long begun = System.nanoTime();
        while (System.nanoTime() - begun < LONG_ENOUGH) {
            worstRoundTrip(good, connection);
        }
    }

    private static byte[] repeated(byte[] frames) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        while (all.size() < 16 * 1024) {
            all.writeBytes(frames);
        }
        return all.toByteArray();
    }

    private static long worstRoundTrip(RawClient client, Wire connection) throws IOException {
        long worst = 0;
        for (int i = 0; i < MANY_ROUND_TRIPS; i++) {
            long start = System.nanoTime();
            client.mqtt(Packets.PINGREQ);
            connection.read(2);
            connection.send(Packets.PINGRESP);
            client.readMqtt(2);
            worst = Math.max(worst, System.nanoTime() - start);
        }
        return worst;
    }

    private static byte[] payload(int number) {
        return ByteBuffer.allocate(4).putInt(number).array();
    }

    /** Reads and counts what a broker is sent. Thread-safe. */
    private static final class Sink {
        private final AtomicLong bytes = new AtomicLong();
        private final CountDownLatch first = new CountDownLatch(1);
        private final Thread thread;

        Sink(Wire connection) {
            thread = new Thread(() -> read(connection), "flooded broker");
            thread.setDaemon(true);
            thread.start();
        }

        private void read(Wire connection) {
            byte[] buffer = new byte[64 * 1024];
            try {
                int count = connection.input().read(buffer);
                while (count >= 0) {
                    bytes.addAndGet(count);
                    first.countDown();
                    count = connection.input().read(buffer);
                }
            } catch (IOException closed) {
                // the count tells
            }
        }

        long bytes() {
            return bytes.get();
        }

        void awaitFirst() throws InterruptedException {
            assertThat(first.await(Wire.PATIENCE_MILLIS, TimeUnit.MILLISECONDS)).isTrue();
        }

        void awaitEnd() throws InterruptedException {
            thread.join(Wire.PATIENCE_MILLIS);
            assertThat(thread.isAlive()).isFalse();
        }
    }
}
