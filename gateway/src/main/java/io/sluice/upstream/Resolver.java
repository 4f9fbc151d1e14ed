package io.sluice.upstream;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Resolves brokers' names off the I/O threads: at start, and again at each cluster's interval, sooner while a name does not
 * resolve. What was found stays in force until something else is found.
 *
 * <p>Thread-safe.
 */
final class Resolver implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Resolver.class);

    /** How long the start waits for names; what is slower arrives later. */
    private static final Duration START_WAIT = Duration.ofSeconds(2);

    private static final Duration RETRY = Duration.ofSeconds(2);

    private static final int THREADS = 2;

    private final ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(THREADS, task -> {
        Thread thread = new Thread(task, "sluice resolver");
        thread.setDaemon(true);
        return thread;
    });

    void start(Collection<Cluster> clusters) {
        List<Cluster> all = List.copyOf(clusters);
        int names = all.stream().mapToInt(cluster -> cluster.brokers().size()).sum();
        CountDownLatch first = new CountDownLatch(names);
        for (Cluster cluster : all) {
            for (Broker broker : cluster.brokers()) {
                executor.execute(() -> {
                    resolve(cluster, broker, true);
                    first.countDown();
                });
            }
        }
        try {
            if (!first.await(START_WAIT.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.warn("some broker names are still being resolved; the gateway serves meanwhile");
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    @SuppressWarnings("FutureReturnValueIgnored") // the task reports all that can go wrong by itself
    private void resolve(Cluster cluster, Broker broker, boolean first) {
        String host = broker.address().host();
        Duration again = cluster.config().resolveInterval();
        try {
            boolean known = broker.isResolved();
            broker.resolvedTo(List.of(InetAddress.getAllByName(host)));
            if (!known && !first) {
                LOG.info(
                        "broker name resolves now cluster={} broker={}",
                        cluster.config().name(),
                        broker.name());
            }
        } catch (UnknownHostException unknown) {
            if (!broker.isResolved()) {
                again = RETRY.compareTo(again) < 0 ? RETRY : again;
            }
            if (first) {
                LOG.warn(
                        "broker name does not resolve cluster={} broker={}; trying again every {} s",
                        cluster.config().name(),
                        broker.name(),
                        again.toSeconds());
            }
        }
        if (!executor.isShutdown()) {
            executor.schedule(() -> resolve(cluster, broker, false), again.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    @Override
    public void close() {
        executor.shutdownNow();
    }
}
