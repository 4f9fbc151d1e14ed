package io.sluice;

import io.sluice.config.MemoryConfig;
import io.sluice.limit.HoldBudget;
import io.sluice.limit.Watermarks;
import io.sluice.session.Relief;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Looks a few times a second how short memory is, and acts by the level of {@code memory.watermarks}:
 *
 * <pre>
 * 1   new handshakes are refused
 * 2   and clients that hold more than others before their CONNACK are not read
 * 3   and clients that have not sent CONNECT go, the newest first, some at each look; where there are none and it is
 *     for want of buffers, those whose connections keep more than others, and where the budget is short, those for whom
 *     more is held than for others, be it for their rates
 * </pre>
 *
 * <p>Memory is what is held for clients of its budget, buffers of what may be allocated outside the heap, and the heap that
 * the last collection left in use. That last figure is as old as the collection: while it is the reason, a collection is asked for
 * now and then, so that a gateway whose clients have left does not refuse new ones for ever.
 *
 * <p>Thread-safe.
 */
final class MemoryGuard implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(MemoryGuard.class);

    private static final long LOOK_MILLIS = 200;
    private static final long COLLECT_LOOKS = TimeUnit.SECONDS.toMillis(15) / LOOK_MILLIS;

    /** Clients that are not read begin to be read again within this time, not all at once. */
    private static final int LET_GO_MILLIS = 1000;

    private final Sessions sessions;
    private final Watermarks watermarks;
    /** The part of direct memory, or of the budget, from which on those go that keep most of it. */
    private final double shedAt;

    private final HoldBudget budget;
    private final DoubleSupplier direct;
    private final DoubleSupplier heap;
    private final Runnable collect;
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "sluice-memory");
        thread.setDaemon(true);
        return thread;
    });
    private volatile int level;
    private long looksAtHeap;

    /**
     * Does not look yet.
     *
     * @param direct the part of the memory outside the heap that is in use
     * @param heap the part of the heap that was live at the last collection
     * @param collect asks for a collection
     */
    MemoryGuard(
            MemoryConfig marks,
            Sessions sessions,
            HoldBudget budget,
            DoubleSupplier direct,
            DoubleSupplier heap,
            Runnable collect) {
        this.sessions = sessions;
        this.budget = budget;
        this.direct = direct;
        this.heap = heap;
        this.collect = collect;
        watermarks = new Watermarks(marks.refuse(), marks.pause(), marks.shed());
        shedAt = marks.shed() / 100.0;
    }

    void start() {
        var unused = clock.scheduleWithFixedDelay(this::lookSafely, LOOK_MILLIS, LOOK_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** 0 is plenty. */
    int level() {
        return level;
    }

    @Override
    public void close() {
        clock.shutdownNow();
    }

    private void lookSafely() {
        try {
            look();
        } catch (RuntimeException | Error bug) { // a look that throws would be the last
            LOG.error("bug in the gateway; memory was not looked at", bug);
        }
    }

    /** Once. */
    void look() {
        double ofHeap = heap.getAsDouble();
        double ofDirect = direct.getAsDouble();
        double ofBudget = budget.used();
        int before = level;
        int now = watermarks.look(Math.max(ofHeap, Math.max(ofDirect, ofBudget)));
        level = now;
        if (now != before) {
            tell(before, now, ofHeap, ofDirect, ofBudget);
        }
        collectSometimes(now > 0 && ofHeap >= Math.max(ofDirect, ofBudget));
        if (now >= 2) {
            sessions.eachGroup((io, group) -> Relief.holdBack(group));
        } else if (before >= 2) {
            letGo();
        }
        if (now >= 3) {
            boolean forBuffers = ofDirect >= shedAt;
            boolean forHeld = ofBudget >= shedAt;
            sessions.eachGroup((io, group) -> {
                if (Relief.shed(group)) {
                    return;
                }
                if (forBuffers) {
                    Relief.shedHolders(group);
                }
                if (forHeld) {
                    Relief.shedHeld(group);
                }
            });
        }
    }

    private static void tell(int before, int now, double ofHeap, double ofDirect, double ofBudget) {
        LOG.atLevel(now > before ? Level.WARN : Level.INFO)
                .log(
                        "memory is {} level={} heap={}% direct={}% held={}% key=memory.watermarks",
                        now > before ? "short" : "less short",
                        now,
                        percent(ofHeap),
                        percent(ofDirect),
                        percent(ofBudget));
    }

    private static long percent(double part) {
        return Math.round(100 * part);
    }

    private void collectSometimes(boolean heapIsWhy) {
        looksAtHeap = heapIsWhy ? looksAtHeap + 1 : 0;
        if (heapIsWhy && looksAtHeap % COLLECT_LOOKS == 0) {
            collect.run();
        }
    }

    private void letGo() {
        sessions.eachGroup((io, group) -> {
            int millis = ThreadLocalRandom.current().nextInt(LET_GO_MILLIS);
            var unused = io.after(millis, () -> {
                if (level < 2) {
                    Relief.letGo(group);
                }
            });
        });
    }
}
