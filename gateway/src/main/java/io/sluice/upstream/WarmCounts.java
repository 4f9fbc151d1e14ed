package io.sluice.upstream;

import java.util.concurrent.atomic.LongAdder;

/**
 * Counts what becomes of the warm connections of one cluster.
 *
 * <p>Thread-safe.
 */
final class WarmCounts {
    final LongAdder opened = new LongAdder();
    final LongAdder used = new LongAdder();
    final LongAdder expired = new LongAdder();
    final LongAdder dead = new LongAdder();

    WarmTotals totals() {
        return new WarmTotals(opened.sum(), used.sum(), expired.sum(), dead.sum());
    }
}
