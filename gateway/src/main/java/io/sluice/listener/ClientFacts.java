package io.sluice.listener;

import io.sluice.session.ClientInfo;
import io.undertow.protocols.ssl.UndertowXnioSsl;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.HeaderMap;
import io.undertow.util.Headers;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;
import org.xnio.StreamConnection;
import org.xnio.ssl.SslConnection;

/**
 * Reads from a connection and its handshake who the client is.
 *
 * <p>Immutable.
 */
final class ClientFacts {
    private ClientFacts() {}

    static ClientInfo of(
            String listener, HttpServerExchange exchange, StreamConnection connection, String subprotocol) {
        InetSocketAddress peer = connection.getPeerAddress(InetSocketAddress.class);
        HeaderMap headers = exchange.getRequestHeaders();
        return new ClientInfo(
                listener,
                peer,
                peer,
                connection.getLocalAddress(InetSocketAddress.class),
                connection instanceof SslConnection secure ? tls(secure) : null,
                headers.getFirst(Headers.HOST),
                headers.getFirst(Headers.ORIGIN),
                subprotocol);
    }

    private static ClientInfo.Tls tls(SslConnection connection) {
        SSLSession session = connection.getSslSession();
        SSLEngine engine = UndertowXnioSsl.getSslEngine(connection);
        boolean asked = engine.getNeedClientAuth() || engine.getWantClientAuth();
        return new ClientInfo.Tls(
                session.getProtocol(),
                session.getCipherSuite(),
                serverName(session),
                asked ? clientName(session) : null);
    }

    private static @Nullable String serverName(SSLSession session) {
        if (session instanceof ExtendedSSLSession extended) {
            for (SNIServerName name : extended.getRequestedServerNames()) {
                if (name instanceof SNIHostName host) {
                    return host.getAsciiName();
                }
            }
        }
        return null;
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
