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
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.xnio.StreamConnection;

/**
 * One session's search for a broker: dials one after the other, each at most the dial time-out, until one answers or the
 * tries are used up. A warm connection is no try: should it fail after all, the session loses nothing, and it gets no second one.
 *
 * <p>Confined to its session's I/O thread.
 */
final class BrokerDial implements Dial, Attempt.Owner {
    private final Cluster cluster;
    private final Connector connector;
    private final Session session;
    /** What the choice of a broker should be the same for; empty for nothing. */
    private final String key;

    private final IoContext io;
    private final TimerWheel wheel;
    private final Traffic traffic;
    private final WarmConnections warm;
    private final Set<InetSocketAddress> tried = new HashSet<>();

    private @Nullable Attempt attempt;
    private boolean warmTried;
    private long begunAt;
    /** What waits in the I/O thread's queue is void once this has moved on. */
    private int turn;

    BrokerDial(Cluster cluster, Session session, String key, IoContext io, SessionGroup group, WarmConnections warm) {
        this.cluster = cluster;
        connector = cluster.connector();
        this.session = session;
        this.key = key;
        this.io = io;
        wheel = group.wheel();
        traffic = group.traffic();
        this.warm = warm;
    }

    void start() {
        if (!next()) {
            later(this::refused);
        }
    }

    @Override
    public void accepted() {
        // no slots yet that would be free now
    }

    @Override
    public boolean next() {
        long now = System.nanoTime();
        Broker choice = tried.size() < cluster.config().dialTries() ? cluster.pick(tried, key, now) : null;
        if (choice == null) {
            return false;
        }
        if (!warmTried && warm.has(choice)) {
            warmTried = true;
            begunAt = now;
            later(() -> takeWarm(choice));
            return true;
        }
        return open(choice, now);
    }

    private boolean open(Broker choice, long now) {
        InetSocketAddress address = choice.next(tried, now);
        if (address == null) {
            return false;
        }
        tried.add(address);
        begunAt = now;
        choice.acquired();
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

    private void takeWarm(Broker choice) {
        StreamConnection connection = warm.take(choice);
        if (connection == null) {
            if (!open(choice, System.nanoTime()) && !next()) {
                refused();
            }
            return;
        }
        if (connector.headerBeforeTls()) {
            begin(choice, connection.getPeerAddress(InetSocketAddress.class)).goOn(connection);
        } else {
            connected(choice, connection);
        }
        warm.clientCame(choice);
    }

    @Override
    public void cancel() {
        turn++;
        Attempt current = attempt;
        attempt = null;
        if (current != null) {
            current.cancel();
            current.broker().released();
        }
    }

    @Override
    public void opened(Attempt done, StreamConnection connection) {
        attempt = null;
        cluster.reached(done);
        traffic.dials().took(System.nanoTime() - begunAt);
        try {
            connected(done.broker(), connection);
        } catch (RuntimeException | Error bug) {
            session.failed(bug);
        }
    }

    private void connected(Broker reached, StreamConnection connection) {
        ByteBuffer header = connector.headerBeforeTls() ? null : connector.header(session);
        BrokerConnection peer = new BrokerConnection(io, connection, reached, session, header);
        int tries = Math.max(1, tried.size()); // a warm connection may have been the only one
        long took = System.nanoTime() - begunAt;
        session.upstreamConnected(peer, new Reached(cluster.config().name(), reached.name(), tries, took));
        peer.start();
    }

    @Override
    public void failed(Attempt done, String reason) {
        try {
            attempt = null;
            done.broker().released();
            cluster.failed(done, reason);
            if (!next()) {
                refused();
            }
        } catch (RuntimeException | Error bug) {
            session.failed(bug);
        }
    }

    private void refused() {
        session.upstreamRefused(CloseCause.NO_BROKER);
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
