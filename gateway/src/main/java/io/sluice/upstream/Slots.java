package io.sluice.upstream;

import io.sluice.config.SlotConfig;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * How many connections each broker of one cluster has and may have, and the queue of the sessions that wait for one. A storm
 * of clients so reaches the brokers at their pace.
 *
 * <p>Who comes while others wait goes to the end of the queue. Who frees a place gives it to the first that wants it, on
 * whatever thread that is. Of those that want none of what is free only so many are looked at; they then let others go
 * first. Who has tried a broker wants others than who has not, perhaps one that is known to fail: these are asked once more
 * by themselves, for what nobody else is sent to. Without limits nobody ever waits, and no lock is taken.
 *
 * <p>Thread-safe.
 */
final class Slots {
    /** How many of those that wait are offered a place in vain before whoever frees one goes on with its own work. */
    static final int MOST_IN_VAIN = 16;

    /** A session that waits. */
    interface Waiter {
        /**
         * Takes a place where there is one that it wants; null where there is none. Called with the queue locked, on any
         * thread, and not after it has left the queue or was granted one.
         */
        @Nullable
        Slot take();

        /** The place is the waiter's, and it is in the queue no more. Called as {@link #take}. */
        void granted(Slot slot);

        /** It has tried a broker and may want another than who comes afresh. Stays as it is while it waits. */
        boolean comesAgain();
    }

    private final SlotConfig config;
    private final Supplier<List<Broker>> eligible;
    private final Supplier<List<Broker>> others;
    private final Runnable closeWarm;
    /** In the order in which they came; guarded by itself. */
    private final Set<Waiter> queue = new LinkedHashSet<>();
    /** Those of the queue that come again; guarded by the queue. */
    private final Set<Waiter> again = new LinkedHashSet<>();

    private volatile int length;

    /**
     * Nobody waits yet.
     *
     * @param eligible whose places are offered to everybody; called with the queue locked
     * @param others whose places are offered to those that come again; called with the queue locked
     * @param closeWarm closes warm connections, for they keep sessions waiting; called with the queue locked
     */
    Slots(SlotConfig config, Supplier<List<Broker>> eligible, Supplier<List<Broker>> others, Runnable closeWarm) {
        this.config = config;
        this.eligible = eligible;
        this.others = others;
        this.closeWarm = closeWarm;
    }

    /** One more session may connect. */
    boolean hasRoom(Broker broker) {
        return mayConnect(broker) && broker.connections() < config.maxConnections();
    }

    /** One more may connect, if it has a connection. */
    boolean mayConnect(Broker broker) {
        return broker.connecting() < config.maxConnecting();
    }

    /** Takes a place for a session that waits, within {@link Waiter#take}; null where another was quicker. */
    @Nullable
    Slot take(Broker broker) {
        if (!begin(broker)) {
            return null;
        }
        Slot slot = open(broker);
        if (slot == null) {
            broker.endConnecting(); // whom this kept out joins the queue, and is served behind this
        }
        return slot;
    }

    /** Counts one that connects; false where another was quicker. {@link #open}, a warm slot or {@link #abandon} follows. */
    boolean begin(Broker broker) {
        return broker.tryConnecting(config.maxConnecting());
    }

    /** Takes the connection for one that connects; null where there is none. */
    @Nullable
    Slot open(Broker broker) {
        return broker.tryAcquire(config.maxConnections()) ? new Slot(this, broker, false) : null;
    }

    /** Takes the count of one that connects back. */
    void abandon(Broker broker) {
        broker.endConnecting();
        freed();
    }

    /** Takes a place ahead of a session; null where there is none, and while sessions wait. */
    @Nullable
    Slot takeWarm(Broker broker) {
        if (length > 0 || !broker.tryAcquire(config.maxConnections())) {
            return null;
        }
        broker.addWarm(1);
        return new Slot(this, broker, true);
    }

    /** Sessions wait, and all connections to the broker are there. */
    boolean isCrowded(Broker broker) {
        return length > 0 && broker.connections() >= config.maxConnections();
    }

    /** How many sessions wait. */
    int length() {
        return length;
    }

    /**
     * Waits for a place; it may be granted before this returns.
     *
     * @return false: as many wait as may
     */
    boolean join(Waiter waiter) {
        synchronized (queue) {
            if (queue.size() >= config.queueSize()) {
                return false;
            }
            queue.add(waiter);
            if (waiter.comesAgain()) {
                again.add(waiter);
            }
            length = queue.size();
        }
        freed(); // what was freed meanwhile was offered to nobody
        return true;
    }

    /** Waits no longer; false when it does not wait: a place was granted. */
    boolean leave(Waiter waiter) {
        synchronized (queue) {
            boolean waited = queue.remove(waiter);
            again.remove(waiter);
            length = queue.size();
            return waited;
        }
    }

    /** There may be room that there was not before. */
    void freed() {
        if (length > 0) {
            serve();
        }
    }

    private void serve() {
        synchronized (queue) {
            List<Broker> brokers = eligible.get();
            offer(queue, brokers);
            if (!again.isEmpty()) {
                brokers = others.get();
                offer(again, brokers);
            }
            if (length > 0 && brokers.stream().anyMatch(broker -> broker.warm() > 0 && isCrowded(broker))) {
                closeWarm.run();
            }
        }
    }

    /** Offers what is free of these brokers to some or all of those that wait. */
    private void offer(Set<Waiter> some, List<Broker> brokers) {
        List<Waiter> inVain = new ArrayList<>();
        Iterator<Waiter> waiters = some.iterator();
        while (waiters.hasNext()
                && inVain.size() < MOST_IN_VAIN
                && brokers.stream().anyMatch(this::hasRoom)) {
            Waiter waiter = waiters.next();
            Slot slot = waiter.take();
            if (slot == null) {
                inVain.add(waiter);
            } else {
                waiters.remove();
                queue.remove(waiter);
                again.remove(waiter);
                length = queue.size();
                waiter.granted(slot);
            }
        }
        if (inVain.size() == MOST_IN_VAIN) {
            some.removeAll(inVain);
            some.addAll(inVain);
        }
    }
}
