package io.sluice.session;

import io.sluice.mqtt.Connect;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * How a session ends: its cause, the gateway's goodbye to the client, the closing of both sides.
 *
 * <p>A goodbye packet stands at a packet boundary of the broker's stream; it waits for one, and is left out when none comes in
 * {@link SessionPolicy#BOUNDARY_WAIT}. Only then the sides are closed.
 *
 * <p>Confined to its session's I/O thread.
 */
final class Ending {
    private static final int NONE = -1;

    private final Session session;
    private final Sides sides;
    private final Opening opening;
    private final ToClient toClient;

    private @Nullable CloseCause cause;
    /** Another server for the client, where it is told to go. */
    private @Nullable String serverReference;
    /** A goodbye packet that waits for the end of the broker's packet. */
    private @Nullable ByteBuffer goodbye;
    /** Our own CONNACK or DISCONNECT has been sent. */
    private boolean said;

    /** The client has said DISCONNECT. */
    private boolean disconnected;

    Ending(Session session, Sides sides, Opening opening, ToClient toClient) {
        this.session = session;
        this.sides = sides;
        this.opening = opening;
        this.toClient = toClient;
    }

    /** The client has said DISCONNECT; returns false when it had already. */
    boolean disconnect() {
        boolean first = !disconnected;
        disconnected = true;
        return first;
    }

    /** The client has said DISCONNECT: whatever ends the session now is no loss. */
    boolean disconnected() {
        return disconnected;
    }

    /** Names another server for the client (MQTT 5.0 4.13). */
    void refer(@Nullable String reference) {
        serverReference = reference;
    }

    /** The cause, which is set. */
    CloseCause cause() {
        if (cause == null) {
            throw new IllegalStateException("the session does not end");
        }
        return cause;
    }

    /** Code of the gateway's own CONNACK or DISCONNECT to the client, -1 where it sent none. */
    int code() {
        if (!said) {
            return NONE;
        }
        return toClient.flows() ? cause().disconnectCode() : cause().connackCode(opening.level());
    }

    /** Says goodbye, or waits to say it; then closes. To be called once, with the state in which the cause found the session. */
    void begin(CloseCause why, SessionState before) {
        cause = why;
        ByteBuffer packet = packet(before, why);
        if (packet == null || sides.clientDone() || why.resetsClient()) {
            finish();
        } else if (toClient.atBoundary()) {
            say(packet);
        } else if (sides.brokerDone() || why.closedBy() == CloseCause.By.BROKER) {
            finish();
        } else {
            goodbye = packet;
            session.deadlineIn(SessionPolicy.BOUNDARY_WAIT);
        }
    }

    /** A goodbye waits for the end of the broker's packet. */
    boolean waiting() {
        return goodbye != null;
    }

    /** The broker's packet that is under way to the client goes on to its end, then the goodbye follows. */
    void pass(ByteBuffer run) {
        ByteBuffer packet = goodbye;
        if (packet != null) {
            boolean mayFollow = toClient.takeToBoundary(run);
            if (toClient.broken()) {
                withoutGoodbye();
            } else if (mayFollow) {
                goodbye = null;
                say(packet);
            }
        }
    }

    /** The goodbye packet did not find its place in time, or has lost its reader: close without it. */
    void withoutGoodbye() {
        if (goodbye != null) {
            goodbye = null;
            finish();
        }
    }

    /** Drops both sides, goodbye unsaid. */
    void abort() {
        goodbye = null;
        sides.abort();
    }

    private void say(ByteBuffer packet) {
        said = true;
        toClient.goodbye(packet);
        finish();
    }

    private void finish() {
        session.closeInTime();
        sides.finish(cause());
        session.closedWhenDone();
    }

    private @Nullable ByteBuffer packet(SessionState before, CloseCause why) {
        if (disconnected) {
            return null;
        }
        Connect connect = opening.connect();
        return before == SessionState.OPEN
                ? Goodbye.disconnect(why, opening.level(), connect, serverReference)
                : Goodbye.connack(why, opening.level(), connect, serverReference);
    }
}
