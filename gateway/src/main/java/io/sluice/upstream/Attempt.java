package io.sluice.upstream;

import io.sluice.net.IoContext;
import io.sluice.session.TimerWheel;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.xnio.IoFuture;
import org.xnio.IoUtils;
import org.xnio.OptionMap;
import org.xnio.Options;
import org.xnio.StreamConnection;
import org.xnio.conduits.ReadReadyHandler;
import org.xnio.conduits.StreamSourceConduit;

/**
 * One connection to a broker on its way: TCP from one of the source addresses, then TLS, both within the dial time-out. It
 * ends once, in opened or failed, never from within a call; after {@link #cancel} in neither.
 *
 * <p>Confined to its I/O thread.
 */
final class Attempt extends TimerWheel.Timer implements ReadReadyHandler {

    /** Who is told how an attempt ends. */
    interface Owner {
        /** The connection is the owner's, its reads suspended. */
        void opened(Attempt attempt, StreamConnection connection);

        /**
         * There is no connection.
         *
         * @param reason for the operator
         */
        void failed(Attempt attempt, String reason);
    }

    /**
     * Bytes that the kernel may take from a broker whose client does not read. Left to itself it takes as many as net.ipv4.tcp_rmem
     * allows, often 6 to 32 MiB, once the gateway has read fast.
     */
    private static final int RECEIVE_BUFFER = 1024 * 1024;

    private static final OptionMap OPTIONS = OptionMap.builder()
            .set(Options.TCP_NODELAY, true)
            .set(Options.KEEP_ALIVE, true)
            .set(Options.RECEIVE_BUFFER, RECEIVE_BUFFER)
            .getMap();

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final Connector connector;
    private final Broker broker;
    private final InetSocketAddress address;
    private final IoContext io;
    private final TimerWheel wheel;
    private final Owner owner;
    /** The PROXY header that goes before TLS; null without. */
    private final @Nullable ByteBuffer header;
    /** Plain TCP is enough: TLS begins when the client is known. */
    private final boolean bare;

    private @Nullable IoFuture<StreamConnection> future;
    private @Nullable StreamConnection connection;
    private Connector.@Nullable Secured secured;
    private boolean shaken;
    private boolean over;
    private boolean lacksPort;
    private boolean lacksDescriptor;
    private boolean toldOfClient;

    /**
     * Does not begin yet.
     *
     * @param header to be written before TLS; null where there is none, or no TLS
     * @param bare opened is a TCP connection without TLS, whatever the cluster wants
     */
    Attempt(
            Connector connector,
            Broker broker,
            InetSocketAddress address,
            IoContext io,
            TimerWheel wheel,
            Owner owner,
            @Nullable ByteBuffer header,
            boolean bare) {
        this.connector = connector;
        this.broker = broker;
        this.address = address;
        this.io = io;
        this.wheel = wheel;
        this.owner = owner;
        this.header = header;
        this.bare = bare;
    }

    Broker broker() {
        return broker;
    }

    InetSocketAddress address() {
        return address;
    }

    /** It has failed at home: no source address has a port left, which says nothing of the broker. */
    boolean lacksPort() {
        return lacksPort;
    }

    /** It has failed at home: the process may open no more sockets, which says nothing of the broker. */
    boolean lacksDescriptor() {
        return lacksDescriptor;
    }

    /** The broker was reached and told of the client in front of TLS: what it did then may be that client's doing. */
    boolean toldOfClient() {
        return toldOfClient;
    }

    /** Begins with a new connection. */
    void open() {
        wheel.schedule(this, wheel.now() + connector.timeoutNanos());
        open(connector.sources(address), 0);
    }

    /** Begins with a TCP connection that is there, for TLS. */
    void goOn(StreamConnection opened) {
        wheel.schedule(this, wheel.now() + connector.timeoutNanos());
        connected(opened);
    }

    /** Gives up; idempotent. */
    void cancel() {
        if (!over) {
            over = true;
            release();
        }
    }

    private void open(List<InetAddress> sources, int index) {
        IoFuture<StreamConnection> opening = sources.isEmpty()
                ? io.thread().openStreamConnection(address, this::connected, OPTIONS)
                : io.thread()
                        .openStreamConnection(
                                new InetSocketAddress(sources.get(index), 0), address, this::connected, null, OPTIONS);
        future = opening;
        opening.addNotifier(
                (done, ignored) -> {
                    if (done.getStatus() == IoFuture.Status.FAILED) {
                        IOException why = done.getException();
                        io.later(() -> notConnected(sources, index, why));
                    }
                },
                null);
    }

    /** An address that is not this machine's, or has no port left, gives its turn to the next. */
    private void notConnected(List<InetAddress> sources, int index, @Nullable IOException why) {
        if (over) {
            return;
        }
        String message = why == null ? null : why.getMessage();
        String reason = message == null ? "connection failed" : message;
        if (Descriptors.lacking(why)) {
            lacksDescriptor = true;
            fail("no descriptor left: " + reason);
        } else if (!(why instanceof BindException)) {
            fail(reason);
        } else if (index + 1 < sources.size()) {
            open(sources, index + 1);
        } else {
            lacksPort = true;
            fail("no port to connect from: " + reason + " (cluster.source-addresses)");
        }
    }

    private void connected(StreamConnection opened) {
        if (over) {
            IoUtils.safeClose(opened);
            return;
        }
        connection = opened;
        future = null;
        try {
            Connector.Secured wrapped = bare ? null : secure(opened);
            if (wrapped == null) {
                done(opened);
                return;
            }
            secured = wrapped;
            connection = wrapped.connection();
            wrapped.connection().getHandshakeSetter().set(same -> shakenHands());
            source().setReadReadyHandler(this);
            source().resumeReads();
        } catch (IOException | RuntimeException wrong) {
            fail(String.valueOf(wrong.getMessage()));
        }
    }

    private Connector.@Nullable Secured secure(StreamConnection opened) throws IOException {
        if (header != null) {
            opened.getSinkChannel().getConduit().write(header);
            if (header.hasRemaining()) {
                throw new IOException("the connection does not take a PROXY header");
            }
            toldOfClient = true;
        }
        return connector.secure(opened, broker, address);
    }

    /** Told in the midst of a read or a write. */
    private void shakenHands() {
        if (!shaken) {
            shaken = true;
            io.later(() -> {
                StreamConnection mine = connection;
                if (!over && mine != null) {
                    source().suspendReads();
                    done(mine);
                }
            });
        }
    }

    /** The handshake goes on by itself; a read of nothing tells that it cannot, and leaves what the broker says. */
    @Override
    public void readReady() {
        if (over || shaken) {
            source().suspendReads();
            return;
        }
        boolean broken;
        try {
            broken = source().read(NOTHING) < 0;
        } catch (IOException | RuntimeException why) {
            broken = true;
        }
        if (broken && !shaken && secured != null) {
            fail(secured.whyFailed());
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

    @Override
    protected void expired() {
        long millis = connector.timeoutNanos() / 1_000_000;
        fail((connection == null ? "no answer" : "no TLS") + " within " + millis + " ms (cluster.dial-timeout)");
    }

    private StreamSourceConduit source() {
        StreamConnection mine = connection;
        if (mine == null) {
            throw new IllegalStateException("not connected");
        }
        return mine.getSourceChannel().getConduit();
    }

    private void done(StreamConnection opened) {
        over = true;
        wheel.cancel(this);
        owner.opened(this, opened);
    }

    private void fail(String reason) {
        if (!over) {
            over = true;
            release();
            owner.failed(this, reason);
        }
    }

    private void release() {
        wheel.cancel(this);
        IoFuture<StreamConnection> opening = future;
        future = null;
        if (opening != null) {
            opening.cancel();
        }
        IoUtils.safeClose(connection);
    }
}
