package io.sluice.loadtest.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MessageTest {
    @ParameterizedTest
    @CsvSource({"4, 0", "4, 1", "5, 0", "5, 1"})
    void carriesItsTimeAndTheNextIdentifier(int level, int qos) {
        Message message = new Message(level, "some/topic", qos, 200);
        ByteBuffer out = ByteBuffer.allocate(1000);
        message.put(out, 1);
        int second = out.position();
        message.put(out, 0x0102_0304_0506_0708L);

        ByteBuffer body = out.flip().position(second + 3);
        assertThat(Message.isQos1(out.get(second))).isEqualTo(qos == 1);
        assertThat(Message.time(out.get(second), body, level)).isEqualTo(0x0102_0304_0506_0708L);
        assertThat(qos == 0 || Message.id(body) == 2).isTrue();
        assertThat(body.remaining()).isLessThanOrEqualTo(Message.most(200));
    }

    @Test
    void identifiersBeginAgainAtOne() {
        Message message = new Message(4, "t", 1, 8);
        ByteBuffer out = ByteBuffer.allocate(100);
        for (int i = 0; i < 0xFFFF; i++) {
            message.put(out.clear(), 0);
        }
        assertThat(Message.id(out.flip().position(2))).isEqualTo(0xFFFF);

        message.put(out.clear(), 0);

        assertThat(Message.id(out.flip().position(2))).isEqualTo(1);
    }

    @ParameterizedTest(name = "{0}: {2}")
    @CsvSource({
        "0000, 4, 65535",
        "0000, 5, 65535",
        "0000 00, 5, 65535",
        "0000 03 21 0014, 5, 20",
        "0000 06 22 000A 21 0014, 5, 20",
        "0000 0D 27 00010000 11 00000000 21 0014, 5, 20",
        "0000 0C 26 0001 61 0001 62 24 01 21 0007, 5, 7",
        "0000 09 12 0003 616263 21 0007, 5, 7",
        "0000 05 13 003C 25 01, 5, 65535"
    })
    void findsTheReceiveMaximum(String connack, int level, int expected) {
        ByteBuffer body = ByteBuffer.wrap(HexFormat.of().parseHex(connack.replace(" ", "")));

        assertThat(Message.receiveMaximum(body, level)).isEqualTo(expected);
    }
}
