package io.sluice.config;

/**
 * How much may come from one client: a token bucket, in the unit of the key that it was written for.
 *
 * <p>Immutable.
 *
 * @param perSecond at least 1
 * @param burst what may come at once after a quiet time, at least 1
 */
public record RateConfig(long perSecond, long burst) {}
