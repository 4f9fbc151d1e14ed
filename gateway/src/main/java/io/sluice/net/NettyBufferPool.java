package io.sluice.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.undertow.connector.ByteBufferPool;
import io.undertow.connector.PooledByteBuffer;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.xnio.XnioIoThread;

/**
 * Undertow's buffers, for HTTP and TLS, from Netty's pool. A thread keeps the last few it gave back, so that the buffers of a
 * TLS record cost no more than a handle; only I/O threads do.
 *
 * <p>A connection can pin some of them with a few bytes (half a TLS record, half a request). So the pool is bounded, and tells
 * when it is {@link #low}: then connections that are not yet upgraded must go, before those that are get none.
 *
 * <p>Thread-safe.
 */
public final class NettyBufferPool implements ByteBufferPool {
    /** Holds any TLS record and what a TLS engine adds to it. */
    public static final int BUFFER_BYTES = 17 * 1024;

    private static final int KEPT_PER_THREAD = 4;

    /** Of the buffers, the part that is only for upgraded connections. */
    private static final int RESERVED_PART = 4;

    private final ByteBufAllocator allocator;
    private final boolean direct;
    private final int most;
    private final @Nullable NettyBufferPool arrayBacked;
    private final AtomicInteger used = new AtomicInteger();
    private final ThreadLocal<Stack> kept = ThreadLocal.withInitial(Stack::new);

    /** @param most buffers handed out at a time */
    public NettyBufferPool(ByteBufAllocator allocator, int most) {
        this(allocator, true, most, new NettyBufferPool(allocator, false, most, null));
    }

    private NettyBufferPool(
            ByteBufAllocator allocator, boolean direct, int most, @Nullable NettyBufferPool arrayBacked) {
        this.allocator = allocator;
        this.direct = direct;
        this.most = most;
        this.arrayBacked = arrayBacked;
    }

    /**
     * Hands out a buffer.
     *
     * @throws IllegalStateException all are handed out; Undertow closes the connection that asked
     */
    @Override
    public PooledByteBuffer allocate() {
        if (used.incrementAndGet() > most) {
            used.decrementAndGet();
            throw new IllegalStateException("all " + most + " buffers are in use");
        }
        if (Thread.currentThread() instanceof XnioIoThread) {
            Stack stack = kept.get();
            if (stack.size > 0) {
                return new Handle(stack.pop());
            }
        }
        try {
            return new Handle(fresh());
        } catch (OutOfMemoryError outsideTheHeap) {
            used.decrementAndGet();
            throw new IllegalStateException("no memory for another buffer", outsideTheHeap);
        }
    }

    /** Gives back to Netty what the calling thread keeps, which keeps no more: to be called before it ends. */
    void releaseKept() {
        Stack stack = kept.get();
        stack.ended = true;
        while (stack.size > 0) {
            stack.pop().bytes.release();
        }
        if (arrayBacked != null) {
            arrayBacked.releaseKept();
        }
    }

    private Memory fresh() {
        ByteBuf bytes = direct ? allocator.directBuffer(BUFFER_BYTES) : allocator.heapBuffer(BUFFER_BYTES);
        return new Memory(bytes, bytes.nioBuffer(0, BUFFER_BYTES));
    }

    /** What is left is for upgraded connections. */
    public boolean low() {
        return used.get() > most - most / RESERVED_PART;
    }

    /** Buffers handed out. */
    int used() {
        return used.get();
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

    private record Memory(ByteBuf bytes, ByteBuffer view) {}

    private static final class Stack {
        private final @Nullable Memory[] memories = new @Nullable Memory[KEPT_PER_THREAD];
        private int size;
        private boolean ended;

        Memory pop() {
            Memory memory = memories[--size];
            assert memory != null;
            memories[size] = null;
            return memory;
        }

        boolean push(Memory memory) {
            if (ended || size == KEPT_PER_THREAD) {
                return false;
            }
            memories[size++] = memory;
            return true;
        }
    }

    /** One for each time that a buffer is handed out: Undertow may close it twice, when it has another owner already. */
    private final class Handle implements PooledByteBuffer {
        private @Nullable Memory memory;

        Handle(Memory memory) {
            this.memory = memory;
        }

        @Override
        public ByteBuffer getBuffer() {
            if (memory == null) {
                throw new IllegalStateException("the buffer has been given back");
            }
            return memory.view;
        }

        @Override
        public void close() {
            Memory mine = memory;
            if (mine != null) {
                memory = null;
                used.decrementAndGet();
                mine.view.clear();
                if (!(Thread.currentThread() instanceof XnioIoThread)
                        || !kept.get().push(mine)) {
                    mine.bytes.release();
                }
            }
        }

        @Override
        public boolean isOpen() {
            return memory != null;
        }
    }
}
