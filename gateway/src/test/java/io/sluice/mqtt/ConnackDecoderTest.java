package io.sluice.mqtt;

import static io.sluice.mqtt.ConnackResult.Incomplete.INCOMPLETE;
import static io.sluice.mqtt.ConnackResult.Invalid.MALFORMED;
import static io.sluice.mqtt.ConnackResult.Invalid.OTHER_PACKET;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.Bytes;
import io.sluice.Bytes.Memory;
import io.sluice.mqtt.ConnackResult.Auth;
import io.sluice.mqtt.ConnackResult.Connack;
import java.nio.ByteBuffer;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ConnackDecoderTest {
    private static final int MAX = 200;

    /** A broker's bytes, how they must be read, and after how many of them that is known. */
    @SuppressWarnings("ArrayRecordComponent")
    private record Row(String name, int level, byte[] bytes, ConnackResult expected, int knownAfter) {
        static Row of(String name, int level, String bytes, ConnackResult expected) {
            byte[] all = Bytes.bytes(bytes);
            return new Row(name, level, all, expected, all.length);
        }

        static Row early(String name, int level, String bytes, int knownAfter) {
            return new Row(name, level, Bytes.bytes(bytes), knownAfter == 1 ? OTHER_PACKET : MALFORMED, knownAfter);
        }

        @Override
        public String toString() {
            return level + ": " + name;
        }
    }

    static Stream<Row> rows() {
        return Stream.of(connacks(), others(), malformed()).flatMap(rows -> rows);
    }

    private static Stream<Row> connacks() {
        return Stream.of(
                Row.of("accepted", 3, "20 02 00 00", new Connack(4, false, 0, -1)),
                Row.of("accepted", 4, "20 02 00 00", new Connack(4, false, 0, -1)),
                Row.of("accepted", 5, "20 03 00 00 00", new Connack(5, false, 0, -1)),
                Row.of("[MQTT-3.2.2-2] Session Present", 4, "20 02 01 00", new Connack(4, true, 0, -1)),
                Row.of("MQTT 3.1 has no Session Present", 3, "20 02 01 00", new Connack(4, false, 0, -1)),
                Row.of("MQTT 3.1: flags are not used", 3, "2F 02 00 00", new Connack(4, false, 0, -1)),
                Row.of("refused", 4, "20 02 00 05", new Connack(4, false, 5, -1)),
                Row.of("refused", 5, "20 03 00 87 00", new Connack(5, false, 0x87, -1)),
                Row.of("refused by a broker of an older version", 5, "20 02 00 01", new Connack(4, false, 1, -1)),
                Row.of("[MQTT-3.2.2-21] Server Keep Alive", 5, "20 06 00 00 03 13 00 1E", new Connack(8, false, 0, 30)),
                Row.of(
                        "the greatest Server Keep Alive",
                        5,
                        "20 06 00 00 03 13 FF FF",
                        new Connack(8, false, 0, 65_535)),
                Row.of(
                        "all other properties",
                        5,
                        "20 43 00 00 40 | 11 00*4 | 21 00 01 | 24 01 | 25 01 | 27 00 00 00 01 | 12 00 01 'i' | 22 00 01 | 1F 00 01 'r' |"
                                + "26 00 01 'a' 00 01 'b' | 26 00 01 'a' 00 01 'b' | 28 01 | 29 01 | 2A 01 | 1A 00 01 'x' | 1C 00 01 'y' |"
                                + "15 00 01 'z' | 16 00 01 FF",
                        new Connack(69, false, 0, -1)));
    }

    private static Stream<Row> others() {
        return Stream.of(
                Row.of("[MQTT-3.2.0-1] AUTH may come first", 5, "F0 04 18 02 15 00", new Auth(6)),
                Row.of("an empty AUTH", 5, "F0 00", new Auth(2)),
                Row.early("AUTH before 5.0", 4, "F0 00", 1),
                Row.early("AUTH with a flag", 5, "F1 00", 1),
                Row.early("[MQTT-3.14.0-1] DISCONNECT", 5, "E0 02 8B 00", 1),
                Row.early("[MQTT-3.2.0-1] PUBLISH", 4, "30 03 00 01 't'", 1),
                Row.early("[MQTT-2.2.2-2] CONNACK with a flag", 4, "21 02 00 00", 1),
                Row.early("not MQTT", 4, "'HTTP/1.1 400'", 1));
    }

    private static Stream<Row> malformed() {
        return Stream.of(
                Row.early("too short", 4, "20 01 00", 2),
                Row.early("too long before 5.0", 4, "20 03 00 00 00", 2),
                Row.early("too short", 5, "20 01 00", 2),
                Row.early("a fifth byte of length", 5, "20 80 80 80 80 01", 5),
                Row.early("one byte more than allowed", 5, "20 C6 01 00 00", 3),
                Row.early("AUTH one byte longer than allowed", 5, "F0 C6 01 00 00", 3),
                Row.of("a property of CONNECT only", 5, "20 05 00 00 02 17 01", MALFORMED),
                Row.of(
                        "MQTT 5.0 3.2.2.3.14: Server Keep Alive twice",
                        5,
                        "20 09 00 00 06 13 00 01 13 00 01",
                        MALFORMED),
                Row.of("properties longer than the packet", 5, "20 06 00 00 04 13 00 1E", MALFORMED),
                Row.of("bytes behind the properties", 5, "20 06 00 00 00 13 00 1E", MALFORMED));
    }

    @ParameterizedTest
    @MethodSource("rows")
    void judgesAsSoonAsItIsKnown(Row row) {
        for (int length = 0; length <= row.bytes().length; length++) {
            ByteBuffer held = Memory.of(length).of(row.bytes(), 0, length);

            ConnackResult result = ConnackDecoder.decode(held, row.level(), MAX);

            assertThat(result)
                    .as("%d bytes", length)
                    .isEqualTo(length < row.knownAfter() ? INCOMPLETE : row.expected());
            assertThat(held.position()).isEqualTo(3);
            assertThat(held.limit()).isEqualTo(3 + length);
        }
    }
}
