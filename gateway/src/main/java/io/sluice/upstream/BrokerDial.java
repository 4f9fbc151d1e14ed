package io.sluice.upstream;

import io.sluice.net.IoContext;
import io.sluice.session.CloseCause;
import io.sluice.session.Dial;
import io.sluice.session.Reached;
import io.sluice.session.Session;
import io.sluice.session.SessionGroup;
import io.sluice.session.TimerWheel;
import io.sluice.telemetry.Traffic;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.xnio.IoUtils;
import org.xnio.StreamConnection;

/**
 * One session's search for a broker: dials one after the other, each at most the dial time-out, until one answers or the
 * tries are used up. Where no broker has room it waits in the cluster's queue. A warm connection is no try: should it fail after
 * all, the session loses nothing, and it gets no second one.
 *
 * <p>Confined to its session's I/O thread, but for {@link #take}, {@link #granted} and {@link #comesAgain}.
 */
final class BrokerDial extends TimerWheel.Timer implements Dial, Attempt.Owner, Slots.Waiter {
    /** How often a place is looked for that another thread takes first, before the session waits in turn. */
    private static final int MOST_RACES = 3;

    /** Server unavailable in 3.x and 5.0, and server busy: another broker may answer otherwise, whoever the client is. */
    private static final Set<Integer> RETRIED = Set.of(0x03, 0x88, 0x89);

    private final Cluster cluster;
    private final Connector connector;
    private final Slots slots;
    private final Session session;
    /** What the choice of a broker should be the same for; empty for nothing. */
    private final String key;

    private final IoContext io;
    private final TimerWheel wheel;
    private final Traffic traffic;
    private final WarmConnections warm;
    /** Not touched while it waits: other threads read it then. */
    private final Set<InetSocketAddress> tried = new HashSet<>();

    /** Of the connection that is sought or was found last; null before. */
    private @Nullable Slot slot;

    private @Nullable Attempt attempt;
    /** Taken, and not yet the session's. */
    private WarmConnections.@Nullable Warm taken;

    /** Where the last connection leads. */
    private @Nullable InetSocketAddress reachedAt;

    private boolean warmTried;
    private boolean waits;
    private boolean hasWaited;
    private long waitsUntil;
    private long begunAt;
    /** What waits in the I/O thread's queue is void once this has moved on. */
    private int turn;

    BrokerDial(Cluster cluster, Session session, String key, IoContext io, SessionGroup group, WarmConnections warm) {
        this.cluster = cluster;
        connector = cluster.connector();
        slots = cluster.slots();
        this.session = session;
        this.key = key;
        this.io = io;
        wheel = group.wheel();
        traffic = group.traffic();
        this.warm = warm;
    }

    void start() {
        if (!next()) {
            later(() -> refused(CloseCause.NO_BROKER));
        }
    }

    @Override
    public void accepted() {
        if (slot != null) {
            slot.accepted();
        }
    }

    @Override
    public boolean retries(int code) {
        InetSocketAddress refusedBy = reachedAt;
        if (!cluster.config().retryRefused() || !RETRIED.contains(code) || refusedBy == null) {
            return false;
        }
        tried.add(refusedBy); // it is not yet, when a warm connection led there
        return tried.size() < cluster.config().dialTries()
                && !cluster.eligible(tried, System.nanoTime()).isEmpty();
    }

    @Override
    public boolean next() {
        if (tried.size() >= cluster.config().dialTries()) {
            return false;
        }
        long now = System.nanoTime();
        for (int race = 0; race < MOST_RACES; race++) {
            List<Broker> eligible = cluster.eligible(tried, now);
            if (eligible.isEmpty()) {
                return false;
            }
            List<Broker> free = slots.length() > 0
                    ? List.of()
                    : eligible.stream().filter(this::hasRoom).toList();
            if (free.isEmpty()) {
                break;
            }
            if (begin(cluster.pick(free, key, now), now)) {
                return true;
            }
        }
        queueUp();
        return true;
    }

    private boolean hasRoom(Broker broker) {
        return slots.hasRoom(broker) || (mayUseWarm(broker) && slots.mayConnect(broker));
    }

    private boolean mayUseWarm(Broker broker) {
        return !warmTried && warm.has(broker);
    }

    /** False where another thread was quicker. */
    private boolean begin(Broker choice, long now) {
        if (!slots.begin(choice)) {
            return false;
        }
        if (mayUseWarm(choice)) {
            warmTried = true;
            WarmConnections.Warm found = warm.take(choice);
            if (found != null) {
                found.slot().used();
                slot = found.slot();
                taken = found;
                begunAt = now;
                later(this::useTaken);
                return true;
            }
        }
        Slot found = slots.open(choice);
        if (found == null) {
            slots.abandon(choice);
            return false;
        }
        return open(found, now);
    }

    private boolean open(Slot found, long now) {
        Broker choice = found.broker();
        InetSocketAddress address = choice.next(tried, now);
        if (address == null) {
            found.release();
            return false;
        }
        slot = found;
        tried.add(address);
        begunAt = now;
        begin(choice, address).open();
        warm.clientCame(choice);
        return true;
    }

    private Attempt begin(Broker choice, InetSocketAddress address) {
        ByteBuffer beforeTls = connector.headerBeforeTls() ? connector.header(session) : null;
        Attempt begun = new Attempt(connector, choice, address, io, wheel, this, beforeTls, false);
        attempt = begun;
        return begun;
    }

    private void useTaken() {
        WarmConnections.Warm found = taken;
        if (found == null) {
            throw new IllegalStateException("no connection is taken");
        }
        taken = null;
        Broker choice = found.slot().broker();
        if (connector.headerBeforeTls()) {
            begin(choice, found.connection().getPeerAddress(InetSocketAddress.class))
                    .goOn(found.connection());
        } else {
            connected(found.slot(), found.connection());
        }
        warm.clientCame(choice);
    }

    // The queue

    private void queueUp() {
        if (!hasWaited) {
            hasWaited = true;
            waitsUntil = wheel.now() + cluster.config().slots().queueTimeout().toNanos();
        }
        waits = true;
        wheel.schedule(this, waitsUntil);
        if (!slots.join(this)) {
            waits = false;
            wheel.cancel(this);
            later(() -> refused(CloseCause.QUEUE_FULL));
        }
    }

    @Override
    public @Nullable Slot take() {
        long now = System.nanoTime();
        List<Broker> free =
                cluster.eligible(tried, now).stream().filter(slots::hasRoom).toList();
        return free.isEmpty() ? null : slots.take(cluster.pick(free, key, now));
    }

    @Override
    public void granted(Slot found) {
        io.later(() -> {
            try {
                if (!waits) {
                    found.release(); // the session has ended meanwhile
                    return;
                }
                waits = false;
                wheel.cancel(this);
                if (!open(found, System.nanoTime()) && !next()) {
                    refused(CloseCause.NO_BROKER);
                }
            } catch (RuntimeException | Error bug) {
                session.failed(bug);
            }
        });
    }

    @Override
    public boolean comesAgain() {
        return !tried.isEmpty();
    }

    /** It has waited long enough. */
    @Override
    protected void expired() {
        if (slots.leave(this)) {
            waits = false;
            try {
                refused(CloseCause.QUEUE_FULL);
            } catch (RuntimeException | Error bug) {
                session.failed(bug);
            }
        }
    }

    @Override
    public void cancel() {
        turn++;
        if (waits) {
            waits = false;
            wheel.cancel(this);
            slots.leave(this);
        }
        Attempt current = attempt;
        attempt = null;
        if (current != null) {
            current.cancel();
        }
        WarmConnections.Warm found = taken;
        taken = null;
        if (found != null) {
            IoUtils.safeClose(found.connection());
        }
        if (slot != null) {
            slot.release();
        }
    }

    @Override
    public void opened(Attempt done, StreamConnection connection) {
        attempt = null;
        cluster.reached(done);
        traffic.dials().took(System.nanoTime() - begunAt);
        try {
            connected(current(), connection);
        } catch (RuntimeException | Error bug) {
            session.failed(bug);
        }
    }

    private void connected(Slot found, StreamConnection connection) {
        ByteBuffer header = connector.headerBeforeTls() ? null : connector.header(session);
        reachedAt = connection.getPeerAddress(InetSocketAddress.class);
        BrokerConnection peer = new BrokerConnection(io, connection, found, session, header);
        int tries = Math.max(1, tried.size()); // a warm connection may have been the only one
        long took = System.nanoTime() - begunAt;
        String broker = found.broker().name();
        session.upstreamConnected(peer, new Reached(cluster.config().name(), broker, tries, took));
        peer.start();
    }

    @Override
    public void failed(Attempt done, String reason) {
        try {
            attempt = null;
            cluster.failed(done, reason);
            current().release();
            if (done.lacksDescriptor()) {
                refused(CloseCause.NO_DESCRIPTOR); // the next would fail as well
            } else if (!next()) {
                refused(CloseCause.NO_BROKER);
            }
        } catch (RuntimeException | Error bug) {
            session.failed(bug);
        }
    }

    private Slot current() {
        if (slot == null) {
            throw new IllegalStateException("no slot is held");
        }
        return slot;
    }

    private void refused(CloseCause why) {
        session.upstreamRefused(why);
    }

    private void later(Runnable task) {
        int now = ++turn;
        io.later(() -> {
            try {
                if (turn == now) {
                    task.run();
                }
            } catch (RuntimeException | Error bug) {
                session.failed(bug);
            }
        });
    }
}
