package io.sluice.net;

import io.undertow.connector.ByteBufferPool;
import io.undertow.connector.PooledByteBuffer;
import java.nio.ByteBuffer;

/**
 * The buffers of one connection, from a pool of all: knows whether the connection holds any.
 *
 * <p>Confined to its connection's I/O thread.
 */
public final class CountedBuffers implements ByteBufferPool {
    private final ByteBufferPool pool;
    private int used;

    public CountedBuffers(ByteBufferPool pool) {
        this.pool = pool;
    }

    /** Buffers handed out and not given back. */
    public int used() {
        return used;
    }

    @Override
    public PooledByteBuffer allocate() {
        PooledByteBuffer buffer = pool.allocate();
        used++;
        return new Counted(buffer);
    }

    @Override
    public ByteBufferPool getArrayBackedPool() {
        return pool.getArrayBackedPool();
    }

    /** Does nothing: the buffers go with their pool. */
    @Override
    public void close() {}

    @Override
    public int getBufferSize() {
        return pool.getBufferSize();
    }

    @Override
    public boolean isDirect() {
        return pool.isDirect();
    }

    private final class Counted implements PooledByteBuffer {
        private final PooledByteBuffer buffer;

        Counted(PooledByteBuffer buffer) {
            this.buffer = buffer;
        }

        @Override
        public ByteBuffer getBuffer() {
            return buffer.getBuffer();
        }

        @Override
        public void close() {
            if (buffer.isOpen()) {
                used--;
                buffer.close();
            }
        }

        @Override
        public boolean isOpen() {
            return buffer.isOpen();
        }
    }
}
