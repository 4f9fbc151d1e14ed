package io.sluice.upstream;

import io.sluice.config.HealthConfig;
import io.sluice.config.HostPort;
import io.sluice.config.Quote;
import io.sluice.net.IoContext;
import io.sluice.session.TimerWheel;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at one broker again and again, at each of its addresses by itself, and takes out what is not well. By HTTP it is the
 * broker as a whole that is asked.
 *
 * <p>The next round begins an interval after the last, and not before that is over.
 *
 * <p>Confined to its I/O thread, but for {@link #start} and {@link #stop}.
 */
final class HealthCheck extends TimerWheel.Timer {
    private static final Logger LOG = LoggerFactory.getLogger(HealthCheck.class);

    private static final double JITTER = 0.1;

    private final Cluster cluster;
    private final HealthConfig config;
    private final HealthConfig.Type type;
    private final Broker broker;
    private final IoContext io;
    private final TimerWheel wheel;
    private final @Nullable HttpProbes http;
    /** Two gateways hardly ever have the same: with the same client id they would take each other's session over. */
    private final String clientIds =
            "sluice" + HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextInt());

    private final Map<InetSocketAddress, Target> targets = new HashMap<>();
    private final Target whole;
    private int made;
    private int awaited;
    private long roundAt;
    private volatile boolean stopped;

    /** What is looked at: an address, or by HTTP, with null, the broker. */
    private final class Target {
        private final @Nullable InetSocketAddress address;
        private final Health health = new Health(config.rise(), config.fall());
        private final String clientId = clientIds + HexFormat.of().toHexDigits((short) made++);

        Target(@Nullable InetSocketAddress address) {
            this.address = address;
        }
    }

    /**
     * Does not begin yet.
     *
     * @param type neither AUTO nor OFF
     * @param http null for the other types
     */
    HealthCheck(
            Cluster cluster,
            HealthConfig.Type type,
            Broker broker,
            IoContext io,
            TimerWheel wheel,
            @Nullable HttpProbes http) {
        this.cluster = cluster;
        config = cluster.config().health();
        this.type = type;
        this.broker = broker;
        this.io = io;
        this.wheel = wheel;
        this.http = http;
        whole = new Target(null);
    }

    /** A first look at once. */
    void start() {
        io.later(() -> wheel.schedule(this, wheel.now()));
    }

    void stop() {
        stopped = true;
        io.later(() -> wheel.cancel(this));
    }

    @Override
    protected void expired() {
        if (stopped) {
            return;
        }
        roundAt = wheel.now();
        if (http != null) {
            awaited = 1;
            http.ask(broker, problem -> io.later(() -> looked(whole, problem)), () -> io.later(this::undecided));
            return;
        }
        List<InetSocketAddress> addresses = broker.addresses();
        targets.keySet().retainAll(addresses);
        awaited = addresses.size();
        for (InetSocketAddress address : addresses) {
            Target target = targets.computeIfAbsent(address, Target::new);
            probe(target, address, cluster.connector().local(), problem -> looked(target, problem));
        }
        if (addresses.isEmpty()) {
            next();
        }
    }

    private void probe(
            Target target, InetSocketAddress address, @Nullable ByteBuffer header, Consumer<@Nullable String> outcome) {
        String clientId = type == HealthConfig.Type.MQTT ? target.clientId : null;
        new Probe(cluster.connector(), broker, address, io, wheel, header, clientId, outcome, this::undecided)
                .begin(config.timeout().toNanos());
    }

    private void looked(Target target, @Nullable String problem) {
        boolean news = problem != null && target.health.lastWasGood();
        if (problem != null) {
            broker.troubled(problem);
        }
        boolean changed = target.health.told(problem == null);
        if (changed
                || !target.health.isWell()) { // again and again: an address that went and came is forgotten meanwhile
            cluster.well(broker, target.address, target.health.isWell());
        }
        if (changed) {
            tell(target, problem);
        }
        InetSocketAddress address = target.address;
        if (news && address != null && cluster.connector().local() != null) {
            probe(target, address, null, without -> {
                if (without == null) {
                    doesNotExpectHeader(address);
                }
                done();
            });
        } else {
            done();
        }
    }

    private void tell(Target target, @Nullable String problem) {
        String address =
                target.address == null ? "all" : HostPort.of(target.address).toString();
        if (problem == null) {
            LOG.info(
                    "broker well again cluster={} broker={} address={}",
                    cluster.config().name(),
                    broker.name(),
                    address);
        } else {
            LOG.warn(
                    "broker not well cluster={} broker={} address={} reason={} failed_checks={} (cluster.health.fall)",
                    cluster.config().name(),
                    broker.name(),
                    address,
                    Quote.sentence(problem),
                    config.fall());
        }
    }

    private void doesNotExpectHeader(InetSocketAddress address) {
        String name = cluster.config().name();
        LOG.warn(
                "broker does not expect a PROXY header cluster={} broker={} address={}; switch it on in the broker, or"
                        + " write cluster.{}send-proxy-protocol=off",
                name,
                broker.name(),
                HostPort.of(address),
                name.equals("default") ? "" : name + ".");
    }

    /** For want of a descriptor: the broker stays what it was. */
    private void undecided() {
        cluster.lacksDescriptor();
        done();
    }

    private void done() {
        awaited--;
        if (awaited == 0) {
            next();
        }
    }

    private void next() {
        if (!stopped) {
            double factor = 1 + JITTER * (2 * ThreadLocalRandom.current().nextDouble() - 1);
            wheel.schedule(this, roundAt + (long) (config.interval().toNanos() * factor));
        }
    }
}
