package io.sluice.limit;

/**
 * How short memory is, in levels: 0 is plenty. A level begins at its mark and ends {@link #HYSTERESIS} below it, so that what is
 * done about it does not flap.
 *
 * <p>Confined to one thread.
 */
public final class Watermarks {
    /** Percent of what there is. */
    static final int HYSTERESIS = 5;

    private final int[] marks;
    private int level;

    /** @param marks in percent, rising; the first begins level 1 */
    public Watermarks(int... marks) {
        this.marks = marks.clone();
    }

    /**
     * Looks at what is used, as a part of what there is.
     *
     * @return the level, 0 to the number of marks
     */
    public int look(double used) {
        double percent = 100 * used;
        while (level < marks.length && percent >= marks[level]) {
            level++;
        }
        while (level > 0 && percent < marks[level - 1] - HYSTERESIS) {
            level--;
        }
        return level;
    }
}
