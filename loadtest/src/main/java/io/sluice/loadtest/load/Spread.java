package io.sluice.loadtest.load;

import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleFunction;

/**
 * What a figure was in several rounds.
 *
 * <p>Immutable.
 */
record Spread(double median, double least, double most) {

    /** Of one value or more. */
    static Spread of(List<Double> values) {
        double[] sorted = values.stream().mapToDouble(Double::doubleValue).toArray();
        Arrays.sort(sorted);
        int last = sorted.length - 1;
        double median = (sorted[last / 2] + sorted[(last + 1) / 2]) / 2;
        return new Spread(median, sorted[0], sorted[last]);
    }

    /** E.g. {@code 2.50 (2.41 to 2.63)}, or the median alone where all look like it. */
    String text(DoubleFunction<String> format) {
        return isWide(format) ? format.apply(median) + range(format) : format.apply(median);
    }

    /** Whether the ends look different from the median. */
    boolean isWide(DoubleFunction<String> format) {
        String middle = format.apply(median);
        return !format.apply(least).equals(middle) || !format.apply(most).equals(middle);
    }

    /** E.g. {@code  (2.41 to 2.63)}, to follow the median. */
    String range(DoubleFunction<String> format) {
        return " (" + format.apply(least) + " to " + format.apply(most) + ")";
    }
}
