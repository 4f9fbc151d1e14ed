package io.sluice.loadtest.load;

import java.io.PrintWriter;
import java.util.Locale;

/**
 * Tells how a run goes, a line each second.
 *
 * <p>Confined to the thread that measures.
 */
final class Progress {
    private final PrintWriter out;
    private final boolean shown;

    /**
     * Progress on a stream.
     *
     * @param shown false: nothing is told
     */
    Progress(PrintWriter out, boolean shown) {
        this.out = out;
        this.shown = shown;
    }

    void connecting(long ready, int all) {
        show("connecting: %,d of %,d clients", ready, all);
    }

    void warming() {
        show("warming up");
    }

    void second(int second, int all, String unit, long count, long errors) {
        show("%3d of %d s: %,d %s, %,d errors", second, all, count, unit, errors);
    }

    private void show(String format, Object... values) {
        if (shown) {
            out.println(String.format(Locale.ROOT, format, values));
            out.flush();
        }
    }
}
