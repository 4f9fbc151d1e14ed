package io.sluice.upstream;

import io.sluice.config.BrokerConfig;
import io.sluice.config.HostPort;
import io.sluice.config.Quote;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
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

    /** How long an address that was not reached is avoided while there are others. */
    static final long AVOID_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final String cluster;
    private final HostPort address;
    private final String name;
    private final int weight;
    private final long nameHash;
    private final SlowStart slowStart;
    private final AtomicInteger connections = new AtomicInteger();
    private volatile boolean enabled = true;
    /** Null once it was reached after that. */
    private volatile @Nullable Long ejectedUntil;

    /** What health checks say is not well: the broker as a whole, and addresses of it. */
    private volatile boolean unwell;

    private final Set<InetSocketAddress> unwellAddresses = ConcurrentHashMap.newKeySet();
    /** What a dial or a check met last that did not reach it. */
    private volatile @Nullable String problem;

    private final AtomicInteger ejections = new AtomicInteger();
    private volatile boolean blamed;
    private final AtomicInteger connecting = new AtomicInteger();
    private final AtomicInteger warm = new AtomicInteger();
    private final AtomicInteger turn = new AtomicInteger();
    private volatile List<InetSocketAddress> resolved = List.of();
    /** The addresses that the last dial did not reach, and when they may be tried again with others at hand. */
    private final Map<InetSocketAddress, Failure> failing = new ConcurrentHashMap<>();

    /** Not reached since then; until {@code again} others are preferred. */
    private record Failure(long since, long again) {}

    Broker(String cluster, BrokerConfig config, SlowStart slowStart) {
        this.cluster = cluster;
        address = config.address();
        weight = config.weight();
        name = address.toString();
        nameHash = Rendezvous.hash(name);
        this.slowStart = slowStart;
    }

    HostPort address() {
        return address;
    }

    String name() {
        return name;
    }

    int weight() {
        return weight;
    }

    long nameHash() {
        return nameHash;
    }

    /** Its part of the sessions to come, in proportion to the other brokers'; more than 0, at most its weight. */
    double share(long now) {
        return weight * slowStart.part(now);
    }

    /** It does not yet have its whole share. */
    boolean isStarting(long now) {
        return slowStart.part(now) < 1;
    }

    /** Connections open and being opened, the warm ones too. */
    int connections() {
        return connections.get();
    }

    /** Connections of sessions, open and being opened. */
    int sessions() {
        return Math.max(0, connections.get() - warm.get());
    }

    boolean isEnabled() {
        return enabled;
    }

    /** By the operator's word; a disabled broker gets no new sessions. */
    void enable(boolean sessions, long now) {
        if (sessions && !enabled) {
            slowStart.begin(now);
        }
        enabled = sessions;
    }

    /**
     * Takes the word of a health check. An address that is well again was reached often enough to forget that a dial has failed;
     * a broker of which nothing was well begins by slow start. A late word on an address that the name has lost counts for
     * nothing: it would await the address when that comes back.
     *
     * @param at null: the broker as a whole
     */
    synchronized void well(@Nullable InetSocketAddress at, boolean yes, long now) {
        boolean before = isWell();
        if (at == null) {
            unwell = !yes;
        } else if (!resolved.contains(at)) {
            return;
        } else if (yes) {
            unwellAddresses.remove(at);
            failing.remove(at);
        } else {
            unwellAddresses.add(at);
        }
        if (!before && isWell()) {
            slowStart.begin(now);
        }
    }

    /** Health checks have nothing against at least one of its addresses. */
    boolean isWell() {
        return !unwell && (resolved.isEmpty() || resolved.stream().anyMatch(at -> !unwellAddresses.contains(at)));
    }

    /** As last resolved. */
    List<InetSocketAddress> addresses() {
        return resolved;
    }

    /** Takes it out of its cluster. */
    void eject(long until) {
        ejections.incrementAndGet();
        failing.replaceAll((at, failure) -> new Failure(failure.since, until));
        ejectedUntil = until;
    }

    boolean isEjected(long now) {
        Long until = ejectedUntil;
        return until != null && until - now > 0;
    }

    /** How often, since the start. */
    int ejections() {
        return ejections.get();
    }

    /** Something speaks against it: {@link Ejections} wants to hear of it. */
    boolean isBlamed() {
        return blamed;
    }

    void blame(boolean something) {
        blamed = something;
    }

    /** Sessions may be sent to it, as far as is known. */
    boolean mayServe(long now) {
        return enabled && isResolved() && isWell() && !isEjected(now);
    }

    /** One connection more, unless there are as many. */
    boolean tryAcquire(int most) {
        return addBelow(connections, most);
    }

    /** Sessions that have no CONNACK yet. */
    int connecting() {
        return connecting.get();
    }

    /** One of them more, unless there are as many. */
    boolean tryConnecting(int most) {
        return addBelow(connecting, most);
    }

    void endConnecting() {
        connecting.decrementAndGet();
    }

    private static boolean addBelow(AtomicInteger count, int most) {
        int now = count.get();
        while (now < most) {
            if (count.compareAndSet(now, now + 1)) {
                return true;
            }
            now = count.get();
        }
        return false;
    }

    void released() {
        connections.decrementAndGet();
    }

    /**
     * It has an address that is well, and that the last dial has reached, or that was not dialed yet; no matter how long ago
     * that was.
     */
    boolean isUp() {
        return isWell() && resolved.stream().anyMatch(at -> !failing.containsKey(at) && !unwellAddresses.contains(at));
    }

    /** Takes why a check has failed. */
    void troubled(String why) {
        problem = why;
    }

    /** What a dial or a check met last that did not reach it, of whenever that was; null where there was nothing. */
    @Nullable
    String problem() {
        return problem;
    }

    /** Connections that wait for a client, and are opened to do so. */
    int warm() {
        return warm.get();
    }

    void addWarm(int more) {
        warm.addAndGet(more);
    }

    /** An address is left that is not tried and not known to fail. */
    boolean promising(Set<InetSocketAddress> tried, long now) {
        return choose(tried, now) != null;
    }

    /** An address is left that is not tried. */
    boolean hasUntried(Set<InetSocketAddress> tried) {
        return anyOf(tried) != null;
    }

    /**
     * Where to dial next: an address that is not tried, one that is not known to fail where there is one, each of several in its
     * turn. Null when none is left. An address whose failure is a while ago is given to one dial, to find out, as its first:
     * a session that has failed once gets what is known to be reached.
     */
    @Nullable
    InetSocketAddress next(Set<InetSocketAddress> tried, long now) {
        turn.getAndIncrement();
        InetSocketAddress promising = choose(tried, now);
        InetSocketAddress chosen = promising == null ? anyOf(tried) : promising;
        if (chosen != null) {
            failing.computeIfPresent(chosen, (at, failure) -> new Failure(failure.since, now + AVOID_NANOS));
        }
        return chosen;
    }

    private @Nullable InetSocketAddress choose(Set<InetSocketAddress> tried, long now) {
        for (InetSocketAddress candidate : candidates()) {
            Failure failure = failing.get(candidate);
            boolean due = tried.isEmpty() && failure != null && failure.again - now <= 0;
            if (!tried.contains(candidate) && (failure == null || due)) {
                return candidate;
            }
        }
        return null;
    }

    private @Nullable InetSocketAddress anyOf(Set<InetSocketAddress> tried) {
        for (InetSocketAddress candidate : candidates()) {
            if (!tried.contains(candidate)) {
                return candidate;
            }
        }
        return null;
    }

    private List<InetSocketAddress> candidates() {
        List<InetSocketAddress> all = resolved;
        if (unwell) {
            return List.of();
        }
        if (!unwellAddresses.isEmpty()) {
            all = all.stream().filter(at -> !unwellAddresses.contains(at)).toList();
        }
        if (all.size() < 2) {
            return all;
        }
        List<InetSocketAddress> turned = new ArrayList<>(all);
        Collections.rotate(turned, -Math.floorMod(turn.get(), all.size()));
        return turned;
    }

    boolean isResolved() {
        return !resolved.isEmpty();
    }

    /**
     * Sessions that are there stay where they are. What was said against its former addresses is forgotten with them.
     *
     * @return false: they are what they were, in whatever order
     */
    synchronized boolean resolvedTo(List<InetAddress> addresses) {
        List<InetSocketAddress> found = addresses.stream()
                .map(one -> new InetSocketAddress(one, address.port()))
                .toList();
        List<InetSocketAddress> before = resolved;
        if (new HashSet<>(before).equals(new HashSet<>(found))) {
            return false;
        }
        resolved = found;
        failing.keySet().retainAll(found);
        unwellAddresses.retainAll(found);
        if (Collections.disjoint(before, found)) {
            ejectedUntil = null;
        }
        return true;
    }

    /** Logged when it changes, not for each session. */
    void reached(InetSocketAddress at, long now) {
        Failure ended = failing.get(at);
        if (!isEjected(now)) {
            boolean wasAway = ended != null && !isUp() && now - ended.since >= AVOID_NANOS;
            if (wasAway || ejectedUntil != null) {
                ejectedUntil = null;
                slowStart.begin(now);
            }
        }
        if (ended != null && failing.remove(at) != null) {
            LOG.info("broker reached cluster={} broker={} address={}", cluster, address, HostPort.of(at));
        }
    }

    /**
     * Logged when it changes, not for each session.
     *
     * @return false: the name has lost the address meanwhile, which says nothing of the broker
     */
    synchronized boolean failed(InetSocketAddress at, String reason, long now) {
        if (!resolved.contains(at)) {
            return false;
        }
        problem = reason;
        Failure before = failing.get(at);
        if (failing.put(at, new Failure(before == null ? now : before.since, now + AVOID_NANOS)) == null) {
            LOG.warn(
                    "broker not reached cluster={} broker={} address={} reason={}",
                    cluster,
                    address,
                    HostPort.of(at),
                    Quote.sentence(reason));
        }
        return true;
    }
}
