package io.sluice.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.Bytes;
import io.sluice.Bytes.Memory;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class Utf8Test {
    /** Both sides of every border of the table of well-formed sequences. */
    private static final int[] BORDERS = {
        0x01, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF, 0xE0, 0xE1, 0xEC, 0xED, 0xEE, 0xEF,
        0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xFF
    };

    @ParameterizedTest
    @CsvSource({
        "empty, ''",
        "ASCII, 61 7F 01",
        "two to four bytes, C2 80 E0 A0 80 F0 90 80 80 F4 8F BF BF",
        "[MQTT-1.5.4-3] U+FEFF, EF BB BF",
        "U+FFFF, EF BF BF"
    })
    void passesWellFormedText(String meaning, String bytes) {
        ByteBuffer text = Memory.DIRECT.of(Bytes.bytes(bytes));

        boolean legal = Utf8.isLegal(text, text.position(), text.limit());

        assertThat(legal).as(meaning).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "[MQTT-1.5.4-2] U+0000, 61 00",
        "[MQTT-1.5.4-1] first surrogate, ED A0 80",
        "[MQTT-1.5.4-1] last surrogate, ED BF BF",
        "U+0000 in two bytes, C0 80",
        "overlong in two bytes, C1 BF",
        "overlong in three bytes, E0 9F BF",
        "overlong in four bytes, F0 8F BF BF",
        "above U+10FFFF, F4 90 80 80",
        "five bytes, F8 88 80 80 80",
        "a trailing byte alone, 80",
        "ends within two bytes, C2",
        "ends within three bytes, E2 82",
        "ends within four bytes, F0 90 80",
        "third byte is no trailing one, E2 82 61",
        "fourth byte is no trailing one, F0 90 80 C0"
    })
    void refusesWhatIsNotWellFormed(String meaning, String bytes) {
        ByteBuffer text = Memory.DIRECT.of(Bytes.bytes(bytes));

        boolean legal = Utf8.isLegal(text, text.position(), text.limit());

        assertThat(legal).as(meaning).isFalse();
    }

    @Test
    @DisplayName("[MQTT-1.5.4-1] agrees with the platform's decoder on all borders in four bytes")
    void agreesWithThePlatform() {
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
        CharBuffer out = CharBuffer.allocate(8);
        for (int a = 1; a < 256; a++) {
            for (int b : BORDERS) {
                for (int c : BORDERS) {
                    for (int d : BORDERS) {
                        ByteBuffer text = ByteBuffer.wrap(new byte[] {(byte) a, (byte) b, (byte) c, (byte) d});
                        boolean expected =
                                !decoder.reset().decode(text, out.clear(), true).isError();
                        if (Utf8.isLegal(text, 0, 4) != expected) {
                            assertThat(text.array()).as("legal is %s", expected).isEmpty();
                        }
                    }
                }
            }
        }
    }
}
