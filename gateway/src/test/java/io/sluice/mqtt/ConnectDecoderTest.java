package io.sluice.mqtt;

import static io.sluice.mqtt.ConnectResult.Incomplete.INCOMPLETE;
import static io.sluice.mqtt.ConnectResult.Reason.MALFORMED;
import static io.sluice.mqtt.ConnectResult.Reason.NOT_CONNECT;
import static io.sluice.mqtt.ConnectResult.Reason.PROTOCOL_ERROR;
import static io.sluice.mqtt.ConnectResult.Reason.TOO_LARGE;
import static io.sluice.mqtt.ConnectResult.Reason.UNREADABLE_VERSION;
import static io.sluice.mqtt.ConnectResult.Reason.UNSUPPORTED_LEVEL;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.Bytes;
import io.sluice.Bytes.Memory;
import io.sluice.mqtt.ConnectResult.Complete;
import io.sluice.mqtt.ConnectResult.Invalid;
import io.sluice.mqtt.ConnectResult.Reason;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConnectDecoderTest {
    private static final int MAX = 1_000;
    private static final long NO_MAXIMUM = Long.MAX_VALUE;

    private static final String V31 = "00 06 'MQIsdp' 03 ";
    private static final String V311 = "00 04 'MQTT' 04 ";
    private static final String V5 = "00 04 'MQTT' 05 ";
    private static final String ID = "00 02 'id' ";

    /** A packet, how it must be read, and after how many of its bytes that is known. */
    @SuppressWarnings("ArrayRecordComponent")
    private record Row(String name, byte[] packet, ConnectResult expected, int knownAfter) {
        @Override
        public String toString() {
            return name;
        }
    }

    /** Puts the fixed header in front of what follows it. */
    private static byte[] packet(String body) {
        byte[] bytes = Bytes.bytes(body);
        byte[] header = bytes.length < 128
                ? new byte[] {0x10, (byte) bytes.length}
                : new byte[] {0x10, (byte) (bytes.length | 0x80), (byte) (bytes.length >> 7)};
        return Bytes.join(List.of(header, bytes));
    }

    private static Row valid(String name, String body, Connect connect) {
        byte[] packet = packet(body);
        Connect sized = new Connect(
                connect.level(),
                connect.bridge(),
                connect.cleanStart(),
                connect.keepAliveSeconds(),
                connect.clientId(),
                connect.userName(),
                connect.maximumPacketSize(),
                connect.authenticationMethod(),
                packet.length);
        return new Row(name, packet, new Complete(sized), packet.length);
    }

    private static Row invalid(String name, String body, Reason reason, int level) {
        byte[] packet = packet(body);
        return new Row(name, packet, new Invalid(reason, level), packet.length);
    }

    private static Row early(String name, String bytes, int knownAfter, Reason reason, int level) {
        return new Row(name, Bytes.bytes(bytes), new Invalid(reason, level), knownAfter);
    }

    private static Connect connect(int level, boolean clean, int keepAlive, String id) {
        return new Connect(level, false, clean, keepAlive, id, null, NO_MAXIMUM, false, 0);
    }

    /** A 5.0 packet with these properties and nothing else of note. */
    private static String withProperties(String properties) {
        return V5 + "02 00 3C " + block(properties) + ID;
    }

    private static String withWill(String properties) {
        return V5 + "06 00 3C 00 " + ID + block(properties) + "00 01 't' 00 01 'm'";
    }

    private static String block(String properties) {
        int length = Bytes.bytes(properties).length;
        return (length < 128 ? "%02X ".formatted(length) : "%02X %02X ".formatted((length & 0x7F) | 0x80, length >> 7))
                + properties + " ";
    }

    static Stream<Row> rows() {
        return Stream.of(valid(), early(), flags(), strings(), lengths(), properties(), wills())
                .flatMap(rows -> rows);
    }

    private static Stream<Row> valid() {
        Connect named = new Connect(4, false, true, 60, "id", "user", NO_MAXIMUM, false, 0);
        Connect bridge = new Connect(4, true, true, 60, "id", null, NO_MAXIMUM, false, 0);
        Connect limited = new Connect(5, false, true, 60, "id", null, 1024, true, 0);
        return Stream.of(
                valid("MQTT 3.1", V31 + "02 00 3C " + ID, connect(3, true, 60, "id")),
                valid("MQTT 3.1.1", V311 + "02 00 3C " + ID, connect(4, true, 60, "id")),
                valid("MQTT 5.0", V5 + "02 00 3C 00 " + ID, connect(5, true, 60, "id")),
                valid("keep alive 0", V311 + "02 00 00 " + ID, connect(4, true, 0, "id")),
                valid("keep alive 65,535", V311 + "02 FF FF " + ID, connect(4, true, 65_535, "id")),
                valid(
                        "[MQTT-3.1.3-8] empty client id without Clean Session is the broker's business",
                        V311 + "00 00 3C 00 00",
                        connect(4, false, 60, "")),
                valid("client id beyond ASCII", V311 + "02 00 3C 00 06 'größ'", connect(4, true, 60, "größ")),
                valid("user name, password", V311 + "C2 00 3C " + ID + "00 04 'user' 00 02 FF 00", named),
                valid("user name, no password", V311 + "82 00 3C " + ID + "00 04 'user'", named),
                valid(
                        "Will with QoS 2 and Retain",
                        V311 + "36 00 3C " + ID + "00 01 't' 00 01 00",
                        connect(4, true, 60, "id")),
                valid("empty Will message", V311 + "06 00 3C " + ID + "00 01 't' 00 00", connect(4, true, 60, "id")),
                valid("bit 7 of the level: a bridge", "00 04 'MQTT' 84 02 00 3C " + ID, bridge),
                valid(
                        "MQTT 3.1 3.1: user name flag without the string",
                        V31 + "82 00 3C " + ID,
                        connect(3, true, 60, "id")),
                valid(
                        "MQTT 3.1 3.1: both flags without the strings",
                        V31 + "C2 00 3C " + ID,
                        connect(3, true, 60, "id")),
                valid(
                        "MQTT 3.1 3.1: password flag without the string",
                        V31 + "C2 00 3C " + ID + "00 04 'user'",
                        new Connect(3, false, true, 60, "id", "user", NO_MAXIMUM, false, 0)),
                valid("MQTT 3.1 3.1: reserved bit", V31 + "03 00 3C " + ID, connect(3, true, 60, "id")),
                valid(
                        "MQTT 5.0 3.1.2.9: password without user name",
                        V5 + "42 00 3C 00 " + ID + "00 01 'p'",
                        connect(5, true, 60, "id")),
                valid(
                        "all properties of CONNECT",
                        withProperties("11 00 00 00 01 | 21 00 01 | 27 00 00 04 00 | 22 00 00 | 19 01 | 17 00 |"
                                + "26 00 01 'a' 00 01 'b' | 26 00 01 'a' 00 01 'b' | 15 00 01 'x' | 16 00 01 FF"),
                        limited),
                valid(
                        "properties of more than 127 bytes",
                        withProperties("26 00 01 'a' 00 7F 61*127"),
                        connect(5, true, 60, "id")),
                valid(
                        "all properties of the Will",
                        withWill("18 00 00 00 01 | 01 01 | 02 00 00 00 01 | 03 00 01 'c' | 08 00 01 'r' | 09 00 01 FF |"
                                + "26 00 00 00 00 | 26 00 00 00 00"),
                        connect(5, true, 60, "id")));
    }

    private static Stream<Row> early() {
        return Stream.of(
                early("[MQTT-3.1.0-1] PINGREQ", "C0 00", 1, NOT_CONNECT, 0),
                early("[MQTT-2.2.2-2] CONNECT with a flag", "11 00", 1, NOT_CONNECT, 0),
                early("HTTP", "'GET / HTTP/1.1'", 1, NOT_CONNECT, 0),
                early("a fifth byte of length", "10 80 80 80 80 01 00 04 'MQTT' 04", 5, MALFORMED, 0),
                early("one byte more than allowed", "10 E6 07", 3, TOO_LARGE, 0),
                early("the greatest length there is", "10 FF FF FF 7F", 5, TOO_LARGE, 0),
                early("another protocol name", "10 10 00 04 'MQTX' 04", 8, UNREADABLE_VERSION, 0),
                early("a protocol name of another length", "10 10 00 05 'MQTT5'", 4, UNREADABLE_VERSION, 0),
                early("a longer protocol name", "10 10 00 06 'MQTTdp' 03", 10, UNREADABLE_VERSION, 0),
                early("a protocol name that ends otherwise", "10 10 00 06 'MQIsdx' 03", 10, UNREADABLE_VERSION, 0),
                early("[MQTT-3.1.2-2] level 6", "10 10 00 04 'MQTT' 06", 9, UNSUPPORTED_LEVEL, 6),
                early("[MQTT-3.1.2-2] level 6 of a bridge", "10 10 00 04 'MQTT' 86", 9, UNSUPPORTED_LEVEL, 6),
                early("[MQTT-3.1.2-2] level 0", "10 10 00 04 'MQTT' 00", 9, UNSUPPORTED_LEVEL, 0),
                early("level 3 has another name", "10 10 00 04 'MQTT' 03", 9, UNSUPPORTED_LEVEL, 3),
                early("level 4 has another name", "10 10 00 06 'MQIsdp' 04", 11, UNSUPPORTED_LEVEL, 4),
                early("an empty packet", "10 00", 2, MALFORMED, 0),
                early("ends within the name's length", "10 01 00", 3, MALFORMED, 0),
                early("ends within the name", "10 05 00 04 'MQT' 'T' 04", 7, MALFORMED, 0),
                early("ends in front of the level", "10 06 00 04 'MQTT' 04", 8, MALFORMED, 0),
                early("ends behind the level", "10 07 00 04 'MQTT' 04 02", 9, MALFORMED, 4));
    }

    private static Stream<Row> flags() {
        return Stream.of(
                invalid("[MQTT-3.1.2-3] reserved bit", V311 + "03 00 3C " + ID, MALFORMED, 4),
                invalid("[MQTT-3.1.2-3] reserved bit", V5 + "03 00 3C 00 " + ID, MALFORMED, 5),
                invalid("[MQTT-3.1.2-13] Will QoS without Will", V311 + "0A 00 3C " + ID, MALFORMED, 4),
                invalid("[MQTT-3.1.2-11] Will QoS without Will", V5 + "12 00 3C 00 " + ID, MALFORMED, 5),
                invalid("[MQTT-3.1.2-15] Will Retain without Will", V311 + "22 00 3C " + ID, MALFORMED, 4),
                invalid("[MQTT-3.1.2-14] Will QoS 3", V311 + "1E 00 3C " + ID + "00 01 't' 00 00", MALFORMED, 4),
                invalid("[MQTT-3.1.2-12] Will QoS 3", V5 + "1E 00 3C 00 " + ID + "00 00 01 't' 00 00", MALFORMED, 5),
                invalid(
                        "[MQTT-3.1.2-22] password without user name",
                        V311 + "42 00 3C " + ID + "00 01 'p'",
                        MALFORMED,
                        4),
                invalid("[MQTT-3.1.2-19] user name flag without the string", V311 + "82 00 3C " + ID, MALFORMED, 4),
                invalid(
                        "[MQTT-3.1.2-21] password flag without the string",
                        V311 + "C2 00 3C " + ID + "00 01 'u'",
                        MALFORMED,
                        4),
                invalid("[MQTT-3.1.2-17] user name flag without the string", V5 + "82 00 3C 00 " + ID, MALFORMED, 5));
    }

    private static Stream<Row> strings() {
        return Stream.of(
                invalid("[MQTT-1.5.3-1] client id with a surrogate", V311 + "02 00 3C 00 03 ED A0 80", MALFORMED, 4),
                invalid("[MQTT-1.5.3-2] client id with U+0000", V311 + "02 00 3C 00 02 'a' 00", MALFORMED, 4),
                invalid("[MQTT-1.5.4-2] user name with U+0000", V5 + "82 00 3C 00 " + ID + "00 01 00", MALFORMED, 5),
                invalid(
                        "[MQTT-3.1.3-11] Will Topic not UTF-8",
                        V5 + "06 00 3C 00 " + ID + "00 00 01 FF 00 00",
                        MALFORMED,
                        5),
                invalid("client id longer than the packet", V311 + "02 00 3C 00 03 'id'", MALFORMED, 4),
                invalid("no client id", V311 + "02 00 3C", MALFORMED, 4),
                invalid("half a length", V311 + "02 00 3C 00", MALFORMED, 4),
                invalid("half a keep alive", V31 + "02 00", MALFORMED, 3),
                invalid("Will without message", V311 + "06 00 3C " + ID + "00 01 't'", MALFORMED, 4),
                invalid(
                        "password longer than the packet",
                        V311 + "C2 00 3C " + ID + "00 01 'u' 00 02 'p'",
                        MALFORMED,
                        4),
                invalid("a byte behind the payload", V31 + "02 00 3C " + ID + "00", MALFORMED, 3),
                invalid("a byte behind the payload", V311 + "02 00 3C " + ID + "00", MALFORMED, 4),
                invalid("a byte behind the payload", V5 + "02 00 3C 00 " + ID + "00", MALFORMED, 5));
    }

    private static Stream<Row> lengths() {
        byte[] padded = Bytes.bytes("10 8E 00 " + V311 + "02 00 3C " + ID);
        byte[] padded5 = Bytes.bytes("10 8F 80 00 " + V5 + "02 00 3C 00 " + ID);
        byte[] shortest5 = Bytes.bytes("10 8F 00 " + V5 + "02 00 3C 00 " + ID);
        Connect connect = new Connect(4, false, true, 60, "id", null, NO_MAXIMUM, false, padded.length);
        return Stream.of(
                new Row(
                        "[MQTT-1.5.5-1] does not bind 3.1.1: padded length",
                        padded,
                        new Complete(connect),
                        padded.length),
                new Row("[MQTT-1.5.5-1] padded length", padded5, new Invalid(MALFORMED, 5), padded5.length),
                new Row(
                        "[MQTT-1.5.5-1] length padded by one byte",
                        shortest5,
                        new Invalid(MALFORMED, 5),
                        shortest5.length),
                valid(
                        "a packet of the greatest size",
                        V311 + "02 00 3C 03 D9 61*985",
                        connect(4, true, 60, "a".repeat(985))));
    }

    private static Stream<Row> properties() {
        return Stream.of(
                invalid("MQTT 5.0 2.2.2.2: Topic Alias is not CONNECT's", withProperties("23 00 01"), MALFORMED, 5),
                invalid("Will Delay Interval is the Will's", withProperties("18 00 00 00 01"), MALFORMED, 5),
                invalid("identifier 0", withProperties("00 00"), MALFORMED, 5),
                invalid("an unknown identifier", withProperties("7F 00"), MALFORMED, 5),
                invalid("an unknown identifier, 64 above a known one", withProperties("51 00 00"), MALFORMED, 5),
                invalid("[MQTT-1.5.5-1] a padded identifier", withProperties("91 00 00 00 00 01"), MALFORMED, 5),
                invalid("[MQTT-1.5.5-1] a padded Property Length", V5 + "02 00 3C 80 00 " + ID, MALFORMED, 5),
                invalid("a Property Length of five bytes", V5 + "02 00 3C 80 80 80 80 01 " + ID, MALFORMED, 5),
                invalid("no Property Length", V5 + "02 00 3C", MALFORMED, 5),
                invalid("properties longer than the packet", V5 + "02 00 3C 7F 11 00 00 00 01 " + ID, MALFORMED, 5),
                invalid("a value longer than the properties", V5 + "02 00 3C 03 11 00 00 00 00 " + ID, MALFORMED, 5),
                invalid("a string longer than the properties", V5 + "02 00 3C 04 15 00 02 'a' 'b' " + ID, MALFORMED, 5),
                invalid(
                        "[MQTT-1.5.4-1] User Property not UTF-8",
                        withProperties("26 00 01 'a' 00 01 FF"),
                        MALFORMED,
                        5),
                invalid(
                        "MQTT 5.0 3.1.2.11.2: Session Expiry twice",
                        withProperties("11 00*4 11 00*4"),
                        PROTOCOL_ERROR,
                        5),
                invalid("MQTT 5.0 3.1.2.11.3: Receive Maximum 0", withProperties("21 00 00"), PROTOCOL_ERROR, 5),
                invalid(
                        "MQTT 5.0 3.1.2.11.3: Receive Maximum twice",
                        withProperties("21 00 01 21 00 01"),
                        PROTOCOL_ERROR,
                        5),
                invalid(
                        "MQTT 5.0 3.1.2.11.4: Maximum Packet Size 0",
                        withProperties("27 00 00 00 00"),
                        PROTOCOL_ERROR,
                        5),
                invalid(
                        "MQTT 5.0 3.1.2.11.5: Topic Alias Maximum twice",
                        withProperties("22 00 01 22 00 01"),
                        PROTOCOL_ERROR,
                        5),
                invalid(
                        "MQTT 5.0 3.1.2.11.6: Request Response Information 2",
                        withProperties("19 02"),
                        PROTOCOL_ERROR,
                        5),
                invalid(
                        "MQTT 5.0 3.1.2.11.7: Request Problem Information 2",
                        withProperties("17 02"),
                        PROTOCOL_ERROR,
                        5),
                invalid(
                        "MQTT 5.0 3.1.2.11.9: Authentication Method twice",
                        withProperties("15 00 01 'a' 15 00 01 'a'"),
                        PROTOCOL_ERROR,
                        5),
                invalid(
                        "MQTT 5.0 3.1.2.11.10: Authentication Data without Method",
                        withProperties("16 00 01 00"),
                        PROTOCOL_ERROR,
                        5));
    }

    private static Stream<Row> wills() {
        return Stream.of(
                invalid("MQTT 5.0 3.1.3.2: Session Expiry is not the Will's", withWill("11 00 00 00 01"), MALFORMED, 5),
                invalid("MQTT 5.0 3.1.3.2.2: Will Delay twice", withWill("18 00*4 18 00*4"), PROTOCOL_ERROR, 5),
                invalid("MQTT 5.0 3.1.3.2.7: Correlation Data twice", withWill("09 00 00 09 00 00"), PROTOCOL_ERROR, 5),
                invalid("Correlation Data longer than the properties", withWill("09 00 09 00"), MALFORMED, 5));
    }

    @ParameterizedTest
    @MethodSource("rows")
    void judgesAsSoonAsItIsKnown(Row row) {
        byte[] packet = row.packet();
        for (int length = 0; length <= packet.length; length++) {
            ByteBuffer held = Memory.of(length).of(packet, 0, length);

            ConnectResult result = ConnectDecoder.decode(held, MAX);

            ConnectResult expected = length < row.knownAfter() ? INCOMPLETE : row.expected();
            assertThat(result).as("%d of %d bytes", length, packet.length).isEqualTo(expected);
            assertThat(held.position()).isEqualTo(3);
            assertThat(held.limit()).isEqualTo(3 + length);
        }
    }

    @ParameterizedTest
    @MethodSource("rows")
    void readsTheSameWhateverFollows(Row row) {
        byte[] followed = Bytes.join(List.of(row.packet(), Bytes.bytes("30 03 00 01 't' FF*20")));
        for (Memory memory : Memory.values()) {

            ConnectResult result = ConnectDecoder.decode(memory.of(followed), MAX);

            assertThat(result).isEqualTo(row.expected());
        }
    }

    @ParameterizedTest
    @CsvSource({"8, 0", "9, 0", "10, 5", "11, 5"})
    void tellsTheLevelOfAPacketTooLargeWhereItIsThere(int held, int level) {
        byte[] packet = Bytes.bytes("10 FF 7F " + V5 + "02 00");

        ConnectResult result = ConnectDecoder.decode(Memory.DIRECT.of(packet, 0, held), MAX);

        assertThat(result).isEqualTo(new Invalid(TOO_LARGE, level));
    }

    @ParameterizedTest
    @CsvSource({"17, TOO_LARGE", "18, ''", "19, ''"})
    void countsTheFixedHeaderIntoTheSize(int maxBytes, String reason) {
        byte[] packet = packet(V311 + "02 00 3C 00 04 'idid'");

        ConnectResult result = ConnectDecoder.decode(Memory.HEAP.of(packet), maxBytes);

        assertThat(packet).hasSize(18);
        assertThat(result).isInstanceOf(reason.isEmpty() ? Complete.class : Invalid.class);
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 4, 5})
    @DisplayName(
            "whatever byte is changed, an answer comes, the same one for every kind of buffer, and nothing is thrown")
    void answersEverything(int level) {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        List<byte[]> samples = rows().filter(row -> row.expected() instanceof Complete complete
                        && complete.connect().level() == level)
                .map(Row::packet)
                .toList();
        for (int round = 0; round < 20_000; round++) {
            byte[] packet = samples.get(random.nextInt(samples.size())).clone();
            for (int i = random.nextInt(3); i >= 0; i--) {
                packet[random.nextInt(packet.length)] = (byte) random.nextInt(256);
            }
            int length = random.nextInt(4) == 0 ? random.nextInt(packet.length) : packet.length;
            byte[] held = Arrays.copyOf(packet, length);

            ConnectResult heap = ConnectDecoder.decode(Memory.HEAP.of(held), MAX);
            ConnectResult direct = ConnectDecoder.decode(Memory.DIRECT_LITTLE_ENDIAN.of(held), MAX);

            assertThat(direct).as("seed %d, round %d", seed, round).isEqualTo(heap);
            if (heap instanceof Complete complete) {
                assertThat(complete.connect().length()).isLessThanOrEqualTo(length);
            }
        }
    }

    @Test
    @DisplayName("MQTT 5.0 3.1.2.11.4: Maximum Packet Size is unsigned")
    void readsTheGreatestMaximumPacketSize() {
        byte[] packet = packet(withProperties("27 FF FF FF FF"));

        ConnectResult result = ConnectDecoder.decode(Memory.HEAP.of(packet), MAX);

        assertThat(result)
                .isInstanceOfSatisfying(
                        Complete.class,
                        complete -> assertThat(complete.connect().maximumPacketSize())
                                .isEqualTo(4_294_967_295L));
    }
}
