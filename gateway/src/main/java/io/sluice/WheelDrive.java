package io.sluice;

import io.sluice.net.IoContext;
import io.sluice.session.TimerWheel;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.xnio.XnioExecutor;

/**
 * Turns the wheel of an I/O thread until the thread ends: every tick while deadlines are near, seldom while none is.
 *
 * <p>Confined to its I/O thread, but for {@link #start}.
 */
final class WheelDrive implements Runnable {
    private final IoContext io;
    private final TimerWheel wheel;
    private XnioExecutor.@Nullable Key pending;
    private long rest;

    WheelDrive(IoContext io, TimerWheel wheel) {
        this.io = io;
        this.wheel = wheel;
    }

    void start() {
        wheel.whenNear(this::sooner);
        io.later(this);
    }

    @Override
    public void run() {
        pending = null;
        try {
            io.tick();
            wheel.advance();
        } finally {
            rest(wheel.nearest());
        }
    }

    private void sooner() {
        XnioExecutor.Key key = pending;
        if (key != null && rest > TimerWheel.TICK_NANOS) {
            key.remove();
            rest(TimerWheel.TICK_NANOS);
        }
    }

    private void rest(long nanos) {
        rest = nanos;
        pending = io.after(TimeUnit.NANOSECONDS.toMillis(nanos), this);
    }
}
