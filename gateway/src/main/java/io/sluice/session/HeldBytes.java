package io.sluice.session;

import io.sluice.limit.HoldBudget;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Bytes of one side that wait until its first packet is whole, or until they may pass. Grows as needed; its user bounds it, and
 * the budget counts it until it is {@link #release}d.
 *
 * <p>Confined to its session's I/O thread.
 */
final class HeldBytes {
    private final HoldBudget budget;
    private byte[] bytes;
    private int size;

    /** Copies the remaining bytes of the run, and takes them from it. */
    HeldBytes(ByteBuffer run, HoldBudget budget) {
        this.budget = budget;
        bytes = new byte[Peer.HEADROOM + run.remaining()];
        budget.add(bytes.length);
        append(run);
    }

    /** Copies the remaining bytes of the run behind what is held, and takes them from it. */
    void append(ByteBuffer run) {
        int added = run.remaining();
        int needed = Peer.HEADROOM + size + added;
        if (needed > bytes.length) {
            int before = bytes.length;
            bytes = Arrays.copyOf(bytes, Math.max(needed, before * 2));
            budget.add(bytes.length - before);
        }
        run.get(bytes, Peer.HEADROOM + size, added);
        size += added;
    }

    /** Nothing is held any more; views stay what they are. To be called once. */
    void release() {
        budget.add(-bytes.length);
    }

    int size() {
        return size;
    }

    /** What it takes of the heap, and of the budget, however little of it is left. */
    int room() {
        return bytes.length;
    }

    /** The held bytes from one offset to another, with the headroom that {@link Peer#send} asks for; not a copy. */
    ByteBuffer view(int from, int to) {
        return ByteBuffer.wrap(bytes, Peer.HEADROOM + from, to - from);
    }
}
