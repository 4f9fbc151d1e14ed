package io.sluice.loadtest.load;

import io.sluice.loadtest.MqttPackets;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Clients that connect, a few at a time, and stay: each subscribes to its topic, pings before its keep alive is over, and comes
 * back when it is cut.
 *
 * <p>Confined to its loop's thread.
 */
abstract class Crowd extends Script {
    private static final int HANDSHAKES = 32;
    private static final int PINGRESP = 13;
    private static final int FAILED = 0x80;
    private static final int PUBACK_HEADER = 0x4002_0000;
    private static final long BACK_AFTER = TimeUnit.SECONDS.toNanos(1);

    private final LoadLoop loop;
    private final Plan plan;
    private final List<LoadClient> clients = new ArrayList<>();
    private final BitSet ready = new BitSet();
    private final BitSet connecting = new BitSet();
    private final ByteBuffer small = ByteBuffer.allocate(4);
    private final int share;
    private final Pace pings;
    private int started;
    private int nextPing;

    /**
     * A loop's share of the plan's clients.
     *
     * @param number the loop's, from 0
     */
    Crowd(LoadLoop loop, Plan plan, Target target, int number) {
        this.loop = loop;
        this.plan = plan;
        this.share = plan.share(plan.clients(), number);
        for (int i = 0; i < share; i++) {
            add(target, number + i * plan.loops());
        }
        double pingSeconds = plan.keepAliveSeconds() * 0.75;
        pings = new Pace(loop.now() + TimeUnit.SECONDS.toNanos((long) pingSeconds), share / pingSeconds + 1e-6, 0, 1);
    }

    /** Adds one that starts after those before it. */
    final LoadClient add(Target target, int number) {
        byte[] connect = MqttPackets.connect(target.level(), plan.clientId(number), plan.keepAliveSeconds());
        LoadClient client = new LoadClient(loop, target, clients.size(), number, connect);
        clients.add(client);
        return client;
    }

    /** What a client subscribes to; null: nothing. */
    abstract @Nullable String filter(LoadClient client);

    /** A client is where it should be. */
    abstract void ready(LoadClient client, long now);

    /** A PUBLISH has come; its acknowledgement is sent already. */
    abstract void publish(LoadClient client, int firstByte, ByteBuffer body);

    /** Does what else is due and returns when something is again. */
    abstract long work(long now);

    @Override
    final long tick(long now) {
        while (started < clients.size() && connecting.cardinality() < HANDSHAKES && mayStart(now)) {
            begin(clients.get(started++), now);
        }
        long due = Math.min(work(now), pings.due());
        while (pings.isDue(now)) {
            pings.take();
            ping(now);
        }
        return due;
    }

    /** Whether the next client may connect now. */
    boolean mayStart(long now) {
        return true;
    }

    private void ping(long now) {
        if (share > 0) {
            LoadClient client = clients.get(nextPing);
            nextPing = (nextPing + 1) % share;
            if (client.isOpen()) {
                client.send(small.clear().putShort((short) 0xC000).flip());
                pinged(client, now);
            }
        }
    }

    void pinged(LoadClient client, long now) {}

    void pong(LoadClient client, long now) {}

    final void begin(LoadClient client, long due) {
        connecting.set(client.index());
        loop.begin(client, due);
    }

    @Override
    final void connected(LoadClient client, long now) {
        String filter = filter(client);
        if (filter == null) {
            nowReady(client, now);
        } else {
            byte[] subscribe = MqttPackets.subscribe(client.target().level(), filter, plan.qos());
            client.send(loop.buffers().packets().clear().put(subscribe).flip());
        }
    }

    private void nowReady(LoadClient client, long now) {
        connecting.clear(client.index());
        ready.set(client.index());
        loop.figures().ready(1);
        ready(client, now);
    }

    @Override
    final void packet(LoadClient client, int firstByte, ByteBuffer body) {
        switch (firstByte >>> 4) {
            case MqttPackets.PUBLISH -> {
                if (Message.isQos1(firstByte)) {
                    client.send(small.clear()
                            .putInt(PUBACK_HEADER | Message.id(body))
                            .flip());
                }
                publish(client, firstByte, body);
            }
            case MqttPackets.SUBACK -> suback(client, body);
            case PINGRESP -> pong(client, loop.now());
            default -> {
                // PUBACK: what counts is the message that comes
            }
        }
    }

    private void suback(LoadClient client, ByteBuffer body) {
        int code = body.get(body.limit() - 1) & 0xFF;
        if (code >= FAILED) {
            client.end(Failure.suback(code));
        } else if (!isReady(client)) {
            nowReady(client, loop.now());
        }
    }

    @Override
    final void ended(LoadClient client, long now, @Nullable String why) {
        connecting.clear(client.index());
        if (isReady(client)) {
            ready.clear(client.index());
            loop.figures().ready(-1);
        }
        if (why != null) {
            loop.figures().error(now, why);
        }
        lost(client);
        loop.at(now + backAfter(), () -> again(client));
    }

    private void again(LoadClient client) {
        if (client.isIdle() && !loop.window().over(loop.now())) {
            begin(client, againSince(client));
        }
    }

    /** How long after an end a client connects again. */
    long backAfter() {
        return BACK_AFTER;
    }

    /** Since when a client that connects again counts as trying. */
    long againSince(LoadClient client) {
        return loop.now();
    }

    /** A client's connection is gone, and what was under way on it. */
    void lost(LoadClient client) {}

    final boolean isReady(LoadClient client) {
        return ready.get(client.index());
    }

    final LoadLoop loop() {
        return loop;
    }

    final Plan plan() {
        return plan;
    }

    /** All, those of the target first. */
    final List<LoadClient> clients() {
        return clients;
    }

    /** How many of {@link #clients} are the target's. */
    final int share() {
        return share;
    }
}
