package io.sluice.net;

import io.netty.buffer.ByteBufAllocator;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.xnio.XnioExecutor;
import org.xnio.XnioIoThread;

/**
 * What the connections of one I/O thread share: the thread, the buffer that all of them read into, and the pool.
 *
 * <p>Confined to its I/O thread, but for {@link #thread}, {@link #later} and {@link #after}.
 */
public final class IoContext {
    /** Most records of one read, and of one write. */
    public static final int MOST_RECORDS = 4;

    /** Most bytes of one read that is to become one TLS record: what it holds. */
    public static final int READ_BYTES = 16 * 1024;

    /** Most bytes of one read of TLS records: the longest of any version (RFC 5246 6.2.3: 2^14 + 2048), and its header. */
    public static final int RECORDS_BYTES = 18 * 1024 + 512;

    static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final XnioIoThread thread;
    private final ByteBufAllocator pool;
    private final ByteBuffer scratch;
    private final ByteBuffer recordsIn = ByteBuffer.allocateDirect(MOST_RECORDS * RECORDS_BYTES);
    private final ByteBuffer recordsOut = ByteBuffer.allocateDirect(MOST_RECORDS * RECORDS_BYTES);
    private final int headroom;
    private int ticks;

    /** @param headroom bytes kept free in front of what is read */
    public IoContext(XnioIoThread thread, ByteBufAllocator pool, int headroom) {
        this.thread = thread;
        this.pool = pool;
        this.headroom = headroom;
        scratch = ByteBuffer.allocateDirect(headroom + MOST_RECORDS * RECORDS_BYTES)
                .order(ByteOrder.nativeOrder());
    }

    public XnioIoThread thread() {
        return thread;
    }

    /** Runs the task on this thread, behind what is under way; never when the thread is ending, with all its connections. */
    public void later(Runnable task) {
        try {
            thread.execute(task);
        } catch (RejectedExecutionException ending) {
            // the gateway stops, and nobody is left to be told
        }
    }

    /**
     * Runs the task after a while, behind the events of the sockets.
     *
     * @return what takes it back; null when the thread is ending
     */
    public XnioExecutor.@Nullable Key after(long millis, Runnable task) {
        try {
            return thread.executeAfter(task, millis, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException ending) {
            return null; // the gateway stops, and nobody is left to be told
        }
    }

    /** Counts the turns in which the thread came to its delayed tasks: what keeps it from them keeps it from the sockets. */
    public int ticks() {
        return ticks;
    }

    /** To be called from a delayed task, every tenth of a second or so. */
    public void tick() {
        ticks++;
    }

    public ByteBufAllocator pool() {
        return pool;
    }

    /**
     * The scratch buffer, in native byte order, cleared for one read behind the headroom. It belongs to the caller until the
     * call that it was read in returns.
     *
     * @param most bytes to read, up to {@link #MOST_RECORDS} times {@link #RECORDS_BYTES}
     */
    ByteBuffer scratch(int most) {
        return scratch.clear().position(headroom).limit(headroom + most);
    }

    /** For TLS records that are read, cleared; as {@link #scratch} the caller's for the call. */
    ByteBuffer recordsIn() {
        return recordsIn.clear();
    }

    /** For TLS records that are written, cleared; as {@link #scratch} the caller's for the call. */
    ByteBuffer recordsOut() {
        return recordsOut.clear();
    }

    /**
     * Closes an engine both ways and takes what it still had to write, which nobody gets any more. Another thread than this
     * one leaves it to the garbage collector.
     */
    public void end(SSLEngine engine) {
        if (Thread.currentThread() != thread) {
            return; // the gateway stops
        }
        try {
            engine.closeOutbound();
            engine.closeInbound();
            engine.wrap(NOTHING, recordsOut());
        } catch (SSLException broken) {
            // then it has ended
        }
    }

    /** Turns a buffer from {@link #scratch} from being filled to holding what was read. */
    ByteBuffer filled(ByteBuffer buffer) {
        return buffer.limit(buffer.position()).position(headroom);
    }
}
