package io.sluice.listener;

import io.undertow.server.protocol.http.HttpServerConnection;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.xnio.StreamConnection;
import org.xnio.conduits.AbstractStreamSourceConduit;
import org.xnio.conduits.ConduitStreamSourceChannel;
import org.xnio.conduits.StreamSourceConduit;

/**
 * Notices folded header lines (RFC 9112 5.2) in the bytes of a request on their way to the parser, which unfolds them without
 * a word. It is taken out of the connection when the request is upgraded.
 *
 * <p>Confined to its connection's I/O thread.
 */
final class HeaderGuard extends AbstractStreamSourceConduit<StreamSourceConduit> {
    private boolean lineEnded;
    private boolean folded;

    HeaderGuard(StreamSourceConduit source) {
        super(source);
    }

    /** Puts a guard into a connection that is about to speak HTTP. */
    static void guard(StreamConnection connection) {
        ConduitStreamSourceChannel source = connection.getSourceChannel();
        source.setConduit(new HeaderGuard(source.getConduit()));
    }

    /** Takes the guard out again; returns the conduit below it. */
    static StreamSourceConduit unguard(StreamConnection connection) {
        ConduitStreamSourceChannel source = connection.getSourceChannel();
        if (source.getConduit() instanceof HeaderGuard guard) {
            source.setConduit(guard.next);
        }
        return source.getConduit();
    }

    /** Whether a request of this connection had a folded line. */
    static boolean folded(HttpServerConnection connection) {
        // while a request is handled another conduit stands in front of the guard
        return connection.getOriginalSourceConduit() instanceof HeaderGuard guard && guard.folded;
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        int from = target.position();
        int read = super.read(target);
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
