package io.sluice;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/**
 * MQTT packets as bytes.
 *
 * <p>Immutable.
 */
final class Packets {
    static final byte[] PINGREQ = hex("C0 00");
    static final byte[] PINGRESP = hex("D0 00");
    static final byte[] DISCONNECT = hex("E0 00");

    private Packets() {}

    /** CONNECT of client {@code c1}, clean, keep alive off. */
    static byte[] connect(int level) {
        return connect(level, 0);
    }

    static byte[] connect(int level, int keepAliveSeconds) {
        byte[] keepAlive = {(byte) (keepAliveSeconds >> 8), (byte) keepAliveSeconds};
        return switch (level) {
            case 3 -> concat(hex("10 10 00 06 4D 51 49 73 64 70 03 02"), keepAlive, hex("00 02 63 31"));
            case 5 -> concat(hex("10 0F 00 04 4D 51 54 54 05 02"), keepAlive, hex("00 00 02 63 31"));
            default ->
                concat(hex("10 0E 00 04 4D 51 54 54"), new byte[] {(byte) level, 2}, keepAlive, hex("00 02 63 31"));
        };
    }

    /** CONNECT of MQTT 3.1.1, clean, keep alive off. */
    static byte[] connect(String clientId) {
        byte[] id = clientId.getBytes(StandardCharsets.UTF_8);
        return concat(
                new byte[] {0x10, (byte) (12 + id.length)},
                hex("00 04 4D 51 54 54 04 02 00 00 00"),
                new byte[] {(byte) id.length},
                id);
    }

    /** CONNACK that accepts. */
    static byte[] connack(int level) {
        return level >= 5 ? hex("20 03 00 00 00") : hex("20 02 00 00");
    }

    /** PUBLISH of QoS 0 to topic {@code t}. */
    static byte[] publish(int level, byte[] payload) {
        ByteArrayOutputStream packet = new ByteArrayOutputStream();
        packet.write(0x30);
        int length = 3 + (level >= 5 ? 1 : 0) + payload.length;
        do {
            packet.write(length > 0x7F ? (length & 0x7F) | 0x80 : length);
            length >>= 7;
        } while (length > 0);
        packet.writeBytes(hex("00 01 74"));
        if (level >= 5) {
            packet.write(0);
        }
        packet.writeBytes(payload);
        return packet.toByteArray();
    }

    static byte[] publish(int level, String payload) {
        return publish(level, payload.getBytes(StandardCharsets.UTF_8));
    }

    static byte[] hex(String digits) {
        return HexFormat.of().parseHex(digits.replace(" ", ""));
    }

    static byte[] concat(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }
}
