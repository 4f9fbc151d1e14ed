package io.sluice.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.undertow.connector.ByteBufferPool;
import io.undertow.connector.PooledByteBuffer;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Undertow's buffers, for HTTP and TLS, from Netty's pool: bounded by it and measured with it. A thread keeps the last few it
 * gave back, so that the buffers of a TLS record cost no allocation.
 *
 * <p>Thread-safe.
 */
public final class NettyBufferPool implements ByteBufferPool {
    /** Holds any TLS record and what a TLS engine adds to it. */
    public static final int BUFFER_BYTES = 17 * 1024;

    private static final int KEPT_PER_THREAD = 4;

    private final ByteBufAllocator allocator;
    private final boolean direct;
    private final @Nullable NettyBufferPool arrayBacked;
    private final ThreadLocal<Stack> kept = ThreadLocal.withInitial(Stack::new);

    public NettyBufferPool(ByteBufAllocator allocator) {
        this(allocator, true, new NettyBufferPool(allocator, false, null));
    }

    private NettyBufferPool(ByteBufAllocator allocator, boolean direct, @Nullable NettyBufferPool arrayBacked) {
        this.allocator = allocator;
        this.direct = direct;
        this.arrayBacked = arrayBacked;
    }

    @Override
    public PooledByteBuffer allocate() {
        Stack stack = kept.get();
        if (stack.size > 0) {
            return stack.pop().reopen();
        }
        return new Buffer(direct ? allocator.directBuffer(BUFFER_BYTES) : allocator.heapBuffer(BUFFER_BYTES));
    }

    @Override
    public ByteBufferPool getArrayBackedPool() {
        return arrayBacked == null ? this : arrayBacked;
    }

    /** Does nothing: the buffers go with Netty's pool. */
    @Override
    public void close() {}

    @Override
    public int getBufferSize() {
        return BUFFER_BYTES;
    }

    @Override
    public boolean isDirect() {
        return direct;
    }

    private static final class Stack {
        private final @Nullable Buffer[] buffers = new @Nullable Buffer[KEPT_PER_THREAD];
        private int size;

        Buffer pop() {
            Buffer buffer = buffers[--size];
            assert buffer != null;
            buffers[size] = null;
            return buffer;
        }

        boolean push(Buffer buffer) {
            if (size == KEPT_PER_THREAD) {
                return false;
            }
            buffers[size++] = buffer;
            return true;
        }
    }

    private final class Buffer implements PooledByteBuffer {
        private final ByteBuf memory;
        private final ByteBuffer view;
        private boolean open = true;

        Buffer(ByteBuf memory) {
            this.memory = memory;
            view = memory.nioBuffer(0, BUFFER_BYTES);
        }

        Buffer reopen() {
            view.clear();
            open = true;
            return this;
        }

        @Override
        public ByteBuffer getBuffer() {
            if (!open) {
                throw new IllegalStateException("the buffer has been given back");
            }
            return view;
        }

        @Override
        public void close() {
            if (open) {
                open = false;
                if (!kept.get().push(this)) {
                    memory.release();
                }
            }
        }

        @Override
        public boolean isOpen() {
            return open;
        }
    }
}
