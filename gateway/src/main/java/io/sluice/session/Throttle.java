package io.sluice.session;

import io.sluice.limit.HoldBudget;
import io.sluice.limit.Rate;
import io.sluice.limit.RateLimiter;
import io.sluice.mqtt.PacketScanner;
import io.sluice.telemetry.Traffic;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a client within its rates, without loss: of a run as much passes as the rates allow, up to a packet boundary or, where
 * the bytes are short, up to anywhere; the rest is held, and waits.
 *
 * <p>A wait ends when a hundredth of a second's worth is due, so that the client moves in many short steps: a PINGREQ behind a
 * backlog must not wait long. It is bounded by {@code limit.max-pause} and by half the keep alive.
 *
 * <p>With {@code limit.mode=report} everything passes, and what would have waited is remembered.
 *
 * <p>Confined to its session's I/O thread.
 */
final class Throttle {
    /** Nothing waits. */
    static final long NEVER = Long.MAX_VALUE;

    /** Steps in a second. */
    static final long STEPS = 100;

    private final RateRules rules;
    private final Traffic traffic;
    private final @Nullable RateLimiter packets;
    /** Made by the first PUBLISH, which many clients never send. */
    private @Nullable RateLimiter publishes;

    private final @Nullable RateLimiter bytes;
    private final long longestWait;

    private @Nullable Waiting waiting;

    /** Throttled since, while {@code throttled}. */
    private long since;

    private boolean throttled;
    private long waited;
    private int reached;

    /** Bytes that wait for the rates. */
    private static final class Waiting {
        private final HeldBytes bytes;
        private int from;
        private long since;
        private long wakeAt;

        Waiting(HeldBytes bytes, long since) {
            this.bytes = bytes;
            this.since = since;
        }

        int size() {
            return bytes.size() - from;
        }
    }

    private Throttle(RateRules rules, int keepAliveSeconds, long now, Traffic traffic) {
        this.rules = rules;
        this.traffic = traffic;
        packets = limiter(rules.packets(), now);
        bytes = limiter(rules.bytes(), now);
        long halfKeepAlive = keepAliveSeconds == 0 ? Long.MAX_VALUE : TimeUnit.SECONDS.toNanos(keepAliveSeconds) / 2;
        longestWait = Math.min(rules.maxPause(), halfKeepAlive);
    }

    /** Null where the policy has no rates. */
    static @Nullable Throttle of(RateRules rules, int keepAliveSeconds, long now, Traffic traffic) {
        return rules.unlimited() ? null : new Throttle(rules, keepAliveSeconds, now, traffic);
    }

    private static @Nullable RateLimiter limiter(@Nullable Rate rate, long now) {
        return rate == null ? null : new RateLimiter(rate, now);
    }

    /**
     * Scans as much of a run as may pass now, and takes it from the rates.
     *
     * @param run from position to limit; neither is moved
     * @return bytes that may pass; where they are fewer than the run has, {@link #cut} tells whether the rates are why
     */
    int admit(ByteBuffer run, PacketScanner scanner, long now) {
        boolean free = rules.report();
        int limit = run.limit();
        long bytesFree = available(bytes, now);
        long packetsFree = available(packets, now);
        long publishesFree = publishes == null ? burst(rules.publishes()) : publishes.available(now);
        boolean bytesShort = bytesFree < run.remaining();
        if (bytesShort && !free) {
            run.limit(run.position() + (int) bytesFree);
        }
        scanner.allow(free ? Long.MAX_VALUE : packetsFree, free ? Long.MAX_VALUE : publishesFree);
        int passed = scanner.scan(run);
        run.limit(limit);
        take(bytes, passed, bytesFree, now);
        long begun = (free ? Long.MAX_VALUE : packetsFree) - scanner.packetsLeft();
        long published = (free ? Long.MAX_VALUE : publishesFree) - scanner.publishesLeft();
        take(packets, begun, packetsFree, now);
        if (published > 0 && publishes == null) {
            publishes = limiter(rules.publishes(), now);
        }
        take(publishes, published, publishesFree, now);
        boolean wanting = bytesShort || scanner.exhausted() || begun > packetsFree || published > publishesFree;
        if (wanting) {
            reached++;
            count(Traffic.Rule.BYTES, bytesShort);
            count(
                    Traffic.Rule.PUBLISH,
                    published > publishesFree || (scanner.exhausted() && scanner.publishesLeft() == 0));
            count(Traffic.Rule.PACKETS, begun > packetsFree || (scanner.exhausted() && scanner.packetsLeft() == 0));
        }
        boolean stopped = scanner.violation() != null || scanner.disconnected();
        mark(wanting && !free && !stopped && passed < limit - run.position(), now);
        return passed;
    }

    private void count(Traffic.Rule rule, boolean hit) {
        if (hit) {
            traffic.reached(rule, rules.report());
        }
    }

    private void mark(boolean cut, long now) {
        if (cut && !throttled) {
            since = now;
        }
        throttled = cut;
    }

    /** The last run did not pass whole, for want of a rate. */
    boolean cut() {
        return throttled;
    }

    /** Holds the remaining bytes of a run until the rates allow more; the budget counts them. */
    void hold(ByteBuffer rest, HoldBudget budget, long now) {
        Waiting before = waiting;
        if (before == null) {
            waiting = new Waiting(new HeldBytes(rest, budget), now);
            wakeLater(waiting, now);
        } else {
            before.bytes.append(rest);
            wakeLater(before, now);
        }
    }

    private void wakeLater(Waiting held, long now) {
        held.wakeAt = now + Math.min(longestWait, due(now));
    }

    /** Nothing is held any more; idempotent. */
    void drop() {
        if (waiting != null) {
            waiting.bytes.release();
            waiting = null;
        }
    }

    boolean holding() {
        return waiting != null;
    }

    int heldBytes() {
        return waiting == null ? 0 : waiting.size();
    }

    /** What of the budget waits for the rates. */
    int heldRoom() {
        return waiting == null ? 0 : waiting.bytes.room();
    }

    /** What is held, to be passed on or {@link #released} in part; not a copy. */
    ByteBuffer rest() {
        Waiting held = waiting();
        return held.bytes.view(held.from, held.bytes.size());
    }

    /**
     * Lets as much of held bytes pass as one burst of each rate, whatever was passed before.
     *
     * @return the same buffer, cut to the burst of bytes
     */
    ByteBuffer allowBurst(ByteBuffer rest, PacketScanner scanner) {
        scanner.allow(burst(rules.packets()), burst(rules.publishes()));
        return rest.limit(rest.position() + (int) Math.min(rest.remaining(), burst(rules.bytes())));
    }

    private static long burst(@Nullable Rate rate) {
        return rate == null ? Long.MAX_VALUE : rate.burst();
    }

    /** So many of the held bytes have passed. */
    void released(int passed, long now) {
        Waiting held = waiting();
        held.from += passed;
        waited += now - held.since;
        traffic.throttled(now - held.since);
        held.since = now;
        if (held.size() == 0) {
            drop();
        } else {
            wakeLater(held, now);
        }
    }

    /** Nanoseconds to the end of the wait, or of the patience with a client that is always throttled; {@link #NEVER}. */
    long left(long now) {
        if (waiting == null) {
            return NEVER;
        }
        long wait = waiting.wakeAt - now;
        return rules.closeAfter() == 0 ? wait : Math.min(wait, since + rules.closeAfter() - now);
    }

    boolean isDue(long now) {
        return waiting != null && waiting.wakeAt - now <= 0;
    }

    /** Throttled without a break for longer than the operator allows. */
    boolean exhausted(long now) {
        return throttled && rules.closeAfter() > 0 && now - since >= rules.closeAfter();
    }

    /** Nanoseconds in which bytes of this client were held for its rates. */
    long waited(long now) {
        return waited + (waiting == null ? 0 : now - waiting.since);
    }

    /** How often a rate was reached. */
    int reached() {
        return reached;
    }

    private Waiting waiting() {
        if (waiting == null) {
            throw new IllegalStateException("nothing is held");
        }
        return waiting;
    }

    private long due(long now) {
        return Math.max(due(bytes, now), Math.max(due(packets, now), due(publishes, now)));
    }

    /** Nanoseconds until a limiter that has nothing left has a step's worth again. */
    private static long due(@Nullable RateLimiter limiter, long now) {
        if (limiter == null || limiter.available(now) > 0) {
            return 0;
        }
        long step = Math.max(1, limiter.rate().perSecond() / STEPS);
        return limiter.nextAt(step, now);
    }

    private static long available(@Nullable RateLimiter limiter, long now) {
        return limiter == null ? Long.MAX_VALUE : limiter.available(now);
    }

    private static void take(@Nullable RateLimiter limiter, long units, long available, long now) {
        if (limiter != null && units > 0) {
            limiter.take(Math.min(units, available), now);
        }
    }
}
