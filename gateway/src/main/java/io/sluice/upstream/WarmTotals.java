package io.sluice.upstream;

/**
 * What became of the warm connections of one cluster since the start.
 *
 * <p>Immutable.
 *
 * @param opened ahead of demand, those that still wait among them
 * @param used given to a client
 * @param expired waited too long
 * @param dead ended by the broker, or spoken on by it, before a client was there
 */
public record WarmTotals(long opened, long used, long expired, long dead) {}
