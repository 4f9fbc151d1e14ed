package io.sluice.session;

import io.sluice.mqtt.Connect;

/**
 * Opens broker connections for sessions, on the caller's I/O thread.
 *
 * <p>Thread-safe.
 */
public interface Dialer {

    /** Starts the search; its end comes as an event, never from within this call. */
    Dial dial(Session session, Connect connect);

    /** Whether there is a broker that may answer; readable from any thread. */
    default boolean live() {
        return true;
    }
}
