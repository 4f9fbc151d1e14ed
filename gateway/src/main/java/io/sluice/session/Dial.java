package io.sluice.session;

/**
 * One session's search for a broker: ends in {@code upstreamConnected} or {@code upstreamRefused}, exactly once per
 * attempt.
 *
 * <p>Confined to its session's I/O thread.
 */
public interface Dial {

    /** CONNACK came: the connecting slot is free. */
    void accepted();

    /**
     * Tries another broker.
     *
     * @return false: none is left within the tries and the deadline
     */
    boolean next();

    /** The client is gone; a connection that arrives late is aborted. */
    void cancel();
}
