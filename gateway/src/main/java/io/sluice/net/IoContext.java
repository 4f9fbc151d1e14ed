package io.sluice.net;

import io.netty.buffer.ByteBufAllocator;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.xnio.XnioIoThread;

/**
 * What the connections of one I/O thread share: the thread, the buffer that all of them read into, and the pool.
 *
 * <p>Confined to its I/O thread, but for {@link #thread} and {@link #later}.
 */
public final class IoContext {
    private static final Logger LOG = LoggerFactory.getLogger(IoContext.class);

    /** Most bytes of one read: what a TLS record holds. */
    public static final int READ_BYTES = 16 * 1024;

    private final XnioIoThread thread;
    private final ByteBufAllocator pool;
    private final ByteBuffer scratch;
    private final int headroom;

    /** @param headroom bytes kept free in front of what is read */
    public IoContext(XnioIoThread thread, ByteBufAllocator pool, int headroom) {
        this.thread = thread;
        this.pool = pool;
        this.headroom = headroom;
        scratch = ByteBuffer.allocateDirect(headroom + READ_BYTES).order(ByteOrder.nativeOrder());
    }

    public XnioIoThread thread() {
        return thread;
    }

    /** Runs a task when what runs now on the thread has returned. One that comes while the worker ends is dropped. */
    public void later(Runnable task) {
        try {
            thread.execute(task);
        } catch (RejectedExecutionException workerEnds) {
            LOG.trace("dropped at the worker's end task={}", task.getClass().getSimpleName());
        }
    }

    public ByteBufAllocator pool() {
        return pool;
    }

    /**
     * The scratch buffer, in native byte order, cleared for one read behind the headroom. It belongs to the caller until the
     * call that it was read in returns.
     *
     * @param most bytes to read, up to {@link #READ_BYTES}
     */
    public ByteBuffer scratch(int most) {
        return scratch.clear().position(headroom).limit(headroom + most);
    }

    /** Turns a buffer from {@link #scratch} from being filled to holding what was read. */
    public ByteBuffer filled(ByteBuffer buffer) {
        return buffer.limit(buffer.position()).position(headroom);
    }
}
