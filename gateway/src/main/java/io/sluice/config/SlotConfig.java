package io.sluice.config;

import java.time.Duration;

/**
 * How much the brokers of one cluster take at a time, and how many sessions wait for it.
 *
 * <p>Immutable.
 *
 * @param maxConnections to one broker; {@link Integer#MAX_VALUE}: as many as come
 * @param maxConnecting to one broker, that have no CONNACK yet; {@link Integer#MAX_VALUE}: as many as come
 * @param queueSize most sessions that wait for a broker of the cluster; 0: none does
 * @param queueTimeout longest wait of one of them
 */
public record SlotConfig(int maxConnections, int maxConnecting, int queueSize, Duration queueTimeout) {

    /** As many as come, and none waits. */
    public static final SlotConfig UNLIMITED =
            new SlotConfig(Integer.MAX_VALUE, Integer.MAX_VALUE, 0, Duration.ofSeconds(10));
}
