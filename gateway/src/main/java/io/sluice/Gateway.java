package io.sluice;

import io.sluice.admin.AdminListener;
import io.sluice.admin.HealthListener;
import io.sluice.config.Configuration;
import io.sluice.config.DrainConfig;
import io.sluice.config.GatewayConfig;
import io.sluice.config.HostPort;
import io.sluice.config.LimitConfig;
import io.sluice.config.ListenerConfig;
import io.sluice.config.MemoryConfig;
import io.sluice.config.RouteConfig;
import io.sluice.config.Setting;
import io.sluice.limit.Bans;
import io.sluice.limit.HoldBudget;
import io.sluice.listener.Door;
import io.sluice.listener.Listener;
import io.sluice.listener.RouteBinding;
import io.sluice.net.IoThreads;
import io.sluice.session.ClientIds;
import io.sluice.session.CloseCause;
import io.sluice.session.Peer;
import io.sluice.session.Session;
import io.sluice.session.SessionGroup;
import io.sluice.session.SessionObserver;
import io.sluice.session.SessionPolicy;
import io.sluice.telemetry.Metrics;
import io.sluice.telemetry.SessionEnd;
import io.sluice.telemetry.SessionLog;
import io.sluice.telemetry.SessionReport;
import io.sluice.tls.BrokerTls;
import io.sluice.tls.FastCurves;
import io.sluice.tls.TlsBundle;
import io.sluice.upstream.Upstream;
import io.sluice.upstream.WarmTotals;
import io.undertow.server.HttpHandler;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One running gateway: wires the edges to the core, starts and stops them.
 *
 * <p>Thread-safe.
 */
public final class Gateway implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Gateway.class);

    /** Of addresses and networks, and of client ids. */
    private static final int MOST_BANS = 100_000;

    /**
     * What a gateway may use.
     *
     * <p>Immutable.
     *
     * @param buffers for HTTP and TLS, handed out at a time
     * @param descriptors that the process may have open
     * @param heldBytes of the heap, for what clients send before it may pass
     */
    record Means(int buffers, long descriptors, long heldBytes) {
        /** Of the heap, the part that may be held for clients. */
        private static final int HELD_PART = 4;

        static Means ofProcess() {
            return new Means(
                    IoThreads.mostBuffers(),
                    IoThreads.maxDescriptors(),
                    Runtime.getRuntime().maxMemory() / HELD_PART);
        }
    }

    private static final long STOP_POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    /** What a stop may take beyond the close time-out. */
    private static final long STOP_GRACE_NANOS = TimeUnit.SECONDS.toNanos(2);

    /** What it was started with. */
    private final GatewayConfig config;

    private final Door door;
    private volatile List<RouteConfig> routes;
    private volatile DrainConfig drainTimes;
    /** The longest close time-out that a session may have, in nanoseconds. */
    private volatile long longestClose;

    private final IoThreads threads;
    private final Sessions sessions;
    private final List<Listener> listeners = new ArrayList<>();
    private final ClientIds clientIds = new ClientIds();
    private final Upstream upstream;
    private final Bans bans = new Bans(MOST_BANS);
    private final HoldBudget budget;
    private final @Nullable MemoryGuard memory;
    private final Operator operator;
    private final CertificateWatch certificates;
    private final SessionLog sessionLog;
    private final Metrics metrics;
    private volatile boolean draining;
    private volatile List<Setting> settings = List.of();
    private volatile Runnable drain = this::stop;
    private volatile @Nullable AdminListener admin;
    private volatile @Nullable HealthListener health;

    private Gateway(
            GatewayConfig config,
            HttpHandler fallback,
            Means means,
            Map<String, TlsBundle> bundles,
            Map<String, BrokerTls> brokerTls,
            IoThreads threads) {
        this.config = config;
        routes = config.routes();
        drainTimes = config.drain();
        longestClose = longestClose(config);
        budget = new HoldBudget(means.heldBytes());
        sessionLog = new SessionLog(config.log());
        this.threads = threads;
        sessions = new Sessions(threads, budget);
        List<SessionGroup> groups = sessions.groups();
        upstream = new Upstream(config.clusters(), brokerTls, threads, groups);
        operator = new Operator(this, sessions, upstream, bundles);
        certificates = new CertificateWatch(bundles, operator::reloaded);
        metrics = new Metrics(groups.stream().map(SessionGroup::traffic).toList(), operator, Main.version());
        door = door(config, means.descriptors(), bundles.values());
        door.whenOver(metrics::overLimit);
        memory = config.memory().map(this::guard).orElse(null);
        door.refuseWhile(() -> memoryLevel() > 0);
        List<RouteBinding> bindings =
                config.routes().stream().map(route -> bind(route, config)).toList();
        for (ListenerConfig listener : config.listeners()) {
            @Nullable TlsBundle bundle = bundles.get(listener.name());
            listeners.add(
                    new Listener(listener, bundle, bindings, threads, groups, new Observer(), door, metrics, fallback));
        }
    }

    /**
     * Starts with 404 for every path that is no route.
     *
     * @throws StartException one line for the operator: a port is taken, a certificate cannot be read
     */
    public static Gateway start(GatewayConfig config) throws StartException {
        return start(config, Gateway::nothingHere);
    }

    /**
     * As with the records alone; operators can see the settings too.
     *
     * @throws StartException one line for the operator: a port is taken, a certificate cannot be read
     */
    public static Gateway start(Configuration configuration) throws StartException {
        Gateway gateway = start(configuration.gateway());
        gateway.settings = configuration.settings();
        return gateway;
    }

    /**
     * Binds all listeners and serves.
     *
     * @param fallback answers requests whose path is no route, on an I/O thread; must not block
     * @throws StartException one line for the operator: a port is taken, a certificate cannot be read
     */
    public static Gateway start(GatewayConfig config, HttpHandler fallback) throws StartException {
        return start(config, fallback, Means.ofProcess());
    }

    /** As the other, with less than the process has. */
    static Gateway start(GatewayConfig config, HttpHandler fallback, Means means) throws StartException {
        FastCurves.install();
        Map<String, TlsBundle> bundles = TlsFiles.ofListeners(config);
        Map<String, BrokerTls> brokerTls = TlsFiles.ofClusters(config);
        IoThreads threads = IoThreads.start(config.ioThreads(), Peer.HEADROOM, means.buffers());
        Gateway gateway;
        try {
            gateway = new Gateway(config, fallback, means, bundles, brokerTls, threads);
        } catch (RuntimeException | Error failed) {
            threads.stop();
            throw failed;
        }
        try {
            for (Listener listener : gateway.listeners) {
                for (HostPort bind : listener.config().bind()) {
                    gateway.listen(listener, bind);
                }
            }
            gateway.listenToOperators();
            gateway.listenToBalancers();
            gateway.listeners.forEach(Listener::start);
            if (gateway.memory != null) {
                gateway.memory.start();
            }
            gateway.certificates.start();
            return gateway;
        } catch (StartException | RuntimeException | Error failed) {
            gateway.close();
            throw failed;
        }
    }

    /** The URLs clients use: one for each bound address and path that it serves. */
    public List<String> urls() {
        List<String> urls = new ArrayList<>();
        for (Listener listener : listeners) {
            String scheme = listener.config().tls().isEmpty() ? "ws://" : "wss://";
            for (InetSocketAddress address : listener.addresses()) {
                String host = HostPort.of(address).toString();
                for (RouteConfig route : routes) {
                    List<String> served = route.listeners();
                    if (served.isEmpty() || served.contains(listener.config().name())) {
                        route.paths().forEach(path -> urls.add(scheme + host + path));
                    }
                }
            }
        }
        return urls;
    }

    /** The bound addresses, in the configuration's order, with the real ports. */
    public List<InetSocketAddress> addresses() {
        return listeners.stream().flatMap(l -> l.addresses().stream()).toList();
    }

    /** Where operators connect; empty where that is off. */
    public Optional<InetSocketAddress> adminAddress() {
        return Optional.ofNullable(admin).map(AdminListener::address);
    }

    /** Where balancers ask; empty where that is off. */
    public List<InetSocketAddress> healthAddresses() {
        HealthListener balancers = health;
        return balancers == null ? List.of() : balancers.addresses();
    }

    /** Names where a reload reads the configuration; without it a reload reads certificates alone. */
    public void onReload(Reload.Source source) {
        operator.onReload(source);
    }

    /** Reads again what can be read again, as the operator's call does. */
    List<String> reload() {
        return operator.reload();
    }

    /**
     * Puts in force what can be while clients are connected: routes, limit policies, networks, the times of a drain.
     *
     * @throws IllegalStateException one line for the operator: a route leads to a cluster that is not there yet; nothing changes
     */
    void use(GatewayConfig next, List<Setting> inForce) {
        for (RouteConfig route : next.routes()) {
            for (String cluster : route.clusters()) {
                if (config.clusters().stream().noneMatch(known -> known.name().equals(cluster))) {
                    throw new IllegalStateException("route." + route.name() + ".clusters: the cluster " + cluster
                            + " is new; new clusters need a restart, and nothing has changed");
                }
            }
        }
        List<RouteBinding> bindings =
                next.routes().stream().map(route -> bind(route, next)).toList();
        listeners.forEach(listener -> listener.use(bindings));
        door.use(next.address());
        routes = next.routes();
        longestClose = Math.max(longestClose, longestClose(next));
        drainTimes = next.drain();
        settings = inForce;
    }

    /** How it is to end. */
    DrainConfig drainTimes() {
        return drainTimes;
    }

    /** Names what an operator's call to drain does; without it the gateway stops. */
    public void onDrain(Runnable call) {
        drain = call;
    }

    /** Sessions that have not ended. */
    public int sessions() {
        return sessions.count();
    }

    /** What became of warm connections, by name of the cluster. */
    public Map<String, WarmTotals> warmTotals() {
        return upstream.warmTotals();
    }

    /** Who is kept out; {@link #endBanned} is to be called after one was added. */
    public Bans bans() {
        return bans;
    }

    /** Ends the sessions whose address or client id is banned. */
    public void endBanned() {
        sessions.each(session -> {
            String clientId = session.clientId();
            if (bans.isBanned(session.info().address().getAddress()) || (clientId != null && bans.isBanned(clientId))) {
                session.ban();
            }
        });
    }

    /** Does what was named for an operator's call to drain. */
    void drain() {
        drain.run();
    }

    boolean isDraining() {
        return draining;
    }

    Metrics metrics() {
        return metrics;
    }

    SessionLog sessionLog() {
        return sessionLog;
    }

    /** Every key in force; none where the gateway was started from the records alone. */
    List<Setting> settings() {
        return settings;
    }

    /** Bytes that are held for connections, in pooled buffers and on the heap. */
    long heldBytes() {
        return threads.heldBytes() + budget.held();
    }

    /** What of it is on the heap. */
    HoldBudget budget() {
        return budget;
    }

    /** How short memory is, 0 is plenty ({@code memory.watermarks}). */
    int memoryLevel() {
        return memory == null ? 0 : memory.level();
    }

    /** From here on /readyz says no; clients are still let in. */
    void beUnready() {
        draining = true;
    }

    /** Closes the listening sockets and refuses further handshakes; sessions go on. */
    void stopListening() {
        draining = true;
        listeners.forEach(Listener::stop);
    }

    /**
     * Tells every session to go (0x8B or, with a reference, 0x9C; close 1012), evenly over a time.
     *
     * @param serverReference another server for the clients, null where there is none
     */
    void tellSessions(Duration spread, @Nullable String serverReference) {
        sessions.eachGroup((io, group) -> new Farewells(io, group, spread.toNanos(), serverReference).run());
    }

    /**
     * Tells every client (1001, 0x8B), flushes, waits at most the close time-out, then closes all; at once when the thread is
     * interrupted. Idempotent.
     */
    public void stop() {
        stopListening();
        eachSession(Session::stop);
        long deadline = System.nanoTime() + longestClose + STOP_GRACE_NANOS;
        try {
            while (sessions() > 0 && System.nanoTime() - deadline < 0) {
                TimeUnit.NANOSECONDS.sleep(STOP_POLL_NANOS);
            }
        } catch (InterruptedException impatient) {
            Thread.currentThread().interrupt();
        }
        close();
    }

    private static long longestClose(GatewayConfig config) {
        return config.limits().stream()
                .mapToLong(limit -> limit.closeTimeout().toNanos())
                .max()
                .orElse(0);
    }

    /** Does something with every session, on its I/O thread. */
    void eachSession(Consumer<Session> action) {
        sessions.each(action);
    }

    /** Closes all at once, goodbyes unsaid. Idempotent. */
    @Override
    public void close() {
        AdminListener operators = admin;
        if (operators != null) {
            operators.close();
        }
        HealthListener balancers = health;
        if (balancers != null) {
            balancers.close();
        }
        listeners.forEach(Listener::stop);
        certificates.close();
        if (memory != null) {
            memory.close();
        }
        upstream.close();
        threads.stop();
    }

    private void listenToBalancers() throws StartException {
        try {
            health = HealthListener.start(config.health(), operator);
        } catch (IOException failed) {
            throw BindFailure.of("health.bind", config.health().get(0), failed);
        }
    }

    private void listenToOperators() throws StartException {
        try {
            admin = AdminListener.start(config.admin(), operator);
        } catch (IOException failed) {
            HostPort bind = config.admin().bind().orElseThrow();
            throw BindFailure.of("admin.bind", bind, failed);
        }
    }

    private Door door(GatewayConfig config, long descriptors, Collection<TlsBundle> bundles) {
        int perConnection = 1
                + bundles.stream()
                        .mapToInt(TlsBundle::descriptorsPerEngine)
                        .max()
                        .orElse(0);
        int auto = Door.autoSessions(descriptors, Runtime.getRuntime().maxMemory(), perConnection);
        int sessions = config.maxSessions().orElse(auto);
        if (sessions > auto) {
            LOG.warn(
                    "gateway.max-sessions={} is more than {}, what {} open files and a heap of {} MiB allow; raise these",
                    sessions,
                    auto,
                    descriptors,
                    Runtime.getRuntime().maxMemory() >> 20);
        }
        return new Door(
                config.address(),
                bans,
                sessions,
                descriptors,
                Runtime.getRuntime().maxMemory(),
                perConnection);
    }

    private MemoryGuard guard(MemoryConfig marks) {
        HeapGauge heap = new HeapGauge();
        return new MemoryGuard(marks, sessions, budget, threads::usedDirect, heap::live, System::gc);
    }

    private RouteBinding bind(RouteConfig route, GatewayConfig source) {
        LimitConfig limit = source.limits().stream()
                .filter(policy -> policy.name().equals(route.limit()))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no limit policy " + route.limit()));
        return new RouteBinding(route, SessionPolicy.of(route, limit, upstream.dialer(route.clusters()), clientIds));
    }

    private void listen(Listener listener, HostPort bind) throws StartException {
        try {
            listener.listen(bind);
        } catch (IOException | RuntimeException failed) {
            boolean noIpv6 = bind.host().equals("::") && !(failed instanceof java.net.BindException);
            if (!noIpv6) {
                String name = listener.config().name();
                String key = name.equals("default") ? "listener.bind" : "listener." + name + ".bind";
                throw BindFailure.of(key, bind, failed);
            }
            LOG.info("no IPv6 on this machine; listening on 0.0.0.0:{} in place of {}", bind.port(), bind);
            listen(listener, new HostPort("0.0.0.0", bind.port()));
        }
    }

    static void nothingHere(io.undertow.server.HttpServerExchange exchange) {
        exchange.setStatusCode(404);
        exchange.getResponseSender().send("Nothing is served at this address.\n");
    }

    private final class Observer implements SessionObserver {
        @Override
        public void ended(SessionEnd end) {
            metrics.ended(end);
            sessionLog.ended(end);
        }

        @Override
        public void spared(SessionReport session, CloseCause why) {
            sessionLog.spared(session, why.label());
        }

        @Override
        public void bug(String where, Throwable bug) {
            LOG.error("bug in the gateway; one session is lost where={}", where, bug);
        }
    }
}
