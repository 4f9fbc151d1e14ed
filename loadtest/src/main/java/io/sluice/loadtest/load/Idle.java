package io.sluice.loadtest.load;

import java.util.Arrays;

/**
 * Clients that do nothing but ping before their keep alive is over; those that are there at the end count.
 *
 * <p>Confined to its loop's thread.
 */
final class Idle extends Crowd {
    private static final long NONE = -1;

    private final Pace starts;
    private final long[] pinged;
    private boolean counted;

    Idle(LoadLoop loop, Plan plan, Target target, int number) {
        super(loop, plan, target, number);
        starts = new Pace(loop.now(), plan.rate(), number, plan.loops());
        pinged = new long[share()];
        Arrays.fill(pinged, NONE);
    }

    @Override
    boolean mayStart(long now) {
        if (!starts.isDue(now)) {
            return false;
        }
        starts.take();
        return true;
    }

    @Override
    void pinged(LoadClient client, long now) {
        pinged[client.index()] = now;
    }

    @Override
    void pong(LoadClient client, long now) {
        if (pinged[client.index()] != NONE) {
            loop().figures().latency(now, now - pinged[client.index()]);
            pinged[client.index()] = NONE;
        }
    }

    @Override
    void lost(LoadClient client) {
        pinged[client.index()] = NONE;
    }

    @Override
    long work(long now) {
        if (loop().window().over(now)) {
            if (!counted) {
                counted = true;
                clients().stream()
                        .filter(this::isReady)
                        .forEach(client -> loop().figures().done(loop().window().until() - 1));
            }
            return LoadLoop.NEVER;
        }
        if (allStarted()) {
            return loop().window().until();
        }
        return starts.isDue(now) ? LoadLoop.NEVER : starts.due(); // due: those under way come first
    }
}
