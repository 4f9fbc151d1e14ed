package io.sluice.upstream;

import io.sluice.config.ClusterConfig;
import io.sluice.config.HealthConfig;
import io.sluice.config.HostPort;
import io.sluice.config.LinkConfig;
import io.sluice.config.Quote;
import io.sluice.mqtt.Connect;
import io.sluice.net.IoThreads;
import io.sluice.session.Dial;
import io.sluice.session.Dialer;
import io.sluice.session.Session;
import io.sluice.session.SessionGroup;
import io.sluice.tls.BrokerTls;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.xnio.XnioIoThread;

/**
 * A named group of brokers, and which of them a session may go to: the {@link Balancer} chooses among these.
 *
 * <p>Thread-safe.
 */
final class Cluster implements Dialer, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Cluster.class);

    private final ClusterConfig config;
    private final List<Broker> brokers;
    private final Balancer balancer;
    private final Ejections ejections;
    private final Descriptors descriptors;
    private final Slots slots;
    private final IoThreads threads;
    private final List<SessionGroup> groups;
    private final Connector connector;
    private final WarmCounts warmCounts = new WarmCounts();
    /** One for each I/O thread. */
    private final List<WarmConnections> warm = new ArrayList<>();

    private final List<HealthCheck> checks = new ArrayList<>();
    private final @Nullable HttpProbes http;

    /** @param tls null for plain TCP */
    Cluster(ClusterConfig config, @Nullable BrokerTls tls, IoThreads threads, List<SessionGroup> groups) {
        this.config = config;
        this.threads = threads;
        this.groups = groups;
        connector = new Connector(config, tls, threads);
        brokers = config.brokers().stream()
                .map(broker -> new Broker(
                        config.name(), broker, new SlowStart(config.balance().slowStart())))
                .toList();
        balancer = Balancer.of(config.balance());
        descriptors = new Descriptors(config.name());
        ejections = new Ejections(config.name(), config.eject(), brokers);
        slots = new Slots(config.slots(), () -> eligible(Set.of(), System.nanoTime()), this::open, this::closeWarm);
        int most = config.link().warmMax();
        for (int i = 0; i < groups.size(); i++) {
            int share = most / groups.size() + (i < most % groups.size() ? 1 : 0);
            warm.add(new WarmConnections(
                    this, threads.contexts().get(i), groups.get(i).wheel(), share, warmCounts));
        }
        http = healthType() == HealthConfig.Type.HTTP ? new HttpProbes(config.health()) : null;
    }

    private HealthConfig.Type healthType() {
        HealthConfig.Type type = config.health().type();
        boolean headers = config.link().sendProxyProtocol() != LinkConfig.ProxyProtocol.OFF;
        return type != HealthConfig.Type.AUTO ? type : headers ? HealthConfig.Type.MQTT : HealthConfig.Type.TCP;
    }

    /** Begins to look at the brokers, each from one of the I/O threads, and at those who wait. To be called once. */
    void start() {
        new SlotsTick(slots, threads.contexts().get(0), groups.get(0).wheel()).start();
        HealthConfig.Type type = healthType();
        if (type != HealthConfig.Type.OFF) {
            for (int i = 0; i < brokers.size(); i++) {
                int thread = i % groups.size();
                HealthCheck check = new HealthCheck(
                        this,
                        type,
                        brokers.get(i),
                        threads.contexts().get(thread),
                        groups.get(thread).wheel(),
                        http);
                checks.add(check);
                check.start();
            }
        }
    }

    @Override
    public void close() {
        checks.forEach(HealthCheck::stop);
        if (http != null) {
            http.close();
        }
    }

    ClusterConfig config() {
        return config;
    }

    List<Broker> brokers() {
        return brokers;
    }

    Connector connector() {
        return connector;
    }

    Slots slots() {
        return slots;
    }

    private void closeWarm() {
        for (int i = 0; i < warm.size(); i++) {
            threads.contexts().get(i).later(warm.get(i)::giveUp);
        }
    }

    WarmTotals warmTotals() {
        return warmCounts.totals();
    }

    @Override
    public Dial dial(Session session, Connect connect) {
        XnioIoThread thread = (XnioIoThread) Thread.currentThread();
        int index = IoThreads.indexOf(thread);
        BrokerDial dial = new BrokerDial(
                this, session, key(session, connect), threads.of(thread), groups.get(index), warm.get(index));
        dial.start();
        return dial;
    }

    /** What the choice of a broker should be the same for; empty for nothing. */
    private String key(Session session, Connect connect) {
        return switch (config.balance().by()) {
            case CLIENT_ID_HASH -> connect.clientId();
            case SOURCE_HASH -> session.info().address().getAddress().getHostAddress();
            case LEAST_CONNECTIONS, ROUND_ROBIN -> "";
        };
    }

    @Override
    public boolean live() {
        return brokers.stream().anyMatch(broker -> broker.isEnabled() && broker.isResolved() && broker.isWell());
    }

    /** A dial, of a session or ahead of one, has reached its broker. */
    void reached(Attempt attempt) {
        long now = System.nanoTime();
        attempt.broker().reached(attempt.address(), now);
        ejections.reached(attempt.broker(), now);
    }

    /** A dial has failed; that counts against the broker unless it is the gateway's own want or the client could have provoked it. */
    void failed(Attempt attempt, String reason) {
        if (attempt.lacksDescriptor()) {
            lacksDescriptor();
            return;
        }
        if (attempt.toldOfClient()) {
            LOG.info(
                    "broker not reached for one client cluster={} broker={} address={} reason={}",
                    config.name(),
                    attempt.broker().name(),
                    HostPort.of(attempt.address()),
                    Quote.sentence(reason));
            return;
        }
        long now = System.nanoTime();
        if (attempt.broker().failed(attempt.address(), reason, now) && !attempt.lacksPort()) {
            ejections.failed(attempt.broker(), now);
        }
    }

    /** A connection was not opened since the process may open no more. */
    void lacksDescriptor() {
        descriptors.lacked();
    }

    /**
     * The brokers that a session may go to: those with an address that is not yet tried, those not known to fail where there are
     * any: these have no connections and would attract all. Those that are ejected only when there is no other.
     */
    List<Broker> eligible(Set<InetSocketAddress> tried, long now) {
        List<Broker> left = brokers.stream()
                .filter(broker -> broker.mayServe(now) && broker.promising(tried, now))
                .toList();
        if (left.isEmpty()) {
            left = brokers.stream()
                    .filter(broker -> broker.mayServe(now) && broker.hasUntried(tried))
                    .toList();
        }
        if (left.isEmpty()) {
            left = brokers.stream()
                    .filter(broker -> broker.isEnabled() && broker.hasUntried(tried))
                    .toList();
        }
        return left;
    }

    /** The brokers that some session may go to, whatever it has tried. */
    private List<Broker> open() {
        return brokers.stream()
                .filter(broker -> broker.isEnabled() && broker.isResolved())
                .toList();
    }

    /** One of at least one. */
    Broker pick(List<Broker> some, String key, long now) {
        return balancer.pick(some, key, now);
    }

    /**
     * By the word of the name service; those who wait may want it.
     *
     * @return false: nothing is new
     */
    boolean resolved(Broker broker, List<InetAddress> addresses) {
        boolean news = broker.resolvedTo(addresses);
        if (news) {
            slots.freed();
        }
        return news;
    }

    /** By the operator's word; those who wait may want it. */
    void enable(Broker broker, boolean sessions) {
        broker.enable(sessions, System.nanoTime());
        slots.freed();
    }

    /** By the word of a health check; those who wait may want it. */
    void well(Broker broker, @Nullable InetSocketAddress at, boolean yes) {
        broker.well(at, yes, System.nanoTime());
        slots.freed();
    }
}
