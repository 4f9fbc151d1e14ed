package io.sluice.config;

import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/**
 * Forward-auth of a route ({@code route.<name>.auth.*}).
 *
 * <p>Immutable.
 *
 * @param url asked for each handshake; {@code http} or {@code https}
 * @param timeout longest wait for the whole answer
 * @param failOpen whether a handshake passes that gets no answer
 * @param cache how long an answer holds for the same credential; empty: for one handshake
 */
public record AuthConfig(URI url, Duration timeout, boolean failOpen, Optional<Duration> cache) {}
