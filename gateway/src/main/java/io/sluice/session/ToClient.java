package io.sluice.session;

import io.sluice.mqtt.PacketScanner;
import io.sluice.telemetry.Traffic;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The stream from a broker to its client, with the packets of the gateway's own in it: scanned, counted, and held back while the
 * client does not take it.
 *
 * <p>Packets up to CONNACK come one by one; behind it bytes stream.
 *
 * <p>Confined to its session's I/O thread.
 */
final class ToClient {
    private final Session session;
    private final Sides sides;
    private final Patience patience;
    private final Traffic traffic;

    private @Nullable PacketScanner scanner;
    /** When the sampled run under way was read, its last bit set; 0 without one. */
    private long sampledAt;

    private long bytes;
    /** Packets that the scanner has not seen. */
    private int single;

    ToClient(Session session, Sides sides, Patience patience, Traffic traffic) {
        this.session = session;
        this.sides = sides;
        this.patience = patience;
        this.traffic = traffic;
    }

    /** CONNACK is at hand and accepts the client: from it on bytes stream. */
    void flow(int level) {
        scanner = PacketScanner.ofBroker(level, traffic.toClient().packets());
    }

    /** Whether CONNACK has passed. */
    boolean flows() {
        return scanner != null;
    }

    /** Takes a run from the broker. */
    void take(ByteBuffer run) {
        if (traffic.sampled()) {
            sampledAt = session.now() | 1;
        }
        if (patience.pings()) {
            patience.moved(session.now());
        }
        forward(run);
        settle();
    }

    /** Takes one whole packet of the broker's, in front of the stream. */
    void packet(ByteBuffer packet) {
        count(packet);
        pass(packet);
    }

    /** Sends the gateway's own last packet. */
    void goodbye(ByteBuffer packet) {
        count(packet);
        counted(packet.remaining());
        sides.client().send(packet);
    }

    /** Passes on what ends the packet under way; the rest of the run is dropped. Returns whether a packet of ours may follow. */
    boolean takeToBoundary(ByteBuffer run) {
        PacketScanner packets = scanner;
        if (packets == null) {
            return false;
        }
        int end = run.position() + Goodbye.bytesToBoundary(run, packets);
        pass(run.limit(end));
        return packets.atBoundary() && !broken();
    }

    /** The broker's stream cannot go on: it broke a rule, or said DISCONNECT. */
    boolean broken() {
        return scanner != null && (scanner.violation() != null || scanner.disconnected());
    }

    /** A packet of the gateway's own may stand here. */
    boolean atBoundary() {
        return scanner == null || scanner.atBoundary();
    }

    /** The client has taken all that waited for it. */
    void writable() {
        patience.unblock(session.now());
        settle();
    }

    long bytes() {
        return bytes;
    }

    long packets() {
        return single + (scanner == null ? 0 : scanner.packets());
    }

    void forward(ByteBuffer run) {
        PacketScanner packets = scanner;
        if (packets == null) {
            throw new IllegalStateException("nothing may stream to the client yet");
        }
        int limit = run.limit();
        run.limit(run.position() + packets.scan(run));
        pass(run);
        run.limit(limit).position(limit);
        if (packets.violation() != null) {
            session.end(CloseCause.BROKER_MALFORMED);
        } else if (packets.disconnected()) {
            session.end(CloseCause.BROKER_DISCONNECT);
        }
    }

    private void pass(ByteBuffer packets) {
        counted(packets.remaining());
        if (packets.hasRemaining() && !sides.client().send(packets) && patience.block(session.now())) {
            sides.broker().pauseReads();
            if (session.open()) {
                session.arm();
            }
        }
    }

    private void count(ByteBuffer packet) {
        single++;
        traffic.toClient().packets()[(packet.get(packet.position()) & 0xF0) >> 4]++;
    }

    private void counted(int sent) {
        bytes += sent;
        traffic.toClient().bytes(sent);
    }

    /** A sampled run is timed when its last byte has been taken. */
    private void settle() {
        if (sampledAt != 0 && !patience.blocked()) {
            traffic.toClient().latency().took(session.now() - sampledAt);
            sampledAt = 0;
        }
    }
}
