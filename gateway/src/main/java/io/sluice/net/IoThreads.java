package io.sluice.net;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
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
    private static final int PAGE_BYTES = 8 * 1024;

    /** Memory is taken by 1 MiB (a page shifted by this), each thread from an arena of its own. */
    private static final int CHUNK_ORDER = 7;

    private final XnioWorker worker;
    private final ByteBufAllocator pool;
    private final List<IoContext> contexts = new ArrayList<>();

    private IoThreads(XnioWorker worker, int count, int headroom) {
        this.worker = worker;
        pool = new PooledByteBufAllocator(
                true,
                count,
                count,
                PAGE_BYTES,
                CHUNK_ORDER,
                PooledByteBufAllocator.defaultSmallCacheSize(),
                PooledByteBufAllocator.defaultNormalCacheSize(),
                true);
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
        return new IoThreads(worker, count, headroom);
    }

    public XnioWorker worker() {
        return worker;
    }

    public ByteBufAllocator pool() {
        return pool;
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
