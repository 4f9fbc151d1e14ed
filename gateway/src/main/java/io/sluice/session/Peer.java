package io.sluice.session;

import java.nio.ByteBuffer;

/**
 * One side of a session: the client's WebSocket or the broker's connection.
 *
 * <p>Confined to its session's I/O thread.
 */
public interface Peer {

    /**
     * Bytes that must be free in front of the position of every buffer given to {@link #send}: the receiver of the call
     * may overwrite them, to put a frame header in front of the payload without a copy.
     */
    int HEADROOM = 16;

    /**
     * Takes all remaining bytes and never blocks: what the socket does not accept is copied. The buffer is the caller's
     * again when the call returns, its position at its limit.
     *
     * @return false when bytes are waiting: nothing more should be sent until the writable event
     */
    boolean send(ByteBuffer bytes);

    /** No bytes events until {@link #resumeReads}; idempotent. */
    void pauseReads();

    /** Bytes events again, never from within this call; idempotent. */
    void resumeReads();

    /**
     * Writes as little as this side's protocol allows, unless something waits already: on a connection that is reset the
     * write fails, which nothing else tells while reads are paused. An answer is not asked for.
     */
    void probe();

    /** Asks for a sign of life, unless something waits already; the answer is the session's event alive. */
    void ping();

    /**
     * Flushes what is queued, closes in this side's manner, discards input meanwhile. The closed event follows, never
     * from within this call; idempotent, and without effect after {@link #abort}.
     */
    void finish(CloseCause cause);

    /** Room outside the heap that this side keeps: for what it has not accepted yet, and for parts of what has not come whole. */
    int heldBytes();

    /** Drops the connection now, queued bytes included. The closed event follows, never from within this call; idempotent. */
    void abort();
}
