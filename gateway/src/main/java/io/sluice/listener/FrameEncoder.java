package io.sluice.listener;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * Writes a server's frames (RFC 6455 5.2): whole messages, unmasked, each length in its shortest form.
 *
 * <pre>
 *   82 | 00..7D                          payload up to 125 bytes
 *   82 | 7E | two bytes                  up to 65,535
 *   82 | 7F | eight bytes                above
 * </pre>
 *
 * <p>Immutable.
 */
final class FrameEncoder {
    /** Greatest header of a frame without mask. */
    static final int MOST_HEADER_BYTES = 10;

    private static final byte BINARY = (byte) 0x82;
    private static final byte CLOSE = (byte) 0x88;
    private static final byte PING = (byte) 0x89;
    private static final byte PONG = (byte) 0x8A;
    private static final byte TWO_BYTE_LENGTH = 126;
    private static final byte EIGHT_BYTE_LENGTH = 127;
    private static final int MOST_CONTROL_BYTES = 125;

    private FrameEncoder() {}

    /**
     * Writes the header of a binary frame in front of its payload and moves the position to its start.
     *
     * @param payload position to limit; at least {@link #MOST_HEADER_BYTES} bytes in front of the position are overwritten
     */
    static void binaryHeader(ByteBuffer payload) {
        int length = payload.remaining();
        int at = payload.position();
        if (length <= MOST_CONTROL_BYTES) {
            payload.put(--at, (byte) length);
        } else {
            payload.put(--at, (byte) length);
            payload.put(--at, (byte) (length >> 8));
            if (length <= 0xFFFF) {
                payload.put(--at, TWO_BYTE_LENGTH);
            } else {
                payload.put(--at, (byte) (length >> 16));
                payload.put(--at, (byte) (length >> 24));
                for (int i = 0; i < 4; i++) {
                    payload.put(--at, (byte) 0);
                }
                payload.put(--at, EIGHT_BYTE_LENGTH);
            }
        }
        payload.put(--at, BINARY);
        payload.position(at);
    }

    /**
     * A Close (RFC 6455 5.5.1).
     *
     * @param code close code
     * @param reason cut at 123 bytes of UTF-8, in front of the first character that does not fit whole
     */
    static ByteBuffer close(int code, String reason) {
        ByteBuffer frame =
                ByteBuffer.allocate(2 + MOST_CONTROL_BYTES).position(2).putShort((short) code);
        StandardCharsets.UTF_8
                .newEncoder()
                .onMalformedInput(CodingErrorAction.REPLACE)
                .encode(CharBuffer.wrap(reason), frame, true);
        frame.flip();
        return frame.put(0, CLOSE).put(1, (byte) (frame.limit() - 2));
    }

    /** A Close without a body, the answer to one without a body. */
    static ByteBuffer close() {
        return control(CLOSE, new byte[0]);
    }

    /**
     * A pong.
     *
     * @param payload that of the ping (RFC 6455 5.5.3), at most 125 bytes
     */
    static ByteBuffer pong(byte[] payload) {
        return control(PONG, payload);
    }

    /** A ping without payload. */
    static ByteBuffer ping() {
        return control(PING, new byte[0]);
    }

    private static ByteBuffer control(byte first, byte[] payload) {
        return ByteBuffer.allocate(2 + payload.length)
                .put(first)
                .put((byte) payload.length)
                .put(payload)
                .flip();
    }
}
