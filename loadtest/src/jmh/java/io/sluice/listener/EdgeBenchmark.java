package io.sluice.listener;

import io.sluice.config.OriginRule;
import io.sluice.limit.Rate;
import io.sluice.limit.RateLimiter;
import io.sluice.mqtt.PacketScanner;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/**
 * What the gateway does with each message: unmask its frame, scan its packet, count it against the rates, frame it for the client;
 * and with each handshake: match its origin. A message is a PUBLISH of QoS 0 with 64 bytes, of which a run has eight.
 *
 * <p>Confined to one thread.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class EdgeBenchmark {
    private static final int MESSAGES = 8;
    private static final int HEADROOM = 16;
    private static final int PACKET_BYTES = 2 + 2 + 5 + 64;
    private static final int FRAME_BYTES = 6 + PACKET_BYTES;

    /** Never reached. */
    private static final long MUCH = 100_000_000;

    private final byte[] frames = frames();
    private final ByteBuffer framed =
            ByteBuffer.allocateDirect(HEADROOM + MESSAGES * FRAME_BYTES).order(ByteOrder.nativeOrder());
    private final ByteBuffer packets = packets();
    private final ByteBuffer packet = ByteBuffer.allocateDirect(HEADROOM + PACKET_BYTES);
    private final FrameDecoder decoder = new FrameDecoder();
    private final PacketScanner scanner = PacketScanner.ofClient(4, Long.MAX_VALUE);
    private final RateLimiter limiter = new RateLimiter(new Rate(MUCH, MUCH), System.nanoTime());
    private final RateLimiter[] limiters = {
        new RateLimiter(new Rate(MUCH, MUCH), System.nanoTime()),
        new RateLimiter(new Rate(MUCH, MUCH), System.nanoTime()),
        new RateLimiter(new Rate(1L << 40, 1L << 40), System.nanoTime())
    };
    private final Origins origins = new Origins(new OriginRule(true, false, List.of()));

    /** Not final, lest they be folded. */
    private String origin = "https://app.example.com";

    private String host = "app.example.com";

    private static byte[] frames() {
        byte[] all = new byte[MESSAGES * FRAME_BYTES];
        byte[] mask = {1, 2, 3, 4};
        for (int i = 0; i < MESSAGES; i++) {
            int at = i * FRAME_BYTES;
            all[at] = (byte) 0x82;
            all[at + 1] = (byte) (0x80 | PACKET_BYTES);
            System.arraycopy(mask, 0, all, at + 2, mask.length);
            all[at + 6] = (byte) (0x30 ^ mask[0]);
            all[at + 7] = (byte) (PACKET_BYTES - 2 ^ mask[1]);
        }
        return all;
    }

    private static ByteBuffer packets() {
        ByteBuffer all = ByteBuffer.allocateDirect(MESSAGES * PACKET_BYTES);
        for (int i = 0; i < MESSAGES; i++) {
            all.put(i * PACKET_BYTES, (byte) 0x30);
            all.put(i * PACKET_BYTES + 1, (byte) (PACKET_BYTES - 2));
        }
        return all;
    }

    /** Copies the run too, since unmasking is done in place. */
    @Benchmark
    @OperationsPerInvocation(MESSAGES)
    public int unmaskAndCompact() {
        framed.clear().position(HEADROOM).put(frames).flip().position(HEADROOM);
        decoder.decode(framed);
        return framed.remaining();
    }

    /** What {@link #unmaskAndCompact} copies. */
    @Benchmark
    @OperationsPerInvocation(MESSAGES)
    public int copyAlone() {
        framed.clear().position(HEADROOM).put(frames).flip().position(HEADROOM);
        return framed.remaining();
    }

    @Benchmark
    @OperationsPerInvocation(MESSAGES)
    public int scan() {
        return scanner.scan(packets);
    }

    /** Three rates and a look at the clock for a run, as a session does; the figure is for each message of it. */
    @Benchmark
    @OperationsPerInvocation(MESSAGES)
    public long scanWithinRates() {
        long now = System.nanoTime();
        long packetsFree = limiters[0].available(now);
        long publishesFree = limiters[1].available(now);
        long bytesFree = limiters[2].available(now);
        scanner.allow(packetsFree, publishesFree);
        int passed = scanner.scan(packets);
        limiters[0].take(packetsFree - scanner.packetsLeft(), now);
        limiters[1].take(publishesFree - scanner.publishesLeft(), now);
        limiters[2].take(Math.min(passed, bytesFree), now);
        return passed;
    }

    @Benchmark
    public long limiter() {
        long now = System.nanoTime();
        long free = limiter.available(now);
        limiter.take(1, now);
        return free;
    }

    @Benchmark
    public ByteBuffer frameHeader() {
        packet.clear().position(HEADROOM);
        FrameEncoder.binaryHeader(packet);
        return packet;
    }

    @Benchmark
    public boolean sameOrigin() {
        return origins.allow(origin, "https", host);
    }
}
