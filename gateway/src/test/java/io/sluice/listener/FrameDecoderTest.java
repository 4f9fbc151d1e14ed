package io.sluice.listener;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.Bytes;
import io.sluice.Bytes.Memory;
import io.sluice.listener.FrameDecoder.End;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class FrameDecoderTest {
    /** A mask that changes nothing, for rows whose payload should be readable. */
    private static final String NO_MASK = "00 00 00 00";

    /** A client's stream, the payload it carries and how it ends. */
    @SuppressWarnings("ArrayRecordComponent")
    private record Row(
            String name,
            byte[] bytes,
            byte[] delivered,
            @Nullable End end) {
        static Row open(String name, String bytes, String delivered) {
            return new Row(name, Bytes.bytes(bytes), Bytes.bytes(delivered), null);
        }

        static Row ended(String name, String bytes, String delivered, End end) {
            return new Row(name, Bytes.bytes(bytes), Bytes.bytes(delivered), end);
        }

        static Row broken(String name, String bytes, String delivered) {
            return ended(name, bytes, delivered, End.FRAME_ERROR);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Row> rows() {
        return Stream.of(data(), lengths(), broken(), control(), closes()).flatMap(rows -> rows);
    }

    private static Stream<Row> data() {
        return Stream.of(
                Row.open("RFC 6455 5.7: a masked frame", "82 85 37 FA 21 3D 7F 9F 4D 51 58", "'Hello'"),
                Row.open("[MQTT-6.0.0-2] an empty frame", "82 80 01 02 03 04", ""),
                Row.open("two frames", "82 82 | 01 01 01 01 | 60 63 | 82 81 | 02 02 02 02 | 61", "'abc'"),
                Row.open(
                        "RFC 6455 5.4: three fragments",
                        "02 81 " + NO_MASK + "'a' 00 81 " + NO_MASK + "'b' 80 81 " + NO_MASK + "'c'",
                        "'abc'"),
                Row.open(
                        "RFC 6455 5.4: empty fragments",
                        "02 80 " + NO_MASK + "00 80 " + NO_MASK + "80 81 " + NO_MASK + "'c'",
                        "'c'"),
                Row.open(
                        "a new message after the last fragment",
                        "02 80 " + NO_MASK + "80 80 " + NO_MASK + "82 81 " + NO_MASK + "'d'",
                        "'d'"),
                Row.open(
                        "RFC 6455 5.4: a ping between fragments",
                        "02 81 " + NO_MASK + "'a' 89 81 " + NO_MASK + "'p' 80 81 " + NO_MASK + "'b'",
                        "'ab'"),
                Row.open("[MQTT-6.0.0-2] a frame of which payload is missing", "82 84 01 02 03 04 00 00", "01 02"),
                Row.open("no byte at all", "", ""));
    }

    private static Stream<Row> lengths() {
        return Stream.of(
                Row.open("125 bytes", "82 FD " + NO_MASK + "61*125", "61*125"),
                Row.open("126 bytes", "82 FE 00 7E " + NO_MASK + "61*126", "61*126"),
                Row.open("127 bytes", "82 FE 00 7F " + NO_MASK + "61*127", "61*127"),
                Row.open("announces 65,535 bytes", "82 FE FF FF 61 61 61 61 00*9", "61*9"),
                Row.open("announces 65,536 bytes", "82 FF 00 00 00 00 00 01 00 00 61 61 61 61 00*9", "61*9"),
                Row.open("announces 2^31 bytes", "82 FF 00 00 00 00 80 00 00 00 61 61 61 61 00*9", "61*9"),
                Row.open("announces 2^63 - 1 bytes", "82 FF 7F FF FF FF FF FF FF FF 61 61 61 61 00*9", "61*9"),
                Row.broken(
                        "RFC 6455 5.2: announces 2^63 bytes",
                        "82 80 " + NO_MASK + "82 FF 80 00 00 00 00 00 00 00 61 61 61 61",
                        ""),
                Row.broken("RFC 6455 5.2: 125 in two bytes", "82 FE 00 7D " + NO_MASK + "61*125", ""),
                Row.broken("RFC 6455 5.2: 0 in two bytes", "82 FE 00 00 " + NO_MASK, ""),
                Row.broken(
                        "RFC 6455 5.2: 65,535 in eight bytes", "82 FF 00 00 00 00 00 00 FF FF " + NO_MASK + "61*9", ""),
                Row.broken("RFC 6455 5.2: 0 in eight bytes", "82 FF 00*8 " + NO_MASK, ""));
    }

    private static Stream<Row> broken() {
        String before = "82 82 " + NO_MASK + "'ab' ";
        return Stream.of(
                Row.broken("RFC 6455 5.1: a frame without mask", before + "82 02 'cd' 82 80 " + NO_MASK, "'ab'"),
                Row.broken("RFC 6455 5.1: an empty frame without mask", before + "82 00", "'ab'"),
                Row.broken("RFC 6455 5.2: RSV1", before + "C2 81 " + NO_MASK + "'c'", "'ab'"),
                Row.broken("RFC 6455 5.2: RSV2", before + "A2 81 " + NO_MASK + "'c'", "'ab'"),
                Row.broken("RFC 6455 5.2: RSV3", before + "92 81 " + NO_MASK + "'c'", "'ab'"),
                Row.broken("RFC 6455 5.2: reserved opcode 3", before + "83 81 " + NO_MASK + "'c'", "'ab'"),
                Row.broken("RFC 6455 5.2: reserved opcode 7", before + "87 81 " + NO_MASK + "'c'", "'ab'"),
                Row.broken("RFC 6455 5.2: reserved opcode B", before + "8B 80 " + NO_MASK, "'ab'"),
                Row.broken("RFC 6455 5.2: reserved opcode F", before + "8F 80 " + NO_MASK, "'ab'"),
                Row.broken("RFC 6455 5.4: a continuation without a start", before + "80 81 " + NO_MASK + "'c'", "'ab'"),
                Row.broken(
                        "RFC 6455 5.4: a continuation after the last one",
                        "02 81 " + NO_MASK + "'a' 80 80 " + NO_MASK + "00 80 " + NO_MASK,
                        "'a'"),
                Row.broken(
                        "RFC 6455 5.4: a new message inside a fragmented one",
                        "02 81 " + NO_MASK + "'a' 82 81 " + NO_MASK + "'b'",
                        "'a'"),
                Row.broken(
                        "RFC 6455 5.4: text inside a fragmented message",
                        "02 81 " + NO_MASK + "'a' 81 81 " + NO_MASK + "'b'",
                        "'a'"),
                Row.broken("text with RSV1", "C1 81 " + NO_MASK + "'b'", ""),
                Row.ended("[MQTT-6.0.0-1] a text frame", before + "81 81 " + NO_MASK + "'c'", "'ab'", End.TEXT_FRAME),
                Row.ended(
                        "[MQTT-6.0.0-1] a text frame's first fragment",
                        before + "01 80 " + NO_MASK,
                        "'ab'",
                        End.TEXT_FRAME));
    }

    private static Stream<Row> control() {
        return Stream.of(
                Row.open(
                        "RFC 6455 5.5.2: a ping with 125 bytes",
                        "89 FD 01 02 03 04 61*125 82 81 " + NO_MASK + "'a'",
                        "'a'"),
                Row.open("RFC 6455 5.5.3: a pong", "8A 83 01 02 03 04 61*3 82 81 " + NO_MASK + "'a'", "'a'"),
                Row.open("an empty ping and an empty pong", "89 80 01 02 03 04 8A 80 01 02 03 04", ""),
                Row.broken("RFC 6455 5.5: a ping with 126 bytes", "89 FE 00 7E " + NO_MASK + "61*126", ""),
                Row.broken("RFC 6455 5.5: a fragmented ping", "09 80 " + NO_MASK, ""),
                Row.broken("RFC 6455 5.5: a fragmented Close", "08 80 " + NO_MASK, ""),
                Row.broken("a pong without mask", "8A 00", ""));
    }

    private static Stream<Row> closes() {
        String before = "82 82 " + NO_MASK + "'ab' ";
        return Stream.of(
                Row.ended("RFC 6455 5.5.1: Close without a body", before + "88 80 01 02 03 04", "'ab'", End.CLOSE),
                Row.ended("RFC 6455 5.5.1: Close 1000", before + "88 82 01 02 03 04 02 EA", "'ab'", End.CLOSE),
                Row.ended(
                        "what stands behind Close",
                        "88 82 " + NO_MASK + "03 E8 82 81 " + NO_MASK + "'a' 00 00",
                        "",
                        End.CLOSE),
                Row.ended("Close between fragments", "02 81 " + NO_MASK + "'a' 88 80 " + NO_MASK, "'a'", End.CLOSE),
                Row.ended("Close with a reason of 123 bytes", "88 FD " + NO_MASK + "03 E9 61*123", "", End.CLOSE),
                Row.ended("Close with U+0000 in its reason", "88 83 " + NO_MASK + "03 E9 00", "", End.CLOSE),
                Row.broken("RFC 6455 5.5.1: Close with one byte", before + "88 81 " + NO_MASK + "03", "'ab'"),
                Row.ended(
                        "RFC 6455 8.1: a reason that ends within a character",
                        before + "88 84 " + NO_MASK + "03 E8 E2 82",
                        "'ab'",
                        End.CLOSE_REASON_INVALID),
                Row.ended(
                        "RFC 6455 8.1: a surrogate in a reason",
                        "88 85 " + NO_MASK + "03 E8 ED A0 80",
                        "",
                        End.CLOSE_REASON_INVALID));
    }

    @ParameterizedTest
    @MethodSource("rows")
    void deliversWhatOneReadHolds(Row row) {
        for (Memory memory : Memory.values()) {
            FrameDecoder decoder = new FrameDecoder();
            ByteBuffer buffer = memory.of(row.bytes());
            buffer.put(0, (byte) 0x55).put(2, (byte) 0x55);

            decoder.decode(buffer);

            assertThat(buffer.position()).isEqualTo(3);
            assertThat(Bytes.remaining(buffer)).isEqualTo(row.delivered());
            assertThat(decoder.end()).isEqualTo(row.end());
            assertThat(new byte[] {buffer.get(0), buffer.get(2)}).containsExactly(0x55, 0x55);
            assertThat(new ReferenceFrames(row.bytes()).end).as("reference").isEqualTo(row.end());
        }
    }

    @ParameterizedTest
    @MethodSource("rows")
    void deliversTheSameOneByteAtATime(Row row) {
        List<Integer> ends =
                IntStream.rangeClosed(1, row.bytes().length).boxed().toList();

        assertDecodes(row.name(), row.bytes(), ends);
    }

    @ParameterizedTest
    @MethodSource("rows")
    void deliversTheSameWhereverOneCutFalls(Row row) {
        for (int cut = 0; cut <= row.bytes().length; cut++) {
            assertDecodes(row.name(), row.bytes(), List.of(cut, row.bytes().length));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {10, 300, 70_000})
    void agreesWithTheReferenceOnRandomStreams(int mostPayload) {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < (mostPayload > 1_000 ? 200 : 4_000); round++) {
            byte[] stream = randomStream(random, mostPayload);

            assertDecodes(
                    "seed " + seed + ", round " + round, stream, randomCuts(random, stream.length, mostPayload * 2));
        }
    }

    @ParameterizedTest
    @EnumSource(Memory.class)
    @DisplayName("RFC 6455 5.3: payload of every length is unmasked, whatever distance it moves and wherever it is cut")
    void unmasksEveryLengthAtEveryDistance(Memory memory) {
        byte[] text = new byte[70];
        new Random(7).nextBytes(text);
        for (int pings = 0; pings < 3; pings++) {
            for (int length = 0; length <= text.length; length++) {
                byte[] payload = Arrays.copyOf(text, length);
                List<byte[]> frames = new ArrayList<>();
                for (int i = 0; i < pings; i++) {
                    frames.add(frame(0x89, new byte[i], 0x01020304));
                }
                frames.add(frame(0x82, payload, 0xA1B2C3D4));
                ByteBuffer buffer = memory.of(Bytes.join(frames));

                new FrameDecoder().decode(buffer);

                assertThat(Bytes.remaining(buffer))
                        .as("%d pings, %d bytes", pings, length)
                        .isEqualTo(payload);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "999,FRAME_ERROR", "1000,CLOSE", "1003,CLOSE", "1004,FRAME_ERROR", "1005,FRAME_ERROR", "1006,FRAME_ERROR",
        "1007,CLOSE", "1014,CLOSE", "1015,FRAME_ERROR", "1016,FRAME_ERROR", "2999,FRAME_ERROR", "3000,CLOSE",
        "4999,CLOSE", "5000,FRAME_ERROR", "0,FRAME_ERROR", "65535,FRAME_ERROR"
    })
    @DisplayName("RFC 6455 7.4: codes that may stand in a Close")
    void judgesTheCloseCode(int code, End expected) {
        FrameDecoder decoder = new FrameDecoder();

        decoder.decode(Memory.DIRECT.of(frame(0x88, new byte[] {(byte) (code >> 8), (byte) code}, 0x99887766)));

        assertThat(decoder.end()).isEqualTo(expected);
        assertThat(decoder.closeCode()).isEqualTo(expected == End.CLOSE ? code : 1005);
    }

    @Test
    @DisplayName("RFC 6455 5.5.3: of several pings only the newest needs an answer")
    void keepsTheNewestPing() {
        FrameDecoder decoder = new FrameDecoder();
        byte[] older = frame(0x89, Bytes.bytes("'older'"), 1);
        byte[] newer = frame(0x89, Bytes.bytes("'new'"), 2);
        byte[] cut = frame(0x89, Bytes.bytes("'not yet whole'"), 3);

        decoder.decode(Memory.HEAP.of(Bytes.join(List.of(older, newer, Arrays.copyOf(cut, 12)))));

        assertThat(decoder.takePing()).isEqualTo(Bytes.bytes("'new'"));
        assertThat(decoder.takePing()).isNull();
        decoder.decode(Memory.HEAP.of(cut, 12, cut.length));
        assertThat(decoder.takePing()).isEqualTo(Bytes.bytes("'not yet whole'"));
    }

    @Test
    void countsAFrameOnceItsHeaderIsWhole() {
        FrameDecoder decoder = new FrameDecoder();
        byte[] data = frame(0x82, Bytes.bytes("'abc'"), 9);
        byte[] pong = frame(0x8A, Bytes.bytes("'p'"), 9);
        decoder.decode(Memory.HEAP.of(Bytes.join(List.of(data, data, pong, Arrays.copyOf(data, 5)))));

        int frames = decoder.takeFrames();

        assertThat(frames).isEqualTo(3);
        assertThat(decoder.takeFrames()).isZero();
        assertThat(decoder.takePong()).isTrue();
        assertThat(decoder.takePong()).isFalse();
        decoder.decode(Memory.HEAP.of(data, 5, 6));
        assertThat(decoder.takeFrames()).isEqualTo(1);
    }

    @Test
    void discardsEverythingOnceEnded() {
        FrameDecoder decoder = new FrameDecoder();
        decoder.decode(Memory.HEAP.of(frame(0x88, new byte[0], 5)));
        ByteBuffer late = Memory.HEAP.of(frame(0x82, Bytes.bytes("'late'"), 5));

        decoder.decode(late);

        assertThat(late.hasRemaining()).isFalse();
        assertThat(late.position()).isEqualTo(3);
        assertThat(decoder.end()).isEqualTo(End.CLOSE);
    }

    /** Decodes the stream in reads that end at {@code ends} and compares everything with the reference. */
    private static void assertDecodes(String name, byte[] stream, List<Integer> ends) {
        FrameDecoder decoder = new FrameDecoder();
        ReferenceFrames expected = new ReferenceFrames(stream);
        ByteArrayOutputStream delivered = new ByteArrayOutputStream();
        int from = 0;
        for (int end : ends) {
            ByteBuffer buffer = Memory.of(end).of(stream, from, end);
            decoder.decode(buffer);
            delivered.writeBytes(Bytes.remaining(buffer));
            from = end;
        }
        String what = name + ", reads end at " + ends.subList(0, Math.min(ends.size(), 20));
        assertThat(delivered.toByteArray()).as(what).isEqualTo(expected.delivered.toByteArray());
        assertThat(decoder.end()).as(what).isEqualTo(expected.end);
        assertThat(decoder.closeCode()).as(what).isEqualTo(expected.closeCode);
        assertThat(decoder.takeFrames()).as(what).isEqualTo(expected.frames);
        assertThat(decoder.takePing()).as(what).isEqualTo(expected.ping);
        assertThat(decoder.takePong()).as(what).isEqualTo(expected.ponged);
    }

    private static byte[] randomStream(Random random, int mostPayload) {
        List<byte[]> frames = new ArrayList<>();
        boolean open = false;
        for (int i = random.nextInt(8); i >= 0; i--) {
            int kind = random.nextInt(10);
            if (kind < 3) {
                byte[] payload = new byte[random.nextInt(126)];
                random.nextBytes(payload);
                frames.add(frame(kind < 2 ? 0x89 : 0x8A, payload, random.nextInt()));
            } else {
                byte[] payload = new byte[random.nextInt(mostPayload)];
                random.nextBytes(payload);
                boolean last = random.nextInt(3) > 0;
                frames.add(frame((last ? 0x80 : 0) | (open ? 0 : 2), payload, random.nextInt()));
                open = !last;
            }
        }
        if (random.nextInt(4) == 0) {
            byte[] body = Bytes.bytes(random.nextBoolean() ? "03 E8 'bye'" : "");
            frames.add(random.nextInt(frames.size() + 1), frame(0x88, body, random.nextInt()));
        }
        byte[] stream = Bytes.join(frames);
        if (random.nextInt(3) == 0) {
            stream[random.nextInt(Math.min(stream.length, 200))] = (byte) random.nextInt(256);
        }
        return stream;
    }

    private static List<Integer> randomCuts(Random random, int length, int mostRead) {
        List<Integer> ends = new ArrayList<>();
        int most = 1 + random.nextInt(mostRead);
        for (int end = random.nextInt(most); end < length; end += 1 + random.nextInt(most)) {
            ends.add(end);
        }
        ends.add(length);
        return ends;
    }

    private static byte[] frame(int first, byte[] payload, int mask) {
        ByteBuffer frame = ByteBuffer.allocate(payload.length + 14).put((byte) first);
        if (payload.length < 126) {
            frame.put((byte) (0x80 | payload.length));
        } else if (payload.length < 65_536) {
            frame.put((byte) 0xFE).putShort((short) payload.length);
        } else {
            frame.put((byte) 0xFF).putLong(payload.length);
        }
        frame.putInt(mask);
        for (int i = 0; i < payload.length; i++) {
            frame.put((byte) (payload[i] ^ (mask >> (24 - 8 * (i % 4)))));
        }
        return Bytes.remaining(frame.flip());
    }
}
