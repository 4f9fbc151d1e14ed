package io.sluice.limit;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import io.sluice.limit.Admission.Verdict;
import java.net.InetAddress;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Counts the connections of each client address and judges new ones by an {@link AddressPolicy}.
 *
 * <p>Thread-safe.
 */
/*
 * Two maps by address. `present` holds the addresses that have connections: never evicted, so counts cannot be lost, and
 * bounded by the number of connections. `rested` remembers the rate of the others: bounded by size, and each is dropped
 * when its limiter is full again, as then it equals a new one. An address evicted before begins with a whole burst; to
 * whoever owns enough addresses to cause that, a fresh one is worth the same.
 *
 * All state of an address, its limiter too, is read and written only within `present.compute` for it, which is atomic
 * by key. `rested` has no listeners, so nothing leads from its locks back to those of `present`.
 */
public final class AddressLimits {
    static final long RETRY_CONNECTIONS_SECONDS = 30;
    static final long RETRY_AWAITING_CONNECT_SECONDS = 5;
    static final int LEAST_FOR_MAJORITY = 100;

    private final AddressPolicy policy;
    private final ConcurrentHashMap<AddressBlock, Entry> present = new ConcurrentHashMap<>();
    private final Cache<AddressBlock, RateLimiter> rested;
    private final AtomicInteger total = new AtomicInteger();
    private final AtomicBoolean majorityTold = new AtomicBoolean();

    public AddressLimits(AddressPolicy policy) {
        this(policy, Ticker.systemTicker());
    }

    /** @param ticker forgets what rests; runs at the pace of the times given to {@link #admit} */
    AddressLimits(AddressPolicy policy, Ticker ticker) {
        this.policy = policy;
        long secondsToRefill = policy.connectionRate()
                .map(rate -> rate.burst() / rate.perSecond() + 1)
                .orElse(1L);
        this.rested = Caffeine.newBuilder()
                .maximumSize(policy.tracked())
                .expireAfterWrite(Duration.ofSeconds(secondsToRefill))
                .ticker(ticker)
                .executor(Runnable::run)
                .build();
    }

    /**
     * Judges a new connection and counts it where it is admitted. A refused one costs the address nothing.
     *
     * @param now in nanoseconds, e.g. {@link System#nanoTime}
     */
    public Admission admit(InetAddress address, long now) {
        Attempt attempt = new Attempt(now);
        present.compute(block(address), (block, entry) -> judge(block, entry, attempt));
        return new Admission(attempt.verdict, attempt.admitted, attempt.retryAfterSeconds, attempt.majority);
    }

    /**
     * An admitted connection has sent its CONNECT; once for each.
     *
     * @throws IllegalStateException when no connection of this address awaits one
     */
    public void connectSeen(InetAddress address) {
        present.compute(block(address), (block, entry) -> {
            if (entry == null || entry.awaitingConnect == 0) {
                throw new IllegalStateException("no connection of " + block + " awaits CONNECT");
            }
            entry.awaitingConnect--;
            return entry;
        });
    }

    /**
     * An admitted connection has ended; once for each.
     *
     * @param connectSeen {@link #connectSeen} was called for it
     * @throws IllegalStateException when this address has no such connection
     */
    public void closed(InetAddress address, boolean connectSeen) {
        present.compute(block(address), (block, entry) -> {
            int candidates = 0;
            if (entry != null) {
                candidates = connectSeen ? entry.connections - entry.awaitingConnect : entry.awaitingConnect;
            }
            if (entry == null || candidates == 0) {
                throw new IllegalStateException("no connection of " + block + " is left to close");
            }
            return leave(block, entry, connectSeen);
        });
    }

    /** Connections of all addresses. */
    public long connections() {
        return total.get();
    }

    /** Connections of this address, or of all that count as one with it. */
    public int connections(InetAddress address) {
        int[] found = new int[1];
        present.computeIfPresent(block(address), (block, entry) -> {
            found[0] = entry.connections;
            return entry;
        });
        return found[0];
    }

    /** How many addresses are held in memory; exact while nobody else is at work. */
    long addresses() {
        rested.cleanUp();
        return present.size()
                + rested.asMap().keySet().stream()
                        .filter(block -> !present.containsKey(block))
                        .count();
    }

    private AddressBlock block(InetAddress address) {
        AddressBlock block = AddressBlock.of(address);
        return block.ipv6() ? block.within(policy.ipv6Prefix()) : block;
    }

    private @Nullable Entry judge(AddressBlock block, @Nullable Entry known, Attempt attempt) {
        Entry entry = known != null ? known : new Entry(limiter(block, attempt.now));
        RateLimiter limiter = entry.limiter;
        boolean slowEnough = limiter == null || limiter.available(attempt.now) > 0;
        if (entry.connections >= policy.connections()) {
            attempt.over(Verdict.CONNECTIONS, RETRY_CONNECTIONS_SECONDS);
        } else if (entry.awaitingConnect >= policy.awaitingConnect()) {
            attempt.over(Verdict.AWAITING_CONNECT, RETRY_AWAITING_CONNECT_SECONDS);
        } else if (limiter != null && !slowEnough) {
            attempt.over(Verdict.RATE, secondsUp(limiter.nextAt(1, attempt.now)));
        }
        attempt.admitted = attempt.verdict == Verdict.ADMITTED || !policy.enforced();
        if (!attempt.admitted) {
            return known;
        }
        if (limiter != null && slowEnough) {
            limiter.take(1, attempt.now);
        }
        entry.connections++;
        entry.awaitingConnect++;
        attempt.majority = isFirstMajority(entry.connections, total.incrementAndGet());
        return entry;
    }

    private @Nullable RateLimiter limiter(AddressBlock block, long now) {
        if (policy.connectionRate().isEmpty()) {
            return null;
        }
        RateLimiter remembered = rested.getIfPresent(block);
        return remembered != null
                ? remembered
                : new RateLimiter(policy.connectionRate().get(), now);
    }

    private boolean isFirstMajority(int connections, int of) {
        return of >= LEAST_FOR_MAJORITY && connections > of / 2 && majorityTold.compareAndSet(false, true);
    }

    private static long secondsUp(long nanos) {
        return TimeUnit.NANOSECONDS.toSeconds(nanos - 1) + 1;
    }

    private @Nullable Entry leave(AddressBlock block, Entry entry, boolean connectSeen) {
        entry.connections--;
        if (!connectSeen) {
            entry.awaitingConnect--;
        }
        total.decrementAndGet();
        if (entry.connections > 0) {
            return entry;
        }
        if (entry.limiter != null) {
            rested.put(block, entry.limiter);
        }
        return null;
    }

    /**
     * An address that has connections.
     *
     * <p>Confined to {@code present.compute} of its address.
     */
    private static final class Entry {
        private final @Nullable RateLimiter limiter;
        private int connections;
        private int awaitingConnect;

        Entry(@Nullable RateLimiter limiter) {
            this.limiter = limiter;
        }
    }

    /**
     * One call of {@link #admit}, and its answer.
     *
     * <p>Confined to its caller's thread.
     */
    private static final class Attempt {
        private final long now;
        private Verdict verdict = Verdict.ADMITTED;
        private boolean admitted;
        private long retryAfterSeconds;
        private boolean majority;

        Attempt(long now) {
            this.now = now;
        }

        private void over(Verdict limit, long seconds) {
            verdict = limit;
            retryAfterSeconds = seconds;
        }
    }
}
