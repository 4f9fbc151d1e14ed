package io.sluice.listener;

import io.sluice.limit.Rate;
import io.sluice.limit.RateLimiter;
import io.sluice.session.RateRules;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * How much work a client may make by frames, whatever is in them: pings, empty fragments and frames of one byte cost no MQTT
 * packet, but they are read, decoded and answered all the same.
 *
 * <p>Work is counted in units: a frame is one, a read of the socket {@link #UNITS_OF_READ}. A client may have
 * {@link #UNITS_OF_PACKET} for each packet that its rate of packets allows, so that one that sends each packet in a frame and a
 * read of its own stays below it. Who exceeds it is not read for a while. The clock is looked at once in {@link #LOOK_EVERY}
 * units.
 *
 * <p>Confined to its session's I/O thread.
 */
final class FramePace {
    static final int UNITS_OF_READ = 8;
    static final int UNITS_OF_PACKET = 16;
    static final int LOOK_EVERY = 128;

    /** A client with a rate of a few packets may still ping and fragment. */
    static final int LEAST_PACKETS = 256;

    private final LongSupplier clock;
    private final RateLimiter units;
    private long spent;

    FramePace(Rate rate, LongSupplier clock) {
        this.clock = clock;
        units = new RateLimiter(rate, clock.getAsLong());
    }

    /** The rate for all clients of a route; null where packets have no rate, or it is only reported. */
    static @Nullable Rate rate(RateRules rules) {
        Rate packets = rules.packets();
        if (packets == null || rules.report()) {
            return null;
        }
        long perSecond = UNITS_OF_PACKET * Math.max(LEAST_PACKETS, packets.perSecond());
        long burst = UNITS_OF_PACKET * Math.max(LEAST_PACKETS, packets.burst());
        return new Rate(perSecond, burst);
    }

    /**
     * Counts a read and the frames in it.
     *
     * @return milliseconds for which the client is not to be read; 0 when it may go on
     */
    long spend(int frames) {
        spent += UNITS_OF_READ + frames;
        if (spent < LOOK_EVERY) {
            return 0;
        }
        long now = clock.getAsLong();
        long taken = Math.min(spent, units.available(now));
        units.take(taken, now);
        spent -= taken;
        if (spent < LOOK_EVERY) {
            return 0;
        }
        long wait = units.nextAt(Math.min(spent, units.rate().burst()), now);
        return Math.max(1, TimeUnit.NANOSECONDS.toMillis(wait));
    }
}
