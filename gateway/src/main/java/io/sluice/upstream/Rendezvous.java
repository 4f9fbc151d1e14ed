package io.sluice.upstream;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The same broker for the same key: each key ranks the brokers by a hash of both, and the first in rank gets it (Thaler and
 * Ravishankar, "Using Name-Based Mappings to Increase Hit Rates"). So a broker that goes gives away its own keys and no others,
 * and one that comes takes only what is its part. A greater weight wins as much more often. Every gateway ranks alike.
 *
 * <p>A broker whose sessions are as many as the bound times its fair share is passed over for the next in rank (Mirrokni, Thorup
 * and Zadimoghaddam, "Consistent Hashing with Bounded Loads"): no choice of keys overloads one broker. A key that is empty is
 * shared out without a hash.
 *
 * <p>Thread-safe.
 */
final class Rendezvous implements Balancer {
    private static final long FNV_OFFSET = 0xCBF29CE484222325L;
    private static final long FNV_PRIME = 0x100000001B3L;

    private final double bound;
    private final Balancer withoutKey;

    /** @param bound at least 1 */
    Rendezvous(double bound, Balancer withoutKey) {
        this.bound = bound;
        this.withoutKey = withoutKey;
    }

    @Override
    public Broker pick(List<Broker> brokers, String key, long now) {
        if (key.isEmpty()) {
            return withoutKey.pick(brokers, key, now);
        }
        double shares = 0;
        long sessions = 1; // the one to come
        for (Broker broker : brokers) {
            shares += broker.share(now);
            sessions += broker.sessions();
        }
        long hash = hash(key);
        Broker first = brokers.get(0);
        double best = -1;
        for (Broker broker : brokers) {
            double most = Math.ceil(bound * sessions * broker.share(now) / shares);
            double score = score(hash, broker);
            if (score > best && broker.sessions() < most) {
                best = score;
                first = broker;
            }
        }
        return first;
    }

    /** Of brokers with such scores each is the first as often as its weight is great. */
    private static double score(long key, Broker broker) {
        long mixed = mix(key ^ mix(broker.nameHash()));
        double even = ((mixed >>> 11) + 0.5) * 0x1.0p-53; // between 0 and 1, neither of them
        return broker.weight() / -Math.log(even);
    }

    /** FNV-1a, 64 bits. */
    static long hash(String text) {
        long hash = FNV_OFFSET;
        for (byte next : text.getBytes(StandardCharsets.UTF_8)) {
            hash = (hash ^ (next & 0xFF)) * FNV_PRIME;
        }
        return hash;
    }

    /** The finalizer of SplitMix64: every bit of the input moves half of the output's. */
    private static long mix(long bits) {
        long mixed = bits + 0x9E3779B97F4A7C15L;
        mixed = (mixed ^ (mixed >>> 30)) * 0xBF58476D1CE4E5B9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
        return mixed ^ (mixed >>> 31);
    }
}
