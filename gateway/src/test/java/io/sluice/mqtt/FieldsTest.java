package io.sluice.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.Bytes;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FieldsTest {

    @Test
    void readsNothingMoreOnceSomethingIsWrong() {
        Fields fields = new Fields(ByteBuffer.wrap(Bytes.bytes("01 02 | 03 04 00 01 'a'")), 0, 7);
        int outer = fields.narrow(2);
        fields.fail(Violation.PROTOCOL_ERROR);
        fields.fail(Violation.MALFORMED);
        fields.widen(outer);

        int read = fields.twoBytes();

        assertThat(read).isZero();
        assertThat(fields.string()).isEmpty();
        assertThat(fields.remaining()).isZero();
        assertThat(fields.violation()).isEqualTo(Violation.PROTOCOL_ERROR);
    }

    @ParameterizedTest
    @CsvSource({"00, 0", "7F, 127", "80 01, 128", "FF 7F, 16383", "80 80 01, 16384", "FF FF FF 7F, 268435455"})
    void readsAVariableByteInteger(String bytes, int value) {
        byte[] all = Bytes.bytes(bytes);
        Fields fields = new Fields(ByteBuffer.wrap(all), 0, all.length);

        int read = fields.variableByteInteger();

        assertThat(read).isEqualTo(value);
        assertThat(fields.violation()).isNull();
        assertThat(fields.remaining()).isZero();
    }
}
