package io.sluice.upstream;

import io.sluice.config.ClusterConfig;
import io.sluice.config.HostPort;
import io.sluice.net.IoThreads;
import io.sluice.session.Dialer;
import io.sluice.session.SessionGroup;
import io.sluice.telemetry.Metrics;
import io.sluice.tls.BrokerTls;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * All clusters of the gateway, the threads that keep their names resolved, and the checks of their brokers.
 *
 * <p>Thread-safe.
 */
public final class Upstream implements AutoCloseable {
    private final Map<String, Cluster> clusters = new LinkedHashMap<>();
    private final Resolver resolver = new Resolver(InetAddress::getAllByName);

    /**
     * Resolves all names once, and waits a little for it.
     *
     * @param tls by name of the cluster; without those that have none
     * @param groups one for each I/O thread, in their order
     */
    public Upstream(
            List<ClusterConfig> configs, Map<String, BrokerTls> tls, IoThreads threads, List<SessionGroup> groups) {
        for (ClusterConfig config : configs) {
            clusters.put(config.name(), new Cluster(config, tls.get(config.name()), threads, groups));
        }
        resolver.start(clusters.values());
        clusters.values().forEach(Cluster::start);
    }

    /**
     * The way to the brokers of the first of these clusters that has a live one; to be dialed on I/O threads only.
     *
     * @throws IllegalArgumentException there is no such cluster
     */
    public Dialer dialer(List<String> names) {
        List<Cluster> found = names.stream().map(this::cluster).toList();
        return found.size() == 1 ? found.get(0) : new Preference(found);
    }

    private Cluster cluster(String name) {
        Cluster found = clusters.get(name);
        if (found == null) {
            throw new IllegalArgumentException("no cluster " + name);
        }
        return found;
    }

    /** Every broker's address, in the configuration's order. */
    public List<HostPort> brokers() {
        List<HostPort> all = new ArrayList<>();
        clusters.values().forEach(cluster -> cluster.brokers().forEach(broker -> all.add(broker.address())));
        return all;
    }

    /**
     * By the operator's word, lets a broker have new sessions or not.
     *
     * @param broker host:port
     * @return false: there is no such broker
     */
    public boolean enable(String cluster, String broker, boolean sessions) {
        Cluster found = clusters.get(cluster);
        if (found == null) {
            return false;
        }
        for (Broker one : found.brokers()) {
            if (one.name().equals(broker)) {
                found.enable(one, sessions);
                return true;
            }
        }
        return false;
    }

    /** New sessions have a broker to try, reached or not: whoever waits for one to be reached may wait for ever. */
    public boolean live() {
        return clusters.values().stream().anyMatch(Cluster::live);
    }

    /** Every broker of every cluster, as it is now. */
    public List<Metrics.BrokerGauge> gauges() {
        List<Metrics.BrokerGauge> all = new ArrayList<>();
        for (Cluster cluster : clusters.values()) {
            for (Broker broker : cluster.brokers()) {
                String state = state(broker, System.nanoTime());
                boolean up = state.equals("up") || state.equals("slow-start");
                all.add(new Metrics.BrokerGauge(
                        cluster.config().name(),
                        broker.name(),
                        up,
                        state,
                        up ? null : broker.problem(),
                        broker.sessions(),
                        broker.connecting(),
                        broker.isWell(),
                        broker.ejections()));
            }
        }
        return all;
    }

    private static String state(Broker broker, long now) {
        if (!broker.isEnabled()) {
            return "disabled";
        }
        if (!broker.isResolved()) {
            return "unresolved";
        }
        if (broker.isEjected(now)) {
            return "ejected";
        }
        return !broker.isUp() ? "down" : broker.isStarting(now) ? "slow-start" : "up";
    }

    /** How many sessions wait for a broker, by name of the cluster. */
    public Map<String, Integer> queues() {
        Map<String, Integer> all = new LinkedHashMap<>();
        clusters.forEach((name, cluster) -> all.put(name, cluster.slots().length()));
        return all;
    }

    /** What became of warm connections, by name of the cluster. */
    public Map<String, WarmTotals> warmTotals() {
        Map<String, WarmTotals> all = new LinkedHashMap<>();
        clusters.forEach((name, cluster) -> all.put(name, cluster.warmTotals()));
        return all;
    }

    @Override
    public void close() {
        resolver.close();
        clusters.values().forEach(Cluster::close);
    }
}
