package io.sluice.config;

import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * How the connections to the brokers of one cluster are made.
 *
 * <p>Immutable.
 *
 * @param warmMax most connections opened ahead of demand, for each broker; 0 for none
 * @param warmMaxAge how long one of them waits for a client
 * @param tls empty for plain TCP
 * @param sourceAddresses the gateway's own addresses that connections come from; empty: the system chooses
 */
public record LinkConfig(
        int warmMax,
        Duration warmMaxAge,
        ProxyProtocol sendProxyProtocol,
        Optional<Tls> tls,
        List<InetAddress> sourceAddresses) {

    /** Plain TCP, opened when a client comes. */
    public static final LinkConfig PLAIN =
            new LinkConfig(0, Duration.ofMillis(1500), ProxyProtocol.OFF, Optional.empty(), List.of());

    public LinkConfig {
        sourceAddresses = List.copyOf(sourceAddresses);
    }

    /** Which header of the PROXY protocol tells the broker who the client is. */
    public enum ProxyProtocol {
        OFF,
        V1,
        V2
    }

    /**
     * TLS towards the brokers.
     *
     * <p>Immutable.
     *
     * @param ca PEM file: who issues the brokers' certificates; empty: whom Java trusts
     * @param certificate PEM file: what the gateway shows; there is a private key with it, or neither
     * @param serverName expected in the broker's certificate; empty: the broker's own host
     */
    public record Tls(
            Optional<Path> ca, Optional<Path> certificate, Optional<Path> privateKey, Optional<String> serverName) {}
}
