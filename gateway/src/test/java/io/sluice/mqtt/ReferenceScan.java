package io.sluice.mqtt;

import org.jspecify.annotations.Nullable;

/**
 * What a scan must find in a whole stream, worked out packet by packet with nothing cut.
 *
 * <p>Immutable.
 *
 * @param passable bytes that may pass when the stream comes in one run
 * @param detectedAt index of the byte with which the end is known; the stream's length where it does not end
 */
record ReferenceScan(
        int passable,
        int detectedAt,
        @Nullable Violation violation,
        int packets,
        int publishes,
        boolean disconnected,
        boolean ends) {

    static ReferenceScan of(boolean client, int level, long max, byte[] stream) {
        int at = 0;
        int packets = 0;
        int publishes = 0;
        boolean disconnected = false;
        while (at < stream.length) {
            int type = (stream[at] >> 4) & 0xF;
            Violation wrong = firstByte(client, level, type, stream[at] & 0xF);
            if (wrong != null) {
                return new ReferenceScan(
                        at, at, client ? wrong : Violation.MALFORMED, packets, publishes, disconnected, true);
            }
            long length = 0;
            int digits = 0;
            int digit = 0x80;
            while (digit >= 0x80 && digits < 4 && at + 1 + digits < stream.length) {
                digit = stream[at + 1 + digits] & 0xFF;
                length += (digit % 128) * (long) Math.pow(128, digits);
                digits++;
            }
            if (digit >= 0x80 && digits < 4) {
                break;
            }
            wrong = length(level, type, length, digits, digit);
            if (wrong == null && 1 + digits + length > max) {
                wrong = Violation.TOO_LARGE;
            }
            if (wrong != null) {
                return new ReferenceScan(at, at + digits, wrong, packets, publishes, disconnected, true);
            }
            packets++;
            publishes += type == 3 ? 1 : 0;
            long end = at + 1 + digits + length;
            if (end > stream.length) {
                break;
            }
            at = (int) end;
            if (type == 14) {
                disconnected = true;
                if (client) {
                    return new ReferenceScan(at, at - 1, null, packets, publishes, true, true);
                }
            }
        }
        return new ReferenceScan(stream.length, stream.length, null, packets, publishes, disconnected, false);
    }

    private static @Nullable Violation firstByte(boolean client, int level, int type, int flags) {
        if (type == 0 || (type == 15 && level < 5)) {
            return Violation.MALFORMED;
        }
        if (type == 3 && (flags == 6 || flags == 7 || flags == 14 || flags == 15)) {
            return Violation.MALFORMED;
        }
        if (type != 3 && level > 3) {
            boolean two = type == 6 || type == 8 || type == 10;
            if (flags != (two ? 2 : 0)) {
                return Violation.MALFORMED;
            }
        }
        if (client) {
            return type == 1 || type == 2 || type == 9 || type == 11 || type == 13 ? Violation.PROTOCOL_ERROR : null;
        }
        boolean alien = type == 1 || type == 8 || type == 10 || type == 12 || (type == 14 && level < 5);
        return alien ? Violation.MALFORMED : null;
    }

    private static @Nullable Violation length(int level, int type, long length, int digits, int lastDigit) {
        boolean fifth = lastDigit >= 0x80;
        boolean padded = level == 5 && digits > 1 && lastDigit == 0;
        boolean empty = type == 12 || type == 13 || (type == 14 && level < 5);
        return fifth || padded || (empty && length > 0) ? Violation.MALFORMED : null;
    }
}
