package io.sluice.listener;

import io.sluice.net.CountedBuffers;
import io.sluice.net.IoContext;
import io.sluice.net.TlsStream;
import io.sluice.tls.TlsBundle;
import io.undertow.protocols.ssl.UndertowXnioSsl;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import org.xnio.ChannelListeners;
import org.xnio.OptionMap;
import org.xnio.Options;
import org.xnio.StreamConnection;
import org.xnio.ssl.SslConnection;

/**
 * Lets Undertow shake hands and read the request, and takes TLS over when the request is upgraded: Undertow reads and decrypts
 * one record at a time, each with a task of its own, which costs more than the cryptography.
 *
 * <p>Whether Undertow still holds bytes of the connection it does not tell, but the buffers that it has of us do; where it holds
 * any, it goes on.
 *
 * <p>Confined to its connection's I/O thread.
 */
final class TlsHandover {
    /** A server's engine has no use for its client's address, and would keep it as text. */
    private static final OptionMap NAMELESS = OptionMap.create(Options.SSL_PEER_HOST_NAME, "");

    private final StreamConnection tcp;
    private final TlsBundle bundle;
    private final CountedBuffers buffers;
    private final SslConnection connection;
    private final SSLEngine engine;
    private final boolean direct;

    /**
     * Wraps a connection that is about to speak TLS.
     *
     * @param direct false: Undertow goes on whatever comes
     */
    TlsHandover(StreamConnection tcp, TlsBundle bundle, CountedBuffers buffers, boolean direct) {
        this.tcp = tcp;
        this.bundle = bundle;
        this.direct = direct;
        this.buffers = buffers;
        UndertowXnioSsl ssl =
                new UndertowXnioSsl(tcp.getWorker().getXnio(), OptionMap.EMPTY, buffers, bundle.context());
        connection = ssl.wrapExistingConnection(tcp, NAMELESS, false);
        engine = UndertowXnioSsl.getSslEngine(connection);
    }

    /** What speaks TLS until {@link #upgrade}. */
    SslConnection connection() {
        return connection;
    }

    SSLEngine engine() {
        return engine;
    }

    /**
     * Lets the engine end with the connection, however that ends.
     *
     * @param io of the connection
     */
    void endEngineAfter(IoContext io) {
        tcp.setCloseListener(closed -> io.end(engine));
    }

    /** Ends Undertow's part, unless it is not done with what it has. */
    Transport upgrade(IoContext io) {
        if (!direct || buffers.used() > 0 || engine.getHandshakeStatus() != HandshakeStatus.NOT_HANDSHAKING) {
            return Transport.encrypting(connection, buffers);
        }
        connection.getSourceChannel().suspendReads();
        connection.getSinkChannel().suspendWrites();
        // to Undertow's HTTP it is as good as closed: it forgets the connection, and with it all that a request needs
        ChannelListeners.invokeChannelListener(connection, connection.getCloseListener());
        bundle.settle(engine);
        TlsStream tls = new TlsStream(
                io,
                engine,
                tcp.getSourceChannel().getConduit(),
                tcp.getSinkChannel().getConduit());
        return Transport.encrypted(tcp, tls);
    }
}
