package io.sluice.mqtt;

import static io.sluice.mqtt.ConnectResult.Incomplete.INCOMPLETE;

import io.sluice.mqtt.ConnectResult.Reason;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Reads the first packet of a client (MQTT 3.1, 3.1.1 and 5.0, each in section 3.1).
 *
 * <pre>
 *   10 | remaining length | 00 04 'M' 'Q' 'T' 'T' | level | flags | keep alive | properties (5.0) | payload
 *                           00 06 'M' 'Q' 'I' 's' 'd' 'p'
 * </pre>
 *
 * <p>While the packet is incomplete only what stands in front of the flags is looked at, so that a call costs the same
 * however much is held; the rest is read once, when all of it is there.
 *
 * <p>Immutable.
 */
public final class ConnectDecoder {
    private static final int CONNECT = 0x10;
    private static final int BRIDGE = 0x80;
    /** {@code MQTT} and {@code MQIs}, the first four bytes of {@code MQIsdp}. */
    private static final int MQTT = 0x4D515454;

    private static final int MQIS = 0x4D514973;
    private static final int DP = 0x6470;

    private ConnectDecoder() {}

    /**
     * Judges as soon as the bytes allow it: a wrong first byte, a packet too long, a level that is not supported are told
     * before the rest is there.
     *
     * @param held all bytes of the client so far, position to limit; neither is moved, and no reference is kept
     * @param maxBytes greatest packet, fixed header included
     */
    public static ConnectResult decode(ByteBuffer held, int maxBytes) {
        int start = held.position();
        int limit = held.limit();
        if (start == limit) {
            return INCOMPLETE;
        }
        if (held.get(start) != CONNECT) {
            return new ConnectResult.Invalid(Reason.NOT_CONNECT, 0);
        }
        long header = FixedHeader.read(held);
        if (header == FixedHeader.INCOMPLETE) {
            return INCOMPLETE;
        }
        if (header == FixedHeader.MALFORMED) {
            return new ConnectResult.Invalid(Reason.MALFORMED, 0);
        }
        int body = start + FixedHeader.bytes(header);
        int length = FixedHeader.bytes(header) + FixedHeader.remainingLength(header);
        boolean whole = length <= limit - start;
        int seen = whole ? start + length : limit;
        int name = name(held, body, seen);
        int level = name > 0 && body + name < seen ? held.get(body + name) & 0xFF : 0;
        if (length > maxBytes) {
            return new ConnectResult.Invalid(Reason.TOO_LARGE, level & ~BRIDGE);
        }
        if (name < 0) {
            return new ConnectResult.Invalid(Reason.UNREADABLE_VERSION, 0);
        }
        if (name == 0 || body + name >= seen) {
            return whole ? new ConnectResult.Invalid(Reason.MALFORMED, 0) : INCOMPLETE;
        }
        if (!supported(name, level & ~BRIDGE)) {
            return new ConnectResult.Invalid(Reason.UNSUPPORTED_LEVEL, level & ~BRIDGE);
        }
        return whole ? new Body(held, body + name + 1, level, start, length).read() : INCOMPLETE;
    }

    /** Bytes of the protocol name with its length; 0 where bytes are missing, -1 for a name that is not MQTT's. */
    private static int name(ByteBuffer held, int at, int end) {
        if (end - at < 2) {
            return 0;
        }
        int length = unsignedShort(held, at);
        if (length != 4 && length != 6) {
            return -1;
        }
        if (end - at < 2 + length) {
            return 0;
        }
        int first = unsignedShort(held, at + 2) << 16 | unsignedShort(held, at + 4);
        boolean known = length == 4 ? first == MQTT : first == MQIS && unsignedShort(held, at + 6) == DP;
        return known ? 2 + length : -1;
    }

    private static boolean supported(int name, int level) {
        return name == 6 ? level == 4 || level == 5 : level == 3;
    }

    private static int unsignedShort(ByteBuffer held, int at) {
        return (held.get(at) & 0xFF) << 8 | (held.get(at + 1) & 0xFF);
    }

    /** Reads what follows the protocol level, once. */
    private static final class Body {
        private static final int RESERVED = 0x01;
        private static final int CLEAN_START = 0x02;
        private static final int WILL = 0x04;
        private static final int WILL_QOS = 0x18;
        private static final int WILL_RETAIN = 0x20;
        private static final int PASSWORD = 0x40;
        private static final int USER_NAME = 0x80;

        private final Fields in;
        private final int level;
        private final boolean bridge;
        private final int length;

        private long maximumPacketSize = Long.MAX_VALUE;
        private boolean authenticationMethod;

        Body(ByteBuffer held, int at, int levelByte, int start, int length) {
            this.in = new Fields(held, at, start + length);
            this.level = levelByte & ~BRIDGE;
            this.bridge = (levelByte & BRIDGE) != 0;
            this.length = length;
            if (level >= 5 && paddedLength(held, start)) {
                in.fail(Violation.MALFORMED);
            }
        }

        ConnectResult read() {
            int flags = in.oneByte();
            if (!flagsLegal(flags)) {
                in.fail(Violation.MALFORMED);
            }
            int keepAliveSeconds = in.twoBytes();
            if (level >= 5) {
                readProperties();
            }
            String clientId = in.string();
            if ((flags & WILL) != 0) {
                readWill();
            }
            String userName = present(flags, USER_NAME) ? in.string() : null;
            if (present(flags, PASSWORD)) {
                in.skipBinary();
            }
            if (in.remaining() > 0) {
                in.fail(Violation.MALFORMED);
            }
            @Nullable Violation violation = in.violation();
            if (violation != null) {
                boolean malformed = violation == Violation.MALFORMED;
                return new ConnectResult.Invalid(malformed ? Reason.MALFORMED : Reason.PROTOCOL_ERROR, level);
            }
            boolean cleanStart = (flags & CLEAN_START) != 0;
            return new ConnectResult.Complete(new Connect(
                    level,
                    bridge,
                    cleanStart,
                    keepAliveSeconds,
                    clientId,
                    userName,
                    maximumPacketSize,
                    authenticationMethod,
                    length));
        }

        /** [MQTT-3.1.2-3], [MQTT-3.1.2-11] to [MQTT-3.1.2-15], in 3.1.1 [MQTT-3.1.2-22]; 3.1 names no such rule. */
        private boolean flagsLegal(int flags) {
            if (level == 3) {
                return true;
            }
            boolean will = (flags & WILL) != 0;
            boolean willLegal = will ? (flags & WILL_QOS) != WILL_QOS : (flags & (WILL_QOS | WILL_RETAIN)) == 0;
            boolean passwordLegal = level >= 5 || (flags & PASSWORD) == 0 || (flags & USER_NAME) != 0;
            return (flags & RESERVED) == 0 && willLegal && passwordLegal;
        }

        /** In 3.1 the Remaining Length takes precedence over the flags: a string may be missing at the end. */
        private boolean present(int flags, int field) {
            return (flags & field) != 0 && (level > 3 || in.remaining() > 0);
        }

        private void readProperties() {
            Properties properties = new Properties(in, Properties.OF_CONNECT);
            for (int identifier = properties.next(); identifier != 0; identifier = properties.next()) {
                long value = properties.value();
                boolean legal = switch (identifier) {
                    case Properties.RECEIVE_MAXIMUM, Properties.MAXIMUM_PACKET_SIZE -> value != 0;
                    case Properties.REQUEST_PROBLEM_INFORMATION, Properties.REQUEST_RESPONSE_INFORMATION -> value <= 1;
                    default -> true;
                };
                if (!legal) {
                    in.fail(Violation.PROTOCOL_ERROR);
                }
                if (identifier == Properties.MAXIMUM_PACKET_SIZE) {
                    maximumPacketSize = value;
                }
            }
            authenticationMethod = properties.has(Properties.AUTHENTICATION_METHOD);
            if (properties.has(Properties.AUTHENTICATION_DATA) && !authenticationMethod) {
                in.fail(Violation.PROTOCOL_ERROR);
            }
        }

        private void readWill() {
            if (level >= 5) {
                new Properties(in, Properties.OF_WILL).readAll();
            }
            in.skipString();
            in.skipBinary();
        }

        /** [MQTT-1.5.5-1]: the last byte of the Remaining Length adds nothing. */
        private static boolean paddedLength(ByteBuffer held, int start) {
            int bytes = FixedHeader.bytes(FixedHeader.read(held));
            return bytes > 2 && held.get(start + bytes - 1) == 0;
        }
    }
}
