package io.sluice.loadtest.load;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Open loop: messages are due at a rate, whatever becomes of those before, each by the next client to itself. A latency counts
 * from when its message was due, so that a target that holds one up answers for those that wait behind it, too.
 *
 * <p>Confined to its loop's thread.
 */
final class OpenLoop extends Crowd {
    /** Most backlog that another message is put behind. */
    static final int MOST_BACKLOG = LoadClient.MOST_PENDING / 2;

    private static final int MOST_A_TURN = 32;

    private final int number;
    private final List<Message> messages = new ArrayList<>();
    private long begun = LoadLoop.NEVER;
    private Pace pace;
    private int next;

    OpenLoop(LoadLoop loop, Plan plan, Target target, int number) {
        super(loop, plan, target, number);
        this.number = number;
        this.pace = new Pace(LoadLoop.NEVER / 2, plan.rate(), number, plan.loops());
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
        if (begun == LoadLoop.NEVER && loop().figures().ready() == share()) {
            begun = now;
            pace = new Pace(now, plan().rate(), number, plan().loops());
        }
    }

    @Override
    long work(long now) {
        for (int i = 0; i < MOST_A_TURN && pace.isDue(now); i++) {
            if (loop().window().over(pace.due())) {
                loop().figures().nextDue(LoadLoop.NEVER);
                return LoadLoop.NEVER;
            }
            send(pace.take());
            loop().figures().nextDue(pace.due());
        }
        return pace.due();
    }

    private void send(long due) {
        int index = next;
        next = (next + 1) % share();
        LoadClient client = clients().get(index);
        long late = loop().now() - due;
        boolean possible = isReady(client) && client.backlog() < MOST_BACKLOG;
        loop().figures().sent(due, late, possible ? 1 : 0);
        if (possible) {
            ByteBuffer out = loop().buffers().packets().clear();
            messages.get(index).put(out, due);
            client.send(out.flip());
        } else {
            loop().figures().error(due, isReady(client) ? Failure.BUFFER_FULL : Failure.NOT_CONNECTED);
        }
    }

    @Override
    void publish(LoadClient client, int firstByte, ByteBuffer body) {
        long due = Message.time(firstByte, body, client.target().level());
        loop().figures().done(due, loop().now() - due);
    }
}
