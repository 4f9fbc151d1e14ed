package io.sluice.session;

import io.sluice.limit.HoldBudget;
import io.sluice.mqtt.Connect;
import io.sluice.mqtt.ConnectDecoder;
import io.sluice.mqtt.ConnectResult;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What a client says until its broker has answered: CONNECT, held to be sent and sent again, and what it sends behind it.
 *
 * <p>Confined to its session's I/O thread.
 */
final class Opening {
    /**
     * Longest client id, and what is kept of a user name, in characters: both stay for as long as the session, and a packet has room
     * for 64 KiB of each.
     */
    static final int MOST_NAME = 1024;

    private final SessionPolicy policy;
    private final HoldBudget budget;
    private @Nullable HeldBytes held;
    private @Nullable Connect connect;
    private int level;
    private boolean versionNotAllowed;

    Opening(SessionPolicy policy, HoldBudget budget) {
        this.policy = policy;
        this.budget = budget;
    }

    /** Takes a run that CONNECT is not yet whole without; returns why the client is refused, null while it is not. */
    @Nullable
    CloseCause read(ByteBuffer run) {
        ConnectResult result;
        if (held == null) {
            result = ConnectDecoder.decode(run, policy.maxPacketBeforeConnack());
            held = new HeldBytes(run, budget);
        } else {
            held.append(run);
            result = ConnectDecoder.decode(held.view(0, held.size()), policy.maxPacketBeforeConnack());
        }
        if (result instanceof ConnectResult.Complete complete) {
            return judge(complete.connect());
        }
        if (result instanceof ConnectResult.Invalid invalid) {
            level = invalid.level();
            return causeOf(invalid.reason());
        }
        return null;
    }

    private @Nullable CloseCause judge(Connect packet) {
        connect = packet.cut(MOST_NAME);
        level = packet.level();
        if (!policy.allows(level)) {
            versionNotAllowed = true;
            if (!policy.report()) {
                return CloseCause.VERSION_REFUSED;
            }
        }
        if (packet.bridge() && !policy.bridgesAllowed()) {
            return CloseCause.BRIDGE_REFUSED;
        }
        return packet.clientId().length() > MOST_NAME ? CloseCause.CLIENT_ID_TOO_LONG : null;
    }

    private static CloseCause causeOf(ConnectResult.Reason reason) {
        return switch (reason) {
            case NOT_CONNECT, UNREADABLE_VERSION -> CloseCause.NOT_CONNECT;
            case UNSUPPORTED_LEVEL -> CloseCause.VERSION_REFUSED;
            case MALFORMED -> CloseCause.CONNECT_MALFORMED;
            case PROTOCOL_ERROR -> CloseCause.CONNECT_PROTOCOL_ERROR;
            case TOO_LARGE -> CloseCause.CONNECT_TOO_LARGE;
        };
    }

    /** The version is one that the policy does not allow, whether or not it is refused for that. */
    boolean versionNotAllowed() {
        return versionNotAllowed;
    }

    /** Takes a run that comes behind CONNECT. */
    void hold(ByteBuffer run) {
        bytes().append(run);
    }

    /** As much is held as allowed. */
    boolean full() {
        return bytes().size() >= policy.maxPacketBeforeConnack();
    }

    /** CONNECT as it came, to be sent; not a copy. */
    ByteBuffer connectBytes() {
        return bytes().view(0, packet().length());
    }

    /** What came behind CONNECT, to be sent; not a copy. Nothing is held any more, and CONNECT cannot be sent again. */
    ByteBuffer release() {
        ByteBuffer behindConnect = bytes().view(packet().length(), bytes().size());
        drop();
        return behindConnect;
    }

    /** Nothing is held any more; idempotent. */
    void drop() {
        if (held != null) {
            held.release();
            held = null;
        }
    }

    /** Bytes that are held. */
    int heldBytes() {
        return held == null ? 0 : held.size();
    }

    /** What they take of the budget. */
    int heldRoom() {
        return held == null ? 0 : held.room();
    }

    /** Null until CONNECT is whole. */
    @Nullable
    Connect connect() {
        return connect;
    }

    /** The protocol level as the client sent it, without the bridge bit; 0 where it was not read. */
    int level() {
        return level;
    }

    /** CONNECT, which is whole. */
    Connect packet() {
        if (connect == null) {
            throw new IllegalStateException("CONNECT is not whole");
        }
        return connect;
    }

    private HeldBytes bytes() {
        if (held == null) {
            throw new IllegalStateException("nothing is held");
        }
        return held;
    }
}
