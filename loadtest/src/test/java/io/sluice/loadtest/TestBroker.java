package io.sluice.loadtest;

import io.sluice.config.HostPort;

/**
 * A broker that the real clients reach through the gateway.
 *
 * <p>Thread-safe.
 */
interface TestBroker extends AutoCloseable {
    HostPort address();

    /** Ends it as abruptly as it can be ended. */
    void kill();

    @Override
    void close();
}
