package io.sluice.mqtt;

/**
 * Walks one block of MQTT 5.0 properties (MQTT 5.0 2.2.2): Property Length, then identifier and value by turns. What is
 * wrong is noted in the {@link Fields} it reads from.
 *
 * <p>Confined to its session's I/O thread.
 */
final class Properties {
    static final int SERVER_KEEP_ALIVE = 0x13;
    static final int AUTHENTICATION_METHOD = 0x15;
    static final int AUTHENTICATION_DATA = 0x16;
    static final int REQUEST_PROBLEM_INFORMATION = 0x17;
    static final int REQUEST_RESPONSE_INFORMATION = 0x19;
    static final int SERVER_REFERENCE = 0x1C;
    static final int REASON_STRING = 0x1F;
    static final int RECEIVE_MAXIMUM = 0x21;
    static final int USER_PROPERTY = 0x26;
    static final int MAXIMUM_PACKET_SIZE = 0x27;

    /** Table 2-4: Session Expiry Interval, Authentication Method and Data, Topic Alias Maximum and the named ones above. */
    static final long OF_CONNECT = set(0x11, 0x15, 0x16, 0x17, 0x19, 0x21, 0x22, 0x26, 0x27);
    /** Payload Format, Message Expiry, Content Type, Response Topic, Correlation Data, Will Delay, User Property. */
    static final long OF_WILL = set(0x01, 0x02, 0x03, 0x08, 0x09, 0x18, 0x26);

    static final long OF_CONNACK =
            set(0x11, 0x12, 0x13, 0x15, 0x16, 0x1A, 0x1C, 0x1F, 0x21, 0x22, 0x24, 0x25, 0x26, 0x27, 0x28, 0x29, 0x2A);

    private final Fields in;
    private final long allowed;
    private final int outerEnd;
    private long seen;
    private long value;

    Properties(Fields in, long allowed) {
        this.in = in;
        this.allowed = allowed;
        this.outerEnd = in.narrow(in.variableByteInteger());
    }

    /** Reads the next property; returns its identifier, or 0 at the end of the block or when something is wrong. */
    int next() {
        if (in.remaining() == 0) {
            in.widen(outerEnd);
            return 0;
        }
        int identifier = in.oneByte();
        if (!isIn(allowed, identifier)) {
            in.fail(Violation.MALFORMED);
        } else if (isIn(seen, identifier) && identifier != USER_PROPERTY) {
            in.fail(Violation.PROTOCOL_ERROR);
        } else {
            seen |= 1L << identifier;
            readValue(identifier);
        }
        if (in.violation() != null) {
            in.widen(outerEnd);
            return 0;
        }
        return identifier;
    }

    /** Judges the whole block where no value is wanted. */
    void readAll() {
        int identifier;
        do {
            identifier = next();
        } while (identifier != 0);
    }

    /** The value of the property that {@link #next} returned, where it is a number. */
    long value() {
        return value;
    }

    /** Whether a property has been read. */
    boolean has(int identifier) {
        return isIn(seen, identifier);
    }

    private void readValue(int identifier) {
        switch (identifier) {
            case 0x01, 0x17, 0x19, 0x24, 0x25, 0x28, 0x29, 0x2A -> value = in.oneByte();
            case 0x13, 0x21, 0x22 -> value = in.twoBytes();
            case 0x02, 0x11, 0x18, 0x27 -> value = in.fourBytes();
            case 0x09, 0x16 -> in.skipBinary();
            case USER_PROPERTY -> {
                in.skipString();
                in.skipString();
            }
            default -> in.skipString();
        }
    }

    private static long set(int... identifiers) {
        long set = 0;
        for (int identifier : identifiers) {
            set |= 1L << identifier;
        }
        return set;
    }

    /** All identifiers of the standard lie below 64, so that one of two bytes is unknown by its first. */
    private static boolean isIn(long set, int identifier) {
        return identifier < Long.SIZE && (set >> identifier & 1) != 0;
    }
}
