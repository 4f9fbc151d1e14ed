package io.sluice.upstream;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The way of one broker to its whole share after it comes back: its caches are cold, and all new clients at once would be more
 * than it ever has to bear. The caller brings the time, in nanoseconds compared by subtraction.
 *
 * <p>Thread-safe.
 */
final class SlowStart {
    /** The part of its share that a broker begins with. */
    static final double LEAST = 0.05;

    private final long lasts;
    private volatile @Nullable Long begun;

    /** @param lasts empty: there is no slow start */
    SlowStart(Optional<Duration> lasts) {
        this.lasts = lasts.map(Duration::toNanos).orElse(0L);
    }

    /** The broker comes back. */
    void begin(long now) {
        begun = now;
    }

    /** The part of its share that the broker has now: it grows evenly to 1. */
    double part(long now) {
        Long start = begun;
        long passed = start == null ? lasts : now - start;
        return passed >= lasts ? 1 : Math.max(LEAST, (double) passed / lasts);
    }
}
