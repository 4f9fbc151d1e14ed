package io.sluice.mqtt;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * The packets a gateway itself may send to a broker, on connections of its own: those of a health check.
 *
 * <pre>
 *   CONNECT 3.1.1    10 .. | 00 04 M Q T T | 04 | 02 (clean session) | keep alive (2) | length (2) | client id
 *   DISCONNECT       E0 00
 * </pre>
 *
 * <p>Immutable.
 */
public final class ClientPackets {
    private static final byte[] HEAD = {0x00, 0x04, 'M', 'Q', 'T', 'T', 0x04, 0x02};

    /** What every server takes (3.1.3.1 in 3.1.1). */
    private static final int MOST_CLIENT_ID_BYTES = 23;

    private ClientPackets() {}

    /**
     * A CONNECT of MQTT 3.1.1 with a clean session and neither user name nor Will. The buffer is the caller's.
     *
     * @param clientId 1 to 23 letters and digits
     */
    public static ByteBuffer connect(String clientId, int keepAliveSeconds) {
        byte[] id = clientId.getBytes(StandardCharsets.US_ASCII);
        if (id.length == 0 || id.length > MOST_CLIENT_ID_BYTES) {
            throw new IllegalArgumentException("client id of " + id.length + " bytes");
        }
        int length = HEAD.length + 2 + 2 + id.length;
        return ByteBuffer.allocate(2 + length)
                .put((byte) 0x10)
                .put((byte) length)
                .put(HEAD)
                .putShort((short) keepAliveSeconds)
                .putShort((short) id.length)
                .put(id)
                .flip();
    }

    /** A DISCONNECT of any version. The buffer is the caller's. */
    public static ByteBuffer disconnect() {
        return ByteBuffer.wrap(new byte[] {(byte) 0xE0, 0});
    }
}
