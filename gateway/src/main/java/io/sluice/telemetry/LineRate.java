package io.sluice.telemetry;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * So many lines in each second of a clock, and the number of those that were too many.
 *
 * <p>Thread-safe, without locks.
 */
final class LineRate {
    private static final int COUNT_BITS = 24;
    private static final long COUNT = (1L << COUNT_BITS) - 1;

    private final int most;
    /** The second, and in the lower bits the lines in it. */
    private final AtomicLong state = new AtomicLong(-1L << COUNT_BITS);

    private final AtomicLong untold = new AtomicLong();

    /** @param most in a second */
    LineRate(int most) {
        this.most = most;
    }

    /** Whether one more may be written; if not, it is counted. */
    boolean mayTell(long nanos) {
        long second = (nanos / TimeUnit.SECONDS.toNanos(1)) << COUNT_BITS;
        long before = state.get();
        while (true) {
            long after = (before & ~COUNT) == second ? before + 1 : second + 1;
            if ((after & COUNT) > most) {
                untold.incrementAndGet();
                return false;
            }
            if (state.compareAndSet(before, after)) {
                return true;
            }
            before = state.get();
        }
    }

    /** Those that were too many since this was last asked. */
    long takeUntold() {
        return untold.get() == 0 ? 0 : untold.getAndSet(0);
    }
}
