package io.sluice.upstream;

import io.sluice.mqtt.ClientPackets;
import io.sluice.mqtt.ConnackDecoder;
import io.sluice.mqtt.ConnackResult;
import io.sluice.net.IoContext;
import io.sluice.net.Outlet;
import io.sluice.session.TimerWheel;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.xnio.IoUtils;
import org.xnio.StreamConnection;
import org.xnio.conduits.ReadReadyHandler;
import org.xnio.conduits.StreamSourceConduit;

/**
 * One look at one address of a broker: a connection as for a client, with TLS where there is TLS, and then CONNECT, answered by
 * CONNACK, and DISCONNECT. A broker that refuses the CONNECT is there and well, unless it says that it cannot serve. Ends once,
 * never from within a call.
 *
 * <p>Confined to its I/O thread.
 */
final class Probe extends TimerWheel.Timer implements Attempt.Owner, ReadReadyHandler {
    private static final int KEEP_ALIVE_SECONDS = 60;
    private static final int LEVEL = 4;
    private static final int CONNACK_BYTES = 4;

    /** Server unavailable: the one refusal of MQTT 3.1.1 that is no matter of the client. */
    private static final Set<Integer> CANNOT_SERVE = Set.of(3);

    private final Connector connector;
    private final IoContext io;
    private final TimerWheel wheel;
    private final Attempt attempt;
    private final @Nullable ByteBuffer header;
    private final @Nullable String clientId;
    private final Consumer<@Nullable String> outcome;
    private final Runnable undecided;
    private final ByteBuffer answer = ByteBuffer.allocate(CONNACK_BYTES);

    private @Nullable StreamConnection connection;
    private @Nullable Outlet outlet;
    private long timeoutNanos;
    private boolean over;

    /**
     * Does not begin yet.
     *
     * @param header of the PROXY protocol; null without
     * @param clientId of the CONNECT; null: a connection is enough
     * @param outcome is told what is wrong, for the operator; null when nothing is
     * @param undecided is called instead where the gateway has no descriptor left to look with
     */
    Probe(
            Connector connector,
            Broker broker,
            InetSocketAddress address,
            IoContext io,
            TimerWheel wheel,
            @Nullable ByteBuffer header,
            @Nullable String clientId,
            Consumer<@Nullable String> outcome,
            Runnable undecided) {
        this.connector = connector;
        this.io = io;
        this.wheel = wheel;
        this.header = header;
        this.clientId = clientId;
        this.outcome = outcome;
        this.undecided = undecided;
        ByteBuffer beforeTls = connector.hasTls() ? header : null;
        attempt = new Attempt(connector, broker, address, io, wheel, this, beforeTls, false);
    }

    void begin(long timeout) {
        timeoutNanos = timeout;
        wheel.schedule(this, wheel.now() + timeout);
        attempt.open();
    }

    @Override
    public void opened(Attempt done, StreamConnection opened) {
        connection = opened;
        Outlet out = new Outlet(opened.getSinkChannel().getConduit(), io.pool());
        outlet = out;
        try {
            if (header != null && !connector.hasTls()) {
                out.send(header.duplicate());
            }
            if (clientId == null) {
                end(null);
                return;
            }
            out.send(ClientPackets.connect(clientId, KEEP_ALIVE_SECONDS));
            if (!out.empty()) {
                end("it takes no CONNECT");
                return;
            }
            source(opened).setReadReadyHandler(this);
            source(opened).resumeReads();
        } catch (IOException lost) {
            end("connection lost: " + lost.getMessage());
        }
    }

    @Override
    public void failed(Attempt done, String reason) {
        if (!over && done.lacksDescriptor()) {
            release();
            undecided.run();
        } else {
            end(reason);
        }
    }

    @Override
    public void readReady() {
        StreamConnection mine = connection;
        if (over || mine == null) {
            return;
        }
        try {
            int read = source(mine).read(answer);
            ConnackResult result = ConnackDecoder.decode(answer.duplicate().flip(), LEVEL, CONNACK_BYTES);
            if (result instanceof ConnackResult.Connack connack) {
                answered(connack.code());
            } else if (result instanceof ConnackResult.Invalid) {
                end("it answers CONNECT with no CONNACK");
            } else if (read < 0) {
                end("it closes on CONNECT");
            }
        } catch (IOException lost) {
            end("it closes on CONNECT: " + lost.getMessage());
        }
    }

    private void answered(int code) throws IOException {
        Outlet out = outlet;
        if (code == 0 && out != null) {
            out.send(ClientPackets.disconnect());
        }
        end(CANNOT_SERVE.contains(code) ? "it answers CONNECT with code " + code + ", server unavailable" : null);
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
        attempt.cancel();
        String what = connection == null ? "no answer" : "no CONNACK";
        end(what + " within " + timeoutNanos / 1_000_000 + " ms (cluster.health.timeout)");
    }

    /** Ends it without an outcome; idempotent. */
    void cancel() {
        attempt.cancel();
        release();
    }

    private void end(@Nullable String problem) {
        if (!over) {
            release();
            outcome.accept(problem);
        }
    }

    private void release() {
        over = true;
        wheel.cancel(this);
        if (outlet != null) {
            outlet.release();
        }
        IoUtils.safeClose(connection);
    }

    private static StreamSourceConduit source(StreamConnection connection) {
        return connection.getSourceChannel().getConduit();
    }
}
