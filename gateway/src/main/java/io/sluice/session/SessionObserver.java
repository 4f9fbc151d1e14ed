package io.sluice.session;

import io.sluice.telemetry.SessionEnd;
import io.sluice.telemetry.SessionReport;

/**
 * Is told what a session has to report.
 *
 * <p>Thread-safe.
 */
public interface SessionObserver {

    /** The session is closed; called once. */
    void ended(SessionEnd end);

    /**
     * A limit is only reported: it would have ended the session for this cause. Called once for each cause.
     *
     * @param session as it is now
     */
    void spared(SessionReport session, CloseCause why);

    /** A bug in the gateway ended a session, or would have, had it not been ending. */
    void bug(String where, Throwable bug);
}
