package io.sluice.loadtest;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * How long a message takes from a client through the gateway to the broker and back.
 *
 * <p>Immutable.
 *
 * @param median of the samples
 */
record RoundTrip(Duration median, int samples) {
    private static final int LEVEL = 4;
    private static final int WARM_UP = 300;
    private static final int SAMPLES = 50;
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    /**
     * Connects, subscribes to an own topic and publishes to it, one message at a time.
     *
     * @throws IOException no connection, a refusal, or no answer within 5 s; the message is one line
     */
    static RoundTrip measure(HttpClient client, URI uri) throws IOException, InterruptedException {
        String id = "round-trip-" + Long.toHexString(System.nanoTime());
        try (MqttSocket socket = open(client, uri)) {
            socket.send(MqttPackets.connect(LEVEL, id, 0));
            int returnCode = socket.next(MqttPackets.CONNACK, TIMEOUT).body().get(1);
            if (returnCode != 0) {
                throw new IOException("the broker refuses with CONNACK return code " + returnCode);
            }
            socket.send(MqttPackets.subscribe(LEVEL, id, 0));
            socket.next(MqttPackets.SUBACK, TIMEOUT);
            long[] nanos = new long[SAMPLES];
            for (int i = -WARM_UP; i < SAMPLES; i++) {
                long taken = once(socket, id, i);
                nanos[Math.max(i, 0)] = taken;
            }
            socket.send(MqttPackets.disconnect());
            Arrays.sort(nanos);
            return new RoundTrip(Duration.ofNanos(nanos[SAMPLES / 2]), SAMPLES);
        }
    }

    private static MqttSocket open(HttpClient client, URI uri) throws IOException, InterruptedException {
        try {
            return MqttSocket.open(client, uri).get(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw new IOException("cannot open " + uri + ": " + e.getCause(), e);
        } catch (TimeoutException e) {
            throw new IOException("cannot open " + uri + ": no answer within " + TIMEOUT.toSeconds() + " s", e);
        }
    }

    private static long once(MqttSocket socket, String topic, int number) throws IOException, InterruptedException {
        byte[] payload = ByteBuffer.allocate(Integer.BYTES).putInt(number).array();
        long start = System.nanoTime();
        socket.send(MqttPackets.publish(LEVEL, topic, payload));
        ByteBuffer body = socket.next(MqttPackets.PUBLISH, TIMEOUT).body();
        long taken = System.nanoTime() - start;
        if (body.getInt(body.limit() - payload.length) != number) {
            throw new IOException("message " + number + " came back altered");
        }
        return taken;
    }

    /** E.g. {@code 0.41 ms, median of 50}. */
    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%.2f ms, median of %d", median.toNanos() / 1e6, samples);
    }
}
