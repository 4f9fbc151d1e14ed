package io.sluice.mqtt;

import static io.sluice.mqtt.Violation.MALFORMED;
import static io.sluice.mqtt.Violation.PROTOCOL_ERROR;
import static io.sluice.mqtt.Violation.TOO_LARGE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.Bytes;
import io.sluice.Bytes.Memory;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class PacketScannerTest {
    private static final int MAX = 1_000;
    private static final int TYPES = 16;
    private static final int PUBLISH = 3;

    /** One stream of one direction: what may pass of it when it comes in one run, and what is found. */
    @SuppressWarnings("ArrayRecordComponent")
    private record Row(
            String name,
            boolean client,
            int level,
            byte[] bytes,
            int passable,
            @Nullable Violation violation) {
        static Row client(int level, String name, String bytes) {
            byte[] all = Bytes.bytes(bytes);
            return new Row(name, true, level, all, all.length, null);
        }

        static Row client(int level, String name, String bytes, int passable, Violation violation) {
            return new Row(name, true, level, Bytes.bytes(bytes), passable, violation);
        }

        static Row broker(int level, String name, String bytes) {
            byte[] all = Bytes.bytes(bytes);
            return new Row(name, false, level, all, all.length, null);
        }

        static Row broker(int level, String name, String bytes, int passable) {
            return new Row(name, false, level, Bytes.bytes(bytes), passable, MALFORMED);
        }

        PacketScanner scanner(long[] counts) {
            return client ? PacketScanner.ofClient(level, MAX, false, counts) : PacketScanner.ofBroker(level, counts);
        }

        ReferenceScan reference() {
            return ReferenceScan.of(client, level, client ? MAX : Long.MAX_VALUE, bytes);
        }

        @Override
        public String toString() {
            return (client ? "client " : "broker ") + level + ": " + name;
        }
    }

    static Stream<Row> rows() {
        return Stream.of(clientTypes(), clientFlags(), lengths(), endings(), broker())
                .flatMap(rows -> rows);
    }

    private static Stream<Row> clientTypes() {
        return Stream.of(
                Row.client(
                        4,
                        "[MQTT-2.2.2-1] PUBLISH, SUBSCRIBE, UNSUBSCRIBE, PINGREQ",
                        "30 05 00 01 't' 01 02 | 82 06 00 01 00 01 't' 00 | A2 05 00 02 00 01 't' | C0 00"),
                Row.client(
                        4, "PUBACK, PUBREC, PUBREL, PUBCOMP", "40 02 00 01 | 50 02 00 01 | 62 02 00 01 | 70 02 00 01"),
                Row.client(4, "[MQTT-3.1.0-2] a second CONNECT", "C0 00 | 10 02 00 00", 2, PROTOCOL_ERROR),
                Row.client(5, "[MQTT-3.1.0-2] a second CONNECT", "10 00", 0, PROTOCOL_ERROR),
                Row.client(4, "type 0 is forbidden", "C0 00 | 00 00", 2, MALFORMED),
                Row.client(5, "CONNACK comes from a broker", "20 02 00 00", 0, PROTOCOL_ERROR),
                Row.client(5, "SUBACK comes from a broker", "90 03 00 01 00", 0, PROTOCOL_ERROR),
                Row.client(5, "UNSUBACK comes from a broker", "B0 02 00 01", 0, PROTOCOL_ERROR),
                Row.client(5, "PINGRESP comes from a broker", "D0 00", 0, PROTOCOL_ERROR),
                Row.client(3, "AUTH is unknown before 5.0", "F0 00", 0, MALFORMED),
                Row.client(4, "AUTH is unknown before 5.0", "F0 00", 0, MALFORMED),
                Row.client(5, "MQTT 5.0 3.15: AUTH", "F0 02 18 00 | C0 00"));
    }

    private static Stream<Row> clientFlags() {
        return Stream.of(
                Row.client(4, "PUBLISH with DUP, QoS 2, RETAIN", "3D 00 | 33 00 | 3B 00"),
                Row.client(3, "[MQTT-3.3.1-4] PUBLISH with QoS 3", "C0 00 | 36 00", 2, MALFORMED),
                Row.client(4, "[MQTT-3.3.1-4] PUBLISH with QoS 3", "37 00", 0, MALFORMED),
                Row.client(5, "[MQTT-3.3.1-4] PUBLISH with QoS 3", "3F 00", 0, MALFORMED),
                Row.client(4, "[MQTT-3.6.1-1] PUBREL without 0010", "60 02 00 01", 0, MALFORMED),
                Row.client(4, "[MQTT-3.8.1-1] SUBSCRIBE without 0010", "80 00", 0, MALFORMED),
                Row.client(5, "[MQTT-3.10.1-1] UNSUBSCRIBE with 1010", "AA 00", 0, MALFORMED),
                Row.client(4, "[MQTT-2.2.2-2] PINGREQ with a flag", "C1 00", 0, MALFORMED),
                Row.client(5, "[MQTT-2.1.3-1] PUBACK with a flag", "48 02 00 01", 0, MALFORMED),
                Row.client(5, "[MQTT-2.1.3-1] DISCONNECT with a flag", "E1 00", 0, MALFORMED),
                Row.client(3, "MQTT 3.1 3.6, 3.8, 3.10: DUP is legal", "6A 02 00 01 | 8A 00 | AA 00"),
                Row.client(3, "MQTT 3.1 3.12: flags are not used", "CF 00 | 4F 02 00 01"));
    }

    private static Stream<Row> lengths() {
        return Stream.of(
                Row.client(4, "remaining length 0, 1, 127", "30 00 | 30 01 00 | 30 7F 00*127"),
                Row.client(4, "remaining length 128", "30 80 01 00*128"),
                Row.client(4, "a packet of the greatest size", "30 E5 07 00*997"),
                Row.client(4, "a packet one byte too large", "C0 00 | 30 E6 07 00*998", 2, TOO_LARGE),
                Row.client(4, "the greatest remaining length there is", "30 FF FF FF 7F 00*9", 0, TOO_LARGE),
                Row.client(4, "[MQTT-1.5.5-1] does not bind 3.1.1: padded length", "30 80 00 | 30 81 80 80 00 01"),
                Row.client(3, "[MQTT-1.5.5-1] does not bind 3.1: padded length", "30 80 80 80 00 | C0 80 00"),
                Row.client(5, "[MQTT-1.5.5-1] padded zero", "C0 00 | 30 80 00", 2, MALFORMED),
                Row.client(5, "[MQTT-1.5.5-1] padded to four bytes", "30 81 80 80 00 01", 0, MALFORMED),
                Row.client(5, "zero in the middle is minimal", "30 80 80 01 00*9", 0, TOO_LARGE),
                Row.client(4, "MQTT 3.1.1 2.2.3: a fifth byte of length", "C0 00 | 30 80 80 80 80 01", 2, MALFORMED),
                Row.client(3, "a fifth byte of length", "30 FF FF FF FF 7F", 0, MALFORMED),
                Row.client(3, "MQTT 3.1 3.12: PINGREQ is empty", "C0 01 00", 0, MALFORMED),
                Row.client(4, "MQTT 3.1.1 3.12.1: PINGREQ is empty", "C0 01 00", 0, MALFORMED),
                Row.client(5, "MQTT 5.0 3.12.1: PINGREQ is empty", "C0 81 01 00*129", 0, MALFORMED),
                Row.client(4, "the end lies within a body", "30 0A 00 01 't'"),
                Row.client(4, "the end lies within a fixed header", "C0 00 | 30 8A"),
                Row.client(4, "no byte at all", ""));
    }

    private static Stream<Row> endings() {
        return Stream.of(
                Row.client(4, "MQTT 3.1.1 3.14: DISCONNECT", "C0 00 | E0 00"),
                Row.client(4, "MQTT 3.1.1 3.14.1: DISCONNECT is empty", "C0 00 | E0 01 00", 2, MALFORMED),
                Row.client(3, "MQTT 3.1 3.14: DISCONNECT is empty", "E0 01 00", 0, MALFORMED),
                Row.client(5, "MQTT 5.0 3.14: DISCONNECT with a body", "C0 00 | E0 02 04 00"),
                Row.client(5, "DISCONNECT of which a byte is missing", "E0 02 04"),
                new Row("[MQTT-3.14.4-1] bytes behind DISCONNECT", true, 4, Bytes.bytes("E0 00 | C0 00"), 2, null),
                new Row("[MQTT-3.14.4-1] bytes behind DISCONNECT", true, 5, Bytes.bytes("E0 01 04 | 00 00"), 3, null));
    }

    private static Stream<Row> broker() {
        return Stream.of(
                Row.broker(
                        4, "CONNACK, SUBACK, UNSUBACK, PINGRESP", "20 02 00 00 | 90 03 00 01 00 | B0 02 00 02 | D0 00"),
                Row.broker(
                        4,
                        "PUBLISH and its answers",
                        "33 04 00 01 't' 01 | 40 02 00 01 | 50 02 00 01 | 62 02 00 01 | 70 02 00 01"),
                Row.broker(5, "AUTH, and DISCONNECT at the end", "F0 00 | E0 02 8B 00"),
                Row.broker(5, "what stands behind DISCONNECT is the client's to judge", "E0 00 | D0 00"),
                Row.broker(5, "a packet of any size", "30 FF FF FF 7F 00*2000"),
                Row.broker(3, "MQTT 3.1: flags are not used", "2F 02 00 00 | D1 00"),
                Row.broker(4, "[MQTT-3.14.0-1] DISCONNECT before 5.0", "D0 00 | E0 00", 2),
                Row.broker(3, "AUTH before 5.0", "F0 00", 0),
                Row.broker(5, "CONNECT comes from a client", "D0 00 | 10 00", 2),
                Row.broker(5, "SUBSCRIBE comes from a client", "82 00", 0),
                Row.broker(5, "UNSUBSCRIBE comes from a client", "A2 00", 0),
                Row.broker(5, "PINGREQ comes from a client", "C0 00", 0),
                Row.broker(5, "type 0 is forbidden", "00 00", 0),
                Row.broker(4, "[MQTT-2.2.2-2] CONNACK with a flag", "21 02 00 00", 0),
                Row.broker(5, "[MQTT-3.3.1-4] PUBLISH with QoS 3", "D0 00 | 36 00", 2),
                Row.broker(5, "[MQTT-1.5.5-1] padded length", "30 80 00", 0),
                Row.broker(4, "PINGRESP is empty", "D0 01 00", 0),
                Row.broker(4, "a fifth byte of length", "30 80 80 80 80 00", 0));
    }

    @ParameterizedTest
    @MethodSource("rows")
    void passesOnWhatIsLegalInOneRun(Row row) {
        for (Memory memory : Memory.values()) {
            PacketScanner scanner = row.scanner(new long[TYPES]);
            ByteBuffer run = memory.of(row.bytes());

            int passable = scanner.scan(run);

            assertThat(passable).isEqualTo(row.passable());
            assertThat(scanner.violation()).isEqualTo(row.violation());
            assertThat(run.position()).isEqualTo(3);
            assertThat(run.limit()).isEqualTo(3 + row.bytes().length);
            assertThat(row.reference().passable()).as("reference").isEqualTo(row.passable());
            assertThat(row.reference().violation()).as("reference").isEqualTo(row.violation());
        }
    }

    @ParameterizedTest
    @MethodSource("rows")
    void findsTheSameOneByteAtATime(Row row) {
        List<Integer> ends = new ArrayList<>();
        for (int end = 1; end <= row.bytes().length; end++) {
            ends.add(end);
        }

        assertScan(row, ends);
    }

    @ParameterizedTest
    @MethodSource("rows")
    void findsTheSameWhereverOneCutFalls(Row row) {
        for (int cut = 0; cut <= row.bytes().length; cut++) {
            assertScan(row, List.of(cut, row.bytes().length));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 4, 5})
    void agreesWithTheReferenceOnRandomStreams(int level) {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 4_000; round++) {
            Row row = randomRow(random, level, "seed " + seed + ", round " + round);

            assertScan(row, randomCuts(random, row.bytes().length));
        }
    }

    @Test
    @DisplayName("each of the 256 first bytes is judged as the standard's tables say, as soon as it is there")
    void judgesTheFirstByteAtOnce() {
        for (int level = 3; level <= 5; level++) {
            for (int first = 0; first < 256; first++) {
                for (boolean client : new boolean[] {true, false}) {
                    Row row = new Row("first byte " + first, client, level, new byte[] {(byte) first}, 0, null);
                    PacketScanner scanner = row.scanner(new long[TYPES]);

                    scanner.scan(Memory.HEAP.of(row.bytes()));

                    assertThat(scanner.violation())
                            .as(row.toString())
                            .isEqualTo(row.reference().violation());
                }
            }
        }
    }

    @Test
    void isAtABoundaryOnlyBetweenPackets() {
        PacketScanner scanner = PacketScanner.ofBroker(5);
        byte[] stream = Bytes.bytes("30 03 00 01 't' | D0 00 | 30 80 01");
        List<Boolean> boundaries = new ArrayList<>();
        boundaries.add(scanner.atBoundary());

        for (int i = 0; i < stream.length; i++) {
            scanner.scan(Memory.DIRECT.of(stream, i, i + 1));
            boundaries.add(scanner.atBoundary());
        }

        assertThat(boundaries)
                .containsExactly(true, false, false, false, false, true, false, true, false, false, false);
    }

    @Test
    void isAtABoundaryAfterAViolationThatLetNoByteOfItsPacketPass() {
        PacketScanner whole = PacketScanner.ofBroker(5);
        PacketScanner cut = PacketScanner.ofBroker(5);

        whole.scan(Memory.HEAP.of(Bytes.bytes("D0 00 | D0 01")));
        cut.scan(Memory.HEAP.of(Bytes.bytes("D0 00 | D0")));
        cut.scan(Memory.HEAP.of(Bytes.bytes("01")));

        assertThat(whole.violation()).isEqualTo(MALFORMED);
        assertThat(whole.atBoundary()).isTrue();
        assertThat(cut.violation()).isEqualTo(MALFORMED);
        assertThat(cut.atBoundary()).isFalse();
    }

    @Test
    void passesNothingOnceEnded() {
        PacketScanner violated = PacketScanner.ofClient(4, MAX);
        PacketScanner disconnected = PacketScanner.ofClient(4, MAX);
        violated.scan(Memory.HEAP.of(Bytes.bytes("00")));
        disconnected.scan(Memory.HEAP.of(Bytes.bytes("E0 00")));

        int afterViolation = violated.scan(Memory.HEAP.of(Bytes.bytes("C0 00")));
        int afterDisconnect = disconnected.scan(Memory.HEAP.of(Bytes.bytes("C0 00")));

        assertThat(afterViolation).isZero();
        assertThat(afterDisconnect).isZero();
        assertThat(violated.packets()).isZero();
        assertThat(disconnected.packets()).isEqualTo(1);
        assertThat(disconnected.violation()).isNull();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2, 6, 0x84})
    void refusesALevelItDoesNotKnow(int level) {
        assertThatThrownBy(() -> PacketScanner.ofClient(level, MAX))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("protocol level " + level + " is not 3, 4 or 5");
    }

    /** Scans the row in runs that end at {@code ends} and compares everything with the reference. */
    private static void assertScan(Row row, List<Integer> ends) {
        long[] counts = new long[TYPES];
        PacketScanner scanner = row.scanner(counts);
        ReferenceScan expected = row.reference();
        int from = 0;
        for (int end : ends) {
            Memory memory = Memory.of(end);
            int passed = scanner.scan(memory.of(row.bytes(), from, end));
            int allowed = expected.detectedAt() < end ? Math.max(from, expected.passable()) : end;
            allowed = expected.ends() && from > expected.detectedAt() ? from : allowed;
            assertThat(passed)
                    .as("%s, run %d to %d of %s", row, from, end, ends)
                    .isEqualTo(allowed - from);
            from = end;
        }
        assertThat(scanner.violation()).as("%s %s", row, ends).isEqualTo(expected.violation());
        assertThat(scanner.packets()).as("%s %s", row, ends).isEqualTo(expected.packets());
        assertThat(counts[PUBLISH]).as("%s %s", row, ends).isEqualTo(expected.publishes());
        assertThat(scanner.disconnected()).as("%s %s", row, ends).isEqualTo(expected.disconnected());
    }

    private static Row randomRow(Random random, int level, String name) {
        boolean client = random.nextBoolean();
        List<byte[]> packets = new ArrayList<>();
        int[] firsts = client
                ? new int[] {0x30, 0x32, 0x3D, 0x40, 0x50, 0x62, 0x70, 0x82, 0xA2, 0xC0}
                : new int[] {0x30, 0x32, 0x3D, 0x40, 0x50, 0x62, 0x70, 0x90, 0xB0, 0xD0};
        for (int i = random.nextInt(12); i >= 0; i--) {
            int first = firsts[random.nextInt(firsts.length)];
            int length = first == 0xC0 || first == 0xD0 ? 0 : random.nextInt(random.nextInt(8) == 0 ? 400 : 20);
            byte[] body = new byte[length];
            random.nextBytes(body);
            byte[] header = length < 128
                    ? new byte[] {(byte) first, (byte) length}
                    : new byte[] {(byte) first, (byte) (length | 0x80), (byte) (length >> 7)};
            packets.add(Bytes.join(List.of(header, body)));
        }
        if (client && random.nextInt(4) == 0) {
            packets.add(random.nextInt(packets.size() + 1), Bytes.bytes("E0 00"));
        }
        byte[] bytes = Bytes.join(packets);
        if (random.nextInt(3) == 0) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
        }
        return new Row(name, client, level, bytes, 0, null);
    }

    private static List<Integer> randomCuts(Random random, int length) {
        List<Integer> ends = new ArrayList<>();
        int most = 2 + random.nextInt(40);
        for (int end = random.nextInt(most); end < length; end += 1 + random.nextInt(most)) {
            ends.add(end);
        }
        ends.add(length);
        return ends;
    }
}
