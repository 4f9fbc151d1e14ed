package io.sluice.mqtt;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Reads the fields of one whole packet in order and remembers the first thing wrong: from then on every read yields 0 or
 * an empty string, so that a caller checks once, at the end.
 *
 * <p>Confined to its session's I/O thread.
 */
final class Fields {
    private final ByteBuffer bytes;
    private int at;
    private int end;
    private @Nullable Violation violation;

    /** Reads {@code bytes} from {@code at} up to {@code end} by absolute gets. */
    Fields(ByteBuffer bytes, int at, int end) {
        this.bytes = bytes;
        this.at = at;
        this.end = end;
    }

    int remaining() {
        return end - at;
    }

    @Nullable
    Violation violation() {
        return violation;
    }

    /** Notes what is wrong, unless something was before, and ends the reading. */
    void fail(Violation found) {
        if (violation == null) {
            violation = found;
        }
        at = end;
    }

    int oneByte() {
        return has(1) ? bytes.get(at++) & 0xFF : 0;
    }

    int twoBytes() {
        return oneByte() << 8 | oneByte();
    }

    long fourBytes() {
        return (long) twoBytes() << 16 | twoBytes();
    }

    /** A Variable Byte Integer of 5.0: one to four bytes, no more than needed ([MQTT-1.5.5-1]). */
    int variableByteInteger() {
        int value = 0;
        for (int shift = 0; shift <= 21; shift += 7) {
            int digit = oneByte();
            value |= (digit & 0x7F) << shift;
            if (digit < 0x80) {
                if (digit == 0 && shift > 0) {
                    fail(Violation.MALFORMED);
                }
                return value;
            }
        }
        fail(Violation.MALFORMED);
        return 0;
    }

    /** Steps over Binary Data: two bytes of length, then as many. */
    void skipBinary() {
        int length = twoBytes();
        if (has(length)) {
            at += length;
        }
    }

    /** Judges and steps over a UTF-8 Encoded String. */
    void skipString() {
        int length = twoBytes();
        if (has(length)) {
            if (!Utf8.isLegal(bytes, at, at + length)) {
                fail(Violation.MALFORMED);
                return;
            }
            at += length;
        }
    }

    String string() {
        int from = at + 2;
        skipString();
        if (violation != null) {
            return "";
        }
        byte[] copy = new byte[at - from];
        bytes.get(from, copy);
        return new String(copy, StandardCharsets.UTF_8);
    }

    /** Narrows the reading to the next {@code length} bytes; returns the end to hand to {@link #widen}. */
    int narrow(int length) {
        int outer = end;
        if (has(length)) {
            end = at + length;
        }
        return outer;
    }

    /** Undoes {@link #narrow}. */
    void widen(int outer) {
        end = outer;
        if (violation != null) {
            at = end;
        }
    }

    private boolean has(int length) {
        if (length <= end - at) {
            return true;
        }
        fail(Violation.MALFORMED);
        return false;
    }
}
