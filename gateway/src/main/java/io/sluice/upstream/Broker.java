package io.sluice.upstream;

import io.sluice.config.HostPort;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One broker of a cluster: its addresses as last resolved, how many connections it has, and whether dials reach it.
 *
 * <p>Thread-safe.
 */
final class Broker {
    private static final Logger LOG = LoggerFactory.getLogger(Broker.class);

    private final String cluster;
    private final HostPort address;
    private final AtomicInteger connections = new AtomicInteger();
    private final AtomicInteger turn = new AtomicInteger();
    private volatile List<InetAddress> resolved = List.of();
    private volatile boolean failing;

    Broker(String cluster, HostPort address) {
        this.cluster = cluster;
        this.address = address;
    }

    HostPort address() {
        return address;
    }

    String name() {
        return address.toString();
    }

    /** Connections open and being opened. */
    int connections() {
        return connections.get();
    }

    void acquired() {
        connections.incrementAndGet();
    }

    void released() {
        connections.decrementAndGet();
    }

    /** Where to dial next, each of several addresses in its turn; null while the name does not resolve. */
    @Nullable
    InetSocketAddress next() {
        List<InetAddress> all = resolved;
        if (all.isEmpty()) {
            return null;
        }
        InetAddress one = all.get(Math.floorMod(turn.getAndIncrement(), all.size()));
        return new InetSocketAddress(one, address.port());
    }

    boolean isResolved() {
        return !resolved.isEmpty();
    }

    void resolvedTo(List<InetAddress> addresses) {
        resolved = List.copyOf(addresses);
    }

    /** Logged when it changes, not for each session. */
    void reached() {
        if (failing) {
            failing = false;
            LOG.info("broker reached cluster={} broker={}", cluster, address);
        }
    }

    /** Logged when it changes, not for each session. */
    void failed(String reason) {
        if (!failing) {
            failing = true;
            LOG.warn("broker not reached cluster={} broker={} reason=\"{}\"", cluster, address, reason);
        }
    }
}
