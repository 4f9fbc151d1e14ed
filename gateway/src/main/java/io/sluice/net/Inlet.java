package io.sluice.net;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.xnio.conduits.ReadReadyHandler;
import org.xnio.conduits.StreamSourceConduit;

/**
 * The reading side of a connection: reads are on, unless its owner has paused them, the connection rests to let all others have
 * their turn, or the input has ended.
 *
 * <p>Confined to its connection's I/O thread.
 */
public final class Inlet {
    private static final int REST_MILLIS = 1;

    private final IoContext io;
    private final StreamSourceConduit source;
    private final int record;
    private final int less;
    private final ReadBudget budget = new ReadBudget();
    private boolean paused;
    private boolean resting;
    private boolean ended;

    /**
     * Does not read yet.
     *
     * @param record bytes of a TLS record, up to {@link IoContext#RECORDS_BYTES}; a read is of one to {@link
     *     IoContext#MOST_RECORDS} of them
     * @param less bytes that each read is shorter by
     */
    public Inlet(StreamSourceConduit source, IoContext io, int record, int less) {
        this.source = source;
        this.io = io;
        this.record = record;
        this.less = less;
    }

    /** Events begin, never from within this call; not before {@link #resume} where the owner has paused. */
    public void start(ReadReadyHandler handler) {
        source.setReadReadyHandler(handler);
        listen();
    }

    /**
     * Reads once; who reads too much rests by itself.
     *
     * @return what came, in native byte order, behind the thread's headroom, the caller's until it returns; empty when there is
     *     nothing, or the input has ended; null: it ends here
     * @throws IOException the connection is lost
     */
    public @Nullable ByteBuffer read() throws IOException {
        if (ended) {
            source.suspendReads();
            return IoContext.NOTHING;
        }
        int room = budget.records() * record - less;
        ByteBuffer run = io.scratch(room);
        int read = source.read(run);
        if (read > room / 2) { // a record's padding, and a part of one, are no data
            budget.filled();
        }
        if (read > 0 && budget.overdrawn(read, io.ticks())) {
            rest(REST_MILLIS);
        }
        return read < 0 ? null : io.filled(run);
    }

    public void pause() {
        paused = true;
        budget.blocked();
        source.suspendReads();
    }

    public void resume() {
        paused = false;
        listen();
    }

    /** Reads nothing for a while; only a delayed task is behind the sockets. While it rests a further rest counts for nothing. */
    public void rest(long millis) {
        if (resting) {
            return;
        }
        resting = true;
        source.suspendReads();
        io.after(millis, () -> {
            resting = false;
            budget.renew();
            listen();
        });
    }

    /** There is nothing more to be read. */
    public void end() {
        ended = true;
        source.suspendReads();
    }

    /** The connection is closed: nothing more is read, and its conduit need not be asked to stop. */
    public void closed() {
        ended = true;
    }

    public boolean hasEnded() {
        return ended;
    }

    private void listen() {
        if (!paused && !resting && !ended) {
            source.resumeReads();
        }
    }
}
