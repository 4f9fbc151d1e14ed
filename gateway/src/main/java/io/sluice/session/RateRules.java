package io.sluice.session;

import io.sluice.limit.Rate;
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

    /** No rates at all. */
    public static final RateRules UNLIMITED = new RateRules(null, null, null, Long.MAX_VALUE, 0, false);

    boolean unlimited() {
        return packets == null && publishes == null && bytes == null;
    }
}
