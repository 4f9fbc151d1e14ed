package io.sluice.upstream;

import io.sluice.net.IoContext;
import io.sluice.session.TimerWheel;
import java.util.concurrent.TimeUnit;

/**
 * Has places offered again and again to the sessions that wait: when an ejection is over, or an address that failed may be
 * dialed again, that is by time alone, and nobody comes to say so. Costs next to nothing while nobody waits.
 *
 * <p>Confined to its I/O thread, but for {@link #start}.
 */
final class SlotsTick extends TimerWheel.Timer {
    private static final long EVERY_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final Slots slots;
    private final IoContext io;
    private final TimerWheel wheel;

    SlotsTick(Slots slots, IoContext io, TimerWheel wheel) {
        this.slots = slots;
        this.io = io;
        this.wheel = wheel;
    }

    /** Ends with the thread. */
    void start() {
        io.later(this::again);
    }

    @Override
    protected void expired() {
        slots.freed();
        again();
    }

    private void again() {
        wheel.schedule(this, wheel.now() + EVERY_NANOS);
    }
}
