package io.sluice;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The path of a message allocates nothing of ours. What is left is what the selector and XNIO allocate for each wake-up of an
 * I/O thread, some 80 bytes: with many messages in one read it vanishes, with one at a time it is all there is.
 */
@Timeout(60)
class AllocationIT {
    private static final int WARM_UP = 20_000;
    private static final int MESSAGES = 200_000;
    private static final int MILLION = 1_000_000;
    private static final byte[] CONNECT = Packets.connect(4);
    private static final byte[] PUBLISH = Packets.publish(4, new byte[64]);

    private static final com.sun.management.ThreadMXBean THREADS =
            (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();

    @ParameterizedTest(name = "{0} in flight: below {1} bytes")
    @CsvSource({"1, 200", "8, 25", "200, 4"})
    void allocatesForAWakeUpNotForAMessage(int inFlight, double limit) throws Exception {
        double bytes = bytesForAMessage(false, inFlight);

        assertThat(bytes).isLessThan(limit);
    }

    @Test
    void allocatesLittleForAMessageOverTls() throws Exception {
        double bytes = bytesForAMessage(true, 8);

        assertThat(bytes).as("JSSE and the TLS conduit").isLessThan(2_000);
    }

    private static double bytesForAMessage(boolean tls, int inFlight) throws Exception {
        try (ScriptedBroker broker = new ScriptedBroker();
                TestGateway gateway = TestGateway.start(
                        broker,
                        "limit.publish.rate=100000000/s",
                        "limit.packets.rate=100000000/s",
                        "limit.bytes.rate=1000GiB/s");
                RawClient client = (tls ? gateway.secure() : gateway.plain()).open(CONNECT);
                Wire connection = broker.welcome(CONNECT)) {
            client.readMqtt(4);
            Thread echo = new Thread(() -> echo(connection), "echoing broker");
            echo.setDaemon(true);
            echo.start();
            exchange(client, WARM_UP, inFlight);
            int messages = inFlight == 1 ? MESSAGES / 10 : inFlight > 100 ? MILLION : MESSAGES;
            long before = allocated();
            exchange(client, messages, inFlight);
            double each = (allocated() - before) / (double) messages;
            System.out.printf(
                    "%s, %d in flight: %.2f bytes allocated for each message%n", tls ? "wss" : "ws", inFlight, each);
            return each;
        }
    }

    private static void echo(Wire connection) {
        byte[] buffer = new byte[64 * 1024];
        try {
            InputStream in = connection.input();
            OutputStream out = connection.output();
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                out.write(buffer, 0, count);
            }
        } catch (IOException closed) {
            // the test is over
        }
    }

    /** Sends batches, reads the frames that come back by their length alone. */
    private static void exchange(RawClient client, int messages, int inFlight) throws IOException {
        byte[] frame = RawClient.masked(0x82, PUBLISH);
        byte[] batch = new byte[frame.length * inFlight];
        for (int i = 0; i < inFlight; i++) {
            System.arraycopy(frame, 0, batch, i * frame.length, frame.length);
        }
        for (int sent = 0; sent < messages; sent += inFlight) {
            client.output().write(batch);
            client.output().flush();
            int due = PUBLISH.length * inFlight;
            while (due > 0) {
                client.read();
                int length = client.read();
                if (length == 126) {
                    length = client.read() << 8 | client.read();
                }
                client.input().skipNBytes(length);
                due -= length;
            }
        }
    }

    private static long allocated() {
        long[] ids = Arrays.stream(THREADS.getThreadInfo(THREADS.getAllThreadIds()))
                .filter(thread -> thread != null && thread.getThreadName().startsWith("sluice I/O"))
                .mapToLong(ThreadInfo::getThreadId)
                .toArray();
        assertThat(ids).hasSize(2);
        return Arrays.stream(THREADS.getThreadAllocatedBytes(ids)).sum();
    }
}
