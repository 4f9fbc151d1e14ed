package io.sluice.loadtest.load;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Writes the masked WebSocket frames of a client (RFC 6455 5.3), each with another mask.
 *
 * <p>Confined to its loop's thread.
 */
final class FrameWriter {
    static final int MOST_HEADER = 14;

    private static final int FIN = 0x80;
    private static final int MASKED = 0x80;

    private long state = System.nanoTime() | 1;

    /** Appends one frame with all of the payload. Both are heap or direct buffers in network order. */
    void put(int opcode, ByteBuffer payload, ByteBuffer out) {
        int length = payload.remaining();
        out.put((byte) (FIN | opcode));
        if (length < 126) {
            out.put((byte) (MASKED | length));
        } else if (length < 0x10000) {
            out.put((byte) (MASKED | 126)).putShort((short) length);
        } else {
            out.put((byte) (MASKED | 127)).putLong(length);
        }
        int mask = nextMask();
        out.putInt(mask);
        mask(payload, out, mask);
    }

    private static void mask(ByteBuffer payload, ByteBuffer out, int mask) {
        assert payload.order() == ByteOrder.BIG_ENDIAN && out.order() == ByteOrder.BIG_ENDIAN;
        long wide = (long) mask << 32 | (mask & 0xFFFF_FFFFL);
        while (payload.remaining() >= Long.BYTES) {
            out.putLong(payload.getLong() ^ wide);
        }
        for (int shift = 24; payload.hasRemaining(); shift = shift == 0 ? 24 : shift - 8) {
            out.put((byte) (payload.get() ^ mask >>> shift));
        }
    }

    /** Xorshift: masks protect proxies from what scripts of web pages send, and there is none here. */
    private int nextMask() {
        state ^= state << 13;
        state ^= state >>> 7;
        state ^= state << 17;
        return (int) state;
    }
}
