package io.sluice.upstream;

import java.io.IOException;
import java.net.SocketException;
import java.nio.channels.SocketChannel;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Connections to brokers that could not be opened since the process, or the machine, had no descriptor left (EMFILE, ENFILE),
 * which says nothing of the brokers. They are counted, and told of once a while.
 *
 * <p>Thread-safe.
 */
final class Descriptors {
    private static final Logger LOG = LoggerFactory.getLogger(Descriptors.class);

    private static final long QUIET_NANOS = TimeUnit.SECONDS.toNanos(10);

    /** Both errors begin so, where the system speaks English. */
    private static final String TOO_MANY = "Too many open files";

    private static final int MOST_CAUSES = 8;

    private final String cluster;
    private final LongAdder lacked = new LongAdder();
    private final AtomicLong quietUntil = new AtomicLong(System.nanoTime());

    Descriptors(String cluster) {
        this.cluster = cluster;
    }

    /**
     * Whether it is for want of a descriptor that there is no connection. The JDK has no exception of its own for that but a bare
     * SocketException with the system's words, in the system's language: in doubt a socket is opened, to see.
     */
    static boolean lacking(@Nullable Throwable why) {
        Throwable cause = why;
        for (int i = 0; cause != null && i < MOST_CAUSES; i++) {
            String message = cause.getMessage();
            if (cause instanceof IOException && message != null && message.startsWith(TOO_MANY)) {
                return true;
            }
            if (cause.getClass() == SocketException.class && !canOpen()) {
                return true;
            }
            cause = cause.getCause();
        }
        return false;
    }

    private static boolean canOpen() {
        try (SocketChannel one = SocketChannel.open()) {
            return one.isOpen();
        } catch (IOException none) {
            return false;
        }
    }

    /** There was none for a connection. */
    void lacked() {
        lacked.increment();
        long now = System.nanoTime();
        long until = quietUntil.get();
        if (now - until >= 0 && quietUntil.compareAndSet(until, now + QUIET_NANOS)) {
            LOG.warn(
                    "no descriptor for a connection to a broker cluster={} so-far={}; raise the limit of open files"
                            + " (LimitNOFILE, ulimit -n) or lower gateway.max-sessions",
                    cluster,
                    lacked.sum());
        }
    }
}
