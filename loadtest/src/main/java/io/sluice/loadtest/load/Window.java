package io.sluice.loadtest.load;

/**
 * The measured time of a run on the run's clock, which starts at 0: set once the clients are ready and warm.
 *
 * <p>Thread-safe.
 */
final class Window {
    private static final long NEVER = Long.MAX_VALUE;

    private volatile long from = NEVER;
    private volatile long until = NEVER;
    private volatile boolean stopped;

    /** What is done in this time counts; it may begin a little later than now. */
    void open(long from, long until) {
        this.until = until;
        this.from = from;
    }

    boolean contains(long nanos) {
        return nanos >= from && nanos < until;
    }

    boolean begun(long nanos) {
        return nanos >= from;
    }

    boolean over(long nanos) {
        return nanos >= until;
    }

    long from() {
        return from;
    }

    long until() {
        return until;
    }

    /** Ends the loops. */
    void stop() {
        stopped = true;
    }

    boolean stopped() {
        return stopped;
    }
}
