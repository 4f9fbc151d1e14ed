package io.sluice.loadtest.load;

import java.nio.ByteBuffer;

/**
 * What all connections of a loop use one after another, so that a message allocates nothing.
 *
 * <p>Confined to its loop's thread.
 */
final class Buffers {
    private static final int READ = 64 << 10;
    /** More than a TLS record may have, which may be left of the read before. */
    private static final int RECORD = 20 << 10;

    private final ByteBuffer net = ByteBuffer.allocateDirect(READ + RECORD);
    private final ByteBuffer plain = ByteBuffer.allocate(READ);
    private final ByteBuffer cipher = ByteBuffer.allocateDirect(READ);
    private final ByteBuffer frames;
    private final ByteBuffer packets;

    /**
     * Buffers for sends of a size.
     *
     * @param largestSend bytes of MQTT at once
     * @param mostPackets in one send
     */
    Buffers(int largestSend, int mostPackets) {
        packets = ByteBuffer.allocateDirect(Math.max(READ, largestSend));
        frames = ByteBuffer.allocateDirect(packets.capacity() + mostPackets * FrameWriter.MOST_HEADER);
    }

    /** For what is read from a channel. */
    ByteBuffer net() {
        return net;
    }

    /** For decrypted bytes. */
    ByteBuffer plain() {
        return plain;
    }

    /** For TLS records to write. */
    ByteBuffer cipher() {
        return cipher;
    }

    /** For WebSocket frames to write. */
    ByteBuffer frames() {
        return frames;
    }

    /** For packets to send. */
    ByteBuffer packets() {
        return packets;
    }
}
