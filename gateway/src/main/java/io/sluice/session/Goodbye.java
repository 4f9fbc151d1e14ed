package io.sluice.session;

import io.sluice.mqtt.Connect;
import io.sluice.mqtt.PacketScanner;
import io.sluice.mqtt.ServerPackets;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The gateway's own last packet to a client: which one tells a cause, and where in the broker's stream it may stand.
 *
 * <p>Immutable.
 */
final class Goodbye {
    private Goodbye() {}

    /**
     * Before CONNACK ([MQTT-3.2.0-2], the form follows the level).
     *
     * @param level as the client sent it, 0 where it was not read
     * @param connect null where it was not read whole
     * @param serverReference where the client is to go, null where nowhere
     * @return null where the cause has no such packet, or none fits the client's Maximum Packet Size
     */
    static @Nullable ByteBuffer connack(
            CloseCause why, int level, @Nullable Connect connect, @Nullable String serverReference) {
        boolean levelRead = level > 0 || why == CloseCause.VERSION_REFUSED;
        int code = why.connackCode(level);
        if (!levelRead || code < 0) {
            return null;
        }
        return fitting(
                ServerPackets.connack(level, code, serverReference, why.reason(), largest(connect), Peer.HEADROOM));
    }

    /**
     * After CONNACK ([MQTT-3.14.0-1]); MQTT 3.x has no such packet.
     *
     * @param serverReference where the client is to go, null where nowhere
     * @return null where the cause has no such packet, or none fits the client's Maximum Packet Size
     */
    static @Nullable ByteBuffer disconnect(
            CloseCause why, int level, @Nullable Connect connect, @Nullable String serverReference) {
        int code = why.disconnectCode();
        if (level < 5 || code < 0) {
            return null;
        }
        return fitting(ServerPackets.disconnect(code, serverReference, why.reason(), largest(connect), Peer.HEADROOM));
    }

    /**
     * Scans on to the end of the packet that is under way, or to a violation; the run is not moved.
     *
     * @return how many bytes of the run that is
     */
    static int bytesToBoundary(ByteBuffer run, PacketScanner scanner) {
        ByteBuffer one = run.duplicate();
        int at = run.position();
        while (at < run.limit() && !scanner.atBoundary() && scanner.violation() == null) {
            at += scanner.scan(one.limit(at + 1).position(at));
        }
        return at - run.position();
    }

    private static long largest(@Nullable Connect connect) {
        return connect == null ? Long.MAX_VALUE : connect.maximumPacketSize();
    }

    private static @Nullable ByteBuffer fitting(ByteBuffer packet) {
        return packet.hasRemaining() ? packet : null;
    }
}
