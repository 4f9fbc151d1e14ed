package io.sluice.loadtest;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * How evenly clients come back after one event.
 *
 * <p>Immutable.
 *
 * @param count clients that came back
 * @param mean by second, from the first to the last
 * @param peak most within any one second
 */
record ReconnectRate(int count, Duration time, double mean, int peak) {
    private static final int LEAST_SECONDS = 5;

    /**
     * Of times in nanoseconds. A mean over less than five seconds is taken over five: who all come at once come unevenly.
     *
     * @param times in any order
     */
    static ReconnectRate of(List<Long> times) {
        if (times.isEmpty()) {
            return new ReconnectRate(0, Duration.ZERO, 0, 0);
        }
        long[] sorted = times.stream().mapToLong(Long::longValue).toArray();
        Arrays.sort(sorted);
        long second = Duration.ofSeconds(1).toNanos();
        int peak = 0;
        int first = 0;
        for (int last = 0; last < sorted.length; last++) {
            while (sorted[last] - sorted[first] >= second) {
                first++;
            }
            peak = Math.max(peak, last - first + 1);
        }
        long nanos = sorted[sorted.length - 1] - sorted[0];
        double mean = sorted.length / (Math.max(nanos, LEAST_SECONDS * second) / (double) second);
        return new ReconnectRate(sorted.length, Duration.ofNanos(nanos), mean, peak);
    }

    /** The peak as a multiple of the mean; 0 where nobody came back. */
    double unevenness() {
        return count == 0 ? 0 : peak / mean;
    }

    /** E.g. {@code 500 reconnects in 9.8 s: 51.0/s in the mean, 64/s at most (1.25 times)}. */
    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%d reconnects in %.1f s: %.1f/s in the mean, %d/s at most (%.2f times)",
                count,
                time.toMillis() / 1e3,
                mean,
                peak,
                unevenness());
    }
}
