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
     * The broker has refused with this code, and nothing of it was passed on. True: the session is to abort the connection and
     * to try another broker, which there is.
     */
    boolean retries(int code);

    /**
     * Tries another broker.
     *
     * @return false: none is left within the tries and the deadline
     */
    boolean next();

    /** The client is gone; a connection that arrives late is aborted. */
    void cancel();
}
