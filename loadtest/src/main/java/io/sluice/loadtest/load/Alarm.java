package io.sluice.loadtest.load;

import java.nio.channels.Selector;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/**
 * Wakes a selector at a time finer than the milliseconds that its own wait can be told.
 *
 * <p>Thread-safe.
 */
final class Alarm implements AutoCloseable {
    private static final long NEVER = Long.MAX_VALUE;
    private static final long DAY = TimeUnit.DAYS.toNanos(1);

    private final Selector selector;
    private final LongSupplier clock;
    private final AtomicLong due = new AtomicLong(NEVER);
    private final Thread thread;
    private volatile boolean closed;

    /** One that does not run yet. */
    Alarm(Selector selector, LongSupplier clock, String name) {
        this.selector = selector;
        this.clock = clock;
        thread = new Thread(this::run, name);
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /** Wakes it then, instead of at what was set before. */
    void at(long nanos) {
        if (due.getAndSet(nanos) != nanos) {
            LockSupport.unpark(thread);
        }
    }

    private void run() {
        while (!closed) {
            long set = due.get();
            long wait = set == NEVER ? DAY : set - clock.getAsLong();
            if (wait > 0) {
                LockSupport.parkNanos(this, wait);
            } else if (due.compareAndSet(set, NEVER)) {
                selector.wakeup();
            }
        }
    }

    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
    }
}
