package io.sluice.mqtt;

import java.nio.ByteBuffer;

/**
 * Reads the Remaining Length of a packet that is held from its first byte on (MQTT 5.0 2.1.4).
 *
 * <p>Immutable.
 */
final class FixedHeader {
    /** Bytes are missing. */
    static final long INCOMPLETE = -1;
    /** A fifth byte would be needed. */
    static final long MALFORMED = -2;

    private static final int MOST_DIGITS = 4;

    private FixedHeader() {}

    /** Returns the bytes of the fixed header (2 to 5) in the upper half, the remaining length in the lower, or a constant above. */
    static long read(ByteBuffer held) {
        int at = held.position() + 1;
        int length = 0;
        for (int digits = 0; digits < MOST_DIGITS; digits++) {
            if (at + digits >= held.limit()) {
                return INCOMPLETE;
            }
            int digit = held.get(at + digits);
            length |= (digit & 0x7F) << (7 * digits);
            if (digit >= 0) {
                return (digits + 2L) << Integer.SIZE | length;
            }
        }
        return MALFORMED;
    }

    static int bytes(long header) {
        return (int) (header >> Integer.SIZE);
    }

    static int remainingLength(long header) {
        return (int) header;
    }
}
