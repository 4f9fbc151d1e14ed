package io.sluice.upstream;

/**
 * What checks say of one broker, or of one of its addresses: it is well until so many in a row are bad, and again when so many
 * in a row are good.
 *
 * <p>Confined to the I/O thread of the checks.
 */
final class Health {
    private final int rise;
    private final int fall;
    private boolean well = true;
    private boolean lastWasGood = true;
    private int against;

    Health(int rise, int fall) {
        this.rise = rise;
        this.fall = fall;
    }

    boolean isWell() {
        return well;
    }

    /** Takes the result of a check; true when {@link #isWell} is another now. */
    boolean told(boolean good) {
        lastWasGood = good;
        against = good == well ? 0 : against + 1;
        if (against < (well ? fall : rise)) {
            return false;
        }
        well = !well;
        against = 0;
        return true;
    }

    /** The last check was good, or there was none yet. */
    boolean lastWasGood() {
        return lastWasGood;
    }
}
