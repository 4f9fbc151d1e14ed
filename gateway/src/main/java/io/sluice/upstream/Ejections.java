package io.sluice.upstream;

import io.sluice.config.EjectConfig;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes brokers that dials do not reach out of their cluster for a while, each time for twice as long: only so many at a time,
 * and never the last that may have sessions. Only dials count, TCP and the TLS handshake, and never what comes after the
 * broker has been told of the client, by a PROXY header or by CONNECT: what it does then is between these two, and no client
 * may cost the others a broker.
 *
 * <p>When the time is up, the next dial finds out. Fails it, the broker is taken out again at once.
 *
 * <p>Thread-safe.
 */
final class Ejections {
    private static final Logger LOG = LoggerFactory.getLogger(Ejections.class);

    /** The longest time, and after how much good time an earlier ejection is forgotten. */
    static final long LONGEST_NANOS = TimeUnit.MINUTES.toNanos(5);

    private final String cluster;
    private final EjectConfig config;
    private final List<Broker> brokers;
    private final Map<Broker, Blame> blamed = new HashMap<>();

    /** What speaks against one broker; guarded by the map's owner. */
    private static final class Blame {
        private int failures;
        private int times;
        private long until;
    }

    Ejections(String cluster, EjectConfig config, List<Broker> brokers) {
        this.cluster = cluster;
        this.config = config;
        this.brokers = brokers;
    }

    /** A dial has not reached the broker. */
    void failed(Broker broker, long now) {
        if (config.after().isPresent()) {
            failed(broker, config.after().get(), now);
        }
    }

    private synchronized void failed(Broker broker, int after, long now) {
        if (broker.isEjected(now)) {
            return; // a dial that began before
        }
        broker.blame(true);
        Blame blame = blamed.computeIfAbsent(broker, first -> new Blame());
        blame.failures = Math.min(after, blame.failures + 1);
        if (blame.failures < after || !mayGo(broker, now)) {
            return;
        }
        if (blame.times > 0 && now - blame.until >= LONGEST_NANOS) {
            blame.times = 0;
        }
        long time = length(blame.times);
        blame.times++;
        blame.until = now + time;
        blame.failures = after - 1;
        broker.eject(blame.until);
        LOG.warn(
                "broker ejected cluster={} broker={} failed_dials={} for={}s (cluster.eject.after, cluster.eject.time)",
                cluster,
                broker.name(),
                after,
                TimeUnit.NANOSECONDS.toSeconds(time));
    }

    /** A dial has reached the broker. Costs no lock while nothing speaks against it. */
    void reached(Broker broker, long now) {
        if (broker.isBlamed()) {
            acquit(broker, now);
        }
    }

    private synchronized void acquit(Broker broker, long now) {
        Blame blame = blamed.get(broker);
        if (blame == null || broker.isEjected(now)) {
            return; // a dial that began before, or the last resort: the time stays what it is
        }
        blame.failures = 0;
        if (blame.times == 0 || now - blame.until >= LONGEST_NANOS) {
            blamed.remove(broker);
            broker.blame(false);
        }
    }

    private boolean mayGo(Broker broker, long now) {
        long out = brokers.stream().filter(one -> one.isEjected(now)).count();
        boolean another = brokers.stream().anyMatch(one -> one != broker && one.mayServe(now));
        return another && (out + 1) * 100 <= (long) brokers.size() * config.mostPercent();
    }

    private long length(int times) {
        long time = config.time().toNanos();
        for (int i = 0; i < times && time < LONGEST_NANOS; i++) {
            time *= 2;
        }
        return Math.min(time, LONGEST_NANOS);
    }
}
