package io.sluice.listener;

import io.sluice.config.Quote;
import io.sluice.net.NettyBufferPool;
import io.undertow.server.protocol.http.HttpServerConnection;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.xnio.StreamConnection;
import org.xnio.conduits.AbstractStreamSourceConduit;
import org.xnio.conduits.ConduitStreamSourceChannel;
import org.xnio.conduits.ReadReadyHandler;
import org.xnio.conduits.StreamSourceConduit;

/**
 * Watches a connection until it is upgraded. It notices folded header lines (RFC 9112 5.2) in the bytes of a request on their
 * way to the parser, which unfolds them without a word; it tells why reading failed (TLS, mostly), which Undertow keeps for
 * itself; it gives the connection up when buffers are short; and it holds the deadline. It is taken out of the connection when the request is upgraded.
 *
 * <p>Confined to its connection's I/O thread.
 */
final class HeaderGuard extends AbstractStreamSourceConduit<StreamSourceConduit> {
    private static final Logger LOG = LoggerFactory.getLogger(HeaderGuard.class);

    private final StreamConnection connection;
    private final Arrival arrival;
    private final Ticket ticket;
    private final HandshakeDeadline deadline;
    private final NettyBufferPool buffers;
    private final @Nullable TlsHandover tls;
    private boolean lineEnded;
    private boolean folded;

    private HeaderGuard(
            StreamConnection connection,
            Arrival arrival,
            Ticket ticket,
            HandshakeDeadline deadline,
            NettyBufferPool buffers,
            @Nullable TlsHandover tls) {
        super(connection.getSourceChannel().getConduit());
        this.connection = connection;
        this.arrival = arrival;
        this.ticket = ticket;
        this.deadline = deadline;
        this.buffers = buffers;
        this.tls = tls;
    }

    /**
     * Puts a guard into a connection that is about to speak HTTP.
     *
     * @param tls null where the connection is plain
     */
    static void guard(
            StreamConnection connection,
            Arrival arrival,
            Ticket ticket,
            HandshakeDeadline deadline,
            NettyBufferPool buffers,
            @Nullable TlsHandover tls) {
        connection.getSourceChannel().setConduit(new HeaderGuard(connection, arrival, ticket, deadline, buffers, tls));
    }

    /** Takes the guard out again, and Undertow's TLS where it need not go on. */
    static Transport unguard(StreamConnection connection) {
        ConduitStreamSourceChannel source = connection.getSourceChannel();
        if (!(source.getConduit() instanceof HeaderGuard guard)) {
            return Transport.plain(connection); // bytes of the request's own read stand in front
        }
        guard.deadline.met();
        source.setConduit(guard.next);
        return guard.tls == null ? Transport.plain(connection) : guard.tls.upgrade();
    }

    /** Where a connection that speaks HTTP, or did until its upgrade, comes from. */
    static Arrival arrival(HttpServerConnection connection) {
        // while a request is handled another conduit stands in front of the guard
        return connection.getOriginalSourceConduit() instanceof HeaderGuard guard
                ? guard.arrival
                : Arrival.of(connection.getChannel());
    }

    /** What a connection that speaks HTTP, or did until its upgrade, counts for. */
    static Ticket ticket(HttpServerConnection connection) {
        if (connection.getOriginalSourceConduit() instanceof HeaderGuard guard) {
            return guard.ticket;
        }
        throw new IllegalStateException("the connection has no guard");
    }

    /** Whether a request of this connection had a folded line. */
    static boolean folded(HttpServerConnection connection) {
        return connection.getOriginalSourceConduit() instanceof HeaderGuard guard && guard.folded;
    }

    /** While a request is handled: the handler is told when something can be read, instead of Undertow. */
    static void watch(HttpServerConnection connection, ReadReadyHandler handler) {
        StreamSourceConduit source = connection.getOriginalSourceConduit();
        source.setReadReadyHandler(handler);
        source.resumeReads();
    }

    /** Undertow is told again. */
    static void unwatch(HttpServerConnection connection) {
        StreamSourceConduit source = connection.getOriginalSourceConduit();
        source.suspendReads();
        source.setReadReadyHandler(new ReadReadyHandler.ChannelListenerHandler<>(
                connection.getChannel().getSourceChannel()));
    }

    /** While a request is handled, what comes behind it; as {@link StreamSourceConduit#read(ByteBuffer)}. */
    static int read(HttpServerConnection connection, ByteBuffer target) throws IOException {
        return connection.getOriginalSourceConduit().read(target);
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        int from = target.position();
        int read;
        try {
            if (buffers.low()) {
                throw new IOException("buffers are short; upgraded connections go first");
            }
            read = super.read(target);
        } catch (IOException failed) {
            LOG.debug(
                    "connection failed before its handshake client={} reason={}",
                    connection.getPeerAddress(),
                    Quote.quote(String.valueOf(failed.getMessage())));
            throw failed;
        }
        if (tls != null && read > 0) {
            tls.requestBegins();
        }
        for (int i = from; i < from + read; i++) {
            byte b = target.get(i);
            if (lineEnded && (b == ' ' || b == '\t')) {
                folded = true;
            }
            lineEnded = b == '\n';
        }
        return read;
    }
}
