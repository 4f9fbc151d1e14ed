package io.sluice.mqtt;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * The packets a gateway itself may send to a client: a CONNACK that refuses and, in MQTT 5.0, a DISCONNECT.
 *
 * <pre>
 *   CONNACK 3.x      20 02 | 00 | code
 *   CONNACK 5.0      20 .. | 00 | code | property length | 1F | length | reason in UTF-8
 *   DISCONNECT 5.0   E0 .. | code      | property length | 1F | length | reason in UTF-8
 * </pre>
 *
 * <p>Immutable.
 */
public final class ServerPackets {
    private static final byte CONNACK = 0x20;
    private static final byte DISCONNECT = (byte) 0xE0;
    /** Of a packet without Reason String. */
    private static final int FIXED_HEADER = 2;
    /** The identifier and two bytes of length. */
    private static final int REASON_STRING_OVERHEAD = 3;
    /** Where a Reason String is cut, in bytes. */
    private static final int MOST_REASON_BYTES = 256;

    private ServerPackets() {}

    /**
     * A CONNACK without Session Present, in the form of the level: without properties up to 4, with them from 5 on. The
     * buffer is the caller's.
     *
     * @param level protocol level as the client sent it, without the bridge bit; any
     * @param code return code, from level 5 on reason code
     * @param reason Reason String (5.0 3.2.2.3.9), cut at 256 bytes, left out when empty or when it does not fit
     * @param maximumPacketSize greatest packet the client accepts, in bytes
     * @param headroom free bytes in front of the position
     * @return position to limit is the packet; empty where no form of it fits
     */
    public static ByteBuffer connack(int level, int code, String reason, long maximumPacketSize, int headroom) {
        if (level >= 5) {
            return withReason(new byte[] {CONNACK, 3, 0, (byte) code, 0}, reason, maximumPacketSize, headroom);
        }
        return whole(new byte[] {CONNACK, 2, 0, (byte) code}, maximumPacketSize, headroom);
    }

    /**
     * A DISCONNECT of MQTT 5.0. The buffer is the caller's.
     *
     * @param code reason code
     * @param reason Reason String (5.0 3.14.2.2.3), cut at 256 bytes, left out when empty or when it does not fit
     * @param maximumPacketSize greatest packet the client accepts, in bytes
     * @param headroom free bytes in front of the position
     * @return position to limit is the packet; empty where no form of it fits
     */
    public static ByteBuffer disconnect(int code, String reason, long maximumPacketSize, int headroom) {
        return withReason(new byte[] {DISCONNECT, 2, (byte) code, 0}, reason, maximumPacketSize, headroom);
    }

    /** Puts the Reason String into a packet whose last byte is an empty Property Length, when it fits. */
    private static ByteBuffer withReason(byte[] shortForm, String reason, long maximumPacketSize, int headroom) {
        ByteBuffer text = encoded(reason);
        int fields = shortForm.length - FIXED_HEADER - 1;
        int properties = REASON_STRING_OVERHEAD + text.remaining();
        int remainingLength = fields + lengthBytes(properties) + properties;
        int size = 1 + lengthBytes(remainingLength) + remainingLength;
        if (!text.hasRemaining() || size > maximumPacketSize) {
            return whole(shortForm, maximumPacketSize, headroom);
        }
        ByteBuffer packet =
                ByteBuffer.allocate(headroom + size).position(headroom).put(shortForm[0]);
        putLength(packet, remainingLength);
        packet.put(shortForm, FIXED_HEADER, fields);
        putLength(packet, properties);
        return packet.put((byte) Properties.REASON_STRING)
                .putShort((short) text.remaining())
                .put(text)
                .position(headroom);
    }

    private static ByteBuffer whole(byte[] packet, long maximumPacketSize, int headroom) {
        int size = packet.length > maximumPacketSize ? 0 : packet.length;
        return ByteBuffer.allocate(headroom + size)
                .position(headroom)
                .put(packet, 0, size)
                .position(headroom);
    }

    /** The encoder stops in front of the first character that does not fit whole. */
    private static ByteBuffer encoded(String reason) {
        ByteBuffer text = ByteBuffer.allocate(MOST_REASON_BYTES);
        StandardCharsets.UTF_8
                .newEncoder()
                .onMalformedInput(CodingErrorAction.REPLACE)
                .encode(CharBuffer.wrap(reason), text, true);
        return text.flip();
    }

    /** Bytes of a Variable Byte Integer below 16,384, which no packet here reaches. */
    private static int lengthBytes(int length) {
        return length < 0x80 ? 1 : 2;
    }

    private static void putLength(ByteBuffer packet, int length) {
        if (length < 0x80) {
            packet.put((byte) length);
        } else {
            packet.put((byte) (length | 0x80)).put((byte) (length >> 7));
        }
    }
}
