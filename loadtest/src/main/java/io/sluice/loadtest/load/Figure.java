package io.sluice.loadtest.load;

import java.util.Locale;

/**
 * Figures as people read them: three digits, with their unit.
 *
 * <p>Immutable.
 */
final class Figure {
    private static final double THOUSAND = 1000;

    private Figure() {}

    /** E.g. {@code 1,234,000}, {@code 98.7}, {@code 0.012}. */
    static String plain(double value) {
        double size = Math.abs(value);
        if (size == 0) {
            return "0";
        }
        if (size >= 99.95) {
            return say("%,.0f", value);
        }
        return say(size >= 9.995 ? "%.1f" : size >= 0.0995 ? "%.2f" : "%.3f", value);
    }

    static String whole(double value) {
        return say("%,.0f", value);
    }

    /** A time, e.g. {@code 181 µs} or {@code 2.40 ms}. */
    static String time(double nanos) {
        double size = Math.abs(nanos);
        if (size < 999.5) {
            return say("%.0f ns", nanos);
        }
        if (size < 999.5 * THOUSAND) {
            return plain(nanos / THOUSAND) + " µs";
        }
        return size < 999.5 * THOUSAND * THOUSAND ? plain(nanos / 1e6) + " ms" : plain(nanos / 1e9) + " s";
    }

    /** E.g. {@code 9.30 KiB}. */
    static String memory(double bytes) {
        double size = Math.abs(bytes);
        if (size < 1 << 10) {
            return say("%.0f B", bytes);
        }
        return size < 1 << 20 ? plain(bytes / (1 << 10)) + " KiB" : plain(bytes / (1 << 20)) + " MiB";
    }

    static String percent(double share) {
        return say("%.0f %%", share * 100);
    }

    /** E.g. {@code 99.9 %}. */
    static String percentile(double percentile) {
        return percentile == Math.rint(percentile) ? say("%.0f %%", percentile) : percentile + " %";
    }

    private static String say(String format, double value) {
        return String.format(Locale.ROOT, format, value);
    }
}
