package io.sluice.limit;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How many bytes of heap may be held for clients: parts of first packets, what comes behind CONNECT, what waits for its rates.
 * Whoever holds counts it, and looks afterwards whether it was too much; so what is held exceeds the budget by one run of bytes
 * of each I/O thread at most.
 *
 * <p>The last part is for sessions whose CONNECT is whole: clients that have not yet said who they are cannot take it from
 * those.
 *
 * <p>Thread-safe.
 */
public final class HoldBudget {
    /** Of the budget, the part for sessions with a CONNECT: one in so many. */
    private static final int RESERVED_PART = 8;

    private final long most;
    private final AtomicLong held = new AtomicLong();

    /** @param most bytes */
    public HoldBudget(long most) {
        this.most = most;
    }

    /** Bytes are held, or given up where negative. */
    public void add(long bytes) {
        held.addAndGet(bytes);
    }

    /** More is held than there is. */
    public boolean exhausted() {
        return held.get() > most;
    }

    /** What is left is for sessions with a CONNECT. */
    public boolean reserved() {
        return held.get() > most - most / RESERVED_PART;
    }

    public long held() {
        return held.get();
    }

    /** The part that is held, from 0 to little more than 1. */
    public double used() {
        return (double) held.get() / most;
    }
}
