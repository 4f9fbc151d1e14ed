package io.sluice.loadtest;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A client that publishes at QoS 1 at a steady pace and comes back when it is cut, as the usual client libraries do: after a
 * delay with jitter, with its session, and with all that was not acknowledged sent again.
 *
 * <p>Confined to its loop's thread.
 */
final class SteadyPublisher {
    static final String TOPIC_FILTER = "steady/#";

    private static final int LEVEL = 5;
    private static final int KEEP_ALIVE_SECONDS = 30;
    private static final int SESSION_EXPIRY_SECONDS = 600;
    private static final int MOST_IN_FLIGHT = 500;
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);

    /** A first delay is drawn from 0.5 to 1.5 times this, each next from twice as much, up to four times. */
    private static final Duration RECONNECT_DELAY = Duration.ofSeconds(1);

    private static final int MOST_DOUBLINGS = 2;

    /** What happens to publishers, told on the loop's thread. */
    interface Diary {
        /** CONNACK came, for the first time or again. */
        void connected(boolean again, long offlineNanos);

        /** A connection that had its CONNACK ended by a WebSocket Close, or by itself with code 1006. */
        void ended(int code);

        /** The broker took a message; or refused it, with a code of 0x80 or more. */
        void acknowledged(long waitedNanos, int code);
    }

    private record Message(int number, long createdNanos) {}

    private final int index;
    private final HttpClient client;
    private final URI uri;
    private final ScheduledExecutorService loop;
    private final RandomGenerator random;
    private final Diary diary;
    private final Map<Integer, Message> inFlight = new LinkedHashMap<>();

    private @Nullable MqttSocket socket;
    private boolean admitted; // the present connection had its CONNACK
    private boolean welcome; // and is believed to live
    private boolean wasWelcome;
    private long offlineSince;
    private int failures;
    private int created;
    private boolean resting;
    private boolean stopped;

    SteadyPublisher(
            int index, HttpClient client, URI uri, ScheduledExecutorService loop, RandomGenerator random, Diary diary) {
        this.index = index;
        this.client = client;
        this.uri = uri;
        this.loop = loop;
        this.random = random;
        this.diary = diary;
    }

    /** Connects; {@link #publish} is called by whoever keeps the pace. */
    void connect() {
        var unused = MqttSocket.open(client, uri, packet -> loop.execute(() -> took(packet)), CONNECT_TIMEOUT)
                .whenComplete((opened, failure) -> loop.execute(() -> {
                    if (opened == null) {
                        comeBack();
                    } else {
                        opened(opened);
                    }
                }));
    }

    private void opened(MqttSocket opened) {
        if (stopped) {
            opened.close();
            return;
        }
        socket = opened;
        admitted = false;
        var unused = opened.ending().thenAccept(ending -> loop.execute(() -> ended(opened, ending)));
        send(MqttPackets.connectAgain("steady-" + index, KEEP_ALIVE_SECONDS, SESSION_EXPIRY_SECONDS));
    }

    private void took(MqttSocket.Packet packet) {
        switch (packet.type()) {
            case MqttPackets.CONNACK -> answered(packet.body().get(1) & 0xFF);
            case MqttPackets.PUBACK -> acknowledged(packet.body());
            default -> {}
        }
    }

    private void answered(int code) {
        if (code != 0) {
            return; // and the connection ends
        }
        welcome = true;
        admitted = true;
        failures = 0;
        diary.connected(wasWelcome, System.nanoTime() - offlineSince);
        wasWelcome = true;
        inFlight.forEach((id, message) -> send(id, message, true));
    }

    private void acknowledged(ByteBuffer body) {
        Message message = inFlight.remove(body.getShort(0) & 0xFFFF);
        if (message != null) {
            int code = body.limit() > 2 ? body.get(2) & 0xFF : 0;
            diary.acknowledged(System.nanoTime() - message.createdNanos(), code);
        }
    }

    private void ended(MqttSocket of, MqttSocket.Ending ending) {
        if (of != socket) {
            return;
        }
        offline();
        socket = null;
        if (admitted) {
            diary.ended(ending.code());
        }
        comeBack();
    }

    private void offline() {
        if (welcome) {
            welcome = false;
            offlineSince = System.nanoTime();
        }
    }

    private void comeBack() {
        if (stopped) {
            return;
        }
        double delay =
                RECONNECT_DELAY.toNanos() * (0.5 + random.nextDouble()) * (1 << Math.min(failures++, MOST_DOUBLINGS));
        var unused = loop.schedule(this::connect, (long) delay, TimeUnit.NANOSECONDS);
    }

    /** Makes a message and sends it, now or when there is a connection again; none while 500 wait or after {@link #rest}. */
    void publish() {
        if (resting || inFlight.size() >= MOST_IN_FLIGHT) {
            return;
        }
        Message message = new Message(created++, System.nanoTime());
        int id = message.number() % 0xFFFF + 1;
        inFlight.put(id, message);
        if (welcome) {
            send(id, message, false);
        }
    }

    private void send(int id, Message message, boolean again) {
        byte[] payload = ByteBuffer.allocate(2 * Integer.BYTES)
                .putInt(index)
                .putInt(message.number())
                .array();
        send(MqttPackets.publish(LEVEL, "steady/" + index, id, again, payload));
    }

    private void send(byte[] packet) {
        MqttSocket open = socket;
        if (open == null) {
            return;
        }
        try {
            open.send(packet);
        } catch (IOException gone) {
            offline(); // its end is told by itself, and what was not acknowledged is sent again
        }
    }

    /** Publishes no more, but stays. */
    void rest() {
        resting = true;
    }

    int created() {
        return created;
    }

    int waiting() {
        return inFlight.size();
    }

    /** How long the oldest message waits by now. */
    long longestWaitNanos() {
        return inFlight.values().stream()
                .findFirst()
                .map(oldest -> System.nanoTime() - oldest.createdNanos())
                .orElse(0L);
    }

    /** Says goodbye and does not come back. */
    void stop() {
        stopped = true;
        send(MqttPackets.disconnect());
        welcome = false;
    }
}
