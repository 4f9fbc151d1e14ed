package io.sluice.loadtest.load;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Closed loop: each client has a window of messages to itself under way, and sends another for each that has come back.
 *
 * <p>Confined to its loop's thread.
 */
final class Throughput extends Crowd {
    private final List<Message> messages = new ArrayList<>();
    private final int[] owed;
    private final int number;

    Throughput(LoadLoop loop, Plan plan, Target target, int number) {
        super(loop, plan, target, number);
        this.number = number;
        owed = new int[share()];
        for (int i = 0; i < share(); i++) {
            messages.add(new Message(target.level(), topic(i), plan.qos(), plan.size()));
        }
    }

    private String topic(int index) {
        return plan().topic(number + index * plan().loops());
    }

    @Override
    String filter(LoadClient client) {
        return topic(client.index());
    }

    @Override
    void ready(LoadClient client, long now) {
        owed[client.index()] = plan().window();
        refill(client, now);
    }

    @Override
    void publish(LoadClient client, int firstByte, ByteBuffer body) {
        long now = loop().now();
        long sent = Message.time(firstByte, body, client.target().level());
        loop().figures().done(now, now - sent);
        owed[client.index()]++;
        refill(client, now);
    }

    @Override
    void acknowledged(LoadClient client) {
        refill(client, loop().now());
    }

    private void refill(LoadClient client, long now) {
        int batch = plan().batch();
        Message message = messages.get(client.index());
        while (owed[client.index()] >= batch && client.isOpen()) {
            int count = plan().qos() == 0 ? batch : Math.min(batch, client.quota());
            if (count == 0) {
                return;
            }
            ByteBuffer out = loop().buffers().packets().clear();
            for (int i = 0; i < count; i++) {
                message.put(out, now);
            }
            owed[client.index()] -= count;
            client.publish(out.flip(), count * plan().qos());
        }
    }

    @Override
    long work(long now) {
        return LoadLoop.NEVER;
    }
}
