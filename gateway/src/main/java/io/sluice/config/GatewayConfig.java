package io.sluice.config;

import java.util.List;
import java.util.Optional;

/**
 * Everything one gateway is told: the five families, each entry under its name, and what belongs to the process.
 * References between families (a listener's TLS bundle, a route's cluster and limit policy) are resolved by name and are
 * known to exist.
 *
 * <p>Immutable.
 *
 * @param maxSessions sessions at a time; empty is what descriptors and heap allow ({@code gateway.max-sessions})
 * @param health where balancers and kubelets ask; empty is off ({@code health.bind})
 * @param memory empty: nothing is done about memory that runs short
 * @param ioThreads number of I/O threads, at least 1 ({@code gateway.io-threads})
 */
public record GatewayConfig(
        List<ListenerConfig> listeners,
        List<TlsConfig> tls,
        List<RouteConfig> routes,
        List<ClusterConfig> clusters,
        List<LimitConfig> limits,
        AddressConfig address,
        Optional<Integer> maxSessions,
        int ioThreads,
        Optional<MemoryConfig> memory,
        List<HostPort> health,
        AdminConfig admin,
        DrainConfig drain,
        LogConfig log) {

    public GatewayConfig {
        listeners = List.copyOf(listeners);
        tls = List.copyOf(tls);
        routes = List.copyOf(routes);
        clusters = List.copyOf(clusters);
        limits = List.copyOf(limits);
        health = List.copyOf(health);
    }
}
