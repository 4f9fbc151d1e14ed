package io.sluice.upstream;

import io.sluice.net.IoContext;
import io.sluice.session.TimerWheel;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.xnio.IoUtils;
import org.xnio.StreamConnection;
import org.xnio.conduits.ReadReadyHandler;
import org.xnio.conduits.StreamSourceConduit;

/**
 * The connections of one I/O thread to the brokers of one cluster that are opened before the clients come, so that a client
 * need not wait for TCP and TLS. Each is given away once; one on which the broker has said anything, or that it has ended, to
 * nobody.
 *
 * <p>They count as connections of their broker. A broker that no client goes to gets no more of them.
 *
 * <p>Confined to its I/O thread.
 */
final class WarmConnections {
    private final Cluster cluster;
    private final Connector connector;
    private final IoContext io;
    private final TimerWheel wheel;
    private final int most;
    private final WarmCounts counts;
    private final Map<Broker, Shelf> shelves = new HashMap<>();

    /** @param most to each broker; may be 0 */
    WarmConnections(Cluster cluster, IoContext io, TimerWheel wheel, int most, WarmCounts counts) {
        this.cluster = cluster;
        connector = cluster.connector();
        this.io = io;
        this.wheel = wheel;
        this.most = most;
        this.counts = counts;
    }

    /** There may be one to be taken. */
    boolean has(Broker broker) {
        Shelf shelf = shelves.get(broker);
        return shelf != null && !shelf.logic.isEmpty();
    }

    /** A connection that is sound and silent, now the caller's with its slot, its reads suspended; null when there is none. */
    @Nullable
    Warm take(Broker broker) {
        Shelf shelf = shelves.get(broker);
        return shelf == null ? null : shelf.take();
    }

    /** A client goes to this broker, with a warm connection or without: the more come, the more connections are opened. */
    void clientCame(Broker broker) {
        if (most > 0) {
            Shelf shelf = shelves.computeIfAbsent(broker, Shelf::new);
            shelf.logic.clientCame(wheel.now());
            shelf.fill();
        }
    }

    /** Closes those that keep sessions waiting. */
    void giveUp() {
        shelves.values().forEach(Shelf::giveUp);
    }

    /** The connections to one broker; a timer for their age. */
    private final class Shelf extends TimerWheel.Timer {
        private final Broker broker;
        private final WarmShelf<Warm> logic;

        Shelf(Broker broker) {
            this.broker = broker;
            logic = new WarmShelf<>(most, connector.config().warmMaxAge().toNanos());
        }

        void fill() {
            long now = System.nanoTime();
            for (int missing = logic.missing(wheel.now()); missing > 0; missing--) {
                InetSocketAddress address = broker.promising(Set.of(), now) ? broker.next(Set.of(), now) : null;
                Slot slot = address == null ? null : cluster.slots().takeWarm(broker);
                if (address == null || slot == null) {
                    return;
                }
                logic.opening();
                boolean bare = connector.headerBeforeTls();
                new Attempt(connector, broker, address, io, wheel, new Opening(this, slot), null, bare).open();
            }
        }

        void opened(StreamConnection connection, Slot slot) {
            counts.opened.increment();
            Warm warm = new Warm(this, connection, slot);
            if (cluster.slots().isCrowded(broker)) {
                logic.failed();
                drop(warm, counts.expired);
                return;
            }
            boolean alone = logic.isEmpty();
            logic.opened(warm, wheel.now());
            if (alone) {
                expectAge();
            }
            warm.watch();
        }

        /** The next client tries again. */
        void failed(Slot slot) {
            logic.failed();
            slot.release();
        }

        @Nullable
        Warm take() {
            for (Warm warm = logic.take(wheel.now()); warm != null; warm = logic.take(wheel.now())) {
                warm.source.suspendReads();
                if (warm.isSilent()) {
                    counts.used.increment();
                    return warm;
                }
                drop(warm, counts.dead);
            }
            return null;
        }

        void died(Warm warm) {
            if (logic.remove(warm)) {
                drop(warm, counts.dead);
            }
        }

        @Override
        protected void expired() {
            for (Warm warm = logic.takeTooOld(wheel.now()); warm != null; warm = logic.takeTooOld(wheel.now())) {
                drop(warm, counts.expired);
            }
            expectAge();
            fill();
        }

        void giveUp() {
            while (cluster.slots().isCrowded(broker)) {
                Warm warm = logic.take(wheel.now());
                if (warm == null) {
                    return;
                }
                drop(warm, counts.expired);
            }
        }

        private void expectAge() {
            long in = logic.nextTooOldIn(wheel.now());
            if (in >= 0) {
                wheel.schedule(this, wheel.now() + in);
            }
        }

        private void drop(Warm warm, LongAdder count) {
            count.increment();
            IoUtils.safeClose(warm.connection);
            warm.slot.release();
        }
    }

    /** One connection on its way to a shelf. */
    private final class Opening implements Attempt.Owner {
        private final Shelf shelf;
        private final Slot slot;

        Opening(Shelf shelf, Slot slot) {
            this.shelf = shelf;
            this.slot = slot;
        }

        @Override
        public void opened(Attempt attempt, StreamConnection connection) {
            cluster.reached(attempt);
            shelf.opened(connection, slot);
        }

        @Override
        public void failed(Attempt attempt, String reason) {
            shelf.failed(slot);
            cluster.failed(attempt, reason);
        }
    }

    /** One connection that waits for a client. */
    static final class Warm implements ReadReadyHandler {
        private final Shelf shelf;
        private final StreamConnection connection;
        private final Slot slot;
        private final StreamSourceConduit source;
        private final ByteBuffer early = ByteBuffer.allocate(1);

        private Warm(Shelf shelf, StreamConnection connection, Slot slot) {
            this.shelf = shelf;
            this.connection = connection;
            this.slot = slot;
            source = connection.getSourceChannel().getConduit();
        }

        StreamConnection connection() {
            return connection;
        }

        Slot slot() {
            return slot;
        }

        private void watch() {
            source.setReadReadyHandler(this);
            source.resumeReads();
        }

        /** The broker has neither ended it nor said anything; with TLS it may have sent tickets, which are no data. */
        private boolean isSilent() {
            try {
                return source.read(early.clear()) == 0;
            } catch (IOException lost) {
                return false;
            }
        }

        @Override
        public void readReady() {
            if (!isSilent()) {
                source.suspendReads();
                shelf.died(this);
            }
        }

        /** The worker stops. */
        @Override
        public void forceTermination() {
            IoUtils.safeClose(connection);
        }

        @Override
        public void terminated() {
            // the next read tells
        }
    }
}
