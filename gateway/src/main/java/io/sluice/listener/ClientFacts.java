package io.sluice.listener;

import io.sluice.config.ListenerConfig;
import io.sluice.config.ListenerConfig.ClientAddress;
import io.sluice.identity.CidrSet;
import io.sluice.identity.ForwardedFor;
import io.sluice.session.ClientInfo;
import io.sluice.tls.RequestedName;
import io.undertow.protocols.ssl.UndertowXnioSsl;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.protocol.http.HttpServerConnection;
import io.undertow.util.HeaderMap;
import io.undertow.util.HeaderValues;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;
import org.xnio.StreamConnection;
import org.xnio.ssl.SslConnection;

/**
 * Reads from the connections and handshakes of one listener who their clients are.
 *
 * <p>Thread-safe.
 */
final class ClientFacts {
    /** Of what stays for as long as the session. */
    private static final int MOST_OF_ORIGIN = 1024;

    private static final Set<String> SCHEMES = Set.of("http", "https");

    private final ListenerConfig config;
    private final CidrSet trusted;
    /** Of the latest client: most have the same, and keep it for as long as they stay. A race gives an equal one away. */
    private @Nullable String latestHost;

    private @Nullable String latestOrigin;
    private @Nullable InetSocketAddress latestLocal;
    private ClientInfo.@Nullable Tls latestTls;

    ClientFacts(ListenerConfig config) {
        this.config = config;
        trusted = CidrSet.of(config.trustedProxies());
    }

    /** Whether the peer is a proxy that is believed. */
    boolean trusts(InetSocketAddress peer) {
        return trusted.contains(peer.getAddress());
    }

    /** Whether the client's address is known before the first request. */
    boolean knowsAddress(Arrival arrival) {
        return switch (config.clientAddress()) {
            case PEER, PROXY_PROTOCOL -> true;
            case X_FORWARDED_FOR, FORWARDED -> !trusts(arrival.peer());
        };
    }

    /** The client's own address; port 0 where a proxy does not tell it. */
    InetSocketAddress address(HttpServerExchange exchange) {
        Arrival arrival = arrival(exchange);
        HeaderMap headers = exchange.getRequestHeaders();
        return switch (config.clientAddress()) {
            case PEER, PROXY_PROTOCOL -> arrival.client();
            case X_FORWARDED_FOR ->
                ForwardedFor.X_FORWARDED_FOR.client(arrival.peer(), trusted, lines(headers, Headers.X_FORWARDED_FOR));
            case FORWARDED -> ForwardedFor.FORWARDED.client(arrival.peer(), trusted, lines(headers, Headers.FORWARDED));
        };
    }

    /**
     * The scheme of the page's address bar; null where it is not known. What ends TLS in front tells it in X-Forwarded-Proto,
     * but not where it speaks the PROXY protocol: then the client's own headers come through.
     */
    @Nullable
    String scheme(HttpServerExchange exchange) {
        if (!config.tls().isEmpty()) {
            return "https";
        }
        List<String> told = lines(exchange.getRequestHeaders(), Headers.X_FORWARDED_PROTO);
        if (told.size() != 1
                || config.clientAddress() == ClientAddress.PROXY_PROTOCOL
                || !trusts(arrival(exchange).peer())) {
            return null;
        }
        String scheme = told.get(0).strip().toLowerCase(Locale.ROOT);
        return SCHEMES.contains(scheme) ? scheme : null;
    }

    private static List<String> lines(HeaderMap headers, HttpString name) {
        HeaderValues lines = headers.get(name);
        return lines == null ? List.of() : lines;
    }

    private static Arrival arrival(HttpServerExchange exchange) {
        return HeaderGuard.arrival((HttpServerConnection) exchange.getConnection());
    }

    ClientInfo info(HttpServerExchange exchange, String subprotocol) {
        Arrival arrival = arrival(exchange);
        StreamConnection connection = ((HttpServerConnection) exchange.getConnection()).getChannel();
        HeaderMap headers = exchange.getRequestHeaders();
        String host = shared(headers.getFirst(Headers.HOST), latestHost);
        String sent = headers.getFirst(Headers.ORIGIN);
        boolean tooLong = sent != null && sent.length() > MOST_OF_ORIGIN;
        String origin = shared(tooLong ? sent.substring(0, MOST_OF_ORIGIN) : sent, latestOrigin);
        InetSocketAddress local = shared(arrival.local(), latestLocal);
        ClientInfo.Tls tls = connection instanceof SslConnection secure ? shared(tls(secure), latestTls) : null;
        latestHost = host;
        latestOrigin = origin;
        latestLocal = local;
        latestTls = tls;
        return new ClientInfo(config.name(), address(exchange), arrival.peer(), local, tls, host, origin, subprotocol);
    }

    private static <T> T shared(T own, @Nullable T latest) {
        return latest != null && latest.equals(own) ? latest : own;
    }

    private static ClientInfo.Tls tls(SslConnection connection) {
        SSLSession session = connection.getSslSession();
        SSLEngine engine = UndertowXnioSsl.getSslEngine(connection);
        boolean asked = engine.getNeedClientAuth() || engine.getWantClientAuth();
        return new ClientInfo.Tls(
                session.getProtocol(),
                session.getCipherSuite(),
                RequestedName.of(session),
                asked ? clientName(session) : null);
    }

    private static @Nullable String clientName(SSLSession session) {
        try {
            return session.getPeerCertificates()[0] instanceof X509Certificate certificate
                    ? commonName(certificate.getSubjectX500Principal())
                    : null;
        } catch (SSLPeerUnverifiedException none) {
            return null; // it was asked for a certificate, but need not have one
        }
    }

    /** The most specific common name of a subject; null where it has none. */
    static @Nullable String commonName(X500Principal subject) {
        try {
            LdapName name = new LdapName(subject.getName(X500Principal.RFC2253));
            for (int i = name.size() - 1; i >= 0; i--) {
                Rdn part = name.getRdn(i);
                if (part.getType().equalsIgnoreCase("CN") && part.getValue() instanceof String text) {
                    return text;
                }
            }
        } catch (InvalidNameException unreadable) {
            return null; // nobody can be named by it
        }
        return null;
    }
}
