package io.sluice.limit;

/**
 * How many units may pass in a second, and how many at once.
 *
 * <p>Immutable.
 *
 * @param perSecond 1 to {@link #MOST}
 * @param burst 1 to {@link #MOST}
 */
public record Rate(long perSecond, long burst) {
    /** Greatest rate and burst, 1 PiB where units are bytes; the arithmetic of {@link RateLimiter} is proven up to here. */
    public static final long MOST = 1L << 50;

    /** @throws IllegalArgumentException when one of them is out of range */
    public Rate {
        if (perSecond < 1 || perSecond > MOST) {
            throw new IllegalArgumentException("rate " + perSecond + "/s is out of range; 1 to " + MOST);
        }
        if (burst < 1 || burst > MOST) {
            throw new IllegalArgumentException("burst " + burst + " is out of range; 1 to " + MOST);
        }
    }

    /** The same with so great a burst, where its own is smaller. */
    public Rate withBurstOf(long least) {
        return burst >= least ? this : new Rate(perSecond, least);
    }
}
