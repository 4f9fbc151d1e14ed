package io.sluice.loadtest.load;

import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleFunction;
import java.util.function.DoubleUnaryOperator;

/**
 * An axis of a chart.
 *
 * <p>Immutable.
 *
 * @param place from a value to 0 (where the axis begins) to 1 (where it ends)
 * @param text of any value
 */
record Axis(String name, DoubleUnaryOperator place, List<Tick> ticks, DoubleFunction<String> text) {
    private static final int TICKS = 5;
    private static final double[] PERCENTILES = {50, 90, 99, 99.9, 99.99};
    private static final int MOST_LOG_TICKS = 7;

    /** A line across the chart with its label. */
    record Tick(double value, String label) {}

    /** From 0 to something round that is not below a value. */
    static Axis linear(String name, double most, DoubleFunction<String> label) {
        double step = roundStep(Math.max(most, 1e-9) / TICKS);
        int count = (int) Math.max(1, Math.ceil(most / step - 1e-9));
        List<Tick> ticks = new ArrayList<>();
        for (int i = 0; i <= count; i++) {
            ticks.add(new Tick(i * step, label.apply(i * step)));
        }
        double end = count * step;
        return new Axis(name, value -> value / end, List.copyOf(ticks), label);
    }

    /** 1, 2 or 5 times a power of ten. */
    private static double roundStep(double least) {
        double power = Math.pow(10, Math.floor(Math.log10(least)));
        for (double digit : new double[] {1, 2, 5}) {
            if (digit * power >= least * (1 - 1e-9)) {
                return digit * power;
            }
        }
        return 10 * power;
    }

    /** Logarithmic from something round below to something round above; both ends are more than 0. */
    static Axis log(String name, double least, double most, DoubleFunction<String> label) {
        List<Double> round = new ArrayList<>();
        double power = Math.pow(10, Math.floor(Math.log10(least)));
        for (double next = power; round.isEmpty() || round.get(round.size() - 1) < most; next *= 10) {
            for (double digit : new double[] {1, 2, 5}) {
                if (round.isEmpty() || round.get(round.size() - 1) < most) {
                    round.add(digit * next);
                }
            }
        }
        while (round.size() > 2 && round.get(1) <= least) {
            round.remove(0);
        }
        double begin = Math.log(round.get(0));
        double length = Math.log(round.get(round.size() - 1)) - begin;
        boolean allDigits = round.size() <= MOST_LOG_TICKS;
        List<Tick> ticks = round.stream()
                .filter(value -> allDigits || isPowerOfTen(value))
                .map(value -> new Tick(value, label.apply(value)))
                .toList();
        return new Axis(name, value -> (Math.log(value) - begin) / length, ticks, label);
    }

    private static boolean isPowerOfTen(double value) {
        double power = Math.log10(value);
        return Math.abs(power - Math.rint(power)) < 1e-6;
    }

    /** Percentiles from 0 to 99.99, where each nine more takes as much room as the one before. */
    static Axis percentiles() {
        DoubleUnaryOperator nines = percentile -> -Math.log10(1 - percentile / 100);
        double end = nines.applyAsDouble(PERCENTILES[PERCENTILES.length - 1]);
        List<Tick> ticks = new ArrayList<>();
        for (double percentile : PERCENTILES) {
            ticks.add(new Tick(percentile, Figure.percentile(percentile)));
        }
        return new Axis(
                "of all, no longer than this",
                value -> nines.applyAsDouble(value) / end,
                List.copyOf(ticks),
                Figure::percentile);
    }
}
