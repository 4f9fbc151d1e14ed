package io.sluice.session;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/**
 * MQTT packets of the tests, as hex digits.
 *
 * <p>Immutable.
 */
final class Packets {
    /** MQTT 3.1, client id "a", keep alive 60 s. */
    static final String CONNECT_3 = "10 0F 0006 4D5149736470 03 02 003C 0001 61";
    /** MQTT 3.1.1, client id "a", keep alive 60 s. */
    static final String CONNECT_4 = "10 0D 0004 4D515454 04 02 003C 0001 61";
    /** MQTT 5.0, client id "a", keep alive 60 s. */
    static final String CONNECT_5 = "10 0E 0004 4D515454 05 02 003C 00 0001 61";
    /** MQTT 5.0 with Authentication Method "x". */
    static final String CONNECT_5_AUTH = "10 12 0004 4D515454 05 02 003C 04 15 0001 78 0001 61";
    /** MQTT 3.1.1 with the bridge bit. */
    static final String CONNECT_4_BRIDGE = "10 0D 0004 4D515454 84 02 003C 0001 61";

    static final String CONNACK_3X = "20 02 00 00";
    static final String CONNACK_5 = "20 03 00 00 00";
    static final String PINGREQ = "C0 00";
    static final String PINGRESP = "D0 00";
    static final String DISCONNECT = "E0 00";
    /** QoS 0, topic "t", payload of 6 bytes. */
    static final String PUBLISH = "30 09 0001 74 010203040506";
    /** The same with the empty properties of MQTT 5.0. */
    static final String PUBLISH_5 = "30 0A 0001 74 00 010203040506";
    /** Continue authentication, without properties. */
    static final String AUTH = "F0 02 18 00";

    private Packets() {}

    static String connect(int level) {
        return switch (level) {
            case 3 -> CONNECT_3;
            case 4 -> CONNECT_4;
            default -> CONNECT_5;
        };
    }

    static String connack(int level) {
        return level == 5 ? CONNACK_5 : CONNACK_3X;
    }

    static String connectWithKeepAlive(int level, int seconds) {
        return connect(level).replace("003C", "%04X".formatted(seconds));
    }

    static String connect5WithMaximumPacketSize(int bytes) {
        return "10 13 0004 4D515454 05 02 003C 05 27 %08X 0001 61".formatted(bytes);
    }

    static String connack5WithServerKeepAlive(int seconds) {
        return "20 06 00 00 03 13 %04X".formatted(seconds);
    }

    /** A PUBLISH with so many bytes in all, at least 5; up to 127 behind the fixed header. */
    static String publishOf(int bytes) {
        return "30 %02X 0001 74".formatted(bytes - 2) + " 55".repeat(bytes - 5);
    }

    /** A CONNACK of MQTT 5.0 with a Reason String. */
    static String connack5(int code, String reason) {
        return "20 %02X 00 %02X %02X 1F %04X "
                        .formatted(reason.length() + 6, code, reason.length() + 3, reason.length())
                + text(reason);
    }

    /** A DISCONNECT of MQTT 5.0 with a Reason String. */
    static String disconnect5(int code, String reason) {
        return "E0 %02X %02X %02X 1F %04X ".formatted(reason.length() + 5, code, reason.length() + 3, reason.length())
                + text(reason);
    }

    private static String text(String ascii) {
        return hex(ascii.getBytes(StandardCharsets.US_ASCII));
    }

    static byte[] bytes(String... hex) {
        return HexFormat.of().parseHex(String.join("", hex).replace(" ", ""));
    }

    static String hex(byte[] bytes) {
        return HexFormat.of().withUpperCase().formatHex(bytes);
    }

    /** Hex digits without blanks, to compare. */
    static String hex(String... hex) {
        return hex(bytes(hex));
    }

    /** A run as an edge delivers it: with headroom in front, and bytes behind that are none of the run's. */
    static ByteBuffer run(byte[] bytes) {
        ByteBuffer buffer = ByteBuffer.allocateDirect(Peer.HEADROOM + bytes.length + 3);
        buffer.position(Peer.HEADROOM).put(bytes).flip().position(Peer.HEADROOM);
        return buffer;
    }

    /** Takes what is sent, and overwrites the headroom as an edge may. */
    static void take(ByteBuffer sent, ByteArrayOutputStream into) {
        if (sent.position() < Peer.HEADROOM) {
            throw new AssertionError("no headroom: position " + sent.position());
        }
        if (!sent.hasRemaining()) {
            throw new AssertionError("nothing to send");
        }
        for (int i = 1; i <= Peer.HEADROOM; i++) {
            sent.put(sent.position() - i, (byte) 0xEE);
        }
        while (sent.hasRemaining()) {
            into.write(sent.get());
        }
    }
}
