package io.sluice;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the broker is told of the client in front of its bytes. */
@Timeout(30)
class ProxyHeaderIT {
    private static final byte[] CONNECT = Packets.connect(4);

    @Test
    @DisplayName("v1, in one segment with the CONNECT")
    void tellsTheAddressInText() throws Exception {
        try (ScriptedBroker broker = new ScriptedBroker();
                TestGateway gateway = TestGateway.start(broker, "cluster.send-proxy-protocol=v1");
                RawClient client = gateway.plain().open(CONNECT);
                Wire connection = broker.accept()) {
            String expected = "PROXY TCP4 127.0.0.1 127.0.0.1 "
                    + client.localAddress().getPort() + " "
                    + gateway.plainAddress().getPort() + "\r\n";

            byte[] first = connection.read(1);
            assertThat(connection.input().available()).isEqualTo(expected.length() + CONNECT.length - 1);
            assertThat(new String(Packets.concat(first, connection.read(expected.length() - 1)), UTF_8))
                    .isEqualTo(expected);
            assertThat(connection.readPacket()).isEqualTo(CONNECT);
            connection.send(Packets.connack(4));
            assertThat(client.readMqtt(4)).isEqualTo(Packets.connack(4));
            client.mqtt(Packets.PINGREQ);
            assertThat(connection.readPacket()).isEqualTo(Packets.PINGREQ);
        }
    }

    @Test
    @DisplayName("v2: addresses, server name, session id, TLS version and cipher")
    void tellsWhatIsKnownInTlvs() throws Exception {
        try (ScriptedBroker broker = new ScriptedBroker();
                TestGateway gateway = TestGateway.start(broker, "cluster.send-proxy-protocol=v2");
                RawClient client = gateway.secure().open(CONNECT);
                Wire connection = broker.accept()) {
            ByteBuffer header = header(connection);

            assertThat(header.getInt()).isEqualTo(0x7F000001);
            assertThat(header.getInt()).isEqualTo(0x7F000001);
            assertThat(Short.toUnsignedInt(header.getShort()))
                    .isEqualTo(client.localAddress().getPort());
            assertThat(Short.toUnsignedInt(header.getShort()))
                    .isEqualTo(gateway.secureAddress().getPort());
            Map<Integer, byte[]> tlvs = tlvs(header);
            assertThat(new String(tlvs.getOrDefault(0x02, new byte[0]), UTF_8)).isEqualTo("localhost");
            assertThat(new String(tlvs.getOrDefault(0x05, new byte[0]), UTF_8)).matches("[0-9a-f]{8}-1");
            ByteBuffer tls = ByteBuffer.wrap(tlvs.getOrDefault(0x20, new byte[5]));
            assertThat(tls.get()).as("the client uses TLS, and no certificate").isEqualTo((byte) 1);
            assertThat(tls.getInt()).as("its certificate is not verified").isEqualTo(1);
            Map<Integer, byte[]> ofTls = tlvs(tls);
            assertThat(new String(ofTls.getOrDefault(0x21, new byte[0]), UTF_8)).isEqualTo("TLSv1.3");
            assertThat(new String(ofTls.getOrDefault(0x23, new byte[0]), UTF_8)).startsWith("TLS_");
            assertThat(connection.readPacket()).isEqualTo(CONNECT);
        }
    }

    /** Reads a v2 header; what follows its first 16 bytes. */
    private static ByteBuffer header(Wire connection) throws IOException {
        byte[] prefix = connection.read(16);
        assertThat(HexFormat.of().formatHex(prefix)).startsWith("0d0a0d0a000d0a515549540a2111");
        return ByteBuffer.wrap(connection.read(ByteBuffer.wrap(prefix).getShort(14)));
    }

    private static Map<Integer, byte[]> tlvs(ByteBuffer bytes) {
        Map<Integer, byte[]> all = new HashMap<>();
        while (bytes.hasRemaining()) {
            int type = bytes.get();
            byte[] value = new byte[bytes.getShort()];
            bytes.get(value);
            all.put(type, value);
        }
        return all;
    }
}
