package io.sluice.session;

import io.sluice.limit.HoldBudget;
import io.sluice.mqtt.ConnackDecoder;
import io.sluice.mqtt.ConnackResult;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What a broker says until its CONNACK is whole: the packet under way is held, and what CONNACK said is kept; a refusal as a whole
 * while another broker is asked.
 *
 * <p>Confined to its session's I/O thread.
 */
final class Answer {
    private static final int NONE = -1;

    private final HoldBudget budget;
    private @Nullable HeldBytes held;
    /** The refusal of a broker, kept while others are asked. */
    private @Nullable HeldBytes refusal;

    private boolean begun;
    private boolean silent;
    private int code = NONE;
    private int serverKeepAliveSeconds = NONE;

    Answer(HoldBudget budget) {
        this.budget = budget;
    }

    /** Joins a run to what is held; the result is to be given to {@link #next} until it is empty. Not a copy of the run. */
    ByteBuffer gather(ByteBuffer run) {
        begun = true;
        HeldBytes before = held;
        if (before == null) {
            return run;
        }
        before.append(run);
        held = null;
        before.release();
        return before.view(0, before.size());
    }

    /** Keeps a broker's refusal, and begins anew for another broker. */
    void putOff(ByteBuffer connack) {
        dropRefusal();
        refusal = new HeldBytes(connack, budget);
        begun = false;
    }

    /** The refusal that was kept last, to be sent; null where there is none. Not a copy. */
    @Nullable
    ByteBuffer refusal() {
        return refusal == null ? null : refusal.view(0, refusal.size());
    }

    /** Nothing is held any more; idempotent. */
    void drop() {
        if (held != null) {
            held.release();
            held = null;
        }
        dropRefusal();
    }

    private void dropRefusal() {
        if (refusal != null) {
            refusal.release();
            refusal = null;
        }
    }

    /** The packet at the position, which is not moved; null when it is not whole: then the bytes are held, and all is empty. */
    @Nullable
    ConnackResult next(ByteBuffer all, int level, int mostBytes) {
        ConnackResult result = ConnackDecoder.decode(all, level, mostBytes);
        if (result instanceof ConnackResult.Connack connack) {
            code = connack.code();
            serverKeepAliveSeconds = code == 0 ? connack.serverKeepAliveSeconds() : NONE;
        } else if (!(result instanceof ConnackResult.Auth) && !(result instanceof ConnackResult.Invalid)) {
            held = new HeldBytes(all, budget);
            return null;
        }
        return result;
    }

    /** The broker has said something. */
    boolean begun() {
        return begun;
    }

    /** A broker has closed without a word. */
    void silence() {
        silent = true;
    }

    /** Whether a broker has, of those that were asked. */
    boolean wasSilent() {
        return silent;
    }

    /** Of CONNACK; -1 before it. */
    int code() {
        return code;
    }

    /** Of an accepting CONNACK; -1 where it names none. */
    int serverKeepAliveSeconds() {
        return serverKeepAliveSeconds;
    }
}
