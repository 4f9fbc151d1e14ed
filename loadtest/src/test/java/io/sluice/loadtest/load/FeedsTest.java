package io.sluice.loadtest.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Frames and packets, whole and in pieces. */
@Timeout(value = 30, threadMode = ThreadMode.SEPARATE_THREAD)
class FeedsTest {
    private final List<String> taken = new ArrayList<>();

    private final PacketFeed.Taker packets = new PacketFeed.Taker() {
        @Override
        public boolean packet(int firstByte, ByteBuffer body) {
            taken.add("%02X:%s".formatted(firstByte, hex(body)));
            return firstByte != 0xE0;
        }

        @Override
        public void malformedPacket() {
            taken.add("malformed");
        }
    };

    private final FrameFeed.Taker frames = new FrameFeed.Taker() {
        private final PacketFeed inside = new PacketFeed();

        @Override
        public boolean payload(ByteBuffer bytes) {
            inside.feed(bytes, packets);
            return true;
        }

        @Override
        public boolean control(int opcode, ByteBuffer payload) {
            taken.add("control " + opcode + ":" + hex(payload));
            return opcode != FrameFeed.CLOSE;
        }

        @Override
        public void malformedFrame() {
            taken.add("malformed frame");
        }
    };

    private static String hex(ByteBuffer bytes) {
        byte[] copy = new byte[bytes.remaining()];
        bytes.get(copy);
        return HexFormat.of().withUpperCase().formatHex(copy);
    }

    private static ByteBuffer bytes(String hex) {
        return ByteBuffer.wrap(HexFormat.of().parseHex(hex.replace(" ", "")));
    }

    @ParameterizedTest(name = "{0} in pieces of {2}")
    @CsvSource({
        "D000, D0:, 1",
        "D000 20020000, D0:|20:0000, 1",
        "D000 20020000, D0:|20:0000, 3",
        "D000 20020000, D0:|20:0000, 100",
        "30 03 AABBCC 40020001, 30:AABBCC|40:0001, 2",
        "30 03 AABBCC 40020001, 30:AABBCC|40:0001, 4",
        "30 8100 AA, 30:AA, 1",
        "20 FFFFFFFF, malformed, 5",
        "20 FFFFFFFF, malformed, 4",
        "20 FFFFFFFF, malformed, 1",
        "E000 D000, E0:, 4"
    })
    void packetsAreCut(String stream, String expected, int piece) {
        PacketFeed feed = new PacketFeed();

        inPieces(bytes(stream), piece, part -> feed.feed(part, packets));

        assertThat(String.join("|", taken)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 127, 128, 255, 256, 257, 16_383, 16_384, 100_000})
    void aPacketOfAnySizeComesWhole(int size) {
        byte[] payload = new byte[size];
        Arrays.fill(payload, (byte) 7);
        ByteBuffer stream = ByteBuffer.allocate(2 * (size + 30));
        Message message = new Message(4, "t", 0, Math.max(size, Message.LEAST));
        message.put(stream, 42);
        message.put(stream, 43);
        PacketFeed feed = new PacketFeed();
        List<Long> times = new ArrayList<>();
        PacketFeed.Taker taker = new PacketFeed.Taker() {
            @Override
            public boolean packet(int firstByte, ByteBuffer body) {
                times.add(Message.time(firstByte, body, 4));
                return true;
            }

            @Override
            public void malformedPacket() {
                times.add(-1L);
            }
        };

        inPieces(stream.flip(), 100, part -> feed.feed(part, taker));

        assertThat(times).containsExactly(42L, 43L);
    }

    @ParameterizedTest(name = "{0} in pieces of {2}")
    @CsvSource({
        "8202 D000, D0:, 1",
        "8202 D000, D0:, 4",
        "8204 D000 D000 8202 2000, D0:|D0:|20:, 3",
        "0201 D0 8900 8001 00, control 9:|D0:, 1",
        "8200 8900, control 9:, 1",
        "8200 8900, control 9:, 4",
        "8902 ABCD 8202 D000, control 9:ABCD|D0:, 1",
        "827E 0002 D000, D0:, 1",
        "827F 0000000000000002 D000, D0:, 1",
        "8802 03E8 8202 D000, control 8:03E8, 100",
        "8282 D000, malformed frame, 4",
        "897E 0080, malformed frame, 4",
        "8B00, malformed frame, 2",
        "827F 8000000000000000, malformed frame, 100",
        "827F 80 00000000000000 D000, malformed frame, 3"
    })
    void framesAreTaken(String stream, String expected, int piece) {
        FrameFeed feed = new FrameFeed();

        inPieces(bytes(stream), piece, part -> feed.feed(part, frames));

        assertThat(String.join("|", taken)).isEqualTo(expected);
    }

    @Test
    void aNewConnectionHasNothingOfTheOldOnesControlFrame() {
        FrameFeed feed = new FrameFeed();
        feed.feed(bytes("8805 ABCD"), frames);
        feed.reset();

        feed.feed(bytes("8802 03E8"), frames);

        assertThat(taken).containsExactly("control 8:03E8");
    }

    private interface Feed {
        void feed(ByteBuffer part);
    }

    private static void inPieces(ByteBuffer all, int piece, Feed feed) {
        while (all.hasRemaining()) {
            int count = Math.min(piece, all.remaining());
            feed.feed(all.slice(all.position(), count));
            all.position(all.position() + count);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 7, 8, 9, 125, 126, 127, 65_535, 65_536})
    void aWrittenFrameIsMaskedAndHasItsLength(int size) {
        ByteBuffer payload = ByteBuffer.allocate(size);
        for (int i = 0; i < size; i++) {
            payload.put(i, (byte) i);
        }
        ByteBuffer out = ByteBuffer.allocate(size + FrameWriter.MOST_HEADER);

        new FrameWriter().put(FrameFeed.BINARY, payload, out);

        out.flip();
        assertThat(out.get() & 0xFF).isEqualTo(0x82);
        int length = out.get() & 0xFF;
        assertThat(length & 0x80).isEqualTo(0x80);
        long told = (length & 0x7F) < 126 ? length & 0x7F : length == 0xFE ? out.getShort() & 0xFFFF : out.getLong();
        assertThat(told).isEqualTo(size).isEqualTo(out.remaining() - 4);
        byte[] mask = new byte[4];
        out.get(mask);
        for (int i = 0; i < size; i++) {
            assertThat((byte) (out.get() ^ mask[i % 4])).isEqualTo((byte) i);
        }
    }
}
