package io.sluice.listener;

import io.sluice.net.CountedBuffers;
import io.sluice.net.TlsStream;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.xnio.ChannelListener;
import org.xnio.IoUtils;
import org.xnio.Options;
import org.xnio.StreamConnection;
import org.xnio.conduits.StreamSinkConduit;
import org.xnio.conduits.StreamSourceConduit;

/**
 * What carries a WebSocket: an upgraded connection, without TLS, with the gateway's own, or with Undertow's.
 *
 * <p>Confined to its connection's I/O thread.
 */
final class Transport {
    private final StreamConnection connection;
    private final @Nullable TlsStream tls;
    /** Those of Undertow's TLS. */
    private final @Nullable CountedBuffers buffers;

    private Transport(StreamConnection connection, @Nullable TlsStream tls, @Nullable CountedBuffers buffers) {
        this.connection = connection;
        this.tls = tls;
        this.buffers = buffers;
    }

    /** Without TLS. */
    static Transport plain(StreamConnection connection) {
        return new Transport(connection, null, null);
    }

    /**
     * With the gateway's own TLS.
     *
     * @param tcp what is underneath
     */
    static Transport encrypted(StreamConnection tcp, TlsStream tls) {
        return new Transport(tcp, tls, null);
    }

    /**
     * With Undertow's TLS.
     *
     * @param buffers all that it has for this connection
     */
    static Transport encrypting(StreamConnection secure, CountedBuffers buffers) {
        return new Transport(secure, null, buffers);
    }

    StreamSourceConduit source() {
        return tls == null ? connection.getSourceChannel().getConduit() : tls.source();
    }

    StreamSinkConduit sink() {
        return tls == null ? connection.getSinkChannel().getConduit() : tls.sink();
    }

    boolean isOpen() {
        return connection.isOpen();
    }

    /** Tells when it is closed, by whatever and on any thread; at once if it is. */
    void whenClosed(ChannelListener<StreamConnection> listener) {
        connection.setCloseListener(listener);
    }

    /** Room outside the heap that TLS keeps, however little of it is used. */
    int heldBytes() {
        if (tls != null) {
            return tls.heldBytes();
        }
        return buffers == null ? 0 : buffers.used() * buffers.getBufferSize();
    }

    /** Bytes on their way that the socket has not taken; Undertow does not tell of its own. */
    int waitingBytes() {
        return tls == null ? 0 : tls.waitingBytes();
    }

    /**
     * Whether what was read ends within a TLS record, whose beginning is kept.
     *
     * @param flushed nothing waits on the way out, where Undertow's TLS has one buffer of those that it has
     */
    boolean midRecord(boolean flushed) {
        if (tls != null) {
            return tls.midRecord();
        }
        return buffers != null && buffers.used() > (flushed ? 0 : 1);
    }

    /** Both sides have said in TLS that they send nothing any more; of Undertow's TLS, and without, only a read tells. */
    boolean ended() {
        return tls != null && tls.ended();
    }

    /** Closing resets the connection from here on. */
    void resetOnClose() {
        try {
            connection.setOption(Options.CLOSE_ABORT, true);
        } catch (IOException | RuntimeException alreadyClosed) {
            // there is nothing left to reset
        }
    }

    /** Idempotent. */
    void close() {
        if (tls != null) {
            tls.release();
        }
        IoUtils.safeClose(connection);
    }
}
