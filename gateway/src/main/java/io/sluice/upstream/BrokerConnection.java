package io.sluice.upstream;

import io.sluice.net.Inlet;
import io.sluice.net.IoContext;
import io.sluice.net.NoRoomException;
import io.sluice.net.Outlet;
import io.sluice.session.CloseCause;
import io.sluice.session.Peer;
import io.sluice.session.Session;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.xnio.IoUtils;
import org.xnio.StreamConnection;
import org.xnio.conduits.ReadReadyHandler;
import org.xnio.conduits.StreamSinkConduit;
import org.xnio.conduits.WriteReadyHandler;

/**
 * The broker's side of a session: one TCP connection, used by one client and never again.
 *
 * <p>It ends by half-close: flush, shut the output down, read to the end. A reset with unread bytes would destroy a
 * DISCONNECT under way, and the broker would publish the Will.
 *
 * <p>What goes wrong while the session calls is told to it later, from the I/O thread's queue.
 *
 * <p>Confined to its session's I/O thread.
 */
final class BrokerConnection implements Peer, ReadReadyHandler, WriteReadyHandler, Runnable {

    private enum Phase {
        OPEN,
        FINISHING,
        GONE
    }

    /** With its WebSocket frame header, what is read at once fills its TLS records. */
    private static final int HEADER_BYTES = 4;

    private final IoContext io;
    private final StreamConnection connection;
    private final StreamSinkConduit sink;
    private final Inlet inlet;
    private final Outlet outlet;
    private final Slot slot;
    private final Session session;
    /** Goes in front of the first bytes, in one write with them; null without. */
    private @Nullable ByteBuffer header;

    private Phase phase = Phase.OPEN;
    private boolean outputShut;
    private boolean lost;
    /** It is lost for want of memory. */
    private boolean noRoom;

    private boolean reported;

    /** @param header of the PROXY protocol; null without */
    BrokerConnection(
            IoContext io, StreamConnection connection, Slot slot, Session session, @Nullable ByteBuffer header) {
        this.header = header;
        this.io = io;
        this.connection = connection;
        this.slot = slot;
        this.session = session;
        inlet = new Inlet(connection.getSourceChannel().getConduit(), io, IoContext.READ_BYTES, HEADER_BYTES);
        sink = connection.getSinkChannel().getConduit();
        outlet = new Outlet(sink, io.pool());
    }

    /** Events begin, never from within this call. */
    void start() {
        sink.setWriteReadyHandler(this);
        inlet.start(this);
    }

    @Override
    public boolean send(ByteBuffer bytes) {
        if (lost || phase != Phase.OPEN) {
            bytes.position(bytes.limit());
            return false;
        }
        try {
            if (outlet.send(headed(bytes))) {
                return true;
            }
            sink.resumeWrites();
        } catch (NoRoomException shed) {
            bytes.position(bytes.limit());
            lost = true;
            noRoom = true;
            later();
        } catch (IOException ordinary) {
            bytes.position(bytes.limit());
            lost = true;
            later();
        }
        return false;
    }

    private ByteBuffer headed(ByteBuffer bytes) {
        ByteBuffer first = header;
        if (first == null) {
            return bytes;
        }
        header = null;
        return ByteBuffer.allocate(first.remaining() + bytes.remaining())
                .put(first)
                .put(bytes)
                .flip();
    }

    @Override
    public void pauseReads() {
        inlet.pause();
    }

    @Override
    public void resumeReads() {
        inlet.resume();
    }

    /** Does nothing: a broker that is gone shows when its client takes bytes again, or at the write stall. */
    @Override
    public void probe() {}

    /** Does nothing: MQTT has no ping for servers. */
    @Override
    public void ping() {}

    @Override
    public void finish(CloseCause cause) {
        if (phase != Phase.OPEN) {
            return;
        }
        if (inlet.hasEnded() || lost) {
            close();
            return;
        }
        phase = Phase.FINISHING;
        if (outlet.empty()) {
            shutOutput();
        }
        resumeReads();
    }

    @Override
    public int heldBytes() {
        return outlet.heldBytes();
    }

    @Override
    public void abort() {
        close();
    }

    @Override
    public void readReady() {
        try {
            ByteBuffer run = inlet.read();
            if (run == null) {
                inputEnds();
            } else if (run.hasRemaining() && phase == Phase.OPEN) {
                session.upstreamBytes(run);
            }
        } catch (IOException ordinary) {
            inputEnds();
        } catch (RuntimeException | Error bug) {
            session.failed(bug);
        }
    }

    @Override
    public void writeReady() {
        try {
            int waited = outlet.waitingBytes();
            if (phase == Phase.GONE) {
                sink.suspendWrites();
            } else if (outlet.drain()) {
                sink.suspendWrites();
                if (phase == Phase.OPEN) {
                    session.upstreamWritable();
                } else {
                    shutOutput();
                }
            } else if (phase == Phase.OPEN && outlet.waitingBytes() < waited) {
                session.upstreamProgress();
            }
        } catch (IOException ordinary) {
            inputEnds();
        } catch (RuntimeException | Error bug) {
            session.failed(bug);
        }
    }

    /** The worker stops. */
    @Override
    public void forceTermination() {
        IoUtils.safeClose(connection);
    }

    @Override
    public void terminated() {
        // a half of the connection is closed: reads and writes tell
    }

    /** What could not be told at once. */
    @Override
    public void run() {
        try {
            if (phase == Phase.GONE) {
                if (!reported) {
                    reported = true;
                    session.upstreamClosed();
                }
            } else if (noRoom) {
                session.shed();
            } else if (lost) {
                inputEnds();
            }
        } catch (RuntimeException | Error bug) {
            session.failed(bug);
        }
    }

    private void inputEnds() {
        if (phase == Phase.OPEN) {
            inlet.end();
            session.upstreamFinished();
        } else {
            close();
        }
    }

    /** With TLS the close_notify and the end of the stream come with the flush. */
    private void shutOutput() {
        if (outputShut) {
            return;
        }
        outputShut = true;
        try {
            sink.terminateWrites();
            if (!sink.flush()) {
                sink.resumeWrites();
            }
        } catch (IOException ordinary) {
            close();
        }
    }

    private void close() {
        if (phase == Phase.GONE) {
            return;
        }
        phase = Phase.GONE;
        inlet.closed();
        outlet.release();
        IoUtils.safeClose(connection);
        slot.release();
        later();
    }

    private void later() {
        io.later(this);
    }
}
