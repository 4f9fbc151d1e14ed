package io.sluice.loadtest.load;

import io.sluice.loadtest.MqttPackets;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Connections up to CONNACK, each with a goodbye at once: so many under way at a time, or so many a second, whatever becomes of
 * those before; a latency then counts from when its connection was due.
 *
 * <p>Confined to its loop's thread.
 */
final class Connects extends Script {
    private static final int MOST_CLIENTS = 20_000;
    private static final int MOST_A_TURN = 32;
    private static final long AFTER_ERROR = TimeUnit.MILLISECONDS.toNanos(100);

    private final LoadLoop loop;
    private final Plan plan;
    private final Target target;
    private final int number;
    private final ArrayDeque<LoadClient> free = new ArrayDeque<>();
    private final Pace pace;
    private int made;

    Connects(LoadLoop loop, Plan plan, Target target, int number) {
        this.loop = loop;
        this.plan = plan;
        this.target = target;
        this.number = number;
        // a loop that is never due has no rate
        pace = new Pace(isOpen() ? loop.now() : LoadLoop.NEVER / 2, Math.max(plan.rate(), 1), number, plan.loops());
        for (int i = 0; !isOpen() && i < plan.share(plan.concurrency(), number); i++) {
            free.add(another());
        }
    }

    private boolean isOpen() {
        return plan.rate() > 0;
    }

    private LoadClient another() {
        int clientNumber = number + made++ * plan.loops();
        byte[] connect = MqttPackets.connect(target.level(), plan.clientId(clientNumber), plan.keepAliveSeconds());
        return new LoadClient(loop, target, made, clientNumber, connect);
    }

    @Override
    long tick(long now) {
        if (loop.window().over(isOpen() ? pace.due() : now)) {
            return LoadLoop.NEVER;
        }
        return isOpen() ? open(now) : closed(now);
    }

    private long closed(long now) {
        for (LoadClient client = free.poll(); client != null; client = free.poll()) {
            loop.begin(client, now);
        }
        return LoadLoop.NEVER;
    }

    private long open(long now) {
        for (int i = 0; i < MOST_A_TURN && pace.isDue(now); i++) {
            long due = pace.take();
            loop.figures().nextDue(pace.due());
            LoadClient client = free.poll();
            if (client == null && made < MOST_CLIENTS) {
                client = another();
            }
            loop.figures().sent(due, loop.now() - due, 1);
            if (client == null) {
                failed(due, Failure.TOO_MANY);
            } else {
                loop.begin(client, due);
            }
        }
        return pace.due();
    }

    @Override
    void connected(LoadClient client, long now) {
        long began = client.began();
        loop.figures().done(isOpen() ? began : now, now - began);
        loop.leave(client);
    }

    @Override
    void packet(LoadClient client, int firstByte, ByteBuffer body) {}

    @Override
    void ended(LoadClient client, long now, @Nullable String why) {
        if (why == null) {
            free.add(client);
        } else {
            failed(isOpen() ? client.began() : now, why);
            loop.at(now + AFTER_ERROR, () -> free.add(client));
        }
    }

    private void failed(long at, String why) {
        loop.figures().error(at, why);
        if (isOpen()) {
            loop.figures().settled(at);
        }
    }
}
