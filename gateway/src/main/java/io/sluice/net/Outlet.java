package io.sluice.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.xnio.conduits.StreamSinkConduit;

/**
 * The writing side of a connection: takes all bytes it is given, keeps in a pooled buffer what the socket does not accept.
 * While nothing waits it holds no buffer.
 *
 * <p>Confined to its connection's I/O thread.
 */
public final class Outlet {
    private final StreamSinkConduit sink;
    private final ByteBufAllocator pool;
    private @Nullable ByteBuf waiting;
    private boolean unflushed;

    public Outlet(StreamSinkConduit sink, ByteBufAllocator pool) {
        this.sink = sink;
        this.pool = pool;
    }

    /**
     * Takes all remaining bytes.
     *
     * @return true when all is on its way; false when something waits for {@link #drain}
     * @throws IOException the connection is lost, or in the case of {@link NoRoomException} has to be given up; nothing waits
     *     any more
     */
    public boolean send(ByteBuffer bytes) throws IOException {
        if (waiting != null) {
            waiting.writeBytes(bytes);
            return false;
        }
        while (bytes.hasRemaining() && sink.write(bytes) > 0) {
            // one write takes all, but for TLS, where each takes a record
        }
        if (bytes.hasRemaining()) {
            waiting = buffer(bytes.remaining());
            waiting.writeBytes(bytes);
            return false;
        }
        unflushed = !sink.flush();
        return !unflushed;
    }

    /**
     * Takes all remaining bytes, the last ones: where they go out in one write the end goes with them. The caller ends the sink
     * in any case, and flushes it.
     *
     * @return as {@link #send}
     * @throws IOException as {@link #send}
     */
    public boolean sendLast(ByteBuffer bytes) throws IOException {
        if (empty()) {
            sink.writeFinal(bytes);
        }
        return !bytes.hasRemaining() || send(bytes);
    }

    private ByteBuf buffer(int size) throws NoRoomException {
        try {
            return pool.directBuffer(size);
        } catch (OutOfMemoryError outsideTheHeap) {
            throw new NoRoomException();
        }
    }

    /**
     * Writes on what waits.
     *
     * @return true when all is on its way
     * @throws IOException the connection is lost
     */
    public boolean drain() throws IOException {
        ByteBuf bytes = waiting;
        if (bytes != null) {
            int written;
            do {
                written = sink.write(bytes.internalNioBuffer(bytes.readerIndex(), bytes.readableBytes()));
                bytes.skipBytes(written);
            } while (written > 0 && bytes.isReadable());
            if (bytes.isReadable()) {
                return false;
            }
            release();
        }
        unflushed = !sink.flush();
        return !unflushed;
    }

    /** Nothing waits. */
    public boolean empty() {
        return waiting == null && !unflushed;
    }

    /** Room that is kept for what waits, however little of it is left. */
    public int heldBytes() {
        return waiting == null ? 0 : waiting.capacity();
    }

    /** Bytes that wait. */
    public int waitingBytes() {
        return waiting == null ? 0 : waiting.readableBytes();
    }

    /** Gives the buffer back, and what waits up; idempotent. */
    public void release() {
        if (waiting != null) {
            waiting.release();
            waiting = null;
        }
        unflushed = false;
    }
}
