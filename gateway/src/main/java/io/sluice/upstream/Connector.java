package io.sluice.upstream;

import io.sluice.config.ClusterConfig;
import io.sluice.config.LinkConfig;
import io.sluice.identity.ProxyHeader;
import io.sluice.net.IoThreads;
import io.sluice.session.ClientInfo;
import io.sluice.session.Session;
import io.sluice.tls.BrokerTls;
import io.undertow.protocols.ssl.UndertowXnioSsl;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.xnio.OptionMap;
import org.xnio.Options;
import org.xnio.StreamConnection;
import org.xnio.ssl.SslConnection;

/**
 * How connections to the brokers of one cluster are made: from which addresses, with TLS or without, and what is said of the
 * client in front of its bytes.
 *
 * <p>Thread-safe.
 */
final class Connector {
    private final LinkConfig config;
    private final long timeoutNanos;
    private final @Nullable BrokerTls tls;
    private final @Nullable UndertowXnioSsl ssl;
    private final AtomicInteger turn = new AtomicInteger();

    /** @param tls null for plain TCP */
    Connector(ClusterConfig cluster, @Nullable BrokerTls tls, IoThreads threads) {
        config = cluster.link();
        timeoutNanos = cluster.dialTimeout().toNanos();
        this.tls = tls;
        ssl = tls == null
                ? null
                : new UndertowXnioSsl(threads.worker().getXnio(), OptionMap.EMPTY, threads.buffers(), tls.context());
    }

    LinkConfig config() {
        return config;
    }

    long timeoutNanos() {
        return timeoutNanos;
    }

    /** The gateway's addresses to connect from, in the order to try them; empty where the system chooses. */
    List<InetAddress> sources(InetSocketAddress destination) {
        List<InetAddress> all = config.sourceAddresses();
        if (all.isEmpty()) {
            return all;
        }
        List<InetAddress> sources = new ArrayList<>(all);
        sources.removeIf(one -> one.getClass() != destination.getAddress().getClass());
        if (!sources.isEmpty()) {
            Collections.rotate(sources, -Math.floorMod(turn.getAndIncrement(), sources.size()));
        }
        return sources;
    }

    /** TLS on a connection; the handshake begins with its first use. Null where there is no TLS. */
    @Nullable
    Secured secure(StreamConnection connection, Broker broker, InetSocketAddress address) {
        if (tls == null || ssl == null) {
            return null;
        }
        String name = tls.expectedName(broker.address().host());
        OptionMap options = OptionMap.builder()
                .set(Options.SSL_PEER_HOST_NAME, name)
                .set(Options.SSL_PEER_PORT, address.getPort())
                .getMap();
        SslConnection wrapped = ssl.wrapExistingConnection(connection, options, true);
        tls.expect(UndertowXnioSsl.getSslEngine(wrapped), name);
        return new Secured(wrapped, tls, name);
    }

    /**
     * A connection on which TLS is to begin.
     *
     * @param name expected in the certificate
     */
    record Secured(SslConnection connection, BrokerTls tls, String name) {
        String whyFailed() {
            return tls.whyFailed(UndertowXnioSsl.getSslEngine(connection), name);
        }
    }

    boolean hasTls() {
        return tls != null;
    }

    /**
     * A PROXY header stands in front of all, TLS too: where there are both, TLS cannot begin before the client is known
     * (proxy-protocol.txt 2, as HAProxy's send-proxy has it).
     */
    boolean headerBeforeTls() {
        return hasTls() && config.sendProxyProtocol() != LinkConfig.ProxyProtocol.OFF;
    }

    /** What tells the broker who the client is; null where it is not told. */
    @Nullable
    ByteBuffer header(Session session) {
        ClientInfo info = session.info();
        return switch (config.sendProxyProtocol()) {
            case OFF -> null;
            case V1 -> ProxyHeader.v1(info.address(), info.local());
            case V2 -> ProxyHeader.v2(info.address(), info.local(), extras(info.tls(), session.id()));
        };
    }

    /** What stands in front of the gateway's own connections; null where nothing does. */
    @Nullable
    ByteBuffer local() {
        return switch (config.sendProxyProtocol()) {
            case OFF -> null;
            case V1 -> ProxyHeader.unknown();
            case V2 -> ProxyHeader.local();
        };
    }

    private static ProxyHeader.Extras extras(ClientInfo.@Nullable Tls client, String id) {
        return client == null
                ? new ProxyHeader.Extras(null, null, null, null, id)
                : new ProxyHeader.Extras(
                        client.version(), client.cipher(), client.clientName(), client.serverName(), id);
    }
}
