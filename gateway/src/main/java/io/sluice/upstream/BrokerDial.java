package io.sluice.upstream;

import io.sluice.net.IoContext;
import io.sluice.session.CloseCause;
import io.sluice.session.Dial;
import io.sluice.session.Reached;
import io.sluice.session.Session;
import io.sluice.session.SessionGroup;
import io.sluice.session.TimerWheel;
import io.sluice.telemetry.Traffic;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.xnio.IoFuture;
import org.xnio.IoUtils;
import org.xnio.OptionMap;
import org.xnio.Options;
import org.xnio.StreamConnection;

/**
 * One session's search for a broker: dials one after the other, each at most the dial time-out, until one answers or the
 * tries are used up. The attempt under way is told from older ones by its number.
 *
 * <p>Confined to its session's I/O thread.
 */
final class BrokerDial extends TimerWheel.Timer implements Dial {
    private static final OptionMap OPTIONS = OptionMap.builder()
            .set(Options.TCP_NODELAY, true)
            .set(Options.KEEP_ALIVE, true)
            .getMap();

    private final Cluster cluster;
    private final Session session;
    private final IoContext io;
    private final TimerWheel wheel;
    private final Traffic traffic;
    private final Set<InetSocketAddress> tried = new HashSet<>();

    private @Nullable Broker broker;
    private @Nullable InetSocketAddress dialed;
    private @Nullable IoFuture<StreamConnection> future;
    private int attempt;
    private long dialedAt;

    BrokerDial(Cluster cluster, Session session, IoContext io, SessionGroup group) {
        this.cluster = cluster;
        this.session = session;
        this.io = io;
        wheel = group.wheel();
        traffic = group.traffic();
    }

    void start() {
        if (!next()) {
            int nobody = attempt;
            io.later(() -> refused(nobody));
        }
    }

    @Override
    public void accepted() {
        // no slots yet that would be free now
    }

    @Override
    public boolean next() {
        long now = System.nanoTime();
        Broker choice = tried.size() < cluster.config().dialTries() ? cluster.pick(tried, now) : null;
        InetSocketAddress address = choice == null ? null : choice.next(tried, now);
        if (choice == null || address == null) {
            return false;
        }
        tried.add(address);
        choice.acquired();
        broker = choice;
        dialed = address;
        dialedAt = now;
        int number = ++attempt;
        wheel.schedule(this, wheel.now() + cluster.config().dialTimeout().toNanos());
        IoFuture<StreamConnection> opening = io.thread()
                .openStreamConnection(address, connection -> connected(number, choice, address, connection), OPTIONS);
        future = opening;
        opening.addNotifier(
                (done, ignored) -> {
                    if (done.getStatus() == IoFuture.Status.FAILED) {
                        IOException why = done.getException();
                        io.later(() -> failed(number, choice, address, reason(why)));
                    }
                },
                null);
        return true;
    }

    @Override
    public void cancel() {
        Broker current = broker;
        attempt++;
        giveUp();
        if (current != null) {
            current.released();
        }
    }

    @Override
    protected void expired() {
        Broker current = broker;
        InetSocketAddress address = dialed;
        if (current != null && address != null) {
            long millis = cluster.config().dialTimeout().toMillis();
            failed(attempt, current, address, "no answer within " + millis + " ms (cluster.dial-timeout)");
        }
    }

    private void connected(int number, Broker reached, InetSocketAddress at, StreamConnection connection) {
        if (number != attempt) {
            IoUtils.safeClose(connection);
            return;
        }
        wheel.cancel(this);
        broker = null;
        future = null;
        reached.reached(at);
        long took = System.nanoTime() - dialedAt;
        traffic.dials().took(took);
        BrokerConnection peer = new BrokerConnection(io, connection, reached, session);
        try {
            session.upstreamConnected(peer, new Reached(cluster.config().name(), reached.name(), tried.size(), took));
            peer.start();
        } catch (RuntimeException | Error bug) {
            session.failed(bug);
        }
    }

    private void failed(int number, Broker which, InetSocketAddress at, String reason) {
        if (number != attempt) {
            return;
        }
        try {
            attempt++;
            giveUp();
            which.released();
            which.failed(at, reason, System.nanoTime());
            if (!next()) {
                refused(attempt);
            }
        } catch (RuntimeException | Error bug) {
            session.failed(bug);
        }
    }

    private void refused(int number) {
        if (number != attempt) {
            return;
        }
        try {
            session.upstreamRefused(CloseCause.NO_BROKER);
        } catch (RuntimeException | Error bug) {
            session.failed(bug);
        }
    }

    private void giveUp() {
        wheel.cancel(this);
        broker = null;
        IoFuture<StreamConnection> opening = future;
        future = null;
        if (opening != null) {
            opening.cancel();
        }
    }

    private static String reason(@Nullable IOException why) {
        String message = why == null ? null : why.getMessage();
        return message == null ? "connection failed" : message;
    }
}
