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
import org.xnio.conduits.StreamSinkConduit;
import org.xnio.conduits.StreamSourceConduit;
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

    private static final String TLS_1_3 = "TLSv1.3";

    private final StreamConnection tcp;
    private final IoContext io;
    private final StreamSourceConduit source;
    private final StreamSinkConduit sink;
    private final SessionTickets tickets;
    private final TlsBundle bundle;
    private final CountedBuffers buffers;
    private final SslConnection connection;
    private final SSLEngine engine;
    private final boolean direct;

    /**
     * Wraps a connection that is about to speak TLS.
     *
     * @param io of the connection
     * @param direct false: Undertow goes on whatever comes
     */
    TlsHandover(StreamConnection tcp, IoContext io, TlsBundle bundle, CountedBuffers buffers, boolean direct) {
        this.tcp = tcp;
        this.io = io;
        this.bundle = bundle;
        this.direct = direct;
        this.buffers = buffers;
        source = tcp.getSourceChannel().getConduit();
        sink = tcp.getSinkChannel().getConduit();
        tickets = new SessionTickets(sink, this::ticketsDue, io);
        tcp.getSourceChannel().setConduit(new EmptiedSource(source));
        tcp.getSinkChannel().setConduit(tickets);
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

    /** Not so when it has failed. */
    private boolean shaken() {
        return engine.getHandshakeStatus() == HandshakeStatus.NOT_HANDSHAKING && !engine.isOutboundDone();
    }

    /** Behind a handshake of TLS 1.2 it is what the client waits for. */
    private boolean ticketsDue() {
        return shaken() && engine.getSession().getProtocol().equals(TLS_1_3);
    }

    /** To be called with the request's first bytes. */
    void requestBegins() {
        tickets.requestBegins();
    }

    /** Lets the engine end with the connection, however that ends. */
    void endEngineAfter() {
        tcp.setCloseListener(closed -> io.end(engine));
    }

    /** Ends Undertow's part, unless it is not done with what it has. */
    Transport upgrade() {
        if (!direct || buffers.used() > 0 || !shaken()) {
            return Transport.encrypting(connection, buffers);
        }
        connection.getSourceChannel().suspendReads();
        connection.getSinkChannel().suspendWrites();
        // to Undertow's HTTP it is as good as closed: it forgets the connection, and with it all that a request needs
        ChannelListeners.invokeChannelListener(connection, connection.getCloseListener());
        bundle.settle(engine);
        tcp.getSourceChannel().setConduit(source);
        tcp.getSinkChannel().setConduit(sink);
        return Transport.encrypted(tcp, new TlsStream(io, engine, source, sink));
    }
}
