package io.sluice.loadtest.load;

import io.sluice.loadtest.MqttPackets;
import java.nio.ByteBuffer;

/**
 * The PUBLISH of a load test: its payload begins with the time from which its latency counts.
 *
 * <pre>
 * |30 or 32| Remaining Length | topic | [packet identifier] | [0: no properties] | time, 8 bytes | padding |
 * </pre>
 *
 * <p>Confined to its loop's thread.
 */
final class Message {
    /** Least payload: the time. */
    static final int LEAST = Long.BYTES;

    private static final int RECEIVE_MAXIMUM = 0x21;
    private static final int QOS_1 = 0x02;
    private static final int MOST_ID = 0xFFFF;
    private static final int MOST_HEADER = 64;

    private final byte[] packet;
    private final int idAt;
    private final int timeAt;
    private int id;

    /**
     * A message to a topic.
     *
     * @param size of the payload
     */
    Message(int level, String topic, int qos, int size) {
        packet = qos == 0
                ? MqttPackets.publish(level, topic, new byte[size])
                : MqttPackets.publish(level, topic, 0, false, new byte[size]);
        timeAt = packet.length - size;
        idAt = qos == 0 ? -1 : timeAt - 2 - MqttPackets.noProperties(level).length;
    }

    /** Bytes that a message of a size takes at most, with a topic as they are here. */
    static int most(int size) {
        return size + MOST_HEADER;
    }

    /** Appends it with a time and the next packet identifier. */
    void put(ByteBuffer out, long time) {
        int start = out.position();
        out.put(packet);
        out.putLong(start + timeAt, time);
        if (idAt >= 0) {
            id = id == MOST_ID ? 1 : id + 1;
            out.putShort(start + idAt, (short) id);
        }
    }

    static boolean isQos1(int firstByte) {
        return (firstByte & QOS_1) != 0;
    }

    /** The packet identifier of a PUBLISH of QoS 1, whose body this is. */
    static int id(ByteBuffer body) {
        return body.getShort(body.position() + 2 + topicLength(body)) & MOST_ID;
    }

    /** The time in a PUBLISH whose body this is; -1 where there is none. */
    static long time(int firstByte, ByteBuffer body, int level) {
        int at = body.position() + 2 + topicLength(body) + (isQos1(firstByte) ? 2 : 0);
        if (level >= 5) {
            at = afterProperties(body, at);
        }
        return at + LEAST > body.limit() ? -1 : body.getLong(at);
    }

    /** The Receive Maximum in a CONNACK whose body this is (MQTT 5.0 3.2.2.3.3). */
    static int receiveMaximum(ByteBuffer connack, int level) {
        int at = connack.position() + 2;
        if (level < 5 || at >= connack.limit()) {
            return MOST_ID;
        }
        int end = afterProperties(connack, at);
        for (int next = afterLength(connack, at); next + 2 < end; next = afterProperty(connack, next)) {
            if (connack.get(next) == RECEIVE_MAXIMUM) {
                return connack.getShort(next + 1) & MOST_ID;
            }
        }
        return MOST_ID;
    }

    /** Where the property of a CONNACK that begins there ends. */
    private static int afterProperty(ByteBuffer connack, int at) {
        return switch (connack.get(at)) {
            case 0x24, 0x25, 0x28, 0x29, 0x2A -> at + 2; // Maximum QoS, and what is available
            case 0x13, 0x22 -> at + 3; // Server Keep Alive, Topic Alias Maximum
            case 0x11, 0x27 -> at + 5; // Session Expiry Interval, Maximum Packet Size
            case 0x26 -> afterString(connack, afterString(connack, at + 1)); // User Property
            default -> afterString(connack, at + 1);
        };
    }

    private static int afterString(ByteBuffer bytes, int at) {
        return at + 2 + (bytes.getShort(at) & MOST_ID);
    }

    private static int afterLength(ByteBuffer bytes, int at) {
        int next = at;
        while (bytes.get(next) < 0) {
            next++;
        }
        return next + 1;
    }

    static int topicLength(ByteBuffer body) {
        return body.getShort(body.position()) & 0xFFFF;
    }

    /** Where the properties that begin there end (MQTT 5.0 2.2.2). */
    static int afterProperties(ByteBuffer body, int at) {
        int length = 0;
        for (int shift = 0; shift < 28; shift += 7) {
            int digit = body.get(at++);
            length |= (digit & 0x7F) << shift;
            if (digit >= 0) {
                break;
            }
        }
        return at + length;
    }
}
