package io.sluice.mqtt;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The packets a gateway itself may send to a client: a CONNACK that refuses and, in MQTT 5.0, a DISCONNECT.
 *
 * <pre>
 *   CONNACK 3.x      20 02 | 00 | code
 *   CONNACK 5.0      20 .. | 00 | code | property length | 1C | length | server | 1F | length | reason
 *   DISCONNECT 5.0   E0 .. | code      | property length | 1C | length | server | 1F | length | reason
 * </pre>
 *
 * <p>Immutable.
 */
public final class ServerPackets {
    private static final byte CONNACK = 0x20;
    private static final byte DISCONNECT = (byte) 0xE0;
    /** Of a packet without properties. */
    private static final int FIXED_HEADER = 2;
    /** The identifier and two bytes of length. */
    private static final int PROPERTY_OVERHEAD = 3;
    /** Greatest Server Reference, in bytes, and where a Reason String is cut. */
    public static final int MOST_TEXT_BYTES = 256;

    private ServerPackets() {}

    /**
     * A CONNACK without Session Present, in the form of the level: without properties up to 4, with them from 5 on. The
     * buffer is the caller's.
     *
     * @param level protocol level as the client sent it, without the bridge bit; any
     * @param code return code, from level 5 on reason code
     * @param serverReference Server Reference (5.0 3.2.2.3.16): left out when null, when it does not fit, and when it has
     *     more than {@link #MOST_TEXT_BYTES}, for a part of it would name another server
     * @param reason Reason String (5.0 3.2.2.3.9), cut at 256 bytes, left out when empty or when it does not fit
     * @param maximumPacketSize greatest packet the client accepts, in bytes
     * @param headroom free bytes in front of the position
     * @return position to limit is the packet; empty where no form of it fits
     */
    public static ByteBuffer connack(
            int level,
            int code,
            @Nullable String serverReference,
            String reason,
            long maximumPacketSize,
            int headroom) {
        byte[] shortForm =
                level >= 5 ? new byte[] {CONNACK, 3, 0, (byte) code, 0} : new byte[] {CONNACK, 2, 0, (byte) code};
        return level >= 5
                ? withProperties(shortForm, serverReference, reason, maximumPacketSize, headroom)
                : whole(shortForm, maximumPacketSize, headroom);
    }

    /**
     * A DISCONNECT of MQTT 5.0. The buffer is the caller's.
     *
     * @param code reason code
     * @param serverReference Server Reference (5.0 3.14.2.2.5), left out as in a CONNACK
     * @param reason Reason String (5.0 3.14.2.2.3), cut at 256 bytes, left out when empty or when it does not fit
     * @param maximumPacketSize greatest packet the client accepts, in bytes
     * @param headroom free bytes in front of the position
     * @return position to limit is the packet; empty where no form of it fits
     */
    public static ByteBuffer disconnect(
            int code, @Nullable String serverReference, String reason, long maximumPacketSize, int headroom) {
        byte[] shortForm = {DISCONNECT, 2, (byte) code, 0};
        return withProperties(shortForm, serverReference, reason, maximumPacketSize, headroom);
    }

    /** Puts properties into a packet whose last byte is an empty Property Length, as far as they fit: the Reason String goes first. */
    private static ByteBuffer withProperties(
            byte[] shortForm, @Nullable String serverReference, String reason, long maximumPacketSize, int headroom) {
        ByteBuffer properties = ByteBuffer.allocate(2 * (PROPERTY_OVERHEAD + MOST_TEXT_BYTES));
        if (serverReference != null) {
            put(properties, Properties.SERVER_REFERENCE, serverReference, false);
        }
        int withoutReason = properties.position();
        put(properties, Properties.REASON_STRING, reason, true);
        ByteBuffer packet = packet(shortForm, properties.flip(), maximumPacketSize, headroom);
        if (!packet.hasRemaining()) {
            packet = packet(shortForm, properties.limit(withoutReason), maximumPacketSize, headroom);
        }
        return packet.hasRemaining() ? packet : whole(shortForm, maximumPacketSize, headroom);
    }

    /** Empty where it does not fit. */
    private static ByteBuffer packet(byte[] shortForm, ByteBuffer properties, long maximumPacketSize, int headroom) {
        int fields = shortForm.length - FIXED_HEADER - 1;
        int length = properties.remaining();
        int remainingLength = fields + lengthBytes(length) + length;
        int size = 1 + lengthBytes(remainingLength) + remainingLength;
        if (size > maximumPacketSize) {
            return ByteBuffer.allocate(0);
        }
        ByteBuffer packet =
                ByteBuffer.allocate(headroom + size).position(headroom).put(shortForm[0]);
        putLength(packet, remainingLength);
        packet.put(shortForm, FIXED_HEADER, fields);
        putLength(packet, length);
        return packet.put(properties.duplicate()).position(headroom);
    }

    private static ByteBuffer whole(byte[] packet, long maximumPacketSize, int headroom) {
        int size = packet.length > maximumPacketSize ? 0 : packet.length;
        return ByteBuffer.allocate(headroom + size)
                .position(headroom)
                .put(packet, 0, size)
                .position(headroom);
    }

    /** The encoder stops in front of the first character that does not fit whole. */
    private static void put(ByteBuffer properties, int identifier, String text, boolean inPart) {
        ByteBuffer encoded = ByteBuffer.allocate(MOST_TEXT_BYTES);
        boolean whole = StandardCharsets.UTF_8
                .newEncoder()
                .onMalformedInput(CodingErrorAction.REPLACE)
                .encode(CharBuffer.wrap(text), encoded, true)
                .isUnderflow();
        encoded.flip();
        if (encoded.hasRemaining() && (whole || inPart)) {
            properties
                    .put((byte) identifier)
                    .putShort((short) encoded.remaining())
                    .put(encoded);
        }
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
