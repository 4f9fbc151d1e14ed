package io.sluice.limit;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.Ticker;
import java.net.InetAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Who is kept out for a time: addresses, networks and client ids.
 *
 * <p>An address is looked up once for each prefix length that was ever banned in its family. IPv4-mapped IPv6 addresses are
 * the IPv4 addresses. A ban that cannot be kept is refused, none is ever evicted before its time.
 *
 * <p>Thread-safe.
 */
public final class Bans {
    /** A hundred years, for who means for ever. */
    public static final Duration LONGEST = Duration.ofDays(36_500);

    /** In characters. */
    public static final int LONGEST_REASON = 256;

    private final int most;
    private final InstantSource wallClock;
    private final Cache<AddressBlock, Held> networks;
    private final Cache<String, Held> clientIds;
    private final Set<Integer> ipv4Lengths = ConcurrentHashMap.newKeySet();
    private final Set<Integer> ipv6Lengths = ConcurrentHashMap.newKeySet();

    /** @param most so many addresses and networks, and so many client ids */
    public Bans(int most) {
        this(most, Ticker.systemTicker(), InstantSource.system());
    }

    Bans(int most, Ticker ticker, InstantSource wallClock) {
        this.most = most;
        this.wallClock = wallClock;
        this.networks = cache(ticker);
        this.clientIds = cache(ticker);
    }

    private static <K> Cache<K, Held> cache(Ticker ticker) {
        return Caffeine.newBuilder()
                .expireAfter(Expiry.<K, Held>writing((subject, held) -> held.duration()))
                .ticker(ticker)
                .executor(Runnable::run)
                .build();
    }

    /**
     * Bans the addresses that share the network's first bits, in place of an earlier ban of the same network.
     *
     * @param prefixLength 0 to 32, for IPv6 to 128; the bits behind it are ignored
     * @return false when the most bans are in force already; one that just ended may count for some seconds more
     * @throws IllegalArgumentException for a prefix length, duration or reason out of range
     */
    public synchronized boolean ban(InetAddress network, int prefixLength, Duration duration, String reason) {
        AddressBlock block = block(network, prefixLength);
        Held held = hold(Ban.Kind.ADDRESS, block.toString(), duration, reason);
        // the length first: whoever finds the ban's length missing could not find the ban
        lengths(block).add(block.prefixLength());
        return put(networks, block, held);
    }

    /** Bans one address; as {@link #ban(InetAddress, int, Duration, String)}. */
    public boolean ban(InetAddress address, Duration duration, String reason) {
        return ban(address, address.getAddress().length * 8, duration, reason);
    }

    /**
     * Bans a client id, in place of an earlier ban of it.
     *
     * @return false when the most bans are in force already; one that just ended may count for some seconds more
     * @throws IllegalArgumentException for an empty client id, or a duration or reason out of range
     */
    public synchronized boolean ban(String clientId, Duration duration, String reason) {
        if (clientId.isEmpty()) {
            throw new IllegalArgumentException("an empty client id cannot be banned; it is many clients");
        }
        return put(clientIds, clientId, hold(Ban.Kind.CLIENT_ID, clientId, duration, reason));
    }

    /** Ends the ban of exactly this network; false when there is none. */
    public boolean unban(InetAddress network, int prefixLength) {
        return networks.asMap().remove(block(network, prefixLength)) != null;
    }

    /** Ends the ban of exactly this address; false when there is none. */
    public boolean unban(InetAddress address) {
        return unban(address, address.getAddress().length * 8);
    }

    /** Ends the ban of this client id; false when there is none. */
    public boolean unban(String clientId) {
        return clientIds.asMap().remove(clientId) != null;
    }

    public boolean isBanned(InetAddress address) {
        return find(address) != null;
    }

    public boolean isBanned(String clientId) {
        return clientIds.getIfPresent(clientId) != null;
    }

    /** Of the bans that hold this address the one that ends last. */
    public Optional<Ban> banOf(InetAddress address) {
        return Optional.ofNullable(find(address));
    }

    public Optional<Ban> banOf(String clientId) {
        return Optional.ofNullable(clientIds.getIfPresent(clientId)).map(Held::ban);
    }

    /** All bans in force, the one that ends first at the head. */
    public List<Ban> list() {
        List<Ban> bans = new ArrayList<>();
        networks.asMap().values().forEach(held -> bans.add(held.ban()));
        clientIds.asMap().values().forEach(held -> bans.add(held.ban()));
        bans.sort(Comparator.comparing(Ban::until).thenComparing(Ban::kind).thenComparing(Ban::subject));
        return List.copyOf(bans);
    }

    private @Nullable Ban find(InetAddress address) {
        AddressBlock block = AddressBlock.of(address);
        Ban last = null;
        for (int length : lengths(block)) {
            Held held = networks.getIfPresent(block.within(length));
            if (held != null && (last == null || held.ban().until().isAfter(last.until()))) {
                last = held.ban();
            }
        }
        return last;
    }

    private Set<Integer> lengths(AddressBlock block) {
        return block.ipv6() ? ipv6Lengths : ipv4Lengths;
    }

    /** An IPv4-mapped network is given with its IPv6 length by who holds an IPv6 address of it. */
    private static AddressBlock block(InetAddress network, int prefixLength) {
        AddressBlock block = AddressBlock.of(network);
        int length = prefixLength - (network.getAddress().length * 8 - block.bits());
        if (length < 0 || length > block.bits()) {
            throw new IllegalArgumentException("prefix length " + prefixLength + " is out of range for " + block);
        }
        return block.within(length);
    }

    private Held hold(Ban.Kind kind, String subject, Duration duration, String reason) {
        if (duration.isZero() || duration.isNegative() || duration.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(
                    "duration " + duration + " is out of range; more than none, at most " + LONGEST.toDays() + "d");
        }
        if (reason.length() > LONGEST_REASON) {
            throw new IllegalArgumentException(
                    "a reason of " + reason.length() + " characters is too long; at most " + LONGEST_REASON);
        }
        return new Held(new Ban(kind, subject, reason, wallClock.instant().plus(duration)), duration);
    }

    private <K> boolean put(Cache<K, Held> bans, K subject, Held held) {
        bans.cleanUp();
        if (bans.estimatedSize() >= most && bans.getIfPresent(subject) == null) {
            return false;
        }
        bans.put(subject, held);
        return true;
    }

    private record Held(Ban ban, Duration duration) {}
}
