package io.sluice.listener;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Decodes a client's frames (RFC 6455 5) in the buffer they were read into.
 *
 * <pre>
 *   byte 1    FIN RSV1-3 opcode
 *   byte 2    MASK, length up to 125, or 126: two bytes of length follow, or 127: eight
 *   ...       length
 *   4 bytes   mask
 *   payload   byte i xor mask byte i mod 4
 * </pre>
 *
 * <p>Payload moves towards the front by the headers that stood before it, eight bytes at a time, and is unmasked on the
 * way: one pass, no second buffer. Each byte of a header is judged in its turn, so that the verdict does not depend on
 * where reads cut the stream. What came before an end is delivered, what comes behind it is discarded.
 *
 * <p>Confined to its session's I/O thread.
 */
final class FrameDecoder {

    /** Why no more frames are decoded. */
    enum End {
        /** The client's Close, legal in itself; its code is {@link FrameDecoder#closeCode}. */
        CLOSE,
        /** Close code 1002. */
        FRAME_ERROR,
        /** MQTT travels in binary frames ([MQTT-6.0.0-1]): close code 1003. */
        TEXT_FRAME,
        /** The reason in the client's Close is no UTF-8: close code 1007. */
        CLOSE_REASON_INVALID
    }

    /** A Close without a body (RFC 6455 7.1.5). */
    static final int NO_CLOSE_CODE = 1005;

    private static final int FIN = 0x80;
    private static final int RESERVED = 0x70;
    private static final int OPCODE = 0x0F;
    private static final int CONTROL = 0x08;
    private static final int MASKED = 0x80;
    private static final int LENGTH = 0x7F;

    private static final int CONTINUATION = 0x0;
    private static final int TEXT = 0x1;
    private static final int BINARY = 0x2;
    private static final int CLOSE = 0x8;
    private static final int PING = 0x9;
    private static final int PONG = 0xA;

    private static final int MOST_CONTROL_BYTES = 125;
    private static final int TWO_BYTE_LENGTH = 126;
    private static final int EIGHT_BYTE_LENGTH = 127;
    private static final int MASK_BYTES = 4;
    private static final int SHORTEST_HEADER = 2 + MASK_BYTES;

    private static final byte[] NOTHING = {};

    /** Bytes seen of a header that the last read cut; {@code length} and {@code mask} grow with them. */
    private int headerBytes;

    private int first;
    private int second;
    /** Of the current frame's payload, what is still to come. */
    private long length;
    /** Mask bytes in the order in which the payload still to come meets them, the next one uppermost. */
    private int mask;

    private boolean inPayload;
    /** A binary message has begun whose last frame has not. */
    private boolean fragmented;

    private byte[] control = NOTHING;
    private int controlBytes;
    private byte[] ping = NOTHING;
    private int pingBytes;
    private boolean pinged;
    private boolean ponged;
    private int closeCode = NO_CLOSE_CODE;
    private int frames;
    private @Nullable End end;

    /**
     * Takes the raw bytes from position to limit. Leaves the position, moves the payload of binary frames to it and sets the
     * limit to the payload's end. A buffer in native byte order is decoded fastest.
     */
    void decode(ByteBuffer buffer) {
        int at = buffer.position();
        int limit = buffer.limit();
        int out = at;
        while (at < limit && end == null) {
            if (!inPayload) {
                at = header(buffer, at, limit);
                if (!inPayload) {
                    break;
                }
            }
            int bytes = (int) Math.min(length, limit - at);
            if ((first & CONTROL) != 0) {
                collect(buffer, at, bytes);
            } else {
                unmask(buffer, at, out, bytes);
                out += bytes;
            }
            at += bytes;
            length -= bytes;
            if (length == 0) {
                leave();
            }
        }
        buffer.limit(out);
    }

    /** Why decoding has ended; null while it has not. */
    @Nullable
    End end() {
        return end;
    }

    /** The code of the client's Close, 1005 where it had none; of meaning only with {@link End#CLOSE}. */
    int closeCode() {
        return closeCode;
    }

    /**
     * The payload of the newest ping since the last call, null when there was none: several pings may be answered once
     * (RFC 6455 5.5.3).
     */
    byte @Nullable [] takePing() {
        if (!pinged) {
            return null;
        }
        pinged = false;
        return Arrays.copyOf(ping, pingBytes);
    }

    /** Whether a pong came since the last call. */
    boolean takePong() {
        boolean came = ponged;
        ponged = false;
        return came;
    }

    /** How many frames have begun since the last call, of data and of control. */
    int takeFrames() {
        int taken = frames;
        frames = 0;
        return taken;
    }

    /** Reads a header that lies whole in the buffer; returns where the payload begins, or the limit without one. */
    private int header(ByteBuffer buffer, int at, int limit) {
        int available = limit - at;
        if (headerBytes > 0 || available < SHORTEST_HEADER) {
            return cutHeader(buffer, at, limit);
        }
        int code = buffer.get(at + 1) & LENGTH;
        int size = SHORTEST_HEADER + lengthBytes(code);
        if (available < size) {
            return cutHeader(buffer, at, limit);
        }
        if (!firstLegal(buffer.get(at) & 0xFF) || !secondLegal(buffer.get(at + 1) & 0xFF)) {
            return limit;
        }
        boolean swap = buffer.order() == ByteOrder.LITTLE_ENDIAN;
        if (code == TWO_BYTE_LENGTH) {
            short raw = buffer.getShort(at + 2);
            length = Short.toUnsignedInt(swap ? Short.reverseBytes(raw) : raw);
        } else if (code == EIGHT_BYTE_LENGTH) {
            long raw = buffer.getLong(at + 2);
            length = swap ? Long.reverseBytes(raw) : raw;
        }
        if (!lengthLegal()) {
            return limit;
        }
        int raw = buffer.getInt(at + size - MASK_BYTES);
        mask = swap ? Integer.reverseBytes(raw) : raw;
        enter();
        return at + size;
    }

    /** Reads a header, or the rest of one, byte by byte; returns where the payload begins, or the limit without one. */
    private int cutHeader(ByteBuffer buffer, int from, int limit) {
        for (int at = from; at < limit; at++) {
            if (!headerByte(buffer.get(at) & 0xFF)) {
                return limit;
            }
            if (inPayload) {
                return at + 1;
            }
        }
        return limit;
    }

    private boolean headerByte(int value) {
        int index = headerBytes++;
        if (index == 0) {
            return firstLegal(value);
        }
        if (index == 1) {
            return secondLegal(value);
        }
        int maskStart = 2 + lengthBytes(second & LENGTH);
        if (index < maskStart) {
            length = length << 8 | value;
            return index + 1 < maskStart || lengthLegal();
        }
        mask = mask << 8 | value;
        if (index + 1 == maskStart + MASK_BYTES) {
            enter();
        }
        return true;
    }

    private boolean firstLegal(int value) {
        first = value;
        if ((value & RESERVED) != 0) {
            return fail(End.FRAME_ERROR);
        }
        boolean legal = switch (value & OPCODE) {
            case BINARY, TEXT -> !fragmented;
            case CONTINUATION -> fragmented;
            case CLOSE, PING, PONG -> (value & FIN) != 0;
            default -> false;
        };
        if (!legal) {
            return fail(End.FRAME_ERROR);
        }
        return (value & OPCODE) != TEXT || fail(End.TEXT_FRAME);
    }

    private boolean secondLegal(int value) {
        second = value;
        int code = value & LENGTH;
        length = code <= MOST_CONTROL_BYTES ? code : 0;
        boolean tooLong = (first & CONTROL) != 0 && code > MOST_CONTROL_BYTES;
        return ((value & MASKED) != 0 && !tooLong) || fail(End.FRAME_ERROR);
    }

    /** RFC 6455 5.2: the shortest form, and bit 63 is zero. */
    private boolean lengthLegal() {
        int code = second & LENGTH;
        boolean legal =
                code <= MOST_CONTROL_BYTES || (code == TWO_BYTE_LENGTH ? length > MOST_CONTROL_BYTES : length > 0xFFFF);
        return legal || fail(End.FRAME_ERROR);
    }

    private static int lengthBytes(int code) {
        return code <= MOST_CONTROL_BYTES ? 0 : code == TWO_BYTE_LENGTH ? 2 : 8;
    }

    private boolean fail(End found) {
        end = found;
        return false;
    }

    private void enter() {
        headerBytes = 0;
        inPayload = true;
        if ((first & CONTROL) != 0) {
            frames++;
            controlBytes = 0;
        } else {
            frames++;
            fragmented = (first & FIN) == 0;
        }
    }

    private void leave() {
        inPayload = false;
        switch (first & OPCODE) {
            case CLOSE -> end = readClose();
            case PING -> {
                byte[] spare = ping;
                ping = control;
                pingBytes = controlBytes;
                pinged = true;
                control = spare;
            }
            case PONG -> ponged = true;
            default -> {}
        }
    }

    /** RFC 6455 7.4: the codes that an endpoint may send; 1004 to 1006 and 1015 are not for the wire. */
    private End readClose() {
        if (controlBytes == 0) {
            return End.CLOSE;
        }
        if (controlBytes == 1) {
            return End.FRAME_ERROR;
        }
        int code = (control[0] & 0xFF) << 8 | (control[1] & 0xFF);
        boolean legal =
                (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
        if (!legal) {
            return End.FRAME_ERROR;
        }
        ByteBuffer reason = ByteBuffer.wrap(control, 2, controlBytes - 2);
        CharBuffer text = CharBuffer.allocate(MOST_CONTROL_BYTES);
        if (StandardCharsets.UTF_8.newDecoder().decode(reason, text, true).isError()) {
            return End.CLOSE_REASON_INVALID;
        }
        closeCode = code;
        return End.CLOSE;
    }

    /** Keeps the payload of a control frame; it is at most 125 bytes, and that of a pong is not wanted. */
    private void collect(ByteBuffer buffer, int from, int bytes) {
        if (bytes == 0 || (first & OPCODE) == PONG) {
            return;
        }
        if (control.length == 0) {
            control = new byte[MOST_CONTROL_BYTES];
        }
        for (int i = 0; i < bytes; i++) {
            control[controlBytes++] = (byte) (buffer.get(from + i) ^ mask >>> 24);
            mask = Integer.rotateLeft(mask, 8);
        }
    }

    /** Moves payload to a place not behind its own and unmasks it; reads stay ahead of writes. */
    private void unmask(ByteBuffer buffer, int from, int to, int bytes) {
        long wide = (mask & 0xFFFF_FFFFL) << 32 | (mask & 0xFFFF_FFFFL);
        long key = buffer.order() == ByteOrder.LITTLE_ENDIAN ? Long.reverseBytes(wide) : wide;
        int words = bytes & -Long.BYTES;
        int i = 0;
        for (; i < words; i += Long.BYTES) {
            buffer.putLong(to + i, buffer.getLong(from + i) ^ key);
        }
        int turning = mask;
        for (; i < bytes; i++) {
            turning = Integer.rotateLeft(turning, 8);
            buffer.put(to + i, (byte) (buffer.get(from + i) ^ turning));
        }
        mask = turning;
    }
}
