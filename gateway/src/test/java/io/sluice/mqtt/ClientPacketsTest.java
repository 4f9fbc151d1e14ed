package io.sluice.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClientPacketsTest {

    private static String hex(ByteBuffer packet) {
        byte[] bytes = new byte[packet.remaining()];
        packet.get(bytes);
        return HexFormat.ofDelimiter(" ").withUpperCase().formatHex(bytes);
    }

    @Test
    void writesPacketsByteForByte() {
        assertThat(hex(ClientPackets.connect("c1", 60))).isEqualTo("10 0E 00 04 4D 51 54 54 04 02 00 3C 00 02 63 31");
        assertThat(hex(ClientPackets.disconnect())).isEqualTo("E0 00");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "12345678901234567890123"})
    void isReadAsWritten(String clientId) {
        ConnectResult result = ConnectDecoder.decode(ClientPackets.connect(clientId, 60), 64);

        assertThat(result).isInstanceOfSatisfying(ConnectResult.Complete.class, complete -> {
            assertThat(complete.connect().clientId()).isEqualTo(clientId);
            assertThat(complete.connect().level()).isEqualTo(4);
            assertThat(complete.connect().cleanStart()).isTrue();
            assertThat(complete.connect().keepAliveSeconds()).isEqualTo(60);
            assertThat(complete.connect().userName()).isNull();
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "123456789012345678901234"})
    void refusesClientIdsThatNotEveryServerTakes(String clientId) {
        assertThatThrownBy(() -> ClientPackets.connect(clientId, 60)).isInstanceOf(IllegalArgumentException.class);
    }
}
