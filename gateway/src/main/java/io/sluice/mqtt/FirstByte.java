package io.sluice.mqtt;

/**
 * Which first bytes of a control packet are legal, by direction and protocol level (MQTT 5.0 2.1.2 and 2.1.3, 3.1.1 2.2,
 * 3.1 section 2.1), as tables of 256 verdicts.
 *
 * <p>Immutable.
 */
final class FirstByte {
    static final byte LEGAL = 0;
    private static final byte MALFORMED = 1;
    private static final byte PROTOCOL_ERROR = 2;

    private static final int CONNECT = 1;
    private static final int PUBLISH = 3;
    private static final int PUBREL = 6;
    private static final int SUBSCRIBE = 8;
    private static final int UNSUBSCRIBE = 10;
    private static final int DISCONNECT = 14;
    private static final int AUTH = 15;

    /** CONNACK, SUBACK, UNSUBACK, PINGRESP: from a broker only. */
    private static final int BROKER_ONLY = 1 << 2 | 1 << 9 | 1 << 11 | 1 << 13;
    /** CONNECT, SUBSCRIBE, UNSUBSCRIBE, PINGREQ: from a client only. */
    private static final int CLIENT_ONLY = 1 << CONNECT | 1 << SUBSCRIBE | 1 << UNSUBSCRIBE | 1 << 12;

    private static final byte[][] CLIENT = {table(true, 3), table(true, 4), table(true, 5)};
    private static final byte[][] BROKER = {table(false, 3), table(false, 4), table(false, 5)};

    private FirstByte() {}

    /** The table of a direction, shared and not to be written; its client side stands behind CONNECT. */
    static byte[] verdicts(boolean client, int level) {
        if (level < 3 || level > 5) {
            throw new IllegalArgumentException("protocol level " + level + " is not 3, 4 or 5");
        }
        return (client ? CLIENT : BROKER)[level - 3];
    }

    static Violation violation(byte verdict) {
        return verdict == PROTOCOL_ERROR ? Violation.PROTOCOL_ERROR : Violation.MALFORMED;
    }

    private static byte[] table(boolean client, int level) {
        byte[] table = new byte[256];
        for (int first = 0; first < table.length; first++) {
            int type = first >> 4;
            if (type == 0 || (type == AUTH && level < 5) || !flagsLegal(type, first & 0x0F, level)) {
                table[first] = MALFORMED;
            } else if (client) {
                table[first] = isIn(BROKER_ONLY, type) || type == CONNECT ? PROTOCOL_ERROR : LEGAL;
            } else {
                table[first] = isIn(CLIENT_ONLY, type) || (type == DISCONNECT && level < 5) ? MALFORMED : LEGAL;
            }
        }
        return table;
    }

    /** MQTT 3.1 leaves the flags of all types but PUBLISH unused, and knows DUP on PUBREL, SUBSCRIBE and UNSUBSCRIBE. */
    private static boolean flagsLegal(int type, int flags, int level) {
        if (type == PUBLISH) {
            return (flags & 0x06) != 0x06;
        }
        if (level == 3) {
            return true;
        }
        return flags == (type == PUBREL || type == SUBSCRIBE || type == UNSUBSCRIBE ? 0x02 : 0x00);
    }

    private static boolean isIn(int types, int type) {
        return (types >> type & 1) != 0;
    }
}
