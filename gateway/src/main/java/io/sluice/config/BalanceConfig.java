package io.sluice.config;

import java.time.Duration;
import java.util.Optional;

/**
 * How sessions are shared out among the brokers of one cluster.
 *
 * <p>Immutable.
 *
 * @param hashBound most sessions of one broker, as a multiple of its fair share, where a hash decides; at least 1
 * @param slowStart how long a broker that comes back takes to its whole share; empty: it has it at once
 */
public record BalanceConfig(By by, double hashBound, Optional<Duration> slowStart) {

    /** What decides. */
    public enum By {
        LEAST_CONNECTIONS,
        ROUND_ROBIN,
        CLIENT_ID_HASH,
        SOURCE_HASH;

        /** The same client comes to the same broker again. */
        public boolean isHash() {
            return this == CLIENT_ID_HASH || this == SOURCE_HASH;
        }
    }
}
