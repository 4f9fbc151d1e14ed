package io.sluice.listener;

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
import org.xnio.ChannelListener;
import org.xnio.StreamConnection;
import org.xnio.conduits.ReadReadyHandler;
import org.xnio.conduits.StreamSinkConduit;
import org.xnio.conduits.WriteReadyHandler;

/**
 * The client's side of a session: an upgraded connection, and RFC 6455 on it.
 *
 * <pre>
 *          finish             Close is out, and the client's came       input ended
 * OPEN ------------> CLOSING -----------------------------------> SHUT ------------> GONE
 *   |                   |                                           |                 ^
 *   +-------------------+------------------ abort, connection lost -+-----------------+
 * </pre>
 *
 * <p>The server ends the TCP connection, by half-close: to close with unread bytes would send a reset, and the client would
 * see close code 1006 (RFC 6455 7.1.1). Where TLS has told that no more bytes come it closes.
 *
 * <p>What goes wrong while the session calls is told to it later, from the I/O thread's queue.
 *
 * <p>Confined to its session's I/O thread.
 */
final class WebSocketConnection
        implements Peer, ReadReadyHandler, WriteReadyHandler, ChannelListener<StreamConnection>, Runnable {

    private enum Phase {
        OPEN,
        CLOSING,
        SHUT,
        GONE
    }

    /** Means "mandatory extension" from a client, and nothing from a server (RFC 6455 7.4.1). */
    private static final int MANDATORY_EXTENSION = 1010;

    private static final int NORMAL = 1000;

    private static final byte[] NO_PAYLOAD = {};

    private final IoContext io;
    private final Transport transport;
    private final StreamSinkConduit sink;
    private final Inlet inlet;
    private final Outlet outlet;
    private final FrameDecoder decoder = new FrameDecoder();
    private final @Nullable FramePace pace;
    private @Nullable Session session;

    private Phase phase = Phase.OPEN;
    private boolean lost;
    private CloseCause lostBy = CloseCause.CLIENT_LOST;
    private boolean reported;
    private byte @Nullable [] pongDue;
    private boolean midRecord;

    /** @param pace of its frames; null is unlimited */
    WebSocketConnection(IoContext io, Transport transport, @Nullable FramePace pace) {
        this.io = io;
        this.transport = transport;
        this.pace = pace;
        inlet = new Inlet(transport.source(), io, IoContext.RECORDS_BYTES, 0);
        sink = transport.sink();
        outlet = new Outlet(sink, io.pool());
    }

    /** Events begin, never from within this call. */
    void start(Session its) {
        session = its;
        transport.whenClosed(this);
        io.later(this::listen); // what calls us may still suspend what is now ours
    }

    private void listen() {
        sink.setWriteReadyHandler(this);
        if (!outlet.empty()) {
            sink.resumeWrites();
        }
        inlet.start(this);
        lookForCutRecord(); // one that came with the request, of which no read need tell
    }

    // Peer

    @Override
    public boolean send(ByteBuffer bytes) {
        FrameEncoder.binaryHeader(bytes);
        return write(bytes);
    }

    @Override
    public void pauseReads() {
        inlet.pause();
    }

    @Override
    public void resumeReads() {
        inlet.resume();
    }

    /** RFC 6455 5.5.3: a pong may come unasked, and is not answered; without payload it also harms no client that knows none. */
    @Override
    public void probe() {
        if (phase == Phase.OPEN && outlet.empty()) {
            write(FrameEncoder.pong(NO_PAYLOAD));
        }
    }

    @Override
    public void ping() {
        if (phase == Phase.OPEN && outlet.empty()) {
            write(FrameEncoder.ping());
        }
    }

    @Override
    public void finish(CloseCause cause) {
        if (phase != Phase.OPEN) {
            return;
        }
        if (inlet.hasEnded() || lost) {
            abort();
            return;
        }
        phase = Phase.CLOSING;
        pongDue = null;
        boolean last = decoder.end() != null;
        if (write(closeFrame(cause), last) && last) {
            shut();
        }
        resumeReads();
    }

    @Override
    public int heldBytes() {
        return outlet.heldBytes() + transport.heldBytes();
    }

    /** The records on their way count: they are what moves when a client takes little at a time. */
    private int waitingBytes() {
        return outlet.waitingBytes() + transport.waitingBytes();
    }

    @Override
    public void abort() {
        if (phase == Phase.GONE) {
            return;
        }
        transport.resetOnClose();
        close();
    }

    // Events of the conduits

    @Override
    public void readReady() {
        try {
            ByteBuffer run = inlet.read();
            if (run == null) {
                if (decoder.end() != null && phase != Phase.OPEN && waitingBytes() > 0) {
                    inlet.end(); // nothing more comes, but the client may read the rest
                } else {
                    inputEnds();
                }
            } else {
                if (run.hasRemaining()) {
                    received(run);
                }
                if (phase != Phase.GONE) {
                    lookForCutRecord();
                }
            }
        } catch (IOException ordinary) {
            inputEnds();
        } catch (RuntimeException | Error bug) {
            session().failed(bug);
        }
    }

    @Override
    public void writeReady() {
        try {
            if (phase == Phase.GONE) {
                sink.suspendWrites();
                return;
            }
            int waited = waitingBytes();
            if (outlet.drain()) {
                sink.suspendWrites();
                drained();
            } else if (phase == Phase.OPEN && waitingBytes() < waited) {
                session().clientProgress();
            }
        } catch (IOException ordinary) {
            inputEnds();
        } catch (RuntimeException | Error bug) {
            session().failed(bug);
        }
    }

    /** The worker stops. */
    @Override
    public void forceTermination() {
        transport.close();
    }

    @Override
    public void terminated() {
        // a half of the connection is closed: reads and writes tell
    }

    /** The connection is closed, by us or by what lies below, on any thread. */
    @Override
    public void handleEvent(StreamConnection closed) {
        later();
    }

    /** What could not be told at once. */
    @Override
    public void run() {
        try {
            if (phase == Phase.GONE || !transport.isOpen()) {
                close();
                if (!reported) {
                    reported = true;
                    session().clientClosed();
                }
            } else if (lost) {
                inputEnds();
            }
        } catch (RuntimeException | Error bug) {
            session().failed(bug);
        }
    }

    private void received(ByteBuffer run) {
        decoder.decode(run);
        long tooFast = pace == null ? 0 : pace.spend(decoder.takeFrames());
        if (tooFast > 0) {
            inlet.rest(tooFast);
        }
        if (phase != Phase.OPEN) {
            if (decoder.end() != null && phase == Phase.CLOSING && outlet.empty()) {
                shut();
            }
            return;
        }
        if (run.hasRemaining()) {
            session().clientBytes(run);
        }
        byte[] ping = decoder.takePing();
        if (ping != null) {
            answer(ping);
        }
        if (decoder.takePong()) {
            session().clientAlive();
        }
        FrameDecoder.End end = decoder.end();
        if (end != null && phase == Phase.OPEN) {
            ended(end);
        }
    }

    private void lookForCutRecord() {
        boolean cut = transport.midRecord(outlet.empty());
        if (cut != midRecord) {
            midRecord = cut;
            session().clientMidRecord(cut);
        }
    }

    private void ended(FrameDecoder.End end) {
        switch (end) {
            case CLOSE -> session().clientFinished();
            case FRAME_ERROR -> session().clientFailed(CloseCause.FRAME_ERROR);
            case TEXT_FRAME -> session().clientFailed(CloseCause.TEXT_FRAME);
            case CLOSE_REASON_INVALID -> session().clientFailed(CloseCause.CLOSE_REASON_INVALID);
        }
    }

    /** RFC 6455 5.5.3: while the client does not read, the newest ping stands for all. */
    private void answer(byte[] ping) {
        if (phase != Phase.OPEN) {
            return;
        }
        if (outlet.empty()) {
            write(FrameEncoder.pong(ping));
        } else {
            pongDue = ping;
        }
    }

    private void inputEnds() {
        if (phase == Phase.OPEN) {
            inlet.end();
            session().clientFailed(lostBy);
        } else {
            close();
        }
    }

    private void drained() throws IOException {
        byte[] ping = pongDue;
        if (ping != null) {
            pongDue = null;
            if (!write(FrameEncoder.pong(ping))) {
                return;
            }
        }
        switch (phase) {
            case OPEN -> session().clientWritable();
            case CLOSING -> closeIsOut();
            case SHUT -> {
                if (inlet.hasEnded()) {
                    close();
                }
            }
            case GONE -> {}
        }
    }

    /** @return all is on its way */
    private boolean write(ByteBuffer bytes) {
        return write(bytes, false);
    }

    private boolean write(ByteBuffer bytes, boolean last) {
        if (lost || phase == Phase.GONE) {
            bytes.position(bytes.limit());
            return false;
        }
        try {
            if (last ? outlet.sendLast(bytes) : outlet.send(bytes)) {
                return true;
            }
            sink.resumeWrites();
        } catch (NoRoomException shed) {
            bytes.position(bytes.limit());
            lose(CloseCause.MEMORY_SHED);
        } catch (IOException ordinary) {
            bytes.position(bytes.limit());
            lose(CloseCause.CLIENT_LOST);
        }
        return false;
    }

    private void lose(CloseCause why) {
        lost = true;
        lostBy = why;
        later();
    }

    /** RFC 6455 5.5.1: a Close is answered with its own code. */
    private ByteBuffer closeFrame(CloseCause cause) {
        if (decoder.end() == FrameDecoder.End.CLOSE) {
            int code = decoder.closeCode() == MANDATORY_EXTENSION ? NORMAL : decoder.closeCode();
            return code == FrameDecoder.NO_CLOSE_CODE ? FrameEncoder.close() : FrameEncoder.close(code, "");
        }
        return FrameEncoder.close(cause.webSocketCode(), cause.reason());
    }

    private void closeIsOut() {
        if (decoder.end() != null) {
            shut();
        }
    }

    private void shut() {
        phase = Phase.SHUT;
        if (transport.ended()) {
            close();
            return;
        }
        try {
            sink.terminateWrites();
            if (!sink.flush()) {
                sink.resumeWrites();
            } else if (inlet.hasEnded()) {
                close();
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
        transport.close();
        later();
    }

    private void later() {
        io.later(this);
    }

    private Session session() {
        Session its = session;
        if (its == null) {
            throw new IllegalStateException("not started");
        }
        return its;
    }
}
