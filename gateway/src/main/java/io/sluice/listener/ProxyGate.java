package io.sluice.listener;

import io.sluice.config.Quote;
import io.sluice.identity.ProxyDecoder;
import io.sluice.identity.ProxyResult;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.xnio.ChannelListener;
import org.xnio.IoUtils;
import org.xnio.StreamConnection;
import org.xnio.conduits.ConduitStreamSourceChannel;

/**
 * Reads the PROXY header in front of everything else on a new connection, never a byte behind it, and gives the connection on
 * with the addresses it tells.
 *
 * <p>Confined to its connection's I/O thread.
 */
final class ProxyGate implements ChannelListener<ConduitStreamSourceChannel> {
    private static final Logger LOG = LoggerFactory.getLogger(ProxyGate.class);

    /** Holds version 1, and version 2 without many TLVs. */
    private static final int USUAL_BYTES = 128;

    /** Where a connection goes whose header is read. */
    interface Next {
        void arrived(StreamConnection connection, Arrival arrival);
    }

    private final StreamConnection connection;
    private final HandshakeDeadline deadline;
    private final Next next;
    private ByteBuffer header = ByteBuffer.allocate(USUAL_BYTES);

    /** @param deadline of the header alone */
    ProxyGate(StreamConnection connection, HandshakeDeadline deadline, Next next) {
        this.connection = connection;
        this.deadline = deadline;
        this.next = next;
    }

    void start() {
        ConduitStreamSourceChannel source = connection.getSourceChannel();
        source.setReadListener(this);
        handleEvent(source);
    }

    @Override
    public void handleEvent(ConduitStreamSourceChannel source) {
        try {
            ProxyResult result = ProxyDecoder.decode(header.duplicate().flip());
            while (result instanceof ProxyResult.Incomplete incomplete) {
                int read = source.read(room(incomplete.least()));
                if (read < 0) {
                    refuse("it ends before its PROXY header does");
                    return;
                }
                if (read == 0) {
                    source.resumeReads();
                    return;
                }
                result = ProxyDecoder.decode(header.duplicate().flip());
            }
            if (result instanceof ProxyResult.Header told) {
                source.suspendReads();
                source.setReadListener(null);
                deadline.met();
                next.arrived(connection, arrival(told));
            } else if (result instanceof ProxyResult.Malformed malformed) {
                refuse(malformed.reason());
            }
        } catch (IOException lost) {
            refuse(String.valueOf(lost.getMessage()));
        }
    }

    /** Room for so many bytes and no more. */
    private ByteBuffer room(int least) {
        int needed = header.position() + least;
        if (needed > header.capacity()) {
            header = ByteBuffer.allocate(needed).put(header.flip());
        }
        return header.limit(needed);
    }

    private Arrival arrival(ProxyResult.Header told) {
        Arrival direct = Arrival.of(connection);
        InetSocketAddress source = told.source();
        InetSocketAddress destination = told.destination();
        return source == null || destination == null ? direct : new Arrival(direct.peer(), source, destination);
    }

    private void refuse(String reason) {
        LOG.debug(
                "connection closed, its PROXY header cannot be used peer={} reason={}",
                connection.getPeerAddress(),
                Quote.sentence(reason));
        deadline.met();
        IoUtils.safeClose(connection);
    }
}
