package io.sluice.session;

import java.util.concurrent.TimeUnit;

/**
 * A clock moved by hand.
 *
 * <p>Confined to its test's thread.
 */
final class HandClock implements TimerWheel.Clock {
    private long nanos;

    HandClock(long nanos) {
        this.nanos = nanos;
    }

    @Override
    public long nanos() {
        return nanos;
    }

    void forward(long millis) {
        nanos += TimeUnit.MILLISECONDS.toNanos(millis);
    }

    void forwardNanos(long more) {
        nanos += more;
    }
}
