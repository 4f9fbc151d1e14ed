package io.sluice.config;

import java.time.Duration;
import java.util.Optional;

/**
 * When a broker that dials do not reach gets no more of them for a while.
 *
 * <p>Immutable.
 *
 * @param after as many failed dials in a row; empty: never
 * @param time the first time; each further one is twice as long
 * @param mostPercent of the brokers of a cluster, at a time
 */
public record EjectConfig(Optional<Integer> after, Duration time, int mostPercent) {}
