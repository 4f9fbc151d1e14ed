package io.sluice.mqtt;

import static io.sluice.mqtt.ConnackResult.Incomplete.INCOMPLETE;
import static io.sluice.mqtt.ConnackResult.Invalid.MALFORMED;
import static io.sluice.mqtt.ConnackResult.Invalid.OTHER_PACKET;

import java.nio.ByteBuffer;

/**
 * Reads what a broker says before and with its CONNACK (MQTT 3.1, 3.1.1 and 5.0, each in section 3.2; AUTH in 5.0 3.15).
 *
 * <pre>
 *   20 | remaining length | session present | code | properties (5.0)
 *   F0 | remaining length | not looked at
 * </pre>
 *
 * <p>Immutable.
 */
public final class ConnackDecoder {
    private static final int CONNACK = 0x20;
    private static final int AUTH = 0xF0;
    private static final int SESSION_PRESENT = 0x01;
    /** Session Present and code; all there is before 5.0. */
    private static final int SHORT_FORM = 2;

    private ConnackDecoder() {}

    /**
     * Judges as soon as the bytes allow it; while the packet is incomplete only its fixed header is looked at.
     *
     * @param held the broker's bytes from the beginning of a packet on, position to limit; neither is moved, and no
     *     reference is kept
     * @param level protocol level of the client's CONNECT: 3, 4 or 5
     * @param maxBytes greatest packet, fixed header included
     */
    public static ConnackResult decode(ByteBuffer held, int level, int maxBytes) {
        int start = held.position();
        if (start == held.limit()) {
            return INCOMPLETE;
        }
        int first = held.get(start) & 0xFF;
        boolean auth = first == AUTH && level >= 5;
        boolean connack = level == 3 ? (first & 0xF0) == CONNACK : first == CONNACK;
        if (!auth && !connack) {
            return OTHER_PACKET;
        }
        long header = FixedHeader.read(held);
        if (header == FixedHeader.INCOMPLETE) {
            return INCOMPLETE;
        }
        if (header == FixedHeader.MALFORMED) {
            return MALFORMED;
        }
        int remainingLength = FixedHeader.remainingLength(header);
        int body = start + FixedHeader.bytes(header);
        int length = FixedHeader.bytes(header) + remainingLength;
        if (length > maxBytes || (connack && !lengthLegal(remainingLength, level))) {
            return MALFORMED;
        }
        if (length > held.remaining()) {
            return INCOMPLETE;
        }
        return auth ? new ConnackResult.Auth(length) : connack(held, body, start + length, level);
    }

    /** A broker of an older version refuses a CONNECT of 5.0 in the short form. */
    private static boolean lengthLegal(int remainingLength, int level) {
        return remainingLength == SHORT_FORM || (level >= 5 && remainingLength > SHORT_FORM);
    }

    private static ConnackResult connack(ByteBuffer held, int body, int end, int level) {
        Fields in = new Fields(held, body, end);
        boolean sessionPresent = (in.oneByte() & SESSION_PRESENT) != 0 && level > 3;
        int code = in.oneByte();
        int serverKeepAliveSeconds = -1;
        if (in.remaining() > 0) {
            Properties properties = new Properties(in, Properties.OF_CONNACK);
            for (int identifier = properties.next(); identifier != 0; identifier = properties.next()) {
                if (identifier == Properties.SERVER_KEEP_ALIVE) {
                    serverKeepAliveSeconds = (int) properties.value();
                }
            }
        }
        if (in.violation() != null || in.remaining() > 0) {
            return MALFORMED;
        }
        return new ConnackResult.Connack(end - held.position(), sessionPresent, code, serverKeepAliveSeconds);
    }
}
