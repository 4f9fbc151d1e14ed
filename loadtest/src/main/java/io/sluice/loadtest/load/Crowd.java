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
    private static final double PING_AFTER = 0.75;
    private static final long BACK_AFTER = TimeUnit.SECONDS.toNanos(1);

    private final LoadLoop loop;
    private final Plan plan;
    private final List<LoadClient> clients = new ArrayList<>();
    private final BitSet ready = new BitSet();
    private final BitSet connecting = new BitSet();
    private final ByteBuffer small = ByteBuffer.allocate(4);
    private final int share;
    private final long born;
    private int started;
    private int nextPing;
    private @Nullable Pace pings;

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
        born = loop.now();
    }

    /** Adds one that starts after those before it. */
    final LoadClient add(Target target, int number) {
        byte[] connect = MqttPackets.connect(target.level(), plan.clientId(number), plan.keepAliveSeconds());
        LoadClient client = new LoadClient(loop, target, clients.size(), number, connect);
        clients.add(client);
        return client;
    }

    /** What a client subscribes to; null: nothing. */
    @Nullable
    String filter(LoadClient client) {
        return null;
    }

    /** A client is where it should be. */
    void ready(LoadClient client, long now) {}

    /** A PUBLISH has come; its acknowledgement is sent already. */
    void publish(LoadClient client, int firstByte, ByteBuffer body) {}

    /** A message of QoS 1 is acknowledged; what counts is the message that comes. */
    void acknowledged(LoadClient client) {}

    /** Does what else is due and returns when something is again. */
    abstract long work(long now);

    @Override
    final long tick(long now) {
        while (started < clients.size() && connecting.cardinality() < HANDSHAKES && mayStart(now)) {
            begin(clients.get(started++), now);
        }
        Pace ownPings = pings();
        while (ownPings.isDue(now)) {
            ownPings.take();
            ping(now);
        }
        return Math.min(work(now), ownPings.due());
    }

    /** Each client in turn, all within three quarters of the keep alive. */
    private Pace pings() {
        if (pings == null) {
            double seconds = plan.keepAliveSeconds() * PING_AFTER;
            pings = new Pace(born + (long) (seconds * 1e9), Math.max(1, clients.size()) / seconds, 0, 1);
        }
        return pings;
    }

    /** Whether the next client may connect now. */
    boolean mayStart(long now) {
        return true;
    }

    private void ping(long now) {
        if (!clients.isEmpty()) {
            LoadClient client = clients.get(nextPing);
            nextPing = (nextPing + 1) % clients.size();
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
            case MqttPackets.PUBACK -> {
                client.acknowledged();
                acknowledged(client);
            }
            case PINGRESP -> pong(client, loop.now());
            default -> {
                // nothing that matters here
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

    /** Ends a connection without a goodbye and without an error. */
    final void cut(LoadClient client) {
        if (isReady(client)) {
            ready.clear(client.index());
            loop.figures().ready(-1);
        }
        connecting.clear(client.index());
        client.cut();
    }

    final boolean allStarted() {
        return started == clients.size();
    }

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
