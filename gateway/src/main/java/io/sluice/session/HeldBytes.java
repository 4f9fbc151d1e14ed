package io.sluice.session;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Bytes of one side that wait until its first packet is whole and may pass. Grows as needed; its user bounds it.
 *
 * <p>Confined to its session's I/O thread.
 */
final class HeldBytes {
    private byte[] bytes;
    private int size;

    /** Copies the remaining bytes of the run, and takes them from it. */
    HeldBytes(ByteBuffer run) {
        bytes = new byte[Peer.HEADROOM + run.remaining()];
        append(run);
    }

    /** Copies the remaining bytes of the run behind what is held, and takes them from it. */
    void append(ByteBuffer run) {
        int added = run.remaining();
        int needed = Peer.HEADROOM + size + added;
        if (needed > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(needed, bytes.length * 2));
        }
        run.get(bytes, Peer.HEADROOM + size, added);
        size += added;
    }

    int size() {
        return size;
    }

    /** The held bytes from one offset to another, with the headroom that {@link Peer#send} asks for; not a copy. */
    ByteBuffer view(int from, int to) {
        return ByteBuffer.wrap(bytes, Peer.HEADROOM + from, to - from);
    }
}
