package io.sluice.upstream;

import io.sluice.config.Addresses;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
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

    /** Who knows the addresses of a name. */
    interface Names {
        /** All of them, IPv4 and IPv6; may take its time. */
        InetAddress[] lookUp(String host) throws UnknownHostException;
    }

    private final Names names;

    private final ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(THREADS, task -> {
        Thread thread = new Thread(task, "sluice resolver");
        thread.setDaemon(true);
        return thread;
    });

    Resolver(Names names) {
        this.names = names;
    }

    void start(Collection<Cluster> clusters) {
        List<Cluster> all = List.copyOf(clusters);
        int brokers = all.stream().mapToInt(cluster -> cluster.brokers().size()).sum();
        CountDownLatch first = new CountDownLatch(brokers);
        for (Cluster cluster : all) {
            for (Broker broker : cluster.brokers()) {
                executor.execute(() -> {
                    again(cluster, broker, resolve(cluster, broker, true));
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

    /** Looks one broker's name up; returns after how long that should be done again. */
    Duration resolve(Cluster cluster, Broker broker, boolean first) {
        Duration interval = cluster.config().resolveInterval();
        try {
            List<InetAddress> addresses = List.of(names.lookUp(broker.address().host()));
            if (cluster.resolved(broker, addresses) && !first) {
                LOG.info(
                        "broker name resolves anew cluster={} broker={} addresses={}",
                        cluster.config().name(),
                        broker.name(),
                        addresses.stream().map(Addresses::text).collect(Collectors.joining(",")));
            }
            return interval;
        } catch (UnknownHostException unknown) {
            boolean sooner = !broker.isResolved() && RETRY.compareTo(interval) < 0;
            Duration again = sooner ? RETRY : interval;
            if (first) {
                LOG.warn(
                        "broker name does not resolve cluster={} broker={}; trying again every {} s",
                        cluster.config().name(),
                        broker.name(),
                        again.toSeconds());
            }
            return again;
        }
    }

    @SuppressWarnings("FutureReturnValueIgnored") // the task reports all that can go wrong by itself
    private void again(Cluster cluster, Broker broker, Duration in) {
        if (!executor.isShutdown()) {
            executor.schedule(
                    () -> again(cluster, broker, resolve(cluster, broker, false)),
                    in.toMillis(),
                    TimeUnit.MILLISECONDS);
        }
    }

    @Override
    public void close() {
        executor.shutdownNow();
    }
}
