package io.sluice.config;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * One listener: where clients connect ({@code listener.<name>.*}).
 *
 * <p>Immutable.
 *
 * @param bind addresses to listen on, at least one; port 0 takes a free one
 * @param tls name of the TLS bundle, or empty for plain {@code ws} ({@code off})
 * @param allowPlaintext plain {@code ws} is meant, also beyond loopback
 * @param handshakeTimeout bound on TLS handshake and HTTP request, each
 */
public record ListenerConfig(
        String name, List<HostPort> bind, Optional<String> tls, boolean allowPlaintext, Duration handshakeTimeout) {

    public ListenerConfig {
        bind = List.copyOf(bind);
    }
}
