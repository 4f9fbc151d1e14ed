package io.sluice.listener;

import java.net.InetSocketAddress;
import org.xnio.StreamConnection;

/**
 * Where a connection comes from, as is known before its first request.
 *
 * <p>Immutable.
 *
 * @param peer the other end of the TCP connection
 * @param client the peer, or whom a PROXY header tells
 * @param local where the client connected to
 */
record Arrival(InetSocketAddress peer, InetSocketAddress client, InetSocketAddress local) {

    /** Of a connection without PROXY header. */
    static Arrival of(StreamConnection connection) {
        InetSocketAddress peer = connection.getPeerAddress(InetSocketAddress.class);
        return new Arrival(peer, peer, connection.getLocalAddress(InetSocketAddress.class));
    }
}
