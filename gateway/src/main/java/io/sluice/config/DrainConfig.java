package io.sluice.config;

import java.time.Duration;
import java.util.Optional;

/**
 * How the gateway ends ({@code drain.*}); all times begin with the signal, or with the end of the one before.
 *
 * <p>Immutable.
 *
 * @param unreadyDelay from the signal, which makes it not ready, to the end of its listening sockets
 * @param closeSpreadTime from then on sessions are told to go, spread over this time
 * @param hardStopAfter from the signal to the end of all that is left
 * @param serverReference another server for the clients (MQTT 5.0 4.13)
 */
public record DrainConfig(
        Duration unreadyDelay, Duration closeSpreadTime, Duration hardStopAfter, Optional<String> serverReference) {}
