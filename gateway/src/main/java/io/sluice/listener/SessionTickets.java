package io.sluice.listener;

import io.sluice.net.IoContext;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.BooleanSupplier;
import org.xnio.conduits.AbstractStreamSinkConduit;
import org.xnio.conduits.StreamSinkConduit;

/**
 * A socket on which the session tickets behind a handshake of TLS 1.3 (RFC 8446 4.6.1) go out with the response, in one write.
 * Many clients send the request with the end of their handshake; where the response is not given at once the tickets go alone. What a
 * full socket leaves of them waits for the next write, as nobody waits for them.
 *
 * <p>Confined to its connection's I/O thread.
 */
final class SessionTickets extends AbstractStreamSinkConduit<StreamSinkConduit> implements Runnable {
    /** Longer ones, with the client's certificates in them, do not wait. */
    private static final int MOST_BYTES = 4096;

    private static final ByteBuffer NONE = ByteBuffer.allocate(0);

    private final BooleanSupplier due;
    private final IoContext io;
    private ByteBuffer held = NONE;
    private boolean over;

    /** @param due whether what is written next, before any response, is tickets */
    SessionTickets(StreamSinkConduit socket, BooleanSupplier due, IoContext io) {
        super(socket);
        this.due = due;
        this.io = io;
    }

    /** The request has begun: what is written from now on is no ticket. */
    void requestBegins() {
        over = true;
    }

    /** The turn in which the tickets came is over. */
    @Override
    public void run() {
        release();
    }

    private void release() {
        over = true;
        try {
            if (held.hasRemaining()) {
                super.write(held);
            }
        } catch (IOException lost) {
            held = NONE; // nobody is left to get them, which the next read tells
        }
    }

    @Override
    public int write(ByteBuffer bytes) throws IOException {
        if (held.hasRemaining()) {
            over = true;
            int before = bytes.remaining();
            super.write(new ByteBuffer[] {held, bytes}, 0, 2);
            return before - bytes.remaining();
        }
        if (over || bytes.remaining() > MOST_BYTES || !due.getAsBoolean()) {
            return super.write(bytes);
        }
        int taken = bytes.remaining();
        held = ByteBuffer.allocate(taken).put(bytes).flip();
        io.later(this);
        return taken;
    }

    @Override
    public void terminateWrites() throws IOException {
        release();
        super.terminateWrites();
    }
}
