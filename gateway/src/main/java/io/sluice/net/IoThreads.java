package io.sluice.net;

import com.sun.management.HotSpotDiagnosticMXBean;
import com.sun.management.UnixOperatingSystemMXBean;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.xnio.OptionMap;
import org.xnio.Options;
import org.xnio.Xnio;
import org.xnio.XnioIoThread;
import org.xnio.XnioWorker;

/**
 * The I/O threads of one gateway, and what the connections of each share.
 *
 * <p>Thread-safe.
 */
public final class IoThreads {
    private static final Logger LOG = LoggerFactory.getLogger(IoThreads.class);

    private static final int PAGE_BYTES = 8 * 1024;

    /** Memory is taken by 1 MiB (a page shifted by this), each thread from an arena of its own. */
    private static final int CHUNK_ORDER = 7;

    /** Of the JVM's direct memory, the part for buffers of HTTP and TLS. */
    private static final int BUFFERS_PART = 2;

    private static final int LEAST_BUFFERS = 256;

    private static final long STOP_SECONDS = 5;

    private final XnioWorker worker;
    private final PooledByteBufAllocator pool;
    private final NettyBufferPool buffers;
    private final long maxDirect = maxDirectBytes();
    private final List<IoContext> contexts = new ArrayList<>();

    private IoThreads(XnioWorker worker, int count, int headroom, int most) {
        this.worker = worker;
        pool = new PooledByteBufAllocator(
                true,
                count,
                count,
                PAGE_BYTES,
                CHUNK_ORDER,
                PooledByteBufAllocator.defaultSmallCacheSize(),
                PooledByteBufAllocator.defaultNormalCacheSize(),
                false);
        buffers = new NettyBufferPool(pool, most);
        for (int i = 0; i < count; i++) {
            XnioIoThread thread = worker.getIoThread(i);
            contexts.add(new IoContext(thread, pool, headroom));
        }
    }

    /**
     * Starts the threads.
     *
     * @param count at least 1
     * @param headroom bytes kept free in front of what is read
     */
    public static IoThreads start(int count, int headroom) {
        return start(count, headroom, mostBuffers());
    }

    /**
     * Starts the threads.
     *
     * @param count at least 1
     * @param headroom bytes kept free in front of what is read
     * @param buffers how many {@link #buffers} are handed out at a time
     */
    public static IoThreads start(int count, int headroom, int buffers) {
        OptionMap options = OptionMap.builder()
                .set(Options.WORKER_IO_THREADS, count)
                .set(Options.WORKER_TASK_CORE_THREADS, 1)
                .set(Options.WORKER_TASK_MAX_THREADS, 1)
                .set(Options.WORKER_NAME, "sluice")
                .set(Options.THREAD_DAEMON, true)
                .getMap();
        XnioWorker worker = Xnio.getInstance(IoThreads.class.getClassLoader())
                .createWorkerBuilder()
                .populateFromOptions(options)
                .build();
        return new IoThreads(worker, count, headroom, buffers);
    }

    /** Ends the threads, with all their connections; idempotent. Not to be called by one of them. */
    public synchronized void stop() {
        if (worker.isShutdown()) {
            return;
        }
        CountDownLatch released = new CountDownLatch(contexts.size());
        for (IoContext context : contexts) {
            context.later(() -> {
                buffers.releaseKept();
                released.countDown();
            });
        }
        try {
            if (!released.await(STOP_SECONDS, TimeUnit.SECONDS)) {
                LOG.debug("an I/O thread is held up; it ends with its buffers");
            }
        } catch (InterruptedException impatient) {
            Thread.currentThread().interrupt();
        }
        worker.shutdownNow();
    }

    public XnioWorker worker() {
        return worker;
    }

    /** As many buffers as their part of the JVM's direct memory holds. */
    public static int mostBuffers() {
        long share = maxDirectBytes() / BUFFERS_PART / NettyBufferPool.BUFFER_BYTES;
        return (int) Math.min(Integer.MAX_VALUE, Math.max(LEAST_BUFFERS, share));
    }

    /** How many files and sockets the process may have open; {@link Integer#MAX_VALUE} where nobody knows. */
    public static long maxDescriptors() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
                ? unix.getMaxFileDescriptorCount()
                : Integer.MAX_VALUE;
    }

    /** What the JVM may allocate outside the heap: {@code -XX:MaxDirectMemorySize}, else as much as the heap. */
    private static long maxDirectBytes() {
        String set = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
                .getVMOption("MaxDirectMemorySize")
                .getValue();
        long bytes = Long.parseLong(set);
        return bytes > 0 ? bytes : Runtime.getRuntime().maxMemory();
    }

    /** The buffers of HTTP and TLS. */
    public NettyBufferPool buffers() {
        return buffers;
    }

    public ByteBufAllocator pool() {
        return pool;
    }

    /** Bytes of the pool in use: what waits on connections, and the buffers of HTTP and TLS with those that threads keep. */
    public long heldBytes() {
        return pool.pinnedDirectMemory() + pool.pinnedHeapMemory();
    }

    /** The part of the memory outside the heap that the pool's buffers in use take. */
    public double usedDirect() {
        return (double) pool.pinnedDirectMemory() / maxDirect;
    }

    public List<IoContext> contexts() {
        return contexts;
    }

    /** Where a thread stands in {@link #contexts}. */
    public static int indexOf(XnioIoThread thread) {
        return thread.getNumber();
    }

    public IoContext of(XnioIoThread thread) {
        return contexts.get(indexOf(thread));
    }
}
