package io.sluice.loadtest;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;

/**
 * The few client packets that the demo and the load test send, as bytes.
 *
 * <p>Immutable.
 */
public final class MqttPackets {
    public static final int CONNACK = 2;
    public static final int PUBLISH = 3;
    public static final int PUBACK = 4;
    public static final int SUBACK = 9;
    public static final int DISCONNECT = 14;

    private static final int CLEAN_START = 0x02;
    private static final byte SESSION_EXPIRY_INTERVAL = 0x11;

    private MqttPackets() {}

    /**
     * CONNECT with a clean start and neither Will nor credentials.
     *
     * @param level 3 (MQTT 3.1), 4 (3.1.1) or 5 (5.0)
     * @param keepAliveSeconds 0 to 65,535
     */
    public static byte[] connect(int level, String clientId, int keepAliveSeconds) {
        return packet(0x10, connectHeader(level, CLEAN_START, keepAliveSeconds), string(clientId));
    }

    /**
     * CONNECT of MQTT 5.0 to a session that outlives its connections.
     *
     * @param expirySeconds how long without one
     */
    public static byte[] connectAgain(String clientId, int keepAliveSeconds, int expirySeconds) {
        byte[] header = {5, 0, (byte) (keepAliveSeconds >> 8), (byte) keepAliveSeconds};
        byte[] properties = ByteBuffer.allocate(6)
                .put((byte) 5)
                .put(SESSION_EXPIRY_INTERVAL)
                .putInt(expirySeconds)
                .array();
        return packet(0x10, string("MQTT"), header, properties, string(clientId));
    }

    /** Protocol name, level, flags, keep alive and, in 5.0, no properties (MQTT 5.0 3.1.2). */
    public static byte[] connectHeader(int level, int flags, int keepAliveSeconds) {
        byte[] rest = {(byte) level, (byte) flags, (byte) (keepAliveSeconds >> 8), (byte) keepAliveSeconds};
        return concat(string(level == 3 ? "MQIsdp" : "MQTT"), rest, noProperties(level));
    }

    /** SUBSCRIBE to one filter with packet identifier 1. */
    public static byte[] subscribe(int level, String filter, int qos) {
        return packet(0x82, new byte[] {0, 1}, noProperties(level), string(filter), new byte[] {(byte) qos});
    }

    /** PUBLISH at QoS 0, not retained. */
    public static byte[] publish(int level, String topic, byte[] payload) {
        return packet(0x30, string(topic), noProperties(level), payload);
    }

    /** PUBLISH at QoS 1, not retained. */
    public static byte[] publish(int level, String topic, int packetId, boolean again, byte[] payload) {
        byte[] id = {(byte) (packetId >> 8), (byte) packetId};
        return packet(again ? 0x3A : 0x32, string(topic), id, noProperties(level), payload);
    }

    /** DISCONNECT, normal. */
    public static byte[] disconnect() {
        return packet(0xE0);
    }

    /** A control packet: first byte, Remaining Length, parts. */
    public static byte[] packet(int firstByte, byte[]... parts) {
        byte[] body = concat(parts);
        ByteArrayOutputStream out = new ByteArrayOutputStream(body.length + 5);
        out.write(firstByte);
        int left = body.length;
        do {
            out.write(left > 0x7F ? (left & 0x7F) | 0x80 : left);
            left >>>= 7;
        } while (left > 0);
        out.writeBytes(body);
        return out.toByteArray();
    }

    /** A UTF-8 string behind its two-byte length. */
    public static byte[] string(String text) {
        byte[] utf8 = text.getBytes(UTF_8);
        return concat(new byte[] {(byte) (utf8.length >> 8), (byte) utf8.length}, utf8);
    }

    public static byte[] noProperties(int level) {
        return new byte[level >= 5 ? 1 : 0];
    }

    public static byte[] concat(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }
}
