package io.sluice.session;

import io.sluice.config.LimitConfig;
import io.sluice.config.RateConfig;
import io.sluice.limit.Rate;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How fast a client may send.
 *
 * <p>Immutable.
 *
 * @param packets all control packets; null is unlimited
 * @param publishes PUBLISH packets; null is unlimited
 * @param bytes bytes of MQTT; null is unlimited
 * @param maxPause longest single wait, in nanoseconds
 * @param closeAfter how long a client may be throttled without a break, in nanoseconds; 0 is for ever
 * @param report tell what would be throttled, and throttle nothing
 */
public record RateRules(
        @Nullable Rate packets,
        @Nullable Rate publishes,
        @Nullable Rate bytes,
        long maxPause,
        long closeAfter,
        boolean report) {

    private static final long LEAST_BURST_STEPS = 3;

    /** No rates at all. */
    public static final RateRules UNLIMITED = new RateRules(null, null, null, Long.MAX_VALUE, 0, false);

    /** A burst smaller than what comes due between two looks at the clock would keep a client below its rate; it is made greater. */
    public RateRules {
        packets = lasting(packets);
        publishes = lasting(publishes);
        bytes = lasting(bytes);
    }

    private static @Nullable Rate lasting(@Nullable Rate rate) {
        return rate == null ? null : rate.withBurstOf(LEAST_BURST_STEPS * rate.perSecond() / Throttle.STEPS);
    }

    static RateRules of(LimitConfig limit) {
        return new RateRules(
                rate(limit.packets()),
                rate(limit.publish()),
                rate(limit.bytes()),
                limit.maxPause().toNanos(),
                limit.closeAfter().map(Duration::toNanos).orElse(0L),
                limit.mode() == LimitConfig.Mode.REPORT);
    }

    private static @Nullable Rate rate(Optional<RateConfig> config) {
        return config.map(c -> new Rate(c.perSecond(), c.burst())).orElse(null);
    }

    boolean unlimited() {
        return packets == null && publishes == null && bytes == null;
    }
}
