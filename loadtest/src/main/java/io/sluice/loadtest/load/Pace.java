package io.sluice.loadtest.load;

import java.util.concurrent.TimeUnit;

/**
 * The times at which an open loop is due to do something: evenly, whether or not it keeps up.
 *
 * <p>Several loops share a rate: each takes every so manyeth time. A time stays due until it is taken, so that a late
 * loop catches up, and what is measured from the due time contains what it was late.
 *
 * <p>Confined to its loop's thread.
 */
final class Pace {
    private final long start;
    private final double stepNanos;
    private long taken;

    /**
     * Times of one of several loops.
     *
     * @param start the first time of the first loop
     * @param perSecond the rate of all loops; positive
     * @param loop 0 to {@code loops - 1}
     */
    Pace(long start, double perSecond, int loop, int loops) {
        double nanos = TimeUnit.SECONDS.toNanos(1) / perSecond;
        this.start = start + (long) (nanos * loop);
        this.stepNanos = nanos * loops;
    }

    /** The earliest time that is not taken. */
    long due() {
        return start + (long) (taken * stepNanos);
    }

    boolean isDue(long now) {
        return due() <= now;
    }

    /** Takes the earliest time and returns it. */
    long take() {
        long due = due();
        taken++;
        return due;
    }
}
