package io.sluice.loadtest.load;

import java.util.ArrayDeque;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/**
 * All clients are cut at once, and all connect again at once; it is over when all are back. A latency counts from the cut, over
 * all that a client tries.
 *
 * <p>Confined to its loop's thread.
 */
final class Storm extends Crowd {
    private static final int MOST_A_TURN = 32;
    private static final long LEAST_WAIT = TimeUnit.MILLISECONDS.toNanos(100);

    private final ArrayDeque<LoadClient> cut = new ArrayDeque<>();
    private final SplittableRandom random = new SplittableRandom();
    private long cutAt = LoadLoop.NEVER;
    private int back;
    private boolean ended;

    Storm(LoadLoop loop, Plan plan, Target target, int number) {
        super(loop, plan, target, number);
    }

    @Override
    void ready(LoadClient client, long now) {
        if (cutAt != LoadLoop.NEVER) {
            loop().figures().done(now, now - cutAt);
            back++;
            finishWhenAllAreBack(now);
        }
    }

    private void finishWhenAllAreBack(long now) {
        if (back == share()) {
            loop().figures().finished(now);
        }
    }

    @Override
    long work(long now) {
        if (cutAt == LoadLoop.NEVER && loop().window().begun(now)) {
            cutAt = now;
            clients().forEach(this::cut);
            cut.addAll(clients());
            finishWhenAllAreBack(now); // a loop without clients has nothing to wait for
        }
        for (int i = 0; i < MOST_A_TURN && !cut.isEmpty(); i++) {
            begin(cut.remove(), cutAt);
        }
        if (loop().window().over(now)) {
            tellMissing();
            return LoadLoop.NEVER;
        }
        return cutAt == LoadLoop.NEVER ? loop().window().from() : cut.isEmpty() ? LoadLoop.NEVER : now;
    }

    private void tellMissing() {
        if (!ended) {
            ended = true;
            for (int i = back; i < share(); i++) {
                loop().figures().error(loop().window().until() - 1, Failure.NOT_BACK);
            }
        }
    }

    @Override
    long backAfter() {
        return LEAST_WAIT + random.nextLong(LEAST_WAIT);
    }

    @Override
    long againSince(LoadClient client) {
        return cutAt == LoadLoop.NEVER ? loop().now() : cutAt;
    }
}
