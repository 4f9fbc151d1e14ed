package io.sluice.loadtest.load;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Open loop: messages are due at a rate, whatever becomes of those before. A latency counts from when its message was due, so that
 * a target that holds one up answers for those that wait behind it, too. Clients send to themselves, or publishers to them.
 *
 * <p>Confined to its loop's thread.
 */
final class OpenLoop extends Crowd {
    private static final int MOST_BACKLOG = Wire.MOST_PENDING / 2;
    private static final int MOST_A_TURN = 32;

    private final int number;
    private final int topics;
    private final List<Source> sources = new ArrayList<>();
    private final int pacedLoops;
    private Pace pace;
    private boolean begun;
    private int next;

    /**
     * Who sends.
     *
     * @param receivers how many each message goes to
     * @param qos of the message
     */
    private record Source(LoadClient client, Message message, int qos, int receivers) {}

    private OpenLoop(LoadLoop loop, Job job, int number, int topics, int pacedLoops) {
        super(loop, job.plan(), job.target(), number);
        this.number = number;
        this.topics = topics;
        this.pacedLoops = pacedLoops;
        this.pace = new Pace(LoadLoop.NEVER / 2, plan().rate(), 0, 1);
    }

    /** Each client sends to itself in turn. */
    static OpenLoop toThemselves(LoadLoop loop, Job job, int number) {
        OpenLoop script =
                new OpenLoop(loop, job, number, job.plan().clients(), job.plan().loops());
        int qos = job.plan().qos();
        for (LoadClient client : script.clients()) {
            script.sources.add(new Source(client, script.message(client.number(), qos), qos, 1));
        }
        return script;
    }

    /**
     * Publishers of the first loop send, in turn, to clients of all loops, which share their topics evenly.
     *
     * @param mixed whether every second publisher sends at QoS 0, the others at the plan's
     */
    static OpenLoop fromPublishers(LoadLoop loop, Job job, int number, boolean mixed) {
        Plan plan = job.plan();
        OpenLoop script = new OpenLoop(loop, job, number, plan.publishers(), 1);
        for (int i = 0; number == 0 && i < plan.publishers(); i++) {
            int qos = mixed && i % 2 == 0 ? 0 : plan.qos();
            int receivers = (plan.clients() - i + plan.publishers() - 1) / plan.publishers();
            LoadClient publisher = script.add(job.publishingSide(), plan.clients() + i);
            script.sources.add(new Source(publisher, script.message(i, qos), qos, receivers));
        }
        return script;
    }

    private Message message(int topic, int qos) {
        return new Message(clients().get(0).target().level(), plan().topic(topic), qos, plan().size());
    }

    @Override
    @Nullable
    String filter(LoadClient client) {
        return client.index() < share() ? plan().topic(client.number() % topics) : null;
    }

    @Override
    void ready(LoadClient client, long now) {
        if (!begun
                && !sources.isEmpty()
                && loop().figures().ready() == clients().size()) {
            begun = true;
            pace = new Pace(now, plan().rate(), number, pacedLoops);
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
        Source source = sources.get(next);
        next = (next + 1) % sources.size();
        String obstacle = obstacle(source);
        loop().figures().sent(due, loop().now() - due, obstacle == null ? source.receivers : 0);
        if (obstacle == null) {
            ByteBuffer out = loop().buffers().packets().clear();
            source.message.put(out, due);
            source.client.publish(out.flip(), source.qos);
        } else {
            loop().figures().error(due, obstacle);
        }
    }

    private @Nullable String obstacle(Source source) {
        if (!isReady(source.client)) {
            return Failure.NOT_CONNECTED;
        }
        if (source.client.backlog() > MOST_BACKLOG) {
            return Failure.BUFFER_FULL;
        }
        return source.qos == 0 || source.client.quota() > 0 ? null : Failure.NO_QUOTA;
    }

    @Override
    void publish(LoadClient client, int firstByte, ByteBuffer body) {
        long due = Message.time(firstByte, body, client.target().level());
        loop().figures().done(due, loop().now() - due);
    }
}
