package io.sluice.loadtest.load;

import java.io.IOException;
import java.nio.ByteBuffer;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;

/**
 * One connection's TLS. Records are decrypted where they lie in the loop's buffers; only a part of one is kept.
 *
 * <p>Confined to its loop's thread.
 */
final class TlsLink {
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final SSLEngine engine;
    private final TlsClients clients;
    private final Buffers buffers;
    private final Side side;
    private ByteBuffer rest = NOTHING;
    private boolean secured;

    /** What a connection does around its TLS. */
    interface Side {
        /** Takes decrypted bytes; false: the connection has ended. */
        boolean plain(ByteBuffer bytes);

        /** Takes records to write. */
        void cipher(ByteBuffer records) throws IOException;

        void secured(boolean resumed);
    }

    TlsLink(SSLEngine engine, TlsClients clients, Buffers buffers, Side side) {
        this.engine = engine;
        this.clients = clients;
        this.buffers = buffers;
        this.side = side;
    }

    void begin() throws IOException {
        engine.beginHandshake();
        handshake();
    }

    /** Puts what was left of the last read in front of the next. */
    void putRest(ByteBuffer net) {
        net.put(rest);
        rest.clear().limit(0);
    }

    /**
     * Takes what was read.
     *
     * @return false: the connection has ended
     */
    boolean received(ByteBuffer net) throws IOException {
        ByteBuffer plain = buffers.plain();
        while (net.hasRemaining()) {
            SSLEngineResult result = engine.unwrap(net, plain.clear());
            if (plain.flip().hasRemaining() && !side.plain(plain)) {
                return false;
            }
            if (result.getHandshakeStatus() != HandshakeStatus.NOT_HANDSHAKING) {
                handshake();
            }
            if (result.getStatus() == Status.CLOSED) {
                return true;
            }
            if (result.getStatus() == Status.BUFFER_UNDERFLOW) {
                break;
            }
        }
        keep(net);
        return true;
    }

    private void keep(ByteBuffer net) {
        if (net.hasRemaining()) {
            if (rest.capacity() < net.remaining()) {
                rest = ByteBuffer.allocate(net.remaining());
            }
            rest.clear().put(net).flip();
        }
    }

    private void handshake() throws IOException {
        while (true) {
            switch (engine.getHandshakeStatus()) {
                case NEED_TASK -> engine.getDelegatedTask().run();
                case NEED_WRAP -> wrap(NOTHING);
                case NOT_HANDSHAKING, FINISHED -> {
                    if (!secured) {
                        secured = true;
                        side.secured(clients.isResumed(engine));
                    }
                    return;
                }
                default -> {
                    return;
                }
            }
        }
    }

    /** Encrypts all of it. */
    void send(ByteBuffer plain) throws IOException {
        while (plain.hasRemaining()) {
            wrap(plain);
        }
    }

    private void wrap(ByteBuffer plain) throws IOException {
        ByteBuffer cipher = buffers.cipher();
        SSLEngineResult result = engine.wrap(plain, cipher.clear());
        side.cipher(cipher.flip());
        if (result.getStatus() == Status.CLOSED && plain.hasRemaining()) {
            throw new IOException("connection reset by a TLS close");
        }
    }

    void forget() {
        clients.forget(engine);
    }
}
