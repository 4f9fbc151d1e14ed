package io.sluice.session;

import io.sluice.telemetry.SessionEnd;

/**
 * Is told what a session has to report.
 *
 * <p>Thread-safe.
 */
public interface SessionObserver {

    /** The session is closed; called once. */
    void ended(SessionEnd end);

    /** A bug in the gateway ended a session, or would have, had it not been ending. */
    void bug(String where, Throwable bug);
}
