package io.sluice.mqtt;

import java.nio.ByteBuffer;

/**
 * Judges UTF-8 encoded strings as MQTT allows them ([MQTT-1.5.4-1], [MQTT-1.5.4-2]; table 3-7 of the Unicode standard).
 *
 * <p>Immutable.
 */
final class Utf8 {
    private Utf8() {}

    /** Whether the bytes from {@code from} up to {@code to} are well-formed and without U+0000. */
    static boolean isLegal(ByteBuffer bytes, int from, int to) {
        int at = from;
        while (at < to) {
            int lead = bytes.get(at++);
            if (lead > 0) {
                continue;
            }
            int length = trailing(lead & 0xFF);
            if (length == 0 || length > to - at || !secondFits(lead & 0xFF, bytes.get(at) & 0xFF)) {
                return false;
            }
            for (int i = 1; i < length; i++) {
                if ((bytes.get(at + i) & 0xC0) != 0x80) {
                    return false;
                }
            }
            at += length;
        }
        return true;
    }

    /** Bytes behind a lead byte that is not ASCII; 0 where it is none, U+0000 and overlong forms among them. */
    private static int trailing(int lead) {
        if (lead < 0xC2 || lead > 0xF4) {
            return 0;
        }
        return lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : 3;
    }

    /** The second byte carries the rules on overlong forms, surrogates and the end of the code space. */
    private static boolean secondFits(int lead, int second) {
        int least = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
        int greatest = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
        return second >= least && second <= greatest;
    }
}
