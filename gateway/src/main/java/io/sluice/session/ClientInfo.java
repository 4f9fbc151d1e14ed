package io.sluice.session;

import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * Who the client is, as the listener knows it.
 *
 * <p>Immutable.
 *
 * @param listener name of the listener it came to
 * @param address the client's own, also behind a trusted proxy; port 0 where a proxy does not tell it
 * @param peer the other end of the TCP connection: the client, or a proxy in front of it
 * @param local where the client connected to
 * @param tls null on a plain listener
 * @param host Host header of the handshake
 * @param origin Origin header of the handshake; clients that are no browsers send none
 * @param subprotocol the WebSocket subprotocol agreed on
 */
public record ClientInfo(
        String listener,
        InetSocketAddress address,
        InetSocketAddress peer,
        InetSocketAddress local,
        @Nullable Tls tls,
        @Nullable String host,
        @Nullable String origin,
        @Nullable String subprotocol) {

    /**
     * What TLS agreed on.
     *
     * <p>Immutable.
     *
     * @param version such as {@code TLSv1.3}
     * @param cipher such as {@code TLS_AES_256_GCM_SHA384}
     * @param serverName the name that the client asked for (SNI)
     * @param clientName common name of the client's verified certificate
     */
    public record Tls(
            String version,
            String cipher,
            @Nullable String serverName,
            @Nullable String clientName) {}
}
