package io.sluice.listener;

import io.sluice.config.AddressConfig;
import io.sluice.config.Addresses;
import io.sluice.identity.CidrSet;
import io.sluice.limit.AddressLimits;
import io.sluice.limit.AddressPolicy;
import io.sluice.limit.Bans;
import io.sluice.limit.Rate;
import java.net.InetAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who may come in, and how many: networks, bans and limits by address, and the totals of all listeners of a gateway.
 *
 * <p>At {@code gateway.max-sessions} handshakes are refused. Before descriptors run out, or when too many connections are on
 * their way to their upgrade, accepting pauses: further clients wait in the kernel's queue, and go on when there is room for
 * a sixteenth of the bound.
 *
 * <p>Thread-safe.
 */
public final class Door {
    private static final Logger LOG = LoggerFactory.getLogger(Door.class);

    /** What is not for sessions: files, selectors, health checks, and what was accepted while accepting paused. */
    private static final int LEAST_RESERVE = 128;

    private static final int RESERVE_PART = 32;

    /** An idle session costs half of it. */
    private static final long HEAP_BYTES_PER_SESSION = 16 * 1024;

    /** One under way by TLS has some 60 KiB for a moment; all of them may have a quarter of the heap. */
    private static final long HEAP_BYTES_PER_HANDSHAKE = 256 * 1024;

    private static final int MOST_SESSIONS = 10_000_000;
    private static final int MOST_HANDSHAKES = 10_000;
    private static final int LEAST_HANDSHAKES = 64;

    /** Connections over a limit of their address that are kept for the answer that tells so; the others are closed. */
    private static final int MOST_REFUSALS = 256;

    private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private record Gate(Runnable pause, Runnable resume) {}

    /**
     * Which addresses may come at all.
     *
     * <p>Immutable.
     */
    private record Networks(CidrSet allow, boolean allowAll, CidrSet deny) {
        static Networks of(AddressConfig config) {
            return new Networks(CidrSet.of(config.allow()), config.allow().isEmpty(), CidrSet.of(config.deny()));
        }

        boolean letIn(InetAddress address) {
            return (allowAll || allow.contains(address)) && !deny.contains(address);
        }
    }

    private volatile Networks networks;
    private final Bans bans;
    private final AddressLimits limits;
    private final int maxSessions;
    private final long maxDescriptors;
    private final int maxHandshakes;
    private final int perConnection;
    private final List<Gate> gates = new CopyOnWriteArrayList<>();

    private final AtomicInteger connections = new AtomicInteger();
    private final AtomicInteger sessions = new AtomicInteger();
    private final AtomicInteger refusals = new AtomicInteger();
    private final LongAdder overLimit = new LongAdder();
    private final AtomicBoolean fullTold = new AtomicBoolean();
    private final AtomicLong quietUntil = new AtomicLong(System.nanoTime());
    private volatile boolean paused;
    private volatile BooleanSupplier shortOfMemory = () -> false;
    private volatile BiConsumer<String, Boolean> whenOver = (limit, reported) -> {};

    /**
     * @param maxSessions sessions at a time
     * @param descriptors that the process may have open
     * @param heapBytes what the heap may become
     * @param perConnection descriptors that a client's connection takes, at least 1
     */
    public Door(AddressConfig config, Bans bans, int maxSessions, long descriptors, long heapBytes, int perConnection) {
        this.perConnection = perConnection;
        networks = Networks.of(config);
        this.bans = bans;
        limits = new AddressLimits(new AddressPolicy(
                config.mode() == AddressConfig.Mode.ENFORCE,
                config.connectionRate().map(rate -> new Rate(rate.perSecond(), rate.burst())),
                config.awaitingConnect(),
                config.connections(),
                config.ipv6Prefix(),
                config.tracked()));
        this.maxSessions = maxSessions;
        maxDescriptors = usable(descriptors);
        long most = Math.min(maxDescriptors / 4 / perConnection, heapBytes / HEAP_BYTES_PER_HANDSHAKE);
        maxHandshakes = (int) Math.min(MOST_HANDSHAKES, Math.max(LEAST_HANDSHAKES, most));
    }

    /** From the next connection on these networks may come in ({@code address.allow}, {@code address.deny}). */
    public void use(AddressConfig config) {
        networks = Networks.of(config);
    }

    /**
     * How many sessions the descriptors and the heap allow.
     *
     * @param perConnection descriptors that a client's connection takes; that to its broker takes one
     */
    public static int autoSessions(long descriptors, long heapBytes, int perConnection) {
        long most = Math.min(usable(descriptors) / (perConnection + 1), heapBytes / HEAP_BYTES_PER_SESSION);
        return (int) Math.max(1, Math.min(MOST_SESSIONS, most));
    }

    private static long usable(long descriptors) {
        return Math.max(1, descriptors - Math.max(LEAST_RESERVE, descriptors / RESERVE_PART));
    }

    /** Handshakes are refused as long as it says so, e.g. because memory is short. */
    public void refuseWhile(BooleanSupplier condition) {
        shortOfMemory = condition;
    }

    /** Calls it for each connection over a limit of its address, with the limit's label, and true where that is only reported. */
    public void whenOver(BiConsumer<String, Boolean> call) {
        whenOver = call;
    }

    /** Connections from all clients, upgraded or not. */
    public int connections() {
        return connections.get();
    }

    /** Connections that have come over a limit of their address, refused or only reported. */
    public long overLimit() {
        return overLimit.sum();
    }

    /** Accepting waits until some connections have ended. */
    public boolean paused() {
        return paused;
    }

    /** Tells a listener when to pause and when to resume; on any thread. */
    void whenFull(Runnable pause, Runnable resume) {
        gates.add(new Gate(pause, resume));
    }

    /** A connection is accepted; it counts until its ticket is settled. */
    Ticket enter() {
        connections.incrementAndGet();
        if (!paused && crowded(false)) {
            adjust();
        }
        return new Ticket(this);
    }

    Bans bans() {
        return bans;
    }

    AddressLimits limits() {
        return limits;
    }

    boolean allows(InetAddress address) {
        return networks.letIn(address);
    }

    /** May one more refused connection wait for its answer? */
    boolean mayAnswer() {
        if (refusals.incrementAndGet() <= MOST_REFUSALS) {
            return true;
        }
        refusals.decrementAndGet();
        return false;
    }

    boolean isShortOfMemory() {
        return shortOfMemory.getAsBoolean();
    }

    boolean isFull() {
        return sessions.get() >= maxSessions;
    }

    /** Takes one of the sessions; false: the gateway is full. */
    boolean takeSession() {
        if (sessions.incrementAndGet() <= maxSessions) {
            roomAgain();
            return true;
        }
        sessions.decrementAndGet();
        tellFull();
        return false;
    }

    void tellFull() {
        if (fullTold.compareAndSet(false, true)) {
            LOG.warn("full: {} sessions; further clients get 503 key=gateway.max-sessions", maxSessions);
        }
    }

    void over(InetAddress address, Refusal limit, boolean reported) {
        overLimit.increment();
        whenOver.accept(limit.label(), reported);
        long now = System.nanoTime();
        long until = quietUntil.get();
        if (now - until >= 0 && quietUntil.compareAndSet(until, now + PAUSE_NANOS)) {
            LOG.info(
                    "address over its limit reason={} client={} so-far={} key=address.mode",
                    limit.label(),
                    Addresses.text(address),
                    overLimit.sum());
        }
    }

    void tellMajority(InetAddress address) {
        LOG.warn(
                "one address holds over half of {} connections client={}; if it is a proxy or balancer, every client counts"
                        + " as this one key=listener.client-address",
                limits.connections(),
                Addresses.text(address));
    }

    void left(boolean session, boolean refused) {
        if (session && sessions.decrementAndGet() < maxSessions - maxSessions / 8) {
            fullTold.set(false);
        }
        if (refused) {
            refusals.decrementAndGet();
        }
        connections.decrementAndGet();
        roomAgain();
    }

    private void roomAgain() {
        if (paused && !crowded(true)) {
            adjust();
        }
    }

    /** Whether one of the bounds is reached; with a slack, whether no sixteenth of it is free. */
    private boolean crowded(boolean slack) {
        int open = connections.get();
        int upgraded = sessions.get();
        return (long) open * perConnection + upgraded >= (slack ? maxDescriptors - maxDescriptors / 16 : maxDescriptors)
                || open - upgraded >= (slack ? maxHandshakes - maxHandshakes / 16 : maxHandshakes);
    }

    /** Whoever changes the counts looks at {@code paused} afterwards, and this looks at the counts after it has changed that. */
    private synchronized void adjust() {
        if (!paused && crowded(false)) {
            paused = true;
            gates.forEach(gate -> gate.pause().run());
            LOG.warn(
                    "accepting pauses: {} connections, {} of them sessions; most handshakes at a time {}, most descriptors {}, {}"
                            + " for a session, by the limit of open files",
                    connections,
                    sessions,
                    maxHandshakes,
                    maxDescriptors,
                    perConnection + 1);
        }
        if (paused && !crowded(true)) {
            paused = false;
            gates.forEach(gate -> gate.resume().run());
            LOG.info("accepting goes on: {} connections", connections);
        }
    }
}
