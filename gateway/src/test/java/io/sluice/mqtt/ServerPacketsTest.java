package io.sluice.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.Bytes;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ServerPacketsTest {
    private static final long UNLIMITED = Long.MAX_VALUE;

    @ParameterizedTest
    @CsvSource({
        "0, 1, '', 20 02 00 01",
        "3, 3, '', 20 02 00 03",
        "4, 5, 3.x has no reason, 20 02 00 05",
        "5, 132, '', 20 03 00 84 00",
        "6, 132, '', 20 03 00 84 00",
        "127, 132, '', 20 03 00 84 00",
        "5, 136, why, 20 09 00 88 06 1F 00 03 'why'"
    })
    @DisplayName("[MQTT-3.2.2-4] 3.1.1, MQTT 5.0 3.2: a refusing CONNACK in the form of the client's level")
    void writesConnack(int level, int code, String reason, String expected) {
        ByteBuffer packet = ServerPackets.connack(level, code, null, reason, UNLIMITED, 0);

        assertThat(Bytes.remaining(packet)).isEqualTo(Bytes.bytes(expected));
    }

    @ParameterizedTest
    @CsvSource({"141, '', E0 02 8D 00", "139, why, E0 08 8B 06 1F 00 03 'why'"})
    @DisplayName("MQTT 5.0 3.14: DISCONNECT")
    void writesDisconnect(int code, String reason, String expected) {
        ByteBuffer packet = ServerPackets.disconnect(code, null, reason, UNLIMITED, 0);

        assertThat(Bytes.remaining(packet)).isEqualTo(Bytes.bytes(expected));
    }

    @ParameterizedTest
    @CsvSource({"11, 11", "12, 11", "10, 5", "5, 5", "4, 0", "1, 0"})
    @DisplayName("[MQTT-3.1.2-24] the reason of a CONNACK is dropped first, then the packet")
    void keepsConnackWithinTheMaximumPacketSize(long maximum, int size) {
        ByteBuffer packet = ServerPackets.connack(5, 0x88, null, "why", maximum, 16);

        assertThat(packet.remaining()).isEqualTo(size);
        assertThat(packet.position()).isEqualTo(16);
    }

    @ParameterizedTest
    @CsvSource({"10, 10", "9, 4", "4, 4", "3, 0"})
    @DisplayName("[MQTT-3.14.2-3] the reason of a DISCONNECT is dropped first, then the packet")
    void keepsDisconnectWithinTheMaximumPacketSize(long maximum, int size) {
        ByteBuffer packet = ServerPackets.disconnect(0x8B, null, "why", maximum, 16);

        assertThat(packet.remaining()).isEqualTo(size);
        assertThat(packet.position()).isEqualTo(16);
    }

    @ParameterizedTest
    @CsvSource({"3, 4", "4, 4"})
    void keepsConnackOf3xWithinTheMaximumToo(long maximum, int size) {
        ByteBuffer packet = ServerPackets.connack(4, 3, null, "", maximum, 16);

        assertThat(packet.remaining()).isEqualTo(maximum < size ? 0 : size);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 120, 121, 122, 123, 124, 125, 126, 255, 256})
    @DisplayName("[MQTT-1.5.5-1] both lengths take as many bytes as they need")
    void writesAReasonOfEveryLength(int length) {
        ByteBuffer packet = ServerPackets.connack(5, 0x80, null, "a".repeat(length), UNLIMITED, 5);

        ConnackResult read = ConnackDecoder.decode(packet, 5, 1_000);

        assertThat(read).isEqualTo(new ConnackResult.Connack(packet.remaining(), false, 0x80, -1));
        assertThat(packet.get(packet.limit() - length - 1)).isEqualTo((byte) length);
        assertThat(packet.get(packet.limit() - length - 2)).isEqualTo((byte) (length >> 8));
    }

    @ParameterizedTest
    @CsvSource({
        "a, 255, 256",
        "a, 256, 256",
        "a, 300, 256",
        "ä, 254, 256",
        "ä, 255, 255",
        "\uD83D\uDE00, 252, 256",
        "\uD83D\uDE00, 253, 253"
    })
    void cutsTheReasonInFrontOfACharacterThatDoesNotFitWhole(String last, int before, int kept) {
        ByteBuffer packet = ServerPackets.disconnect(0x80, null, "a".repeat(before) + last, UNLIMITED, 0);

        assertThat(packet.getShort(7)).isEqualTo((short) kept);
        assertThat(packet.remaining()).isEqualTo(9 + kept);
    }

    @ParameterizedTest
    @CsvSource({
        "15, E0 0D 9C 0B 1C 00 02 'eu' 1F 00 03 'why'",
        "14, E0 07 9C 05 1C 00 02 'eu'",
        "9, E0 07 9C 05 1C 00 02 'eu'",
        "8, E0 02 9C 00",
        "4, E0 02 9C 00",
        "3, ''"
    })
    @DisplayName("MQTT 5.0 3.14.2.2.5: Server Reference, which stays when the reason must go")
    void namesAnotherServerInADisconnect(long maximum, String expected) {
        ByteBuffer packet = ServerPackets.disconnect(0x9C, "eu", "why", maximum, 16);

        assertThat(Bytes.remaining(packet)).isEqualTo(Bytes.bytes(expected));
    }

    @ParameterizedTest
    @CsvSource({
        "16, 20 0E 00 9C 0B 1C 00 02 'eu' 1F 00 03 'why'",
        "15, 20 08 00 9C 05 1C 00 02 'eu'",
        "9, 20 03 00 9C 00"
    })
    @DisplayName("MQTT 5.0 3.2.2.3.16: Server Reference, which stays when the reason must go")
    void namesAnotherServerInAConnack(long maximum, String expected) {
        ByteBuffer packet = ServerPackets.connack(5, 0x9C, "eu", "why", maximum, 16);

        assertThat(Bytes.remaining(packet)).isEqualTo(Bytes.bytes(expected));
    }

    @Test
    void namesNoOtherServerBelow5() {
        ByteBuffer packet = ServerPackets.connack(4, 3, "eu", "why", UNLIMITED, 0);

        assertThat(Bytes.remaining(packet)).isEqualTo(Bytes.bytes("20 02 00 03"));
    }

    @ParameterizedTest
    @CsvSource({"255, 264", "256, 265", "257, 4", "300, 4"})
    void namesAServerWholeOrNotAtAll(int length, int size) {
        ByteBuffer packet = ServerPackets.disconnect(0x9C, "a".repeat(length), "", UNLIMITED, 0);

        assertThat(packet.remaining()).isEqualTo(size);
    }

    @Test
    void leavesTheHeadroomFree() {
        ByteBuffer packet = ServerPackets.disconnect(0x8B, null, "why", UNLIMITED, 16);

        assertThat(packet.position()).isEqualTo(16);
        assertThat(packet.get(16)).isEqualTo((byte) 0xE0);
    }
}
