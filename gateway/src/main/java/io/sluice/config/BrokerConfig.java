package io.sluice.config;

/**
 * One broker of a cluster.
 *
 * <p>Immutable.
 *
 * @param weight its share of the sessions, in proportion to the other brokers'; at least 1
 */
public record BrokerConfig(HostPort address, int weight) {}
