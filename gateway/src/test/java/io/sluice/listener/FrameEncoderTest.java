package io.sluice.listener;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.Bytes;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FrameEncoderTest {

    @ParameterizedTest
    @CsvSource({
        "0, 82 00",
        "1, 82 01",
        "125, 82 7D",
        "126, 82 7E 00 7E",
        "127, 82 7E 00 7F",
        "255, 82 7E 00 FF",
        "65535, 82 7E FF FF",
        "65536, 82 7F 00 00 00 00 00 01 00 00",
        "16909060, 82 7F 00 00 00 00 01 02 03 04"
    })
    @DisplayName("RFC 6455 5.2: the shortest length, no mask")
    void putsTheShortestHeaderInFrontOfThePayload(int length, String header) {
        for (ByteOrder order : new ByteOrder[] {ByteOrder.BIG_ENDIAN, ByteOrder.LITTLE_ENDIAN}) {
            ByteBuffer payload = ByteBuffer.allocate(12 + length).order(order);
            Arrays.fill(payload.array(), (byte) 0x55);
            payload.position(FrameEncoder.MOST_HEADER_BYTES).limit(FrameEncoder.MOST_HEADER_BYTES + length);

            FrameEncoder.binaryHeader(payload);

            byte[] expected = new byte[12 + length];
            Arrays.fill(expected, (byte) 0x55);
            byte[] written = Bytes.bytes(header);
            int start = FrameEncoder.MOST_HEADER_BYTES - written.length;
            System.arraycopy(written, 0, expected, start, written.length);
            assertThat(payload.position()).isEqualTo(start);
            assertThat(payload.remaining()).isEqualTo(written.length + length);
            assertThat(Arrays.equals(payload.array(), expected)).isTrue();
        }
    }

    @Test
    @DisplayName("RFC 6455 5.5.1: Close with code and reason")
    void writesClose() {
        ByteBuffer close = FrameEncoder.close(1013, "später");

        assertThat(Bytes.remaining(close)).isEqualTo(Bytes.bytes("88 09 03 F5 'später'"));
    }

    @Test
    @DisplayName("RFC 6455 5.5.1: Close without a body")
    void writesCloseWithoutBody() {
        ByteBuffer close = FrameEncoder.close();

        assertThat(Bytes.remaining(close)).isEqualTo(Bytes.bytes("88 00"));
    }

    @ParameterizedTest
    @CsvSource({"122, 124", "123, 125", "124, 125", "200, 125"})
    @DisplayName("RFC 6455 5.5: a control frame has at most 125 bytes")
    void cutsTheReasonAtTheLimit(int reason, int body) {
        ByteBuffer close = FrameEncoder.close(1000, "a".repeat(reason));

        assertThat(close.get(1)).isEqualTo((byte) body);
        assertThat(close.remaining()).isEqualTo(2 + body);
    }

    @ParameterizedTest
    @CsvSource({
        "ä, 121, 125",
        "ä, 122, 124",
        "€, 120, 125",
        "€, 121, 123",
        "\uD83D\uDE00, 119, 125",
        "\uD83D\uDE00, 120, 122"
    })
    void cutsTheReasonInFrontOfACharacterThatDoesNotFitWhole(String last, int before, int body) {
        ByteBuffer close = FrameEncoder.close(1000, "a".repeat(before) + last);

        assertThat(close.get(1)).isEqualTo((byte) body);
        assertThat(close.remaining()).isEqualTo(2 + body);
    }

    @Test
    @DisplayName("RFC 6455 5.5.2, 5.5.3: ping and pong")
    void writesPingAndPong() {
        ByteBuffer ping = FrameEncoder.ping();
        ByteBuffer pong = FrameEncoder.pong(Bytes.bytes("'abc'"));

        assertThat(Bytes.remaining(ping)).isEqualTo(Bytes.bytes("89 00"));
        assertThat(Bytes.remaining(pong)).isEqualTo(Bytes.bytes("8A 03 'abc'"));
    }
}
