package io.sluice.session;

/**
 * The broker that a dial found.
 *
 * <p>Immutable.
 *
 * @param cluster its name
 * @param broker host:port
 * @param tries how many brokers were dialed, this one included
 * @param dialNanos from the first packet to this connection
 */
public record Reached(String cluster, String broker, int tries, long dialNanos) {}
