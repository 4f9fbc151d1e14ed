package io.sluice.loadtest.load;

import java.nio.ByteBuffer;

/**
 * Reads the WebSocket frames of a server (RFC 6455 5.2): hands over payload as it comes, and control frames whole.
 *
 * <pre>
 * |F|RSV|opcode| |0| length 0..125, 126: 2 more bytes, 127: 8 more |  payload, not masked
 * </pre>
 *
 * <p>Confined to its loop's thread.
 */
final class FrameFeed {
    static final int BINARY = 2;
    static final int CLOSE = 8;
    static final int PING = 9;
    static final int PONG = 10;

    private static final int MOST_CONTROL = 125;
    private static final int SHORT_LENGTH = 126;

    private final ByteBuffer control = ByteBuffer.allocate(MOST_CONTROL);
    private int opcode;
    private boolean masked;
    private int headerRead;
    private int headerSize = 2;
    private long left;

    /** Takes what is in frames. */
    interface Taker {
        /** Takes some bytes of a data frame, between position and limit; false: nothing more is wanted. */
        boolean payload(ByteBuffer bytes);

        /** Takes a control frame; false: nothing more is wanted. */
        boolean control(int opcode, ByteBuffer payload);

        void malformedFrame();
    }

    /** Begins with a new connection. */
    void reset() {
        headerRead = 0;
        headerSize = 2;
        left = 0;
        control.clear();
    }

    /** Takes all bytes, unless the taker wants no more. */
    void feed(ByteBuffer in, Taker taker) {
        while (in.hasRemaining() || (headerRead == headerSize && left == 0)) {
            if (headerRead < headerSize) {
                header(in.get() & 0xFF);
                if (left < 0 || (headerRead == 2 && isMalformed())) {
                    taker.malformedFrame();
                    return;
                }
            } else if (!payload(in, taker)) {
                return;
            }
        }
    }

    private void header(int next) {
        headerRead++;
        if (headerRead == 1) {
            opcode = next & 0x0F;
        } else if (headerRead == 2) {
            int length = next & 0x7F;
            masked = next > 0x7F;
            left = length < SHORT_LENGTH ? length : 0;
            headerSize = length < SHORT_LENGTH ? 2 : length == SHORT_LENGTH ? 4 : 10;
        } else {
            left = left << 8 | next;
        }
    }

    private boolean isMalformed() {
        return masked || (opcode >= CLOSE && (headerSize > 2 || opcode > PONG));
    }

    private boolean payload(ByteBuffer in, Taker taker) {
        int limit = in.limit();
        int count = (int) Math.min(left, in.remaining());
        left -= count;
        in.limit(in.position() + count);
        boolean on = true;
        if (opcode >= CLOSE) {
            control.put(in);
        } else if (count > 0) {
            on = taker.payload(in);
        }
        in.position(in.limit()).limit(limit);
        if (left == 0) {
            headerRead = 0;
            headerSize = 2;
            if (on && opcode >= CLOSE) {
                on = taker.control(opcode, control.flip());
            }
            control.clear();
        }
        return on;
    }
}
