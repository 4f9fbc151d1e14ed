package io.sluice.upstream;

import io.sluice.net.IoContext;
import io.sluice.net.NoRoomException;
import io.sluice.net.Outlet;
import io.sluice.net.ReadBudget;
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
import org.xnio.conduits.StreamSourceConduit;
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

    private static final int REST_MILLIS = 1;

    private final IoContext io;
    private final StreamConnection connection;
    private final StreamSourceConduit source;
    private final StreamSinkConduit sink;
    private final Outlet outlet;
    private final ReadBudget budget;
    private final Slot slot;
    private final Session session;
    /** Goes in front of the first bytes, in one write with them; null without. */
    private @Nullable ByteBuffer header;

    private Phase phase = Phase.OPEN;
    private boolean paused;
    private boolean resting;
    private boolean inputEnded;
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
        source = connection.getSourceChannel().getConduit();
        sink = connection.getSinkChannel().getConduit();
        outlet = new Outlet(sink, io.pool());
        budget = new ReadBudget(io);
    }

    /** Events begin, never from within this call. */
    void start() {
        source.setReadReadyHandler(this);
        sink.setWriteReadyHandler(this);
        source.resumeReads();
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
        paused = true;
        budget.blocked();
        source.suspendReads();
    }

    @Override
    public void resumeReads() {
        paused = false;
        if (!inputEnded && !resting && phase != Phase.GONE) {
            source.resumeReads();
        }
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
        if (inputEnded || lost) {
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
    public void abort() {
        close();
    }

    @Override
    public void readReady() {
        try {
            if (phase == Phase.GONE || inputEnded) {
                source.suspendReads();
                return;
            }
            ByteBuffer run = io.scratch(budget.records() * IoContext.READ_BYTES - HEADER_BYTES);
            int read = source.read(run);
            if (!run.hasRemaining()) {
                budget.filled();
            }
            if (read > 0 && budget.overdrawn(read)) {
                rest();
            }
            if (read < 0) {
                inputEnds();
            } else if (read > 0 && phase == Phase.OPEN) {
                session.upstreamBytes(io.filled(run));
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

    /** Lets all others have their turn; only a delayed task is behind the sockets. */
    private void rest() {
        if (resting) {
            return;
        }
        resting = true;
        source.suspendReads();
        io.after(REST_MILLIS, () -> {
            resting = false;
            budget.renew();
            if (!paused) {
                resumeReads();
            }
        });
    }

    private void inputEnds() {
        inputEnded = true;
        source.suspendReads();
        if (phase == Phase.OPEN) {
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
        outlet.release();
        IoUtils.safeClose(connection);
        slot.release();
        later();
    }

    private void later() {
        io.later(this);
    }
}
