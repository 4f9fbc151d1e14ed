package io.sluice;

import io.sluice.admin.Operations;
import io.sluice.config.Setting;
import io.sluice.limit.Bans;
import io.sluice.session.Reached;
import io.sluice.session.Session;
import io.sluice.session.SessionGroup;
import io.sluice.telemetry.Metrics;
import io.sluice.telemetry.SessionLog;
import io.sluice.tls.TlsBundle;
import io.sluice.upstream.Upstream;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * What operators see of a gateway and do with it.
 *
 * <p>Thread-safe.
 */
final class Operator implements Operations, Metrics.Gauges {
    /** Longest wait for an I/O thread. */
    private static final long WAIT_MILLIS = 2_000;

    /** Sessions of a drained broker go one after the other within this time. */
    private static final int SPREAD_MILLIS = 15_000;

    private final Gateway gateway;
    private final Sessions sessions;
    private final Upstream upstream;
    private final Map<String, TlsBundle> bundles;
    private final long startedAt = System.nanoTime();
    private final Reload reload;
    private volatile boolean reloaded = true;
    private volatile Instant reloadedAt = Instant.now();

    Operator(Gateway gateway, Sessions sessions, Upstream upstream, Map<String, TlsBundle> bundles) {
        this.gateway = gateway;
        this.sessions = sessions;
        this.upstream = upstream;
        this.bundles = bundles;
        reload = new Reload(gateway, bundles);
    }

    @Override
    public String version() {
        return Main.version();
    }

    @Override
    public List<String> urls() {
        return gateway.urls();
    }

    @Override
    public long uptimeNanos() {
        return System.nanoTime() - startedAt;
    }

    @Override
    public boolean live() {
        return upstream.live();
    }

    @Override
    public Metrics.Gauges gauges() {
        return this;
    }

    @Override
    public Metrics metrics() {
        return gateway.metrics();
    }

    @Override
    public SessionLog sessionLog() {
        return gateway.sessionLog();
    }

    @Override
    public List<Setting> settings() {
        return gateway.settings();
    }

    @Override
    public int ioThreads() {
        return sessions.groups().size();
    }

    @Override
    public <T> T onThread(int thread, Function<SessionGroup, T> call) throws TimeoutException {
        CompletableFuture<T> answer = new CompletableFuture<>();
        sessions.on(thread, group -> {
            try {
                answer.complete(call.apply(group));
            } catch (RuntimeException | Error bug) {
                answer.completeExceptionally(bug);
            }
        });
        try {
            return answer.get(WAIT_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            throw new TimeoutException();
        } catch (ExecutionException bug) {
            throw new IllegalStateException(bug.getCause());
        }
    }

    @Override
    public Bans bans() {
        return gateway.bans();
    }

    @Override
    public void endBanned() {
        gateway.endBanned();
    }

    @Override
    public void kick(Predicate<Session> condition) {
        sessions.each(session -> {
            if (condition.test(session)) {
                session.kick();
            }
        });
    }

    @Override
    public boolean order(String cluster, String broker, BrokerOrder order) {
        boolean known = upstream.enable(cluster, broker, order == BrokerOrder.ENABLE);
        if (known && order == BrokerOrder.DRAIN) {
            sessions.eachGroup((io, group) -> group.forEach(session -> {
                Reached reached = session.reached();
                if (reached != null
                        && reached.cluster().equals(cluster)
                        && reached.broker().equals(broker)) {
                    int millis = ThreadLocalRandom.current().nextInt(SPREAD_MILLIS);
                    io.after(millis, () -> drainOne(session));
                }
            }));
        }
        return known;
    }

    private void drainOne(Session session) {
        try {
            session.drain(null);
        } catch (RuntimeException | Error bug) {
            session.failed(bug);
        }
    }

    /** Names where a reload reads the configuration. */
    void onReload(Reload.Source source) {
        reload.from(source);
    }

    @Override
    public List<String> reload() {
        try {
            List<String> lines = reload.run();
            reloaded(true);
            return lines;
        } catch (IllegalStateException unchanged) {
            reloaded(false);
            throw unchanged;
        }
    }

    /** What was to be read again was taken, or not. */
    void reloaded(boolean taken) {
        reloaded = taken;
        if (taken) {
            reloadedAt = Instant.now();
        }
    }

    @Override
    public Instant reloadedAt() {
        return reloadedAt;
    }

    @Override
    public void drain() {
        Thread goodbye = new Thread(gateway::drain, "sluice drain");
        goodbye.setDaemon(true);
        goodbye.start();
    }

    @Override
    public long sessions() {
        return gateway.sessions();
    }

    @Override
    public long heldBytes() {
        return gateway.heldBytes();
    }

    @Override
    public int memoryLevel() {
        return gateway.memoryLevel();
    }

    @Override
    public List<Metrics.BrokerGauge> brokers() {
        return upstream.gauges();
    }

    @Override
    public Map<String, Map<String, Long>> warm() {
        Map<String, Map<String, Long>> states = new HashMap<>();
        upstream.warmTotals()
                .forEach((cluster, totals) -> states.put(
                        cluster,
                        Map.of(
                                "opened", totals.opened(),
                                "used", totals.used(),
                                "expired", totals.expired(),
                                "dead", totals.dead())));
        return states;
    }

    @Override
    public Map<String, Integer> queues() {
        return upstream.queues();
    }

    @Override
    public Map<String, Instant> certificates() {
        Map<String, Instant> ends = new HashMap<>();
        bundles.forEach((listener, bundle) ->
                ends.put(listener, bundle.certificate().getNotAfter().toInstant()));
        return ends;
    }

    @Override
    public boolean reloaded() {
        return reloaded;
    }

    @Override
    public boolean draining() {
        return gateway.isDraining();
    }
}
