package io.sluice.loadtest.load;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleFunction;

/**
 * Draws charts as SVG, whose colours are those of the page's style: series 0 to {@value #COLOURS} less one by class.
 *
 * <p>Immutable.
 */
final class Chart {
    static final int COLOURS = 8;

    private static final int WIDTH = 480;
    private static final int HEIGHT = 250;
    private static final int LEFT = 62;
    private static final int RIGHT = 26;
    private static final int TOP = 12;
    private static final int BOTTOM = 44;

    private static final int BAR_LEFT = 136;
    private static final int BAR_RIGHT = 80;
    private static final int BAR_STEP = 30;
    private static final int BAR_THICK = 16;
    private static final int MOST_NAME = 17;

    private final Markup page;

    /**
     * A line.
     *
     * @param colour of the page's style
     * @param x ascending
     * @param y as many
     */
    record Series(String name, int colour, List<Double> x, List<Double> y) {}

    /**
     * A bar with the least and the most that its value was seen at.
     *
     * @param spread where it ends, and its whisker
     */
    record Bar(String name, int colour, Spread spread) {}

    Chart(Markup page) {
        this.page = page;
    }

    /**
     * Lines, with a legend where there is more than one.
     *
     * @param marks where on the x axis something went wrong
     */
    void lines(String title, Axis x, Axis y, List<Series> all, List<Mark> marks) {
        page.open("figure").leaf("figcaption", title);
        legend(all, !marks.isEmpty());
        open(WIDTH, HEIGHT, title);
        grid(x, y);
        for (Series series : all) {
            line(series, x, y);
        }
        for (Mark mark : marks) {
            page.open("path", "class", "mark", "d", diamond(x(x, mark.x), TOP + 5.0))
                    .leaf("title", mark.text)
                    .close();
        }
        page.close().close().line();
    }

    /** Something went wrong there. */
    record Mark(double x, String text) {}

    private void legend(List<Series> all, boolean hasMarks) {
        if (all.size() < 2 && !hasMarks) {
            return;
        }
        page.open("p", "class", "legend");
        for (Series series : all) {
            page.open("span")
                    .leaf("i", "", "class", "s" + series.colour)
                    .text(series.name)
                    .close();
        }
        if (hasMarks) {
            page.open("span").leaf("i", "", "class", "mark").text("errors").close();
        }
        page.close();
    }

    private void open(int width, int height, String title) {
        page.open("svg", "viewBox", "0 0 " + width + " " + height, "role", "img", "aria-label", title)
                .line();
    }

    private void grid(Axis x, Axis y) {
        for (Axis.Tick tick : y.ticks()) {
            double at = y(y, tick.value());
            segment("grid", LEFT, at, WIDTH - RIGHT, at);
            text("tick end", LEFT - 7, at + 4, tick.label());
        }
        for (Axis.Tick tick : x.ticks()) {
            double at = x(x, tick.value());
            segment("base", at, HEIGHT - BOTTOM, at, HEIGHT - BOTTOM + 4);
            text("tick middle", at, HEIGHT - BOTTOM + 18, tick.label());
        }
        segment("base", LEFT, HEIGHT - BOTTOM, WIDTH - RIGHT, HEIGHT - BOTTOM);
        text("name middle", (LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 6, x.name());
    }

    private void line(Series series, Axis x, Axis y) {
        StringBuilder path = new StringBuilder();
        for (int i = 0; i < series.x.size(); i++) {
            path.append(i == 0 ? 'M' : 'L')
                    .append(number(x(x, series.x.get(i))))
                    .append(' ')
                    .append(number(y(y, series.y.get(i))));
        }
        page.empty("path", "class", "line s" + series.colour, "d", path.toString());
        for (int i = 0; i < series.x.size(); i++) {
            page.open(
                            "circle",
                            "class",
                            "dot s" + series.colour,
                            "cx",
                            number(x(x, series.x.get(i))),
                            "cy",
                            number(y(y, series.y.get(i))),
                            "r",
                            "2.5")
                    .leaf("title", series.name + ": " + y.text().apply(series.y.get(i)))
                    .close();
        }
        page.line();
    }

    /** Horizontal bars, each with its value and from the least to the most. */
    void bars(String title, List<Bar> bars, DoubleFunction<String> label) {
        double most = bars.stream().mapToDouble(bar -> bar.spread.most()).max().orElse(1);
        int height = bars.size() * BAR_STEP + 8;
        double scale = (WIDTH - BAR_LEFT - BAR_RIGHT) / Math.max(most, 1e-12);
        page.open("figure").leaf("figcaption", title);
        open(WIDTH, height, title);
        for (int i = 0; i < bars.size(); i++) {
            bar(bars.get(i), 4 + i * BAR_STEP, scale, label);
        }
        segment("base", BAR_LEFT, 0, BAR_LEFT, height);
        page.close().close().line();
    }

    private void bar(Bar bar, double top, double scale, DoubleFunction<String> label) {
        double middle = top + BAR_STEP / 2.0 - 2;
        double length = Math.max(1, bar.spread.median() * scale);
        text("tick end", BAR_LEFT - 8, middle + 4, shortened(bar.name));
        page.empty(
                "path",
                "class",
                "bar s" + bar.colour,
                "d",
                String.format(
                        Locale.ROOT,
                        "M%d %.1fh%.1fv%dh-%.1fz",
                        BAR_LEFT,
                        middle - BAR_THICK / 2.0,
                        length,
                        BAR_THICK,
                        length));
        if (bar.spread.most() > bar.spread.least()) {
            double from = BAR_LEFT + bar.spread.least() * scale;
            double to = BAR_LEFT + bar.spread.most() * scale;
            segment("whisker", from, middle, to, middle);
            segment("whisker", from, middle - 4, from, middle + 4);
            segment("whisker", to, middle - 4, to, middle + 4);
        }
        double end = BAR_LEFT + Math.max(bar.spread.median(), bar.spread.most()) * scale;
        text("value", end + 8, middle + 4, label.apply(bar.spread.median()));
    }

    private static String shortened(String name) {
        return name.codePointCount(0, name.length()) <= MOST_NAME
                ? name
                : name.substring(0, name.offsetByCodePoints(0, MOST_NAME - 1)) + "…";
    }

    // ------------------------------------------------------------------------------------------------------- drawing

    private static double x(Axis axis, double value) {
        return LEFT + clamp(axis.place().applyAsDouble(value)) * (WIDTH - LEFT - RIGHT);
    }

    private static double y(Axis axis, double value) {
        return HEIGHT - BOTTOM - clamp(axis.place().applyAsDouble(value)) * (HEIGHT - TOP - BOTTOM);
    }

    private static double clamp(double share) {
        return Math.max(0, Math.min(1, share));
    }

    private void segment(String style, double fromX, double fromY, double toX, double toY) {
        page.empty(
                "line", "class", style, "x1", number(fromX), "y1", number(fromY), "x2", number(toX), "y2", number(toY));
    }

    private void text(String style, double x, double y, String text) {
        page.leaf("text", text, "class", style, "x", number(x), "y", number(y));
    }

    private static String diamond(double x, double y) {
        return String.format(Locale.ROOT, "M%.1f %.1fl5 5l-5 5l-5-5z", x, y - 5);
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.1f", value);
    }

    /** The seconds of a run, from 1. */
    static List<Double> seconds(int count) {
        List<Double> seconds = new ArrayList<>();
        for (int i = 1; i <= count; i++) {
            seconds.add((double) i);
        }
        return seconds;
    }
}
