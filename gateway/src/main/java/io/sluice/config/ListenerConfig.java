package io.sluice.config;

import io.sluice.identity.Cidr;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * One listener: where clients connect ({@code listener.<name>.*}).
 *
 * <p>Immutable.
 *
 * @param bind addresses to listen on, at least one; port 0 takes a free one
 * @param tls names of the TLS bundles, the one for unknown server names first; empty for plain {@code ws} ({@code off})
 * @param allowPlaintext plain {@code ws} is meant, also beyond loopback
 * @param clientAddress who tells the client's address
 * @param trustedProxies networks of the proxies that are believed; empty means none
 * @param handshakeTimeout bound on PROXY header, TLS handshake and HTTP request, each
 * @param directTls sessions' connections are encrypted without Undertow
 * @param pingAfter how long nothing may move until the client is pinged, and how long its answer may take; empty is off
 */
public record ListenerConfig(
        String name,
        List<HostPort> bind,
        List<String> tls,
        boolean allowPlaintext,
        ClientAddress clientAddress,
        List<Cidr> trustedProxies,
        Duration handshakeTimeout,
        boolean directTls,
        Optional<Duration> pingAfter) {

    /** Who tells the client's address. */
    public enum ClientAddress {
        PEER,
        PROXY_PROTOCOL,
        X_FORWARDED_FOR,
        FORWARDED
    }

    public ListenerConfig {
        bind = List.copyOf(bind);
        tls = List.copyOf(tls);
        trustedProxies = List.copyOf(trustedProxies);
    }
}
