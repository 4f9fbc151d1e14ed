package io.sluice.loadtest.load;

import java.nio.ByteBuffer;

/**
 * Cuts a stream of bytes into MQTT control packets. A packet that is whole in the bytes given is handed over in place, another
 * one is collected first.
 *
 * <p>Confined to its loop's thread.
 */
final class PacketFeed {
    private static final int LONGEST_HEADER = 5;
    static final int MALFORMED = -2;
    static final int INCOMPLETE = -1;
    private static final int SMALL = 256;

    private ByteBuffer partial = ByteBuffer.allocate(0);

    /** Takes packets. */
    interface Taker {
        /**
         * Takes one.
         *
         * @param body what follows the fixed header, between position and limit; not to be kept
         * @return whether to go on
         */
        boolean packet(int firstByte, ByteBuffer body);

        /** The bytes are not MQTT; nothing more comes. */
        void malformedPacket();
    }

    /** Forgets what is collected. */
    void reset() {
        partial.clear().limit(0);
    }

    /** Takes all bytes, unless the taker does not go on. */
    void feed(ByteBuffer in, Taker taker) {
        if (partial.hasRemaining() && !complete(in, taker)) {
            return;
        }
        while (in.hasRemaining()) {
            int length = length(in);
            if (length == MALFORMED) {
                taker.malformedPacket();
                return;
            }
            if (length == INCOMPLETE || length > in.remaining()) {
                collect(in, Math.max(length, SMALL));
                return;
            }
            if (!deliver(in, length, taker)) {
                return;
            }
        }
    }

    /** Feeds what is missing of the collected packet; true: it is delivered and there may be more. */
    private boolean complete(ByteBuffer in, Taker taker) {
        int length = length(partial);
        while (in.hasRemaining()) {
            int missing = length == INCOMPLETE ? 1 : length - partial.remaining();
            collect(in, missing, Math.max(length, SMALL));
            length = length(partial);
            if (length == MALFORMED) {
                reset();
                taker.malformedPacket();
                return false;
            }
            if (length == partial.remaining()) {
                boolean on = deliver(partial, length, taker);
                reset();
                return on;
            }
        }
        return false;
    }

    private static boolean deliver(ByteBuffer in, int length, Taker taker) {
        int limit = in.limit();
        int end = in.position() + length;
        int first = in.get() & 0xFF;
        while (in.get() < 0) {
            // Remaining Length: all bytes but the last have the high bit
        }
        in.limit(end);
        boolean on = taker.packet(first, in);
        in.limit(limit).position(end);
        return on;
    }

    private void collect(ByteBuffer in, int capacity) {
        collect(in, in.remaining(), capacity);
    }

    private void collect(ByteBuffer in, int most, int capacity) {
        int count = Math.min(most, in.remaining());
        int held = partial.remaining();
        if (partial.capacity() < Math.max(capacity, held + count)) {
            ByteBuffer larger = ByteBuffer.allocate(Math.max(capacity, held + count));
            larger.put(partial).flip();
            partial = larger;
        }
        int limit = in.limit();
        partial.compact().put(in.limit(in.position() + count)).flip();
        in.limit(limit);
    }

    /** The length of the packet at the position with its fixed header, or {@link #INCOMPLETE}, {@link #MALFORMED}. */
    static int length(ByteBuffer in) {
        int length = 0;
        for (int i = 1; i < LONGEST_HEADER; i++) {
            if (in.remaining() <= i) {
                return INCOMPLETE;
            }
            int digit = in.get(in.position() + i);
            length |= (digit & 0x7F) << (7 * (i - 1));
            if (digit >= 0) {
                return length + i + 1;
            }
        }
        return MALFORMED;
    }
}
