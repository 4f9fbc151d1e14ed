package io.sluice.session;

/**
 * The states of a session.
 *
 * <p>Immutable.
 */
enum SessionState {
    /** Waits for a whole CONNECT. */
    OPENING,
    /** Looks for a broker. */
    DIALING,
    /** CONNECT is with the broker; its answer is not yet whole. */
    AWAITING_CONNACK,
    /** CONNACK has passed: bytes stream both ways. */
    OPEN,
    /** The cause is set; goodbyes go out, both sides close. */
    CLOSING,
    /** Both sides are done. */
    CLOSED;

    boolean mayBecome(SessionState next) {
        return switch (this) {
            case OPENING -> next == DIALING || next == CLOSING;
            case DIALING -> next == AWAITING_CONNACK || next == CLOSING;
            case AWAITING_CONNACK -> next == DIALING || next == OPEN || next == CLOSING;
            case OPEN -> next == CLOSING;
            case CLOSING -> next == CLOSED;
            case CLOSED -> false;
        };
    }
}
