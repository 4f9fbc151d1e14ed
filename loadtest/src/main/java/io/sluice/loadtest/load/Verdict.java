package io.sluice.loadtest.load;

import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * Whether the generator, not the target, set the figures.
 *
 * <p>Immutable.
 *
 * @param busiest the largest share of its time that a thread of the generator was busy
 * @param lateNanos the 99th percentile of how late sends were; 0 where none has its time
 * @param missed the share of the rate that was not sent; 0 where there is none
 * @param machine the share of the machine's processors that was busy, by whatever ran on it
 */
record Verdict(double busiest, long lateNanos, double missed, double machine) {
    static final double MOST_BUSY = 0.85;
    static final double FULL = 0.95;
    static final long MOST_LATE = TimeUnit.MILLISECONDS.toNanos(1);
    static final double MOST_MISSED = 0.02;

    private static final String GENERATOR = "The generator set the figures: ";

    boolean isBottleneck() {
        return busiest > MOST_BUSY || lateNanos > MOST_LATE || missed > MOST_MISSED;
    }

    /** With a second one where the processors were the limit, whoever used them. */
    String sentence() {
        return machine > FULL
                ? who() + say(" This machine's processors were busy %.0f %% of the time.", machine * 100)
                : who();
    }

    private String who() {
        if (busiest > MOST_BUSY) {
            return say(GENERATOR + "its busiest thread was busy %.0f %% of the time.", busiest * 100);
        }
        if (missed > MOST_MISSED) {
            return say(GENERATOR + "it sent %.1f %% less than the rate.", missed * 100);
        }
        if (lateNanos > MOST_LATE) {
            return say(GENERATOR + "1 in 100 was sent more than %.1f ms late.", lateNanos / 1e6);
        }
        String busy = say(
                "The target set the figures: the generator's busiest thread was busy %.0f %% of the time",
                busiest * 100);
        return lateNanos == 0
                ? busy + "."
                : busy + say(", and 99 of 100 were sent at most %.2f ms late.", lateNanos / 1e6);
    }

    private static String say(String format, double value) {
        return String.format(Locale.ROOT, format, value);
    }
}
